"""The end of a run of any kind: its result, written into its run folder."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from arena.engine.ask import RunOutput
from arena.engine.design import Design
from arena.engine.execute import Executing, RunEvidence, execute
from arena.engine.plan import Plan
from arena.records.gate import DuelOrGate, GateResult
from arena.records.ranking import RankResult
from arena.records.run import Attempts, RunFacts
from arena.runs.folder import RunFolder
from arena.runs.saved import SavedRun

Found = TypeVar("Found", bound=DuelOrGate | RankResult)
Found_co = TypeVar("Found_co", bound=DuelOrGate | RankResult, covariant=True)


class Summarise(Protocol[Found_co]):
    """What a procedure finds in everything that came back: a pure function."""

    def __call__(self, design: Design, collected: RunEvidence, /) -> Found_co:
        """Return the result."""
        ...


class Record(Protocol):
    """What a procedure keeps of a result outside its run."""

    def __call__(
        self, design: Design, result: Any, collected: RunEvidence, /, *, run: str, clock: Callable[[], datetime]
    ) -> Attempts:
        """Enter the result in the ledger of attempts, and return what that knows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Generic[Found]):
    """What tells one kind of run from another."""

    load: Callable[[], Summarise[Found]]  # statistics take long to load: this waits until answers are on their way
    execute: Executing = execute
    record: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Generic[Found]):
    """A finished run: what it found, the facts of it, and itself."""

    result: Found
    facts: RunFacts | None  # None: nothing was asked
    run: SavedRun | None
    warnings: tuple[str, ...] = ()


def finish(plan: Plan, output: RunOutput, folder: RunFolder, procedure: Procedure[Found]) -> Finished[Found]:
    """Summarise what came back and write the run folder.

    Args:
        plan: what was asked.
        output: what came back.
        folder: the run's own, held by this process.
        procedure: whose run it is.

    Raises:
        StorageFailed: the folder cannot be written; the run stays unfinished, and nothing paid for is lost.
    """
    result = procedure.load()(plan.design, output.collected)
    if procedure.record is not None:
        known = procedure.record(plan.design, result, output.collected, run=folder.id, clock=folder.clock)
        folder.facts = replace(folder.facts, attempts=known)
    determinism = result.duel.determinism if isinstance(result, GateResult) else result.determinism
    spending = replace(output.spending, replay=output.spending.replay or determinism)
    folder.finish(
        result, completions=output.collected.answered, judgments=output.collected.judgments, spending=spending
    )
    return Finished(result=result, facts=folder.facts, run=SavedRun(folder.path), warnings=output.warnings)
