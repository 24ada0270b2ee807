"""The past runs of a project, as `arena runs` lists them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from arena.errors import ArenaError
from arena.records.gate import DuelOrGate, GateResult, duel_of
from arena.records.metric import Decision
from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.runs.home import run_folders
from arena.runs.lock import is_held
from arena.runs.saved import SavedRun
from arena.stats.estimate import Interval

Status = Literal["complete", "running", "interrupted", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One line of the list of runs."""

    run: str
    status: Status
    started: str | None  # ISO 8601, UTC
    experiment: str
    cases: int | None = None
    headline: str | None = None  # the name of the quantity that decides: win_rate, or the primary metric
    is_level: bool = False  # its value is the treatment's own and not a difference: a win rate
    value: float | None = None  # the win rate, or the difference of the primary metric
    interval: Interval | None = None
    unit: str | None = None
    decision: Decision | None = None
    paid_usd: float | None = None
    calls: int | None = None
    best: str | None = None  # of a ranking: the variants that may be best


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRuns:
    """The list of runs."""

    schema_version: int = 1
    kind: Literal["runs"] = "runs"
    runs: tuple[PastRun, ...]


def past_runs(root: Path) -> PastRuns:
    """Return every run of the project at `root`, newest first; a damaged one is listed as such."""
    return PastRuns(runs=tuple(_past_run(path, facts) for path, facts in run_folders(root)))


def _past_run(path: Path, facts: RunFacts) -> PastRun:
    listed = PastRun(
        run=path.name,
        status="complete" if facts.is_complete else "running" if is_held(path) else "interrupted",
        started=facts.started,
        experiment=facts.experiment.name,
        paid_usd=facts.spending.paid_usd if facts.spending else None,
        calls=facts.spending.made if facts.spending else None,
    )
    try:
        return _with_found(listed, SavedRun(path)) if facts.is_complete else listed
    except ArenaError:
        return replace(listed, status="damaged")


def _with_found(listed: PastRun, run: SavedRun) -> PastRun:
    if not run.is_ranking:
        return _with_headline(listed, run.found)
    best = " or ".join(one.name for one in run.ranking.variants if 1 in one.rank_set)
    return replace(listed, cases=run.ranking.cases, headline="best", best=best)


def _with_headline(listed: PastRun, result: DuelOrGate) -> PastRun:
    found = _with_what_decides(listed, duel_of(result))
    return replace(found, decision=result.decision) if isinstance(result, GateResult) else found


def _with_what_decides(listed: PastRun, result: DuelResult) -> PastRun:
    primary = next((each for each in result.metrics if each.role == "primary"), None)
    if result.win_rate is not None:
        rate = result.win_rate
        listed = replace(listed, headline="win_rate", is_level=True, value=rate.value, unit="share")
        return replace(listed, interval=rate.interval, cases=result.cases, decision=result.win_rate_decision)
    if primary is not None:
        found = primary.difference
        listed = replace(listed, value=found.value, interval=found.interval, unit=found.unit_of_measure)
        return replace(listed, cases=result.cases, headline=primary.name, decision=primary.decision)
    return replace(listed, cases=result.cases)
