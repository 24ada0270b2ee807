"""Grade an answer by a check as an author writes it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arena.files.shapes.checks import CHECKS
from arena.grading.means import Means
from arena.grading.table import RUNNERS, grade, grade_by_running
from arena.records.call import Completion, Finish
from arena.records.case import Case, Check, Document, Message
from arena.records.score import Score

POLICY = Document(
    id="shipping-policy",
    text="# Delivery times\nParcels arrive within 3–5 working days. We refund the postage if they don’t.",
)
CASE = Case(
    id="late", input="Where is it?", context=(POLICY, Document(text="Opened items stay.")), reference="It is late."
)


def answer(text: str, **fields: Any) -> Completion:
    """Return a completion of this text."""
    return Completion(request_key="k", text=text, finish=Finish.STOP, model_requested="m", **fields)


def argument_of(key: str, written: Any) -> Any:
    """Return the plain argument of a check as it is written."""
    return CHECKS[key].model_validate({key: written}).argument()


def graded(key: str, written: Any, given: str | Completion, *, case: Case = CASE, means: Means | None = None) -> Score:
    """Return the score of an answer on a check as it is written."""
    completion = answer(given) if isinstance(given, str) else given
    check = Check(key=key, argument=argument_of(key, written))
    if key not in RUNNERS:
        return grade(check, case, completion)
    return asyncio.run(grade_by_running(check, case, completion, means or Means(root=Path())))


def outcome(key: str, written: Any, given: str | Completion, *, case: Case = CASE) -> tuple[bool | None, str]:
    """Return whether an answer passes and why, of a rule that could be applied."""
    score = graded(key, written, given, case=case)
    assert score.error is None, score.error
    assert score.check == key
    return score.passed, score.reason


def conversation(*turns: str) -> Case:
    """Return a case whose turns alternate between user and assistant, the user first and last."""
    roles = ("user", "assistant")
    messages = tuple(Message(role=roles[at % 2], content=text) for at, text in enumerate(turns))  # type: ignore[arg-type]  # of the two
    return Case(id="talk", input=turns[-1], messages=messages)


def scored_by(function: str, given: str, folder: Path, files: Mapping[str, str]) -> Score:
    """Return the score that a user's function of `checks.py` gives an answer."""
    for name, text in files.items():
        (folder / name).write_text(text)
    check = Check(key="python", argument={"file": "checks.py", "function": function, "sha256": "0"})
    return asyncio.run(grade_by_running(check, CASE, answer(given), Means(root=folder)))
