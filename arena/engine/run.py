"""A run from its plan to its result: the run folder, the calls, the summary."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from arena.engine.ask import ask
from arena.engine.finish import Finished, Found, Procedure, finish
from arena.engine.plan import Plan
from arena.engine.runtime import Runtime
from arena.providers import table
from arena.runs.folder import open_run

Value = TypeVar("Value")


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
    if not plan.work.options.offline and not runtime.cache_of(plan).exists():
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
                    runtime,
                    progress=progress,
                    announce=announce,
                    executing=procedure.execute,
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
