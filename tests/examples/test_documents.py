"""The documents name what the program knows: what is added to a table is added to its page."""

from pathlib import Path

import pytest

from arena.files.shapes.checks import CHECKS
from arena.providers.table import VENDORS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("key", sorted(CHECKS))
def test_every_check_is_described(key: str) -> None:
    """docs/experiment-file.md has a row for each check."""
    assert f"| `{key}: " in (DOCS / "experiment-file.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_vendor_is_listed_with_the_variable_of_its_key(vendor: str) -> None:
    """docs/providers.md names each vendor and every variable that may hold its key."""
    page = (DOCS / "providers.md").read_text(encoding="utf-8")
    assert f"`{vendor}" in page
    assert [name for name in VENDORS[vendor].key_variables if f"`{name}`" not in page] == []
