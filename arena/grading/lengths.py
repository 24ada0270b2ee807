"""Checks of how much an answer says."""

from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score


def max_words(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer has at most so many words: runs of characters between whitespace.

    The argument: int.
    """
    words = len(completion.text.split())
    return Score(
        check="max_words",
        passed=words <= argument,
        reason=f"{words} words, at most {argument}" if words <= argument else f"{words} words, more than {argument}",
        value=float(words),
        unit="words",
    )


def empty(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer is empty, or, for the argument `false`, when it is not.

    Empty means no text but whitespace, and no tool call.

    The argument: bool.
    """
    is_empty = not completion.text.strip() and not completion.tool_calls
    reason = f"empty, finished by {completion.finish.value}" if is_empty else "not empty"
    return Score(check="empty", passed=is_empty is argument, reason=reason)
