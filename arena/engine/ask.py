"""Ask what a duel's plan asks, with completions opened around it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from arena.completions.interrupts import interruptible
from arena.completions.open import Completions, CompletionSettings, OpenProvider, open_completions
from arena.completions.retry import HashedChance
from arena.engine.execute import Answering, Executed, Progress, execute
from arena.engine.plan import DuelPlan
from arena.engine.prepare import callable_models, cap_of
from arena.errors import ProviderUnusable
from arena.providers import table
from arena.records.call import Provider
from arena.records.ranking import RankResult
from arena.records.result import DuelResult
from arena.records.run import Spending
from arena.runs.folder import RunFolder


class Executing(Protocol):
    """How the tasks of a plan are carried out."""

    def __call__(self, plan: DuelPlan, completions: Answering, *, progress: Progress) -> Awaitable[Executed]:
        """Return everything that came back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that was asked and came back, and what it took."""

    executed: Executed
    spending: Spending
    warnings: tuple[str, ...]


def keep(asked: Asked, folder: RunFolder, result: DuelResult | RankResult) -> None:
    """Write what a run found, with all that came back and what it took, and mark the run complete.

    Args:
        asked: what came back.
        folder: the run's own, held by this process.
        result: what was found.

    Raises:
        StorageFailed: the folder cannot be written; the run stays unfinished, and nothing paid for is lost.
    """
    spending = replace(asked.spending, replay=asked.spending.replay or result.determinism)
    folder.finish(result, completions=asked.executed.answered, judgments=asked.executed.judgments, spending=spending)


async def ask(
    plan: DuelPlan,
    run_id: str,
    *,
    cache_dir: Path,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    progress: Progress,
    announce: Callable[[], None],
    executing: Executing = execute,
) -> Asked:
    """Ask everything that a plan asks.

    Args:
        plan: what to ask.
        run_id: the run that pays.
        cache_dir: where completions are kept.
        environment: where keys are read from.
        clock: the time of day, with its zone.
        seconds: a clock for durations.
        progress: told after every task.
        announce: called once, when the first provider is open and nothing is sent yet.
        executing: carries out the plan's tasks.

    Raises:
        CannotRun: the run cannot be finished; what was paid for is kept.
        Interrupted: SIGINT or SIGTERM; likewise.
    """
    started = seconds()
    hint = "run the same command again: it goes on where it stopped, and pays for nothing twice"
    async with (
        interruptible(hint=hint, last_resort=True),
        open_completions(
            _settings(plan, run_id, cache_dir),
            environment=environment,
            clock=clock,
            rng=HashedChance(plan.seed),
            open_provider=_announcing(plan, announce),
        ) as opened,
    ):
        executed = await executing(plan, opened, progress=progress)
        opened.check_endpoints()
        spending = _spending(opened, seconds() - started)
        return Asked(executed=executed, spending=spending, warnings=opened.warnings)


def _announcing(plan: DuelPlan, announce: Callable[[], None]) -> OpenProvider:
    """Return what opens providers, and says so once: a run answered from the cache opens none.

    Before the first call, every other model must be there too: answers are not paid for that nobody can judge.
    """
    said = False

    def opening(vendor: str, base_url: str | None, **options: Any) -> Provider:
        nonlocal said
        if not said:
            _check_models(plan)
        provider = table.open_provider(vendor, base_url, **options)
        if not said:
            said = True
            announce()
        return provider

    return opening


def _check_models(plan: DuelPlan) -> None:
    missing = dict.fromkeys(f"{model}: {reason}" for model, reason in callable_models(plan) if reason is not None)
    if missing and plan.experiment.transcript is None:
        raise ProviderUnusable(
            "; ".join(missing),
            hint="--env-file FILE reads keys from a file",
        )


def _settings(plan: DuelPlan, run_id: str, cache_dir: Path) -> CompletionSettings:
    options, experiment = plan.options, plan.experiment
    return CompletionSettings(
        cache_dir=cache_dir,
        root=Path(experiment.root),
        run_id=run_id,
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


def _spending(opened: Completions, seconds: float) -> Spending:
    counts = opened.counts
    return Spending(
        made=counts.made,
        cached=counts.cached,
        failed=counts.failed,
        paid_usd=None if opened.unpriced else opened.paid_usd,
        seconds=seconds,
        replay="D0" if not counts.made else None,
    )
