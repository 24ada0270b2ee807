"""Every check by its key, and the one way to run them."""

from collections.abc import Callable, Mapping
from typing import Any

from arena.grading.json_answers import json_valid
from arena.grading.lengths import empty, max_words
from arena.grading.patterns import regex_found, regex_not_found
from arena.grading.refusals import refusal
from arena.grading.texts import contains, exact, not_contains
from arena.records.call import Completion
from arena.records.case import Case, Check
from arena.records.score import Score

Grader = Callable[[Case, Completion, Any], Score]


def json_schema(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer is JSON that fits the schema: `arena.grading.json_schemas`."""
    from arena.grading import json_schemas  # its library takes 50 ms and 4 MB, which most experiments can do without

    return json_schemas.json_schema(case, completion, argument)


#: Key to rule. The argument is the plain JSON of `Check.argument`, validated when the file was read.
GRADERS: Mapping[str, Grader] = {
    "exact": exact,
    "contains": contains,
    "not_contains": not_contains,
    "regex": regex_found,
    "not_regex": regex_not_found,
    "json_valid": json_valid,
    "json_schema": json_schema,
    "max_words": max_words,
    "refusal": refusal,
    "empty": empty,
}

#: The key whose check is a question to a model: `arena.grading.judged_check`.
JUDGED = "judge"


def grade(check: Check, case: Case, completion: Completion) -> Score:
    """Return the score of one completion on one check of a rule.

    A grader that fails, a search that takes too long included, gives a score with an error and no
    value: it says nothing about the answer.

    Raises:
        KeyError: the key names no rule; `judge` names none.

    >>> from arena.records.call import Finish
    >>> answer = Completion(request_key="", text="See our shipping policy.", finish=Finish.STOP, model_requested="")
    >>> check = Check(key="contains", argument={"texts": ["shipping policy"], "ignore_case": False})
    >>> grade(check, Case(id="late-package", input="Where is it?"), answer).passed
    True
    """
    grader = GRADERS[check.key]
    try:
        return grader(case, completion, check.argument)
    except Exception as error:  # noqa: BLE001 -- a grader's own failure, whatever it is, is data about the check
        return failed(check.key, f"{type(error).__name__}: {error}")


def failed(key: str, error: str, *, cost_usd: float | None = 0.0) -> Score:
    """Return the score of a check that could not be made; `error` becomes one line."""
    line = " ".join(error.split())[:200]
    return Score(check=key, passed=None, reason="the check could not be made", error=line, cost_usd=cost_usd)
