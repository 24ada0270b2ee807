"""Finished runs to plan by: recorded answers and judgments, so that a pilot says exactly what a test wants it to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from command_line import arena

#: Winner of the order control first, then of the order treatment first, by the treatment's score in quarters.
_VERDICTS: Mapping[int | None, tuple[str | None, str | None]] = {
    None: (None, None),
    0: ("A", "B"),
    1: ("A", "TIE"),
    2: ("TIE", "TIE"),
    3: ("B", "TIE"),
    4: ("B", "A"),
}


@dataclass(frozen=True, kw_only=True)
class PilotCase:
    """What one case of a pilot is."""

    quarters: int | None = 2  # the treatment's score, in quarters; None: replies that nobody can read
    cluster: str | None = None
    cost_usd: tuple[float, float] | None = (0.01, 0.01)  # control, treatment; None: unknown
    checks: tuple[bool, bool] = (True, True)  # whether control's and treatment's answers pass


def _reply(winner: str | None) -> str:
    return "hard to say" if winner is None else json.dumps({"reason": "as told", "winner": winner})


def write_pilot(folder: Path, pilot: Sequence[PilotCase], *, metrics: Sequence[Mapping[str, Any]] = ()) -> Path:
    """Write an experiment whose answers and judgments are recorded, and return its file."""
    (folder / "pyproject.toml").touch()
    names = [f"c{number}" for number in range(len(pilot))]
    for arm, variant in enumerate(("control", "treatment")):
        rows = [
            {"case": name, "output": f"{'good' if one.checks[arm] else 'bad'} {variant}"}
            | ({} if one.cost_usd is None else {"cost_usd": one.cost_usd[arm]})
            for name, one in zip(names, pilot, strict=True)
        ]
        (folder / f"{variant}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    judgments = [
        {"case": name, "first": first, "second": second, "text": _reply(winner)}
        for name, one in zip(names, pilot, strict=True)
        for (first, second), winner in zip(
            (("control", "treatment"), ("treatment", "control")), _VERDICTS[one.quarters], strict=True
        )
    ]
    header = {"transcript": 1, "models": {"judge": "written by hand"}, "authored": True}
    lines = [header, *judgments]
    (folder / "transcript.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    cases = [
        {"id": name, "input": f"Question {name}?"} | ({"cluster": one.cluster} if one.cluster else {})
        for name, one in zip(names, pilot, strict=True)
    ]
    experiment: dict[str, Any] = {
        "name": "pilot",
        "judge": {"model": "replay:transcript.jsonl", "axes": "none"},
        "variants": {"control": {"outputs": "control.jsonl"}, "treatment": {"outputs": "treatment.jsonl"}},
        "cases": cases,
        "checks": [{"contains": "good"}],
    }
    if metrics:
        experiment["metrics"] = [dict(metric) for metric in metrics]
    path = folder / "experiment.yaml"
    path.write_text(yaml.safe_dump(experiment, sort_keys=False))
    return path


def run_pilot(folder: Path, pilot: Sequence[PilotCase], *, metrics: Sequence[Mapping[str, Any]] = ()) -> None:
    """Write and run an experiment of recorded answers; its run is the latest of the folder."""
    write_pilot(folder, pilot, metrics=metrics)
    done = arena(folder, "duel", "experiment.yaml", "-q")
    assert done.code == 0, done.err
