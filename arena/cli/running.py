"""What the command line says before, while and after a run."""

import contextlib
import gc
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Thread

from arena.cli.progress import showing_progress
from arena.cli.screen import say, screen_of
from arena.engine.execute import Progress
from arena.engine.plan import Plan
from arena.engine.runtime import Runtime
from arena.reports.safe_text import safe


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScreen:
    """Tell on stderr how a run goes: its cost line before the first paid call, then its progress."""

    quiet: bool
    verbose: bool
    report: str  # the module that renders the result

    def opened(self, run: str, *, resumed: bool) -> None:
        """Say which run it is."""
        if self.verbose:
            say(f"{'resuming' if resumed else 'run'} {run}")

    def asking(self, plan: Plan) -> None:
        """Load what renders the result, and say what the run should cost."""
        Thread(target=import_module, args=(self.report,), daemon=True).start()
        if not self.quiet and (line := cost_line(plan)):
            say(line)

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show progress; what a user's own function prints is no part of the result, which alone goes to stdout."""
        screen = screen_of(sys.stderr, os.environ)
        with showing_progress(screen, quiet=self.quiet) as progress, contextlib.redirect_stdout(sys.stderr):
            yield progress

    def warn(self, text: str) -> None:
        """Say a warning."""
        say(f"warning: {safe(text)}")


def runtime_of(
    *, cache_dir: Path | None, quiet: bool, verbose: bool, report: str = "arena.reports.terminal"
) -> Runtime:
    """Return the surroundings of a run on the command line; a process of its own is tuned for it."""
    if not gc.isenabled():  # as `main` leaves it: a process that only calls a command keeps its own ways
        _tune_for_calls()
    observer = OnScreen(quiet=quiet, verbose=verbose, report=report)
    return Runtime(clock=now, seconds=time.monotonic, cache_dir=cache_dir, observer=observer, last_resort=True)


def _tune_for_calls() -> None:
    """Settle what a run of many calls needs of the interpreter.

    Cycles are collected again, for a long run must not grow, but not among what is loaded already. A thread
    that loads modules lets the event loop have its turn after 1 ms and not 5.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    sys.setswitchinterval(0.001)


def now() -> datetime:
    """Return the time of day, with its zone."""
    return datetime.now().astimezone()


def cost_line(plan: Plan) -> str | None:
    """Return the line that stands before the first paid call; None where nothing can cost anything."""
    expected = plan.budget.forecast
    if expected.usd is not None and expected.usd.high == 0:
        return None
    calls = f"{expected.calls} calls to {', '.join(expected.models)}"
    if expected.usd is None:
        return f"{calls} · cost unknown ({', '.join(expected.unpriced)} has no known price), cap not enforced"
    low, high = expected.usd.low, expected.usd.high
    return f"{calls} · about ${low:.2f}–{high:.2f} · cap ${plan.budget.cap_usd:.2f}"
