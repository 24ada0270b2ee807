"""The procedures that ask: each with its part that asks, its part that sums up, and what it keeps of a result.

A gate is a verdict on what a duel found, so it is put together here: procedures do not know each other.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from arena.engine.design import Design
from arena.engine.execute import Answering, Progress, RunEvidence
from arena.engine.finish import Finished, Procedure, Summarise
from arena.engine.plan import Plan
from arena.engine.run import run
from arena.engine.runtime import Runtime
from arena.engine.work import Work
from arena.records.gate import GateResult
from arena.records.metric import Decision
from arena.records.ranking import RankResult
from arena.records.result import DuelResult
from arena.records.run import Attempts
from arena.runs.saved import SavedRun


def _duel() -> Summarise[DuelResult]:
    from arena.offline.duel.summarise import summarise

    return summarise


def _gate() -> Summarise[GateResult]:
    from arena.offline.duel.summarise import summarise
    from arena.offline.gate.decide import decide

    return lambda design, collected: decide(design, collected, summarise(design, collected))


def _rank() -> Summarise[RankResult]:
    from arena.offline.rank.summarise import rank_run

    return rank_run


async def _ask_pairs(design: Design, work: Work, completions: Answering, *, progress: Progress) -> RunEvidence:
    from arena.offline.rank.execute import execute_pairs

    return await execute_pairs(design, work, completions, progress=progress)


def _attempts(
    design: Design, result: GateResult, collected: RunEvidence, /, *, run: str, clock: Callable[[], datetime]
) -> Attempts:
    from arena.offline.gate.ledger import attempts_of

    return attempts_of(design, result, collected, run=run, clock=clock)


DUEL: Procedure[DuelResult] = Procedure(load=_duel)
GATE: Procedure[GateResult] = Procedure(load=_gate, record=_attempts)
RANK: Procedure[RankResult] = Procedure(load=_rank, execute=_ask_pairs)


def gate(plan: Plan, runtime: Runtime, *, unchanged: Decision = "inconclusive") -> Finished[GateResult]:
    """Decide without a call where that can be done, else run the plan and decide on what came back.

    Args:
        plan: of the gate's cases.
        runtime: where and when it runs.
        unchanged: what arms that do not differ at all are worth.

    Raises:
        UsageError: no case of a tag that must pass is among the gate's cases.
        CannotRun: the run cannot be finished; what was paid for is kept.
    """
    from arena.offline.gate.precheck import precheck, skipped_result

    known = precheck(plan.design, unchanged=unchanged)
    if known is not None:
        return Finished(result=skipped_result(plan.design, known), facts=None, run=None)
    return run(plan, GATE, runtime)


def gate_again(
    saved: SavedRun,
    *,
    columns: Mapping[str, str] | None = None,
    unchanged: Decision = "inconclusive",
    clock: Callable[[], datetime],
) -> Finished[GateResult]:
    """Decide on a finished run from its answers and judgments; see `redecide`."""
    from arena.offline.gate.redecide import redecide

    return redecide(saved, summarise=_duel(), columns=columns, unchanged=unchanged, clock=clock)
