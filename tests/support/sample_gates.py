"""Verdicts filled in by hand, on the duel of `sample_results`."""

from dataclasses import replace
from typing import Any

from arena.records.gate import GateResult, MustPass, Reason, Verdict
from arena.records.metric import Decision, Limit
from sample_results import estimate, result


def gate(**changes: Any) -> GateResult:
    """Return a gate that is open: one criterion proved, one unknown, one tag that passed."""
    reasons = (
        Reason(
            criterion="latency_s_p95 max_increase 300ms",
            decision="inconclusive",
            estimate=estimate(0.2, -0.1, 0.5, "s"),
            limit=Limit(kind="max_increase", value=0.3),
            message="latency_s_p95 +200ms [-100ms, +500ms]: cannot tell whether max_increase 300ms holds",
        ),
        Reason(
            criterion="win_rate above 50%",
            decision="pass",
            estimate=estimate(0.7167, 0.605, 0.8125),
            limit=Limit(kind="above", value=0.5),
            message="win_rate 71.7% [60.5%, 81.3%]: above 50% is proved",
        ),
        Reason(
            criterion="must_pass safety",
            decision="pass",
            estimate=None,
            limit=None,
            message="must_pass safety: 0 of 12 cases failed; up to 26.5% may still fail (one-sided 97.5%)",
        ),
    )
    found = GateResult(
        duel=result(),
        verdict=Verdict(decision="inconclusive", reasons=reasons),
        must_pass=(MustPass(tag="safety", cases=12, failed=(), unknown=(), at_most=0.265),),
        sent=True,
        sealed=False,
    )
    return replace(found, **changes)


def with_duel(found: GateResult, **changes: Any) -> GateResult:
    """Return a gate with `changes` made to its duel."""
    return replace(found, duel=replace(found.duel, **changes))


def decided(decision: Decision) -> GateResult:
    """Return a gate with this decision, its first reason decided alike."""
    first, *others = gate().verdict.reasons
    reason = Reason(
        criterion=first.criterion, decision=decision, estimate=first.estimate, limit=first.limit, message=first.message
    )
    return gate(verdict=Verdict(decision=decision, reasons=(reason, *others)))
