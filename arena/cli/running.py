"""Run a planned duel from the command line: what is said before, while and after it runs."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from arena.cli.progress import showing_progress
from arena.cli.screen import give, say, screen_of
from arena.offline.duel.forecast import Forecast
from arena.offline.duel.outlook import outlook
from arena.offline.duel.plan import DuelPlan
from arena.offline.duel.prepare import cap_of
from arena.offline.duel.run import Finished, identity_of, run_duel
from arena.reports import plan_report
from arena.reports.safe_text import safe
from arena.runs.folder import open_run


def give_plan(plan: DuelPlan, expected: Forecast, *, output_format: str) -> None:
    """Show what a run would ask, cost and be able to prove."""
    screen = screen_of(sys.stdout, os.environ)
    text = plan_report.render(
        outlook(plan, expected),
        output_format,
        width=screen.width,
        colour=screen.colour,
        unicode=screen.unicode,
    )
    give(text)


def run_plan(
    plan: DuelPlan,
    expected: Forecast,
    *,
    cache_dir: Path | None,
    environment: Mapping[str, str],
    quiet: bool,
    verbose: bool,
) -> Finished:
    """Run a plan, with its cost line before the first paid call and progress on stderr."""
    root = Path(plan.experiment.root)
    _collect_from_here()
    screen = screen_of(sys.stderr, os.environ)
    with open_run(plan.experiment, options=identity_of(plan), clock=_now) as folder:
        if verbose:
            say(f"{'resuming' if folder.adopted else 'run'} {folder.id}")
        with showing_progress(screen, quiet=quiet) as progress:
            finished = asyncio.run(
                run_duel(
                    plan,
                    folder,
                    cache_dir=cache_dir or root / ".arena" / "cache",
                    environment=environment,
                    clock=_now,
                    seconds=time.monotonic,
                    progress=progress,
                    announce=lambda: _announce(plan, expected, quiet=quiet),
                )
            )
    for warning in finished.warnings:
        say(f"warning: {safe(warning)}")
    return finished


def _collect_from_here() -> None:
    """Collect cycles again, but not among what is loaded already: a long run must not grow."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _announce(plan: DuelPlan, expected: Forecast, *, quiet: bool) -> None:
    if not quiet and (line := cost_line(plan, expected)):
        say(line)


def _now() -> datetime:
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
