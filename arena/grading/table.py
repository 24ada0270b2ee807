"""Every check by its key, and the one way to run them."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any

from arena.errors import CannotRun, Interrupted
from arena.grading.json_answers import json_valid
from arena.grading.lengths import empty, max_words
from arena.grading.means import Means
from arena.grading.patterns import regex_found, regex_not_found
from arena.grading.refusals import refusal
from arena.grading.texts import contains, exact, not_contains
from arena.grading.usage_limits import max_cost_usd, max_latency_s, max_tokens
from arena.records.call import Completion
from arena.records.case import Case, Check
from arena.records.score import Score

Grader = Callable[[Case, Completion, Any], Score]
Runner = Callable[[Case, Completion, Any, Means], Awaitable[Score]]


def later(place: str) -> Callable[..., Any]:
    """Return the function `module:name` of this folder, imported when it is first used.

    Patterns take 1 to 2 ms a module, the schema library 50 ms, numpy 100: most experiments need none of them.
    """
    module, _, name = place.partition(":")

    def function(*arguments: Any) -> Any:
        return getattr(import_module(f"arena.grading.{module}"), name)(*arguments)

    return function


#: Key to rule. The argument is the plain JSON of `Check.argument`, validated when the file was read.
GRADERS: Mapping[str, Grader] = {
    "exact": exact,
    "contains": contains,
    "not_contains": not_contains,
    "regex": regex_found,
    "not_regex": regex_not_found,
    "json_valid": json_valid,
    "json_schema": later("json_schemas:json_schema"),
    "max_words": max_words,
    "refusal": refusal,
    "empty": empty,
    "cites": later("citations:cites"),
    "quotes": later("citations:quotes"),
    "number": later("numbers:number"),
    "date": later("dates:date"),
    "json_path": later("json_values:json_path"),
    "tool_calls": later("tool_calls:tool_calls"),
    "conversation": later("conversations:conversation"),
    "pii": later("personal_data:pii"),
    "max_tokens": max_tokens,
    "max_latency_s": max_latency_s,
    "max_cost_usd": max_cost_usd,
}

#: Key to check that runs something, and may take its time.
RUNNERS: Mapping[str, Runner] = {
    "code": later("code_tests:code"),
    "python": later("own_functions:python"),
    "similar": later("similarity:similar"),
}

#: The key whose check is a question to a model: `arena.grading.judged_check`.
JUDGE = "judge"


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


async def grade_by_running(check: Check, case: Case, completion: Completion, means: Means) -> Score:
    """Return the score of one completion on one check that runs something; otherwise as `grade`.

    Raises:
        KeyError: the key names no such check.
        CannotRun: a model was asked, and the whole run must stop.
        Interrupted: likewise.
    """
    runner = RUNNERS[check.key]
    try:
        return await runner(case, completion, check.argument, means)
    except (CannotRun, Interrupted):
        raise
    except Exception as error:  # noqa: BLE001 -- a grader's own failure, whatever it is, is data about the check
        return failed(check.key, f"{type(error).__name__}: {error}")


def failed(key: str, error: str, *, cost_usd: float | None = 0.0) -> Score:
    """Return the score of a check that could not be made; `error` becomes one line."""
    line = " ".join(error.split())[:200]
    return Score(check=key, passed=None, reason="the check could not be made", error=line, cost_usd=cost_usd)
