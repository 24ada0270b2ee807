"""Checks by regular expression, bounded in time.

Patterns are those of the `regex` library, searched for anywhere in the answer, both in Unicode normal form C.
A search that takes longer than a second raises TimeoutError: an error of the check, never a pass or a fail.
"""

import time
import unicodedata
from typing import Any

import regex

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

SECONDS = 1.0  # for all searches of one check on one answer
EXCERPT = 60  # characters


class Budget:
    """The seconds that the searches of one check may take together."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the check took longer than its second")
        return left

    def search(self, pattern: str, text: str, *, ignore_case: bool = False) -> "regex.Match[str] | None":
        """Return the first match of `pattern` anywhere in `text`.

        Raises:
            TimeoutError: the search took longer than what was left.
        """
        flags = regex.IGNORECASE if ignore_case else 0
        wanted, searched = (unicodedata.normalize("NFC", each) for each in (pattern, text))
        try:
            return regex.search(wanted, searched, flags, timeout=self.left())
        except TimeoutError:
            raise TimeoutError(f"the pattern {pattern[:EXCERPT]!r} took longer than a second on this answer") from None


def regex_found(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the pattern is found in the answer.

    The argument: {"pattern": str, "ignore_case": bool}.

    Raises:
        TimeoutError: the search took too long.
    """
    match = _match(completion, argument)
    reason = f"no match of {argument['pattern']!r}" if match is None else _found(match)
    return Score(check="regex", passed=match is not None, reason=reason)


def regex_not_found(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the pattern is not found in the answer.

    The argument: {"pattern": str, "ignore_case": bool}.

    Raises:
        TimeoutError: the search took too long.
    """
    match = _match(completion, argument)
    reason = f"no match of {argument['pattern']!r}, as it should be" if match is None else _found(match)
    return Score(check="not_regex", passed=match is None, reason=reason)


def _match(completion: Completion, argument: Any) -> "regex.Match[str] | None":
    return Budget().search(argument["pattern"], completion.text, ignore_case=argument["ignore_case"])


def _found(match: "regex.Match[str]") -> str:
    shown = match[0][:EXCERPT]
    return f"matches {shown!r}{'…' if len(match[0]) > EXCERPT else ''} at character {match.start() + 1}"
