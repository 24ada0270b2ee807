"""The live part of an experiment: what is registered of a test on users."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from arena.errors import FileError
from arena.files import experiments
from arena.files.resolving.experiment_hash import live_hash
from arena.records.experiment import Experiment
from arena.records.live import EventColumns, GateRun, GuardrailAction, LivePlan, LookPlan, Stage, Switchback
from arena.runs.snapshot import experiment_from_json, experiment_to_json

START = """\
model: openai:gpt-6-luna
variants: {control: a, treatment: b}
cases: [hello]
judge: openai:gpt-6-sol
metrics: [{name: win_rate, role: primary, above: 0.5}, {name: error_rate, role: guardrail, max: 1%, where: live}]
"""
WHOLE = """\
live:
  randomize_by: conversation_id
  salt: pepper
  units: 2942
  stages: [{shadow: {skip: low risk}}, {canary: 5%, from: "2026-11-02"}, {ab: 50%, from: "2026-11-04"}]
  ends: "2026-11-18"
  outcome_within: 24h
  overrides: {qa-17: treatment, 18: control}
  looks: {fractions: [0.5, 1.0], z: [2.8, 1.98]}
  burn_in_days: 2
  segments: [device, tier]
  guardrails: {error_rate: {windows: 3, action: rollback}}
  columns: {variant: arm, time: at, arm_hash: h, pre: {csat: csat_before}, segments: {device: d}}
  gate_run: {skip: copy change}
"""


def load(folder: Path, text: str) -> Experiment:
    """Load an experiment with this live part."""
    (folder / "pyproject.toml").touch()
    (folder / "experiment.yaml").write_text(START + text)
    return experiments.load(folder / "experiment.yaml")


def live(folder: Path, text: str) -> LivePlan:
    """Return what the live part registers."""
    plan = load(folder, text).live
    assert plan is not None
    return plan


def test_every_key_of_the_live_part_is_a_field_of_the_plan(tmp_path: Path) -> None:
    """Durations are seconds, dates are dates, shares are numbers."""
    assert live(tmp_path, WHOLE) == LivePlan(
        randomize_by="conversation_id",
        salt="pepper",
        units=2942,
        stages=(
            Stage(kind="shadow", share=None, skipped="low risk"),
            Stage(kind="canary", share=0.05, starts=date(2026, 11, 2)),
            Stage(kind="ab", share=0.5, starts=date(2026, 11, 4)),
        ),
        ends=date(2026, 11, 18),
        outcome_within_s=86400.0,
        overrides={"qa-17": "treatment", "18": "control"},
        looks=LookPlan(fractions=(0.5, 1.0), z=(2.8, 1.98)),
        burn_in_days=2,
        segments=("device", "tier"),
        guardrails={"error_rate": GuardrailAction(windows=3, action="rollback")},
        columns=EventColumns(
            unit="conversation_id",
            variant="arm",
            time="at",
            arm_hash="h",
            pre={"csat": "csat_before"},
            segments={"device": "d"},
        ),
        gate_run=GateRun(skipped="copy change"),
    )


def test_time_itself_may_be_randomised(tmp_path: Path) -> None:
    """A switchback: blocks of time, the beginning of each left out."""
    plan = live(tmp_path, "live: {randomize_by: {block: 30m, washout: 5m}}")
    assert plan.randomize_by == Switchback(block_s=1800.0, washout_s=300.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{randomize_by: {}}",
         "6:22: live.randomize_by: expected a unit such as conversation_id, or {block: 30m, washout: 5m}"),
        ("{randomize_by: {block: 5m, washout: 5m}}", "6:22: live.randomize_by: 'washout' must be shorter than 'block'"),
        ("{randomize_by: {block: 0m}}", "6:30: live.randomize_by.block: expected more than 0, found '0m'"),
        ("{randomize_by: u, outcome_within: 24}",
         "6:41: live.outcome_within: expected a duration such as 30s, 5m, 24h or 7d"),
        ("{randomize_by: u, ends: \"2026-02-30\"}", "6:31: live.ends: expected a day such as 2026-11-02, in quotes"),
        ("{randomize_by: u, units: 1}", "6:32: live.units: expected at least 2, found 1"),
        ("{randomize_by: u, overrides: {qa: treatmen}}",
         "6:41: live.overrides.qa: no variant 'treatmen' (did you mean 'treatment'?)"),
        ("{randomize_by: u, stages: [{ab: 5%, form: \"2026-11-02\"}]}",
         "6:43: live.stages.0: unknown key 'form' (did you mean 'from'?)"),
        ("{randomize_by: u, stages: [{from: \"2026-11-02\"}]}",
         "6:34: live.stages.0: a stage has exactly one of 'shadow', 'canary', 'ab'"),
        ("{randomize_by: u, stages: [{canary: 5%, from: \"2026-11-02\"}, {ab: 50%, from: \"2026-11-02\"}]}",
         "6:84: live.stages.1.from: begins on 2026-11-02: expected a day after 2026-11-02, when the "
         "stage before it begins"),
        ("{randomize_by: u, stages: [{ab: 50%, from: \"2026-11-02\"}], ends: \"2026-11-01\"}",
         "6:72: live.ends: expected a day after 2026-11-02, when the last stage begins, found 2026-11-01"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_stands(tmp_path: Path, text: str, message: str) -> None:
    """Nothing of a test on users is guessed."""
    with pytest.raises(FileError) as raised:
        load(tmp_path, f"live: {text}\n")
    assert f"experiment.yaml:{message}" in str(raised.value)


def test_what_is_registered_has_a_hash_of_its_own(tmp_path: Path) -> None:
    """The experiment's does not know the live part, so that neither ends the other."""
    without, whole = load(tmp_path, ""), load(tmp_path, WHOLE)
    assert without.hash == whole.hash
    assert whole.live is not None
    assert len(live_hash(whole.live)) == 64
    assert live_hash(whole.live) == live_hash(live(tmp_path, WHOLE))
    assert live_hash(whole.live) != live_hash(replace(whole.live, ends=date(2026, 11, 19)))


def test_a_run_keeps_what_was_registered(tmp_path: Path) -> None:
    """Also its days; of an older run, which kept its author's own words, nothing is read."""
    experiment = load(tmp_path, WHOLE)
    data = experiment_to_json(experiment)
    assert experiment_from_json(data, tmp_path).live == experiment.live
    older = data | {"live": {"randomize_by": "u", "stages": [{"canary": {"share": 0.05}}], "burn_in_days": 0}}
    assert experiment_from_json(older, tmp_path).live is None
