"""The words that a regular expression cannot match without, read from how the standard library parses it."""

from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined]  # private, and the only reading of a pattern there is
from typing import Any


def rare_words(pattern: str) -> list[str]:
    """Return texts in lower case of which each match of `pattern` holds one; none where nothing can be said.

    >>> rare_words("(?:pick|choose) this answer")
    [' this answer']
    >>> rare_words("a|[0-9]{3}")
    []
    """
    return sorted(_needed(_parser.parse(pattern)) or ())


def _needed(parts: Iterable[Any]) -> frozenset[str] | None:
    """Return the longest texts of which each match holds one; None where nothing can be said."""
    found: list[frozenset[str]] = []
    run = ""
    for kind, argument in parts:
        if kind is _constants.LITERAL:
            run += chr(argument).lower()
            continue
        found.append(frozenset({run}))
        run = ""
        inner = _inside(kind, argument)
        if inner is not None:
            found.append(inner)
    found.append(frozenset({run}))
    best = max(found, key=lambda words: (min(map(len, words)), -len(words)))
    return best if min(map(len, best)) >= 2 else None


def _inside(kind: Any, argument: Any) -> frozenset[str] | None:
    if kind is _constants.SUBPATTERN:
        return _needed(argument[-1])
    if kind is _constants.MAX_REPEAT and argument[0] >= 1:
        return _needed(argument[2])
    if kind is _constants.BRANCH:
        branches = [_needed(branch) for branch in argument[1]]
        known = [words for words in branches if words is not None]
        return frozenset().union(*known) if len(known) == len(branches) else None
    return None
