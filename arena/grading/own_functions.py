"""The check by a user's own function: `python: checks.py:polite`."""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from arena.grading.means import Means
from arena.providers.redaction import one_line
from arena.providers.target import called, load_function
from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

SECONDS = 60.0  # for one answer
HALF = 0.5  # a share from which an answer passes


async def python(case: Case, completion: Completion, argument: Any, means: Means) -> Score:
    """Pass when the user's function (case, completion) says so. It may be async; it has a minute.

    What it returns: True or False; a number from 0 to 1, which passes from a half; a text that says what is wrong,
    empty for nothing; a `Score`, or a mapping with "passed" and any of "reason", "value" and "unit".

    The argument: {"file": path relative to the root, "function": str, "sha256": of the file}.

    Raises:
        Exception: whatever the function raises.
        TypeError, ValueError: it returned something else.
        TimeoutError: it took longer than a minute.
        UsageError: the file cannot be loaded.
    """
    function = load_function(means.root, argument["file"], argument["function"])
    try:
        found = await asyncio.wait_for(called(function, case, completion), SECONDS)
    except TimeoutError:
        raise TimeoutError(f"{argument['function']} took longer than {SECONDS:g} s") from None
    return score_of(found, argument["function"])


def score_of(found: object, name: str) -> Score:
    """Return the score that a function's result means.

    Args:
        found: what it returned.
        name: the function's, for reasons.

    Raises:
        TypeError: it is none of the kinds that `python` names.
        ValueError: a number outside 0 to 1, or a mapping without `passed`.
    """
    match found:
        case bool():
            return Score(check="python", passed=found, reason=f"{name} says {'yes' if found else 'no'}")
        case int() | float():
            if not (math.isfinite(found) and 0 <= found <= 1):
                raise ValueError(f"{name} returned {found!r}, not a number from 0 to 1")
            return Score(check="python", passed=found >= HALF, reason=f"{name}: {found:.3g}", value=float(found))
        case str():
            return Score(check="python", passed=not found, reason=one_line(found) or f"{name} finds nothing wrong")
        case Score():
            kept = {"passed": found.passed, "reason": found.reason, "value": found.value, "unit": found.unit}
            return _of_mapping(kept, name)
        case Mapping():
            return _of_mapping(found, name)
        case _:
            raise TypeError(f"{name} returned {type(found).__name__}: expected bool, number, text or a mapping")


def _of_mapping(found: Mapping[Any, Any], name: str) -> Score:
    unknown = [key for key in found if key not in ("passed", "reason", "value", "unit")]
    if unknown or not isinstance(found.get("passed"), bool):
        raise ValueError(f"{name} returned {unknown or 'no passed'}: expected passed, reason, value, unit")
    value, unit = found.get("value"), found.get("unit")
    if value is not None and not _is_number(value):
        raise ValueError(f"{name} returned the value {value!r}, which is no number")
    return Score(
        check="python",
        passed=found["passed"],
        reason=one_line(str(found.get("reason") or f"{name} says {'yes' if found['passed'] else 'no'}")),
        value=None if value is None else float(value),
        unit=None if unit is None else one_line(str(unit)),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
