"""Numbers that other software computed, each family with its source: tests/stats/reference_values.json."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "stats" / "reference_values.json"


def reference(family: str) -> list[Any]:
    """Return the entries of one family: at least one, for a test that checks none would pass."""
    values: list[Any] = json.loads(_FILE.read_text(encoding="utf-8"))[family]["values"]
    assert values, f"{family}: no reference values"
    return values
