"""Ask what a plan asks, with completions opened around it."""

import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.completions.interrupts import interruptible
from arena.completions.open import Completions, CompletionSettings, OpenProvider, open_completions
from arena.completions.retry import HashedChance
from arena.engine.execute import Executing, Progress, RunEvidence
from arena.engine.plan import Plan
from arena.engine.runtime import Runtime
from arena.errors import ProviderUnusable
from arena.providers import table
from arena.records.call import Provider
from arena.records.run import Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutput:
    """Everything that was asked and came back, and what it took."""

    collected: RunEvidence
    spending: Spending
    warnings: tuple[str, ...]


async def ask(
    plan: Plan,
    run_id: str,
    runtime: Runtime,
    *,
    progress: Progress,
    announce: Callable[[], None],
    executing: Executing,
) -> RunOutput:
    """Ask everything that a plan asks.

    Args:
        plan: what to ask.
        run_id: the run that pays.
        runtime: where and when.
        progress: told after every task.
        announce: called once, when the first provider is open and nothing is sent yet.
        executing: carries out the plan's tasks.

    Raises:
        CannotRun: the run cannot be finished; what was paid for is kept.
        Interrupted: SIGINT or SIGTERM; likewise.
    """
    started = runtime.seconds()
    async with (
        _stoppable(last_resort=runtime.last_resort),
        open_completions(
            _settings(plan, run_id, runtime.cache_of(plan)),
            environment=plan.work.workspace.environment,
            clock=runtime.clock,
            rng=HashedChance(plan.design.seed),
            open_provider=_announcing(plan, announce),
        ) as opened,
    ):
        collected = await executing(plan.design, plan.work, opened, progress=progress)
        opened.check_endpoints()
        spending = _spending(opened, runtime.seconds() - started)
        return RunOutput(collected=collected, spending=spending, warnings=opened.warnings)


def _stoppable(*, last_resort: bool) -> AbstractAsyncContextManager[None]:
    """Return what turns signals into an orderly end; they arrive in the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        return nullcontext()
    hint = "run the same command again: it goes on where it stopped, and pays for nothing twice"
    return interruptible(hint=hint, last_resort=last_resort)


def _announcing(plan: Plan, announce: Callable[[], None]) -> OpenProvider:
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


def _check_models(plan: Plan) -> None:
    missing = dict.fromkeys(f"{model}: {reason}" for model, reason in plan.budget.models if reason is not None)
    if missing and plan.design.experiment.transcript is None:
        raise ProviderUnusable(
            "; ".join(missing),
            hint="`env_file` FILE reads keys from a file",
        )


def _settings(plan: Plan, run_id: str, cache_dir: Path) -> CompletionSettings:
    options, experiment = plan.work.options, plan.design.experiment
    return CompletionSettings(
        cache_dir=cache_dir,
        root=Path(experiment.root),
        run_id=run_id,
        offline=options.offline,
        refresh=options.refresh,
        concurrency=options.concurrency,
        deadline_s=options.deadline_s,
        max_cost_usd=plan.budget.cap_usd,
        cap_enforced=plan.budget.cap_enforced,
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
