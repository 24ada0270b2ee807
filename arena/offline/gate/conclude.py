"""The end of a gate: the duel's result with a verdict on it."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from arena.deciding.verdict import verdict
from arena.engine.ask import Asked, keep
from arena.engine.execute import Executed
from arena.engine.plan import DuelPlan
from arena.offline.duel.summarise import summarise
from arena.offline.gate.attempt import attempt_of
from arena.offline.gate.doubts import doubts
from arena.offline.gate.must_pass import must_pass
from arena.records.gate import GateResult
from arena.records.result import DuelResult
from arena.records.run import Attempts, RunFacts
from arena.runs import attempts
from arena.runs.folder import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """A finished gate: its verdict, and the facts of its run."""

    result: GateResult
    facts: RunFacts


def decided(plan: DuelPlan, executed: Executed) -> GateResult:
    """Return what a gate says of everything that came back: a pure function, as the duel's summary is.

    Args:
        plan: what was asked.
        executed: what came back, in any order.
    """
    duel = summarise(plan, executed)
    rules = plan.experiment.gate
    tags = must_pass(
        rules.must_pass,
        plan.selection.cases if executed.counted is None else executed.counted,
        executed.answered,
        treatment=plan.treatment.name,
        alpha=rules.alpha,
    )
    found = verdict(
        duel,
        declared=plan.experiment.metrics,
        must_pass=tags,
        doubts=tuple(doubts(plan, duel, executed)),
        alpha=rules.alpha,
    )
    kept = {field.name: getattr(duel, field.name) for field in fields(DuelResult) if field.name != "kind"}
    return GateResult(
        **kept,
        kind="gate",
        decision=found.decision,
        advice=found.advice,
        reasons=found.reasons,
        must_pass=tags,
        sent=True,
        sealed=plan.experiment.split is not None,
    )


def attempts_of(
    plan: DuelPlan, result: GateResult, executed: Executed, *, run: str, clock: Callable[[], datetime]
) -> Attempts:
    """Enter a verdict in the ledger of this machine and return what that knows.

    Raises:
        StorageFailed: the ledger cannot be written.
    """
    attempt = attempt_of(result, plan.selection.cases, executed, run=run)
    return attempts.record(plan.root, attempt, alpha=plan.experiment.gate.alpha, clock=clock)


def conclude(plan: DuelPlan, asked: Asked, folder: RunFolder) -> Gated:
    """Decide on what came back and write the run folder.

    Args:
        plan: what was asked.
        asked: what came back.
        folder: the run's own, held by this process.

    Raises:
        StorageFailed: the folder cannot be written; the run stays unfinished, and nothing paid for is lost.
    """
    result = decided(plan, asked.executed)
    known = attempts_of(plan, result, asked.executed, run=folder.id, clock=folder.clock)
    folder.facts = replace(folder.facts, attempts=known)
    keep(asked, folder, result)
    return Gated(result=result, facts=folder.facts)
