"""A run from its plan to its result: the run folder, the calls, the summary."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from arena.engine.ask import ask
from arena.engine.execute import Progress
from arena.engine.finish import Finished, Found, Procedure, finish
from arena.engine.plan import Plan
from arena.providers import table
from arena.runs.folder import open_run

Value = TypeVar("Value")


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


def run(plan: Plan, procedure: Procedure[Found], runtime: Runtime) -> Finished[Found]:
    """Ask what a plan asks inside its run folder, and finish.

    Args:
        plan: what to ask.
        procedure: whose plan it is.
        runtime: where and when.

    Raises:
        CannotRun: the run cannot be finished; what was paid for is kept.
        Interrupted: SIGINT or SIGTERM; likewise.
    """
    observer = runtime.observer
    cache = runtime.cache_dir or plan.design.root / ".arena" / "cache"
    if not plan.work.options.offline and not cache.exists():
        # Nothing is cached: the first vendor's library loads while the run folder and the cache are made.
        threading.Thread(target=_preload, args=(plan,), daemon=True).start()

    def announce() -> None:
        # Statistics take 0.3 s to load: while the first answers are on their way, and not before them.
        threading.Thread(target=procedure.load, daemon=True).start()
        observer.asking(plan)

    with open_run(
        plan.design.experiment, options=plan.work.options, purpose=plan.design.purpose, clock=runtime.clock
    ) as folder:
        observer.opened(folder.id, resumed=folder.adopted)
        with observer.progress() as progress:
            output = run_to_end(
                ask(
                    plan,
                    folder.id,
                    cache_dir=cache,
                    clock=runtime.clock,
                    seconds=runtime.seconds,
                    progress=progress,
                    announce=announce,
                    executing=procedure.execute,
                    last_resort=runtime.last_resort,
                )
            )
        finished = finish(plan, output, folder, procedure)
    for warning in finished.warnings:
        observer.warn(warning)
    return finished


def run_to_end(work: Coroutine[Any, Any, Value]) -> Value:
    """Return what asynchronous work returns, run from code that is not.

    Where a loop runs already, as in a notebook or an asynchronous test, it is run in a thread beside it.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(asyncio.run, work).result()


def _preload(plan: Plan) -> None:
    answering = [variant.model for variant in plan.design.experiment.variants.values()]
    there = [model for model, missing in plan.budget.models if missing is None and model in answering]
    for vendor in sorted({model.vendor for model in there}):
        table.preload(vendor)
