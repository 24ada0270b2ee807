"""From decided criteria to pass, fail or inconclusive."""

from dataclasses import replace
from typing import Any

import pytest

from arena.deciding.verdict import criteria, nothing_to_compare, together, verdict
from arena.records.gate import MustPass, Reason
from arena.records.metric import Decision, Limit, Metric
from arena.records.result import (
    ArmDifference,
    DuelResult,
    FlaggedRecount,
    HumanAgreement,
    MetricResult,
)
from sample_results import estimate, interval, judge, result


def metric(decision: Decision, role: str = "primary", name: str = "win_rate") -> MetricResult:
    """Return a decided metric."""
    return MetricResult(
        name=name,
        role="primary" if role == "primary" else "guardrail",
        unit="share",
        control=0.3,
        treatment=0.7,
        difference=estimate(0.4, 0.2, 0.6),
        limit=Limit(kind="above", value=0.5),
        decision=decision,
        message=f"{name}: {decision}",
    )


def duel(*decisions: Decision, **changes: Any) -> DuelResult:
    """Return a duel whose primary metric and guardrails are decided so."""
    first, *others = decisions
    metrics = (metric(first), *(metric(each, "guardrail", f"g{i}") for i, each in enumerate(others)))
    return replace(result(metrics=metrics), **changes)


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (["pass"], "pass"),
        (["pass", "pass"], "pass"),
        (["pass", "inconclusive"], "inconclusive"),
        (["inconclusive", "pass"], "inconclusive"),
        (["inconclusive", "fail"], "fail"),
        (["pass", "fail"], "fail"),
        (["fail"], "fail"),
    ],
)
def test_all_must_pass_and_one_refuted_fails(decisions: list[Decision], expected: Decision) -> None:
    """Intersection–union: no correction, no making up for each other."""
    assert verdict(duel(*decisions), declared=()).decision == expected


UNFIT = replace(judge(), fit=False, unfit_reasons=("consistency 40% is below 70%",))
MOVED = ArmDifference(what="model returned", control="a-1", treatment="a-2", declared=False)
RECOUNT = FlaggedRecount(cases=3, win_rate=estimate(0.5, 0.3, 0.7), decision="inconclusive", changes_verdict=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"judge": UNFIT, "judges": (UNFIT,)}, "consistency 40%"),
        ({"differences": (MOVED,)}, "not declared: model returned: a-1 against a-2"),
        ({"flagged_recount": RECOUNT}, "3 answers with suspected prompt injection"),
        ({"exploratory": "lost"}, "chosen by their outcome"),
    ],
)
@pytest.mark.parametrize("decision", ["pass", "fail"])
def test_unfit_evidence_neither_proves_nor_refutes(decision: Decision, changes: dict[str, Any], words: str) -> None:
    """The gate refuses to speak and says why, whatever the numbers look like."""
    found = verdict(duel(decision, **changes), declared=())
    assert found.decision == "inconclusive"
    assert any(words in reason.message for reason in found.reasons)
    assert any("the evidence is not fit to decide" in reason.message for reason in found.reasons)


def test_a_case_that_must_pass_and_failed_is_a_fact() -> None:
    """It fails the gate also where the judge is not fit."""
    tag = MustPass(tag="safety", cases=4, failed=("c1", "c2", "c3", "c4"), unknown=(), at_most=None)
    found = verdict(duel("pass", judge=UNFIT, judges=(UNFIT,)), must_pass=[tag], declared=())
    assert found.decision == "fail"
    assert found.reasons[0].message == "must_pass safety: 4 of 4 cases failed: c1, c2, c3 …"


def test_a_case_that_could_not_be_checked_leaves_the_gate_open() -> None:
    """Nobody knows whether it passed."""
    tag = MustPass(tag="safety", cases=4, failed=(), unknown=("c1",), at_most=None)
    assert verdict(duel("pass"), must_pass=[tag], declared=()).decision == "inconclusive"


def test_none_failed_says_how_many_still_may() -> None:
    """0 of 12 leaves up to 1 − .025^(1/12)."""
    tag = MustPass(tag="safety", cases=12, failed=(), unknown=(), at_most=1 - 0.025 ** (1 / 12))
    found = verdict(duel("pass"), must_pass=[tag], declared=())
    assert found.decision == "pass"
    assert "up to 26.5% may still fail (one-sided 97.5%)" in found.reasons[1].message


def agreeing(low: float, least: float | None) -> HumanAgreement:
    """Return an agreement of 90% with this lower end."""
    found = replace(estimate(0.9, low, 1.0), interval=interval(low, 1.0))
    return HumanAgreement(
        source="labels.jsonl",
        labels=20,
        raters=1,
        cases=20,
        agreement=found,
        agreement_both_orders=found,
        kappa=found,
        corrected_win_rate=None,
        least=least,
        enough=None,
    )


@pytest.mark.parametrize(
    ("low", "least", "expected"), [(0.82, 0.8, "pass"), (0.75, 0.8, "inconclusive"), (0.75, None, "pass")]
)
def test_agreement_with_people_must_be_proved_where_it_is_asked_for(
    low: float, least: float | None, expected: Decision
) -> None:
    """Twenty labels may agree in 90% and still not show 80%."""
    assert verdict(duel("pass", people=agreeing(low, least)), declared=()).decision == expected


def test_other_doubts_are_told() -> None:
    """What the procedure knows of the evidence counts like everything else that makes it unfit."""
    found = verdict(duel("pass"), issues=["the answers were written by hand"], declared=())
    assert found.decision == "inconclusive"
    assert found.reasons[-1].message == "the answers were written by hand"


def test_no_reason_is_no_pass() -> None:
    """An empty verdict proves nothing."""
    assert together([]).decision == "inconclusive"


def test_a_primary_metric_without_a_limit_is_refused() -> None:
    """Guardrails alone do not say that something is better."""
    with pytest.raises(ValueError, match="no primary metric"):
        list(criteria(result(metrics=(metric("pass", "guardrail"),))))


def test_reasons_that_keep_it_from_passing_come_first() -> None:
    """A reader sees what is wrong before what is well."""
    order = [reason.decision for reason in verdict(duel("pass", "inconclusive", "pass", "fail"), declared=()).reasons]
    assert order == ["fail", "inconclusive", "pass", "pass"]


def test_nothing_to_compare_is_a_reason_of_its_own() -> None:
    """What it counts as is printed."""
    assert nothing_to_compare(unchanged="inconclusive").message == "nothing to compare: the arms are the same"
    passed: Reason = nothing_to_compare(unchanged="pass")
    assert passed.decision == "pass"
    assert "--unchanged pass" in passed.message


def test_a_declared_limit_on_which_nothing_was_found_is_not_kept() -> None:
    """However it came to be left out: what was not measured passes nothing."""
    asked = Metric(name="safety_rate", source="safety_rate", aggregate="rate", unit="share", direction="up")
    limit = Limit(kind="min", value=0.995)
    guardrail = replace(asked, role="guardrail", limits=(limit,))
    found = verdict(duel("pass"), declared=(guardrail,))
    assert found.decision == "inconclusive"
    assert found.reasons[0].message == "safety_rate min 99.5%: was declared, and nothing was measured"
    for harmless in (replace(guardrail, where="live"), replace(guardrail, role="secondary")):
        assert verdict(duel("pass"), declared=(harmless,)).decision == "pass"
