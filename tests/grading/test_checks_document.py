"""docs/checks.md shows every check, and what it shows is right."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from arena.files.shapes.checks import CHECKS

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
EXAMPLES = [check for block in BLOCKS if isinstance(block, list) for check in block]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_example_is_a_check(example: dict[str, Any]) -> None:
    """It can be copied as it stands."""
    [key] = example
    assert CHECKS[key].model_validate(example).model_fields_set == {key}


def test_every_check_has_an_example() -> None:
    """What can be declared can be looked up."""
    assert {key for example in EXAMPLES for key in example} == set(CHECKS)
