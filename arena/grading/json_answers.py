"""Checks of answers that must be JSON. The whole answer must be: a code fence around it is part of the answer."""

import json
from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score


class NotJson(ValueError):
    """The answer is not JSON; the message says where."""


def json_valid(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer is JSON (RFC 8259), or, for the argument `false`, when it is not.

    The argument: bool.
    """
    try:
        parsed(completion.text)
    except NotJson as problem:
        return Score(check="json_valid", passed=not argument, reason=str(problem))
    return Score(check="json_valid", passed=bool(argument), reason="the answer is JSON")


def parsed(text: str) -> Any:
    """Return the JSON value that the whole text is.

    Raises:
        NotJson: it is none.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_number)
    except json.JSONDecodeError as problem:
        fenced = "; it stands in a code fence" if text.lstrip().startswith("```") else ""
        where = f"line {problem.lineno}, column {problem.colno}"
        raise NotJson(f"not JSON: {problem.msg} at {where}{fenced}" if text.strip() else "not JSON: empty") from None


def _refuse(name: str) -> None:
    raise NotJson(f"not JSON: {name} is no JSON number")


def _number(digits: str) -> int | float:
    # Python reads no integer of more than 4300 digits; JSON knows no such limit.
    return int(digits) if len(digits) < 4000 else float(digits)
