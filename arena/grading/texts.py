"""Checks that compare texts.

Texts are compared in Unicode normal form C. `exact` ignores blanks around the answer and the kind of its
line ends; `contains` and `not_contains` treat every run of whitespace as one space, so a phrase is found
across a line break. Upper and lower case differ unless `ignore_case` is set, which compares by full case
folding (`ß` equals `SS`).
"""

import unicodedata
from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

EXCERPT = 40  # characters


def exact(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer is the expected text.

    The argument: {"text": str, or None for the case's reference; "ignore_case": bool}.

    Raises:
        ValueError: the reference is asked for and the case has none.
    """
    expected = case.reference if argument["text"] is None else argument["text"]
    if expected is None:
        raise ValueError("the case has no reference to compare with")
    wanted, found = (_whole(text, ignore_case=argument["ignore_case"]) for text in (expected, completion.text))
    reason = "the answer is the expected text" if wanted == found else _difference(wanted, found)
    return Score(check="exact", passed=wanted == found, reason=reason)


def contains(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when every one of the texts stands in the answer.

    The argument: {"texts": [str, …], "ignore_case": bool}.
    """
    missing = [text for text in argument["texts"] if not _stands_in(completion.text, text, argument["ignore_case"])]
    reason = f"lacks {_listed(missing)}" if missing else f"contains {_listed(argument['texts'])}"
    return Score(check="contains", passed=not missing, reason=reason)


def not_contains(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when none of the texts stands in the answer.

    The argument: {"texts": [str, …], "ignore_case": bool}.
    """
    found = [text for text in argument["texts"] if _stands_in(completion.text, text, argument["ignore_case"])]
    reason = f"contains {_listed(found)}" if found else f"lacks {_listed(argument['texts'])}, as it should"
    return Score(check="not_contains", passed=not found, reason=reason)


def _whole(text: str, *, ignore_case: bool) -> str:
    return _folded("\n".join(text.strip().splitlines()), ignore_case)


def _stands_in(answer: str, text: str, ignore_case: bool) -> bool:
    return _folded(_spaced(text), ignore_case) in _folded(_spaced(answer), ignore_case)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _folded(text: str, ignore_case: bool) -> str:
    normal = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", normal.casefold()) if ignore_case else normal


def _listed(texts: list[str]) -> str:
    return ", ".join(repr(text) for text in texts)


def _difference(wanted: str, found: str) -> str:
    if not found:
        return f"the answer is empty; expected {_from(wanted, 0)}"
    at = next((i for i, (w, f) in enumerate(zip(wanted, found, strict=False)) if w != f), min(len(wanted), len(found)))
    return f"differs from character {at + 1}: expected {_from(wanted, at)}, found {_from(found, at)}"


def _from(text: str, start: int) -> str:
    if start >= len(text):
        return "the end"
    return repr(text[start : start + EXCERPT]) + ("…" if len(text) > start + EXCERPT else "")
