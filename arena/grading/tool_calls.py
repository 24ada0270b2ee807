"""The check of the tools that an answer calls."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from arena.grading.json_values import equal
from arena.records.call import Completion, ToolCall
from arena.records.case import Case
from arena.records.score import Score

EXCERPT = 80  # characters
Arguments = Mapping[str, Any] | None  # None: they are no JSON object


def tool_calls(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer makes the expected calls.

    The argument: {"calls": [{"name": str, "arguments": {…}, or None for any}, …],
    "order": "any", or "exact" for that of the list,
    "match": "subset", where further arguments are allowed at any depth, or "exact",
    "extra": bool, whether further calls are allowed}.
    """
    made = [(call, _arguments(call)) for call in completion.tool_calls]
    exactly = argument["match"] == "exact"
    fits = [[_fits(wanted, *call, exactly=exactly) for call in made] for wanted in argument["calls"]]
    place = _in_order(fits) if argument["order"] == "exact" else _in_any_order(fits)
    missing = next((wanted for wanted, at in zip(argument["calls"], place, strict=True) if at is None), None)
    if missing is not None:
        return _failed(f"no call of {_shown(missing)}{_instead(missing['name'], completion)}")
    spare = [call for at, (call, _) in enumerate(made) if at not in place]
    if spare and not argument["extra"]:
        return _failed(f"calls {spare[0].name!r} as well{_excerpt(spare[0].arguments)}")
    return Score(check="tool_calls", passed=True, reason=f"calls {_names(completion)}" if made else "calls no tool")


def _failed(reason: str) -> Score:
    return Score(check="tool_calls", passed=False, reason=reason)


def _arguments(call: ToolCall) -> Arguments:
    try:
        value = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _fits(wanted: Mapping[str, Any], call: ToolCall, arguments: Arguments, *, exactly: bool) -> bool:
    if call.name != wanted["name"]:
        return False
    expected = wanted["arguments"]
    if expected is None:
        return True
    return arguments is not None and (equal(arguments, expected) if exactly else _holds(arguments, expected))


def _holds(found: Any, expected: Any) -> bool:
    """Return whether a value holds what is expected: objects may have further keys, at any depth."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(key in found and _holds(found[key], v) for key, v in expected.items())
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(_holds(one, value) for one, value in zip(found, expected, strict=True))
        )
    return equal(found, expected)


def _in_order(fits: Sequence[Sequence[bool]]) -> list[int | None]:
    """Return the place of each expected call, each after the one before it; taking the first that fits is best."""
    places: list[int | None] = []
    at = 0
    for row in fits:
        place = next((i for i in range(at, len(row)) if row[i]), None)
        places.append(place)
        at = len(row) if place is None else place + 1
    return places


def _in_any_order(fits: Sequence[Sequence[bool]]) -> list[int | None]:
    """Return the place of each expected call, no two at one: the most that is possible (augmenting paths)."""
    taken: dict[int, int] = {}

    def settle(wanted: int, seen: set[int]) -> bool:
        for place, fit in enumerate(fits[wanted]):
            if fit and place not in seen:
                seen.add(place)
                if place not in taken or settle(taken[place], seen):
                    taken[place] = wanted
                    return True
        return False

    for wanted in range(len(fits)):
        settle(wanted, set())
    place_of = {wanted: place for place, wanted in taken.items()}
    return [place_of.get(wanted) for wanted in range(len(fits))]


def _instead(name: str, completion: Completion) -> str:
    """Return what was called in place of a missing call."""
    same = next((call for call in completion.tool_calls if call.name == name), None)
    if same is not None:
        return f": it was called{_excerpt(same.arguments)}, or not in this place"
    return f": calls {_names(completion)}" if completion.tool_calls else ": calls no tool"


def _names(completion: Completion) -> str:
    names = [repr(call.name[:EXCERPT]) for call in completion.tool_calls[:5]]
    return ", ".join(names) + (", …" if len(completion.tool_calls) > 5 else "")


def _shown(wanted: Mapping[str, Any]) -> str:
    arguments = "" if wanted["arguments"] is None else _excerpt(json.dumps(wanted["arguments"], ensure_ascii=False))
    return f"{wanted['name']!r}{arguments}"


def _excerpt(arguments: str) -> str:
    return f" with {arguments[:EXCERPT]!r}{'…' if len(arguments) > EXCERPT else ''}"
