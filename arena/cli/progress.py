"""Progress on stderr: a bar on a terminal, a line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from arena.cli.screen import say
from arena.reports.report import Page

SECONDS_BETWEEN_LINES = 5.0


class LineProgress:
    """Say how far the work is, in one line every few seconds."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self._said = self._started

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Take note of `done` of `total` calls; say so when it is time."""
        if self._now() - self._said < SECONDS_BETWEEN_LINES:
            return
        self._said = self._now()
        say(describe(done, total, paid_usd, self._said - self._started))


def describe(done: int, total: int, paid_usd: float, seconds: float) -> str:
    """Return done/total, rate, spend so far and time left in one line.

    >>> describe(30, 120, 0.05, 10.0)
    '30/120 · 3.0/s · $0.05 · 30 s left'
    """
    rate = done / seconds if seconds > 0 else 0.0
    parts = [f"{done}/{total}", f"{rate:.1f}/s", f"${paid_usd:.2f}"]
    if rate > 0 and done < total:
        parts.append(f"{(total - done) / rate:.0f} s left")
    return " · ".join(parts)


class BarProgress:
    """Show a bar while the work is going on; nothing of it stays on the screen."""

    def __init__(self, *, colour: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(stderr=True, no_color=not colour, highlight=False, markup=False)
        self._progress = Progress(
            TextColumn("asking", markup=False),
            BarColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)
        self._started = time.monotonic()

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Move the bar."""
        line = describe(done, total, paid_usd, time.monotonic() - self._started)
        self._progress.update(self._task, completed=done, total=total, description=line)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class NoProgress:
    """Say nothing."""

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Take note of nothing."""


@contextmanager
def showing_progress(screen: Page, *, quiet: bool) -> Iterator[LineProgress | BarProgress | NoProgress]:
    """Choose how progress is shown on stderr, and clean up at the end."""
    if quiet:
        yield NoProgress()
    elif sys.stderr.isatty():
        with BarProgress(colour=screen.colour) as bar:
            yield bar
    else:
        yield LineProgress()
