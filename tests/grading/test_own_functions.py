"""A user's own function decides by what it returns; what it raises is an error of the check."""

from pathlib import Path

import pytest

from graded_answers import scored_by

CHECKS = """
import asyncio
from beside import word

def holds(case, completion):
    return word in completion.text and case.id == "late"

def share(case, completion):
    return len(completion.text) / 10

def wrong(case, completion):
    return "too\\n \\x1b[31mcurt" if len(completion.text) < 5 else ""

def full(case, completion):
    return {"passed": False, "reason": "no name", "value": 2, "unit": "names"}

async def patient(case, completion):
    await asyncio.sleep(0)
    return True

def later(case, completion):
    return patient(case, completion)

def breaks(case, completion):
    return 1 / 0

def scored(case, completion):
    from arena.records.score import Score
    return Score(check="mine", passed=True, reason="fine", value=0.5)

def slow(case, completion):
    import time
    time.sleep(3600)

not_a_number = lambda case, completion: float("nan")
too_much = lambda case, completion: 2
nothing = lambda case, completion: None
no_passed = lambda case, completion: {"reason": "?"}
unknown = lambda case, completion: {"passed": True, "scroe": 1}
leaves = lambda case, completion: exit(0)

async def leaves_later(case, completion):
    exit(0)

no_value = lambda case, completion: {"passed": True, "value": "much"}
"""
FILES = {"checks.py": CHECKS, "beside.py": "word = 'late'\n"}


@pytest.mark.parametrize(
    ("function", "text", "passed", "reason", "value"),
    [
        ("holds", "It is late.", True, "holds says yes", None),
        ("holds", "It is.", False, "holds says no", None),
        ("share", "12345", True, "share: 0.5", 0.5),
        ("share", "1234", False, "share: 0.4", 0.4),
        ("wrong", "Hm", False, "too curt", None),
        ("wrong", "It is late.", True, "wrong finds nothing wrong", None),
        ("full", "x", False, "no name", 2.0),
        ("patient", "x", True, "patient says yes", None),
        ("later", "x", True, "later says yes", None),
        ("scored", "x", True, "fine", 0.5),
    ],
)
def test_result_of_a_function_is_a_score(
    tmp_path: Path, function: str, text: str, passed: bool, reason: str, value: float | None
) -> None:
    """True or False, a share, what is wrong, a mapping or a Score; plain or async; its neighbours can be imported."""
    score = scored_by(function, text, tmp_path, FILES)
    assert (score.check, score.passed, score.reason, score.value, score.error) == (
        "python",
        passed,
        reason,
        value,
        None,
    )


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("breaks", "ZeroDivisionError: division by zero"),
        ("not_a_number", "ValueError: not_a_number returned nan, not a number from 0 to 1"),
        ("too_much", "ValueError: too_much returned 2, not a number from 0 to 1"),
        ("nothing", "TypeError: nothing returned NoneType: expected bool, number, text or a mapping"),
        ("no_passed", "ValueError: no_passed returned no passed: expected passed, reason, value, unit"),
        ("unknown", "ValueError: unknown returned ['scroe']: expected passed, reason, value, unit"),
        ("no_value", "ValueError: no_value returned the value 'much', which is no number"),
        ("gone", "UsageError: target checks.py: no function 'gone'"),
        ("leaves", "RuntimeError: SystemExit: 0"),
        ("leaves_later", "RuntimeError: SystemExit: 0"),
    ],
)
def test_function_that_breaks_is_an_error_of_the_check(tmp_path: Path, function: str, error: str) -> None:
    """Never a fail of the answer."""
    score = scored_by(function, "x", tmp_path, FILES)
    assert (score.passed, score.error) == (None, error)


def test_function_that_takes_too_long_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a minute."""
    monkeypatch.setattr("arena.grading.own_functions.SECONDS", 0.05)
    assert scored_by("slow", "x", tmp_path, FILES).error == "TimeoutError: slow took longer than 0.05 s"


def test_file_outside_the_project_is_never_loaded(tmp_path: Path) -> None:
    """Whatever leads there: a link is followed before it is judged."""
    (tmp_path / "outside.py").write_text("raise SystemExit")
    project = tmp_path / "project"
    project.mkdir()
    (project / "checks.py").symlink_to(tmp_path / "outside.py")
    assert scored_by("f", "x", project, {}).error == "UsageError: target checks.py: lies outside the project"
