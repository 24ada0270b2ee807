"""Finished runs whose answers people can compare."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import sample_results
import sample_runs
from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish
from arena.records.case import Case, GoldenSet
from arena.records.judgment import Judgment
from arena.records.run_options import RunOptions
from arena.runs.folder import open_run
from arena.runs.saved import SavedRun, load

ARMS = ("control", "treatment")
ORDERS: tuple[tuple[str, str, Literal["first", "second"]], ...] = ((*ARMS, "second"), (*ARMS[::-1], "first"))


def cases(number: int, **fields: Any) -> list[Case]:
    """Return so many cases; every third one is hard."""
    return [
        Case(id=f"c{i:02}", input=f"Question {i}?", tags=("hard",) if i % 3 == 0 else ("easy",), **fields)
        for i in range(number)
    ]


def answered(case: str, variant: str, text: str | None, *, repeat: int = 0, **fields: Any) -> Answered:
    """Return an answer; a failed call where there is no text."""
    key = f"{case}-{variant}-{repeat}"
    answer: Answer
    if text is None:
        answer = CallFailure(request_key=key, kind=FailureKind.TIMEOUT, message="no answer in 120 s")
    else:
        answer = Completion(request_key=key, text=text, finish=Finish.STOP, model_requested="gpt-6-luna", **fields)
    return Answered(case=case, variant=variant, repeat=repeat, answer=answer)


def both(some: Sequence[Case]) -> list[Answered]:
    """Return an answer of each variant to every case."""
    return [answered(case.id, arm, f"What {arm[:4]} says to {case.id}.") for case in some for arm in ARMS]


def judgments(some: Sequence[Case]) -> list[Judgment]:
    """Return both orders of each case, won by the treatment."""
    return [
        Judgment(case=case.id, first=first, second=second, winner=winner, judge="anthropic:claude-sonnet-5-5")
        for case in some
        for first, second, winner in ORDERS
    ]


def run(root: Path, some: Sequence[Case], rows: Sequence[Answered] | None = None, **changes: Any) -> SavedRun:
    """Make a finished run of these cases and answers, and open it."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").touch()
    golden = GoldenSet(name="golden", version="1", cases=tuple(some), sha256="ab" * 32, path="golden.yaml")
    experiment = sample_runs.experiment(root, golden=golden, **changes)
    with open_run(experiment, options=RunOptions(), clock=sample_runs.clock()) as folder:
        result = sample_results.result(cases=len(some))
        sample_runs.finish(folder, result, completions=both(some) if rows is None else rows, judgments=judgments(some))
    return load(folder.path)


def winner_of(row: Mapping[str, Any]) -> str:
    """Return what a row of labels says: first, second or tie."""
    if row["winner"] == "tie":
        return "tie"
    return "first" if row["winner"] == row["first"] else "second"
