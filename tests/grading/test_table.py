"""Every check that a file may declare has its rule, and a rule that breaks is an error, never a pass or a fail."""

from typing import Any

import pytest

from arena.files.checks import CHECKS
from arena.grading.table import GRADERS, JUDGED, grade
from arena.records.call import Finish
from arena.records.case import Check
from arena.records.score import Score
from judge_parts import CASE, completion


def test_every_declarable_check_has_one_rule() -> None:
    """The keys of files and of graders are the same, the judge's question apart."""
    assert set(GRADERS) | {JUDGED} == set(CHECKS)
    assert JUDGED not in GRADERS


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
    resolved = CHECKS[key].model_validate({key: argument}).argument()  # type: ignore[attr-defined] # each shape has it
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
        grade(Check(key=JUDGED, argument="Is it polite?"), CASE, completion("x", Finish.STOP))
