"""Every check that a file may declare has its rule, and a rule that breaks is an error, never a pass or a fail."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from arena.errors import BudgetExceeded
from arena.files.shapes.checks import CHECKS
from arena.grading.claims import DISSECTIONS
from arena.grading.means import Means
from arena.grading.table import GRADERS, JUDGE, RUNNERS, grade, grade_by_running
from arena.records.call import Answer, Finish, Request
from arena.records.case import JUDGED, Check
from arena.records.score import Score
from graded_answers import conversation, graded
from judge_parts import CASE, completion


def test_every_declarable_check_has_one_rule() -> None:
    """The keys of files and of graders are the same, the judge's questions apart."""
    assert {JUDGE, *DISSECTIONS} == JUDGED
    kinds = (set(GRADERS), set(RUNNERS), set(JUDGED))
    assert set().union(*kinds) == set(CHECKS)
    assert sum(map(len, kinds)) == len(CHECKS)


AUTHORED: list[tuple[str, Any, str, bool]] = [
    ("exact", "It is late.", " It is late.\n", True),
    ("exact", {"reference": True}, "It is late.", True),
    ("exact", {"text": "it is LATE.", "ignore_case": True}, "It is late.", True),
    ("contains", "late", "It is late.", True),
    ("contains", ["late", "early"], "It is late.", False),
    ("not_contains", {"text": "LATE", "ignore_case": True}, "It is late.", False),
    ("regex", r"\blate\b", "It is late.", True),
    ("not_regex", "(?i)as an ai", "As an AI, I wait.", False),
    ("json_valid", True, "{}", True),
    ("json_schema", {"type": "object"}, "[]", False),
    ("max_words", 3, "It is late.", True),
    ("refusal", False, "It is late.", True),
    ("empty", False, "It is late.", True),
]


@pytest.mark.parametrize(("key", "argument", "answer", "passed"), AUTHORED)
def test_argument_as_written_reaches_its_rule(key: str, argument: Any, answer: str, passed: bool) -> None:
    """What an author writes, resolved by the file's own model, is what the rule reads."""
    resolved = CHECKS[key].model_validate({key: argument}).argument()
    score = grade(Check(key=key, argument=resolved), CASE, completion(answer))
    assert (score.check, score.passed, score.error) == (key, passed, None)
    assert score.reason


def test_rule_that_breaks_is_an_error() -> None:
    """The score says that the check could not be made, in one line, and has no value."""
    check = Check(key="exact", argument={"text": None, "ignore_case": False})
    without_reference = type(CASE)(id="c", input="?")
    assert grade(check, without_reference, completion("x")) == Score(
        check="exact",
        passed=None,
        reason="the check could not be made",
        error="ValueError: the case has no reference to compare with",
    )


def test_unknown_key_is_a_mistake_of_the_caller() -> None:
    """A judged check has no rule."""
    with pytest.raises(KeyError):
        grade(Check(key=JUDGE, argument="Is it polite?"), CASE, completion("x", Finish.STOP))


def test_stop_of_the_whole_run_is_no_error_of_one_check() -> None:
    """A check that asks a model may meet what every other call would meet: the run stops."""

    async def stopped(request: Request) -> Answer:
        raise BudgetExceeded("the next call would pass the cap")

    argument = CHECKS["similar"].model_validate({"similar": {"min": 0.5, "model": "vllm:e5"}}).argument()
    means = Means(root=Path(), complete=stopped)
    with pytest.raises(BudgetExceeded):
        asyncio.run(grade_by_running(Check(key="similar", argument=argument), CASE, completion("x"), means))


TALK = conversation("Where is it?", "It left on Monday. " * 20, "Still?")


@pytest.mark.parametrize("part", ['" ', "“", "> ", "25 Nov ", "1,", "a? ", "{", "\x00", "\u202e", "\ud800"])
@pytest.mark.parametrize(
    ("key", "argument"),
    [
        ("cites", "shipping-policy"),
        ("quotes", True),
        ("number", 7),
        ("date", "2026-11-25"),
        ("conversation", {"no_repeat": True, "does_not_ask": "order", "max_questions": 1}),
        ("tool_calls", [{"name": "lookup"}]),
        ("json_path", "$.a"),
    ],
)
def test_hostile_answer_of_a_megabyte_has_a_score(key: str, argument: Any, part: str) -> None:
    """No rule breaks or hangs, and no reason grows with the answer or holds a character that a terminal obeys."""
    case = TALK if key == "conversation" else CASE
    score = graded(key, argument, part * (1_000_000 // len(part)), case=case)
    assert score.error is None
    assert len(score.reason) < 500
    assert score.reason.isprintable()
