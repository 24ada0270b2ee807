"""Run a planned duel from the command line: what is said before, while and after it runs."""

import asyncio
import contextlib
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from arena.cli.deliver import deliver
from arena.cli.progress import showing_progress
from arena.cli.screen import say, screen_of
from arena.engine.ask import Asked, Executing, ask
from arena.engine.execute import execute
from arena.engine.forecast import Forecast
from arena.engine.plan import DuelPlan
from arena.engine.prepare import callable_models, cap_of
from arena.providers import table
from arena.reports.report import Found
from arena.reports.safe_text import safe
from arena.runs.folder import RunFolder, open_run

if TYPE_CHECKING:
    from arena.offline.duel.conclude import Finished
    from arena.offline.gate.conclude import Gated

Ended = TypeVar("Ended")


def give_plan(plan: DuelPlan, expected: Forecast, *, output_format: str, files: Sequence[Path]) -> None:
    """Show what a duel would ask, cost and be able to prove."""
    from arena.engine.outlook import outlook

    deliver(Found(result=outlook(plan, expected)), output_format=output_format, files=files)


def run_plan(
    plan: DuelPlan,
    expected: Forecast,
    *,
    cache_dir: Path | None,
    environment: Mapping[str, str],
    quiet: bool,
    verbose: bool,
) -> "Finished":
    """Run a duel's plan, with its cost line before the first paid call and progress on stderr."""

    def concluding(asked: Asked, folder: RunFolder) -> "Finished":
        from arena.offline.duel.conclude import conclude

        return conclude(plan, asked, folder)

    return carry_out(
        plan,
        expected,
        concluding=concluding,
        loading=("arena.offline.duel.conclude", "arena.reports.terminal"),
        cache_dir=cache_dir,
        environment=environment,
        quiet=quiet,
        verbose=verbose,
    )


def run_gate(
    plan: DuelPlan,
    expected: Forecast,
    *,
    cache_dir: Path | None,
    environment: Mapping[str, str],
    quiet: bool,
    verbose: bool,
) -> "Gated":
    """Run a gate's plan as a duel's is run, and decide on what came back."""

    def concluding(asked: Asked, folder: RunFolder) -> "Gated":
        from arena.offline.gate.conclude import conclude

        return conclude(plan, asked, folder)

    return carry_out(
        plan,
        expected,
        concluding=concluding,
        loading=("arena.offline.gate.conclude", "arena.reports.terminal"),
        cache_dir=cache_dir,
        environment=environment,
        quiet=quiet,
        verbose=verbose,
    )


def carry_out(
    plan: DuelPlan,
    expected: Forecast,
    *,
    concluding: Callable[[Asked, RunFolder], Ended],
    loading: tuple[str, ...],
    cache_dir: Path | None,
    environment: Mapping[str, str],
    quiet: bool,
    verbose: bool,
    executing: Executing = execute,
) -> Ended:
    """Ask what a plan asks inside its run folder, and conclude.

    Args:
        plan: what to ask.
        expected: its calls and price, for the line before the first paid call.
        concluding: makes the end of what came back, and writes it into the folder.
        loading: modules that the end needs: they load while the first answers are on their way.
        cache_dir: of completions; None: the project's.
        environment: where keys are read from.
        quiet: no progress.
        verbose: say which run it is.
        executing: carries out the plan's tasks.
    """
    _tune_for_calls()
    cache = cache_dir or plan.root / ".arena" / "cache"
    if not plan.options.offline and not cache.exists():
        # Nothing is cached: the first vendor's library loads while the run folder and the cache are made.
        Thread(target=_preload, args=(plan,), daemon=True).start()
    screen = screen_of(sys.stderr, os.environ)
    with open_run(plan.experiment, options=plan.options, purpose=plan.purpose, clock=now) as folder:
        if verbose:
            say(f"{'resuming' if folder.adopted else 'run'} {folder.id}")
        # What a user's own function prints is no part of the result, which alone goes to stdout.
        with showing_progress(screen, quiet=quiet) as progress, contextlib.redirect_stdout(sys.stderr):
            asked = asyncio.run(
                ask(
                    plan,
                    folder.id,
                    cache_dir=cache,
                    environment=environment,
                    clock=now,
                    seconds=time.monotonic,
                    progress=progress,
                    announce=lambda: _announce(plan, expected, loading, quiet=quiet),
                    executing=executing,
                )
            )
        ended = concluding(asked, folder)
    for warning in asked.warnings:
        say(f"warning: {safe(warning)}")
    return ended


def _preload(plan: DuelPlan) -> None:
    answering = [variant.model for variant in plan.experiment.variants.values()]
    there = [model for model, missing in callable_models(plan) if missing is None and model in answering]
    for vendor in sorted({model.vendor for model in there}):
        table.preload(vendor)


def _load(*modules: str) -> None:
    for module in modules:
        import_module(module)


def _tune_for_calls() -> None:
    """Settle what a run of many calls needs of the interpreter.

    Cycles are collected again, for a long run must not grow, but not among what is loaded already. A thread
    that loads modules lets the event loop have its turn after 1 ms and not 5.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    sys.setswitchinterval(0.001)


def _announce(plan: DuelPlan, expected: Forecast, loading: tuple[str, ...], *, quiet: bool) -> None:
    # Statistics and report take 0.3 s to load: while the first answers are on their way, and not before them.
    Thread(target=_load, args=loading, daemon=True).start()
    if not quiet and (line := cost_line(plan, expected)):
        say(line)


def now() -> datetime:
    """Return the time of day, with its zone."""
    return datetime.now().astimezone()


def cost_line(plan: DuelPlan, expected: Forecast) -> str | None:
    """Return the line that stands before the first paid call; None where nothing can cost anything."""
    if expected.usd is not None and expected.usd.high == 0:
        return None
    calls = f"{expected.calls} calls to {', '.join(expected.models)}"
    if expected.usd is None:
        return f"{calls} · cost unknown ({', '.join(expected.unpriced)} has no known price), cap not enforced"
    low, high = expected.usd.low, expected.usd.high
    return f"{calls} · about ${low:.2f}–{high:.2f} · cap ${cap_of(plan):.2f}"
