"""Run a planned duel: completions opened, everything asked, the result summarised, the run folder written."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from arena.completions.interrupts import interruptible
from arena.completions.open import Completions, CompletionSettings, OpenProvider, open_completions
from arena.offline.duel.execute import Executed, Progress, execute
from arena.offline.duel.plan import DuelPlan
from arena.offline.duel.prepare import cap_of
from arena.offline.duel.summarise import summarise
from arena.providers import table
from arena.records.call import Provider
from arena.records.result import DuelResult
from arena.runs.folder import RunFolder, Spending

#: Options that choose what is asked: two runs with equal ones are one run when the first was interrupted.
IDENTIFYING = ("limit", "tags", "cases", "only", "repeats", "seed", "against", "refresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A finished duel: what it found, and the facts of its run."""

    result: DuelResult
    manifest: Mapping[str, Any]
    warnings: tuple[str, ...]


def identity_of(plan: DuelPlan) -> dict[str, Any]:
    """Return the options that make this run the one it is, as plain JSON."""
    options = asdict(plan.options)
    return {name: options[name] for name in IDENTIFYING if options[name]}


async def run_duel(
    plan: DuelPlan,
    folder: RunFolder,
    *,
    cache_dir: Path,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    progress: Progress,
    announce: Callable[[], None],
) -> Finished:
    """Run a plan to its end and write its folder.

    Args:
        plan: what to ask.
        folder: the run's own, held by this process.
        cache_dir: where completions are kept.
        environment: where keys are read from.
        clock: the time of day, with its zone.
        seconds: a clock for durations.
        progress: told after every task.
        announce: called once, before the first call to any model.

    Raises:
        CannotRun: the run cannot be finished; what was paid for is kept.
        Interrupted: SIGINT or SIGTERM; likewise.
    """
    started = seconds()
    rng = np.random.default_rng(plan.seed)
    hint = "run the same command again: it goes on where it stopped, and pays for nothing twice"
    async with (
        interruptible(hint=hint, last_resort=True),
        open_completions(
            _settings(plan, folder, cache_dir),
            environment=environment,
            clock=clock,
            rng=rng,
            open_provider=_announcing(announce),
        ) as opened,
    ):
        executed = await execute(plan, opened, progress=progress)
        opened.check_endpoints()
        spending = _spending(opened, executed, seconds() - started)
        warnings = opened.warnings
    result = summarise(plan, executed)
    folder.finish(result, completions=executed.answered, judgments=executed.judgments, spending=spending)
    return Finished(result=result, manifest=folder.manifest, warnings=warnings)


def _announcing(announce: Callable[[], None]) -> OpenProvider:
    """Return what opens providers, and says so before the first: a run answered from the cache opens none."""
    said = False

    def opening(vendor: str, base_url: str | None, **options: Any) -> Provider:
        nonlocal said
        if not said:
            said = True
            announce()
        return table.open_provider(vendor, base_url, **options)

    return opening


def _settings(plan: DuelPlan, folder: RunFolder, cache_dir: Path) -> CompletionSettings:
    options, experiment = plan.options, plan.experiment
    return CompletionSettings(
        cache_dir=cache_dir,
        root=Path(experiment.root),
        run_id=folder.id,
        offline=options.offline,
        refresh=options.refresh,
        concurrency=options.concurrency,
        deadline_s=options.deadline_s,
        max_cost_usd=cap_of(plan),
        cap_enforced=plan.cap_enforced,
        requests_per_minute=options.requests_per_minute,
        tokens_per_minute=options.tokens_per_minute,
        allow_hosts=dict(options.allow_hosts),
        transcript=experiment.transcript,
    )


def _spending(opened: Completions, executed: Executed, seconds: float) -> Spending:
    counts = opened.counts
    recorded = counts.cached + counts.replayed
    replay = "live" if not recorded else "mixed" if counts.made else "replayed"
    return Spending(
        made=counts.made,
        cached=counts.cached,
        failed=counts.failed,
        paid_usd=None if opened.unpriced else opened.paid_usd,
        seconds=seconds,
        replay=replay,
    )
