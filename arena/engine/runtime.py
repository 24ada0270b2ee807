"""Where and when a run takes place, and who looks on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from arena.engine.execute import Progress
from arena.engine.plan import Plan


class Observer(Protocol):
    """Who is told how a run goes."""

    def opened(self, run: str, *, resumed: bool) -> None:
        """Take note of the run's name, and whether it was begun before."""
        ...

    def asking(self, plan: Plan) -> None:
        """Take note that the first call is about to be made: what it costs has not been paid yet."""
        ...

    def progress(self) -> AbstractContextManager[Progress]:
        """Return who is told of every task while they are carried out."""
        ...

    def warn(self, text: str) -> None:
        """Take note of what went not quite as it should."""
        ...


class Silence:
    """Nobody."""

    def opened(self, run: str, *, resumed: bool) -> None:
        """Take no note."""

    def asking(self, plan: Plan) -> None:
        """Take no note."""

    @contextmanager
    def progress(self) -> Iterator["Silence"]:
        """Return what takes no note."""
        yield self

    def advance(self, done: int, total: int, paid_usd: float) -> None:
        """Take no note."""

    def warn(self, text: str) -> None:
        """Take no note."""


SILENCE = Silence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Where and when a run takes place, and who looks on."""

    clock: Callable[[], datetime]  # the time of day, with its zone
    seconds: Callable[[], float]  # for durations
    cache_dir: Path | None = None  # of completions; None: the project's
    observer: Observer = SILENCE
    last_resort: bool = False  # a stop ends the process, also where a user's function blocks a thread

    def cache_of(self, plan: Plan) -> Path:
        """Return the folder of a plan's completions."""
        return self.cache_dir or plan.design.root / ".arena" / "cache"
