"""The check of values inside an answer that is JSON. The whole answer must be, as for `json_valid`."""

import json
from collections.abc import Mapping
from typing import Any

from arena.grading.json_answers import NotJson, parsed
from arena.grading.json_paths import select
from arena.grading.numbers import SLACK
from arena.grading.patterns import Budget
from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

EXCERPT = 60  # characters


def json_path(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the values at every path are as expected.

    A path that leads nowhere fails, but for `exists: false`. Where it leads to several values all of them must fit,
    or one with `any`. true is not 1 and "1" is not 1; 1 is 1.0.

    The argument: [{"path": str, "any": bool, and of "equals", "tolerance", "exists", "matches", "one_of" the given}].

    Raises:
        TimeoutError: paths and patterns took longer than a second.
    """
    try:
        value = parsed(completion.text)
    except NotJson as problem:
        return Score(check="json_path", passed=False, reason=str(problem))
    budget = Budget()
    wrong = next((wrong for entry in argument if (wrong := _problem(entry, value, budget))), None)
    reason = ", ".join(entry["path"] for entry in argument) + ": as expected" if wrong is None else wrong
    return Score(check="json_path", passed=wrong is None, reason=reason[:300])


def _problem(entry: Mapping[str, Any], value: Any, budget: Budget) -> str | None:
    """Return what is wrong at one path, or None."""
    path, found = entry["path"], select(entry["path"], value, budget)
    if entry.get("exists") is False:
        return f"{path}: leads to {_excerpt(found[0])}, and should not exist" if found else None
    if not found:
        return f"{path}: leads to nothing"
    wrong = [one for one in found if not _fits(entry, one, budget)]
    if not wrong or (entry["any"] and len(wrong) < len(found)):
        return None
    return f"{path}: {_excerpt(wrong[0])} {_expectation(entry)}"


def _fits(entry: Mapping[str, Any], found: Any, budget: Budget) -> bool:
    if "equals" in entry:
        return equal(found, entry["equals"], entry.get("tolerance", 0.0))
    if "one_of" in entry:
        return any(equal(found, allowed) for allowed in entry["one_of"])
    if "matches" in entry:
        return isinstance(found, str) and budget.search(entry["matches"], found) is not None
    return True


def equal(found: Any, expected: Any, tolerance: float = 0.0) -> bool:
    """Return whether two JSON values are equal, their numbers as near as `tolerance`; the order of keys is nothing."""
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(equal(found[key], value, tolerance) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(equal(one, value, tolerance) for one, value in zip(found, expected, strict=True))
        )
    if _is_number(expected) and _is_number(found):
        room = tolerance + SLACK * abs(expected) if tolerance else 0.0
        return bool(found == expected or abs(found - expected) <= room)
    return type(found) is type(expected) and bool(found == expected)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _expectation(entry: Mapping[str, Any]) -> str:
    if "equals" in entry:
        room = f" ± {entry['tolerance']:g}" if entry.get("tolerance") else ""
        return f"is not {_excerpt(entry['equals'])}{room}"
    return f"does not match {entry['matches']!r}" if "matches" in entry else "is not one of those allowed"


def _excerpt(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
