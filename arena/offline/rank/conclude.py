"""The end of a ranking: its result, written into its run folder."""

from dataclasses import dataclass

from arena.engine.ask import Asked, keep
from arena.engine.plan import DuelPlan
from arena.offline.rank.summarise import rank_run
from arena.records.ranking import RankResult
from arena.records.run import RunFacts
from arena.runs.folder import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A finished ranking: what it found, and the facts of its run."""

    result: RankResult
    facts: RunFacts


def conclude(plan: DuelPlan, asked: Asked, folder: RunFolder) -> Ranked:
    """Summarise what came back and write the run folder.

    Args:
        plan: what was asked, of all variants.
        asked: what came back.
        folder: the run's own, held by this process.

    Raises:
        StorageFailed: the folder cannot be written; the run stays unfinished, and nothing paid for is lost.
    """
    result = rank_run(plan, asked.executed)
    keep(asked, folder, result)
    return Ranked(result=result, facts=folder.facts)
