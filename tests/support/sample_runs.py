"""Experiments and finished runs to save, find and render."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sample_results
from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, SettingReport, Usage
from arena.records.case import Case, Check, Document, GoldenSet
from arena.records.experiment import Experiment, GateRules, Judge, SourceFile
from arena.records.judgment import AxisScores, Judgment
from arena.records.metric import Limit, Metric
from arena.records.result import DuelResult
from arena.records.rubric import Axis, Rubric
from arena.records.run import Spending
from arena.records.run_options import RunOptions
from arena.records.score import Score
from arena.records.variant import Decoding, Model, Target, Variant
from arena.runs.folder import RunFolder, open_run

START = datetime(2026, 11, 22, 11, 4, tzinfo=UTC)
LUNA = Model(vendor="openai", name="gpt-6-luna")
TEMPERATURE = SettingReport(name="temperature", requested=0, sent=0, honoured="echoed_equal")


def clock(minutes: float = 0.0) -> Callable[[], datetime]:
    """Return a clock that stands still, so many minutes after the start."""
    return lambda: START + timedelta(minutes=minutes)


def experiment(root: Path, **changes: Any) -> Experiment:
    """Return an experiment of three cases at `root`."""
    cases = (
        Case(
            id="double-charge",
            input="Why was I charged twice?",
            context=(Document(text="A double charge is a reservation that ends after 3 days.", id="billing"),),
            tags=("billing", "hard"),
            cluster="customer-17",
            reference="It is a reservation.",
        ),
        Case(id="late-package", input="My package hasn't arrived.", vars={"customer": "Dana"}),
        Case(id="no-answer", input="Hello?"),
    )
    facts: dict[str, Any] = {
        "name": "support-bot",
        "hypothesis": "Citing the policy makes replies better.",
        "golden": GoldenSet(name="golden", version="1", cases=cases, sha256="ab" * 32, path="golden.yaml"),
        "rubric": Rubric(
            name="general",
            version="1",
            axes=(Axis(name="clarity", question="Is it clear?", levels={1: "no", 5: "yes"}),),
        ),
        "variants": {
            "control": Variant(name="control", system="Be helpful.", model=LUNA, decoding=Decoding(temperature=0)),
            "treatment": Variant(name="treatment", system="Be helpful and cite the policy.", model=LUNA),
        },
        "control": "control",
        "treatment": "treatment",
        "judges": (Judge(model=Model(vendor="anthropic", name="claude-sonnet-5-5"), decoding=Decoding()),),
        "checks": (Check(key="max_words", argument=60),),
        "metrics": (
            Metric(
                name="win_rate",
                source="win_rate",
                aggregate="mean",
                unit="share",
                direction="up",
                role="primary",
                limits=(Limit(kind="above", value=0.5),),
            ),
        ),
        "gate": GateRules(),
        "repeats": 1,
        "seed": 7,
        "max_cost_usd": 5.0,
        "max_cost_declared": False,
        "split": None,
        "transcript": str(root / "transcript.jsonl"),
        "live": None,
        "root": str(root),
        "path": "experiment.yaml",
        "hash": "cafe" * 16,
        "files": (SourceFile(path="experiment.yaml", sha256="01" * 32),),
    }
    return Experiment(**facts | changes)


def with_target(root: Path) -> Experiment:
    """Return an experiment whose control is a function in a file of the project."""
    target = Target(file=str(root / "app" / "bot.py"), function="answer", version="3", sha256="02" * 32)
    variants = experiment(root).variants
    return experiment(root, variants={**variants, "control": Variant(name="control", target=target)}, transcript=None)


def answers() -> list[Answered]:
    """Return every answer of the experiment's three cases; the treatment has none to the last."""
    control = {
        "double-charge": "I can look into it.",
        "late-package": "It is on its way.",
        "no-answer": "",
    }
    treatment: dict[str, str | None] = {
        "double-charge": "You'll get your money back today!",
        "late-package": "It arrives in 3-5 days, Dana.",
        "no-answer": None,
    }
    rows = [_answered(case, "control", text) for case, text in control.items()]
    return rows + [_answered(case, "treatment", text) for case, text in treatment.items()]


def _answered(case: str, variant: str, text: str | None) -> Answered:
    answer: Answer
    if text is None:
        answer = CallFailure(request_key=f"{case}-{variant}", kind=FailureKind.TIMEOUT, message="no answer in 120 s")
        return Answered(case=case, variant=variant, repeat=0, answer=answer)
    answer = Completion(
        request_key=f"{case}-{variant}",
        text=text,
        finish=Finish.STOP,
        model_requested="gpt-6-luna",
        model_returned="gpt-6-luna-2026-09-01",
        usage=Usage(input_tokens=40, output_tokens=9),
        latency_s=1.25,
        cost_usd=0.0021,
        settings=(TEMPERATURE,),
    )
    scores = (
        Score(check="max_words", passed=True, reason=f"{len(text.split())} words"),
        Score(check="contains", passed=variant == "treatment" and "3-5" in text, reason="looked for 3-5"),
        Score(check="judge", passed=None, reason="", error="the judge did not answer"),
    )
    return Answered(case=case, variant=variant, repeat=0, answer=answer, scores=scores)


def judgments() -> list[Judgment]:
    """Return both orders of the two cases that have a pair: one lost, one on which the orders differ."""
    facts: dict[str, Any] = {"judge": "anthropic:claude-sonnet-5-5", "judge_config": "0123456789abcdef"}
    swapped: dict[str, Any] = {"first": "treatment", "second": "control"} | facts
    promised = "The treatment promises a refund that the policy doesn't give."
    axes = {"clarity": AxisScores(first=4.0, second=2.0)}
    return [
        Judgment(
            case="double-charge",
            first="control",
            second="treatment",
            winner="first",
            reason=promised,
            axes=axes,
            **facts,
        ),
        Judgment(case="double-charge", winner="second", reason=promised, **swapped),
        Judgment(case="late-package", first="control", second="treatment", winner="second", reason="Clearer.", **facts),
        Judgment(case="late-package", winner="tie", reason="Equal.", **swapped),
    ]


def spending(**changes: Any) -> Spending:
    """Return what the run cost."""
    facts: dict[str, Any] = {
        "made": 9,
        "cached": 0,
        "failed": 1,
        "paid_usd": 0.0126,
        "seconds": 4.2,
        "replay": "live",
    }
    return Spending(**facts | changes)


def finish(run: RunFolder, result: DuelResult | None = None, **changes: Any) -> None:
    """Finish a run with the sample answers and judgments."""
    facts: dict[str, Any] = {"completions": answers(), "judgments": judgments(), "spending": spending()}
    run.finish(result or sample_results.result(cases=3), **facts | changes)


def finished_run(root: Path, *, minutes: float = 0.0, result: DuelResult | None = None, **changes: Any) -> Path:
    """Make a finished run at `root` and return its folder."""
    with open_run(experiment(root, **changes), options=RunOptions(), clock=clock(minutes)) as run:
        finish(run, result)
    return run.path
