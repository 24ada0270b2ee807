"""What a metric means is asked of its kind: no other room knows metrics by name or limits by their words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import arena
from arena.kinds.quantities import QUANTITIES
from arena.kinds.table import AGGREGATES
from arena.records.metric import LimitKind

ROOT = Path(arena.__file__).parent
#: Rooms that may: the kinds themselves, and the record that tells a win rate from the rest.
KNOWS = ("kinds/", "records/metric.py")
NAMES = {*QUANTITIES, *AGGREGATES} - {"mean", "rate", "ratio"}  # which are words of other things as well
LIMITS = set(get_args(LimitKind))


def modules() -> list[str]:
    """Return every module of the package but those that may know."""
    found = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*.py"))]
    return [path for path in found if not path.startswith(KNOWS)]


def texts(node: ast.AST) -> set[str]:
    """Return the texts written in an expression that is a text, or a tuple, list or set of them."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def comparisons(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each comparison with a metric's name, and each tuple of kinds of limit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for each in texts(node.left).union(*(texts(one) for one in node.comparators)) & NAMES:
                yield node.lineno, f"compared with '{each}'"
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(texts(node)) > 1 and texts(node) <= LIMITS:
            yield node.lineno, f"lists {sorted(texts(node))}"


@pytest.mark.parametrize("path", modules())
def test_no_other_room_tells_metrics_by_name(path: str) -> None:
    """A comparison with a name is false for the same metric under another one: a lost duel passed so."""
    found = [f"{path}:{line}: {what}" for line, what in comparisons(ast.parse((ROOT / path).read_text("utf-8")))]
    assert not found
