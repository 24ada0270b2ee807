"""A run from Python: what the command line does, without it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arena.engine.design import design_of
from arena.engine.plan import Plan
from arena.engine.prepare import prepare_duel
from arena.engine.run import run
from arena.engine.runtime import Runtime
from arena.offline.procedures import DUEL, RANK, gate, gate_again
from arena.offline.rank.prepare import prepare_rank
from arena.records.codec import to_json
from arena.records.run_options import RunOptions
from command_line import arena
from duel_files import cases, result_bytes, write_experiment
from loopback import Loopback

KEY = "sk-proj-4f9a8b7c6d5e4f3a2b1c"


def now() -> datetime:
    """Return a moment that never moves."""
    return datetime(2026, 11, 22, 11, 4, tzinfo=UTC)


class Listening:
    """Somebody who notes all that is told of a run."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.advanced = 0

    def opened(self, run: str, *, resumed: bool) -> None:
        """Note the run's name."""
        self.told.append(f"opened {run}{' again' if resumed else ''}")

    def asking(self, plan: Plan) -> None:
        """Note what is about to be paid for."""
        self.told.append(f"asking {plan.budget.forecast.calls} calls")

    @contextmanager
    def progress(self) -> Iterator["Listening"]:
        """Note when the work begins and ends."""
        self.told.append("working")
        yield self
        self.told.append("done")

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Count the tasks."""
        self.advanced += 1

    def warn(self, text: str) -> None:
        """Note a warning."""
        self.told.append(text)


def test_a_duel_from_python_finds_what_the_command_line_finds(tmp_path: Path) -> None:
    """The same bytes of result.json, whoever asks."""
    path = write_experiment(tmp_path)
    with Loopback() as server:
        plan = prepare_duel(path, RunOptions(), root=None, environment=server.environment)
        finished = run(plan, DUEL, Runtime(clock=now, seconds=time.monotonic))
        ours = result_bytes(tmp_path)
        asked = server.count
        printed = arena(tmp_path, "duel", "experiment.yaml", "--output-format", "json", environment=server.environment)
        assert server.count == asked
    assert finished.run is not None
    assert finished.facts is not None
    assert (finished.run.id, finished.facts.is_complete) == ("20261122-1104-loopback", True)
    assert json.loads(ours) == to_json(finished.result)
    assert result_bytes(tmp_path) == ours
    assert printed.json["win_rate"] == json.loads(ours)["win_rate"]


def test_an_observer_is_told_of_the_run_before_it_pays_and_of_every_task(tmp_path: Path) -> None:
    """Its name first, then the work, then the price, once: a run from the cache alone asks for nothing."""
    path, listening = write_experiment(tmp_path), Listening()
    runtime = Runtime(clock=now, seconds=time.monotonic, observer=listening)
    with Loopback() as server:
        plan = prepare_duel(path, RunOptions(), root=None, environment=server.environment)
        run(plan, DUEL, runtime)
        tasks = listening.advanced
        run(plan, DUEL, runtime)
    assert tasks == plan.budget.forecast.calls == 48
    assert listening.told == [
        *("opened 20261122-1104-loopback", "working", "asking 48 calls", "done"),
        *("opened 20261122-1104-loopback-2", "working", "done"),
    ]


def test_a_gate_and_its_second_look_agree(tmp_path: Path) -> None:
    """Decided from Python, and decided again on the stored run: one verdict, one duel under it."""
    path = write_experiment(
        tmp_path,
        variants={"control": "Be helpful. quality=0.40", "treatment": "Be kind. quality=0.62"},
        cases=cases(40),
    )
    with Loopback(spread=0.5) as server:
        plan = prepare_duel(path, RunOptions(), root=None, environment=server.environment, purpose="gate")
        first = gate(plan, Runtime(clock=now, seconds=time.monotonic))
    assert first.run is not None
    second = gate_again(first.run, clock=now)
    assert first.result.decision == second.result.decision == "pass"
    assert to_json(first.result) == to_json(second.result)


def test_a_ranking_has_a_design_without_arms(tmp_path: Path) -> None:
    """It has no differences of two arms to tell of, before it runs and when it is read again."""
    path = write_experiment(
        tmp_path,
        variants={"control": "Be helpful.", "kind": "Be kind. quality=0.5", "brief": "Be brief. quality=0.4"},
        cases=cases(12),
    )
    with Loopback(spread=0.5) as server:
        plan = prepare_rank(path, RunOptions(), root=None, environment=server.environment)
        ranked = run(plan, RANK, Runtime(clock=now, seconds=time.monotonic))
    assert ranked.run is not None
    read = design_of(ranked.run)
    assert (plan.design.purpose, plan.design.differences) == (read.purpose, read.differences) == ("rank", ())
    assert read.selection.cases == plan.design.selection.cases


def test_the_design_of_a_finished_run_is_that_of_its_plan(tmp_path: Path) -> None:
    """Cases, repeats, seed and what the arms differ in are read back; only how cases were chosen is not."""
    path = write_experiment(tmp_path, cases=cases(12))
    with Loopback() as server:
        plan = prepare_duel(path, RunOptions(repeats=2), root=None, environment=server.environment)
        finished = run(plan, DUEL, Runtime(clock=now, seconds=time.monotonic))
    assert finished.run is not None
    read, meant = design_of(finished.run), plan.design
    assert (read.repeats, read.seed, read.differences) == (2, meant.seed, meant.differences)
    assert read.selection.cases == meant.selection.cases
    assert read.experiment.hash == meant.experiment.hash


@pytest.mark.parametrize("options", [RunOptions(), RunOptions(limit=4, seed=7, until_decided=True)])
def test_a_plan_is_made_whole_and_its_repr_shows_no_key(tmp_path: Path, options: RunOptions) -> None:
    """Every answer has its request, every model is looked up, the price is known; keys stand in no repr."""
    path = write_experiment(tmp_path)
    with Loopback() as server:
        plan = prepare_duel(path, options, root=None, environment={**server.environment, "OPENAI_API_KEY": KEY})
    design, work, budget = plan.design, plan.work, plan.budget
    assert len(work.tasks) == len(design.selection.cases) * 2
    assert all(task.request is not None for task in work.tasks)
    assert [missing for _, missing in budget.models] == [None] * 3
    assert budget.forecast.usd is not None
    assert budget.cap_enforced
    assert design.until_decided == options.until_decided
    assert KEY not in repr(plan)
