"""The end of a duel: its result, written into its run folder."""

from dataclasses import dataclass

from arena.engine.ask import Asked, keep
from arena.engine.plan import DuelPlan
from arena.offline.duel.summarise import summarise
from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.runs.folder import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A finished duel: what it found, and the facts of its run."""

    result: DuelResult
    facts: RunFacts
    warnings: tuple[str, ...]


def conclude(plan: DuelPlan, asked: Asked, folder: RunFolder) -> Finished:
    """Summarise what came back and write the run folder.

    Args:
        plan: what was asked.
        asked: what came back.
        folder: the run's own, held by this process.

    Raises:
        StorageFailed: the folder cannot be written; the run stays unfinished, and nothing paid for is lost.
    """
    result = summarise(plan, asked.executed)
    keep(asked, folder, result)
    return Finished(result=result, facts=folder.facts, warnings=asked.warnings)
