"""The ledger of attempts: what makes two gates the same one is their cases, and the evidence about them."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from arena.engine.design import Design
from arena.engine.execute import RunEvidence
from arena.records.case import Case
from arena.records.codec import dumps, to_json
from arena.records.gate import GateResult
from arena.records.run import Attempts
from arena.runs import attempts
from arena.runs.attempts import Attempt


def attempt_of(result: GateResult, cases: Sequence[Case], collected: RunEvidence, *, run: str) -> Attempt:
    """Return a verdict as a line of the ledger.

    Args:
        result: with its verdict.
        cases: that decide.
        collected: the evidence.
        run: its name.
    """
    answers = sorted((row.case, row.variant, row.repeat, _said(row.completion)) for row in collected.answered)
    judgments = sorted(
        (one.case, one.repeat, one.judge, one.first, str(one.winner), str(one.score_second))
        for one in collected.judgments
    )
    return Attempt(
        cases=_digest(to_json(sorted(cases, key=lambda case: case.id), defaults=False)),
        evidence=_digest([result.duel.experiment.hash, answers, judgments]),
        experiment=result.duel.experiment.name,
        decision=result.decision,
        run=run,
    )


def attempts_of(
    design: Design, result: GateResult, collected: RunEvidence, *, run: str, clock: Callable[[], datetime]
) -> Attempts:
    """Enter a verdict in the ledger of this machine and return what that knows.

    Raises:
        StorageFailed: the ledger cannot be written.
    """
    attempt = attempt_of(result, design.selection.cases, collected, run=run)
    return attempts.record(design.root, attempt, alpha=design.experiment.gate.alpha, clock=clock)


def _said(completion: object) -> str:
    return str(getattr(completion, "text", None))


def _digest(value: object) -> str:
    return hashlib.sha256(dumps(value).encode()).hexdigest()
