"""Which words a pattern cannot match without: looked for first, since almost no text holds any of them.

Ninety patterns take 5 ms for an answer of 500 characters; ruled out by their words, a twentieth of that.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from re import _constants, _parser  # type: ignore[attr-defined]  # private, and the only reading of a pattern there is
from typing import Any


@dataclass(frozen=True, slots=True)
class Gated:
    """One pattern, and the words of which a text must hold one; none: the pattern is always searched for."""

    source: str
    words: tuple[str, ...]
    by_line: bool  # whether it speaks of the ends of lines

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled pattern; most are never asked for it."""
        return _compiled(self.source)

    def search(self, lines: str, joined: str, lower: str) -> re.Match[str] | None:
        """Return the first match in a text, given by lines, on one line, and that in lower case.

        A phrase may run over a line's end, so a pattern that does not speak of lines is searched on one.
        """
        for word in self.words:
            if word in lower:
                break
        else:
            if self.words:
                return None
        return (self.pattern.search(lines) if self.by_line else None) or self.pattern.search(joined)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def gated(pattern: str) -> Gated:
    """Return a pattern that ignores case, with its words.

    >>> gated("(?:pick|choose) this answer").words
    (' this answer',)
    >>> gated("a|[0-9]{3}").words
    ()
    """
    words = tuple(sorted(_needed(_parser.parse(pattern)) or ()))
    return Gated(pattern, words, any(sign in pattern for sign in ("\\n", "^", "$")))


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
