"""Results of duels, filled in by hand so that every part of a report has something to show."""

from dataclasses import replace
from typing import Any

from arena.records.metric import Limit
from arena.records.result import (
    ArmDifference,
    AxisResult,
    DuelResult,
    ExperimentRef,
    FlaggedAnswer,
    FlaggedRecount,
    HumanAgreement,
    JudgeHealth,
    LostCase,
    MetricResult,
    WinRate,
    WorstCase,
)
from arena.records.run import Attempts, ExperimentFacts, RunFacts, Spending
from arena.records.run_options import RunOptions
from arena.stats.estimate import Estimate, Interval


def interval(low: float, high: float, method: str = "gaffke") -> Interval:
    """Return a 95% interval."""
    return Interval(low=low, high=high, level=0.95, method=method)


def estimate(value: float | None, low: float = 0.0, high: float = 0.0, unit: str = "share") -> Estimate:
    """Return an estimate from sixty cases; undefined where there is no value."""
    if value is None:
        return Estimate(value=None, interval=None, n=0, unit_of_measure=unit, reason="nothing was measured")
    return Estimate(value=value, interval=interval(low, high), n=60, unit_of_measure=unit)


def win_rate() -> WinRate:
    """Return the win rate of 39 won, 13 lost, 8 tied."""
    return WinRate(
        value=0.716666666666667,
        interval=interval(0.605, 0.8125),
        n=60,
        unit_of_measure="share",
        reason=None,
        standard_error=0.051,
        p_value=0.00071,
        p_method="exact sign-flip",
        cases=60,
        clusters=None,
        wins=39,
        losses=13,
        ties=8,
        failed={"control": 0, "treatment": 0},
        worst_case=WorstCase(low=0.605, high=0.8125),
    )


def judge(model: str = "anthropic:claude-opus-4-8") -> JudgeHealth:
    """Return a judge that is fit to decide."""
    return JudgeHealth(
        model=model,
        config="0123456789abcdef",
        consistency=estimate(0.8833, 0.775, 0.9518),
        first_slot_share=estimate(0.516, 0.45, 0.59),
        position_p_value=0.6,
        length_controlled_win_rate=estimate(0.684, 0.55, 0.79),
        longer_wins=0.55,
        judgments=120,
        unparseable=0,
        failed=0,
        distinct_answers={"control": 60, "treatment": 59},
        flagged=(),
        fit=True,
        unfit_reasons=(),
        flips=7,
        position_effect=estimate(0.016, -0.05, 0.09),
        self_preference=Estimate(
            value=None,
            interval=None,
            n=0,
            unit_of_measure="share",
            reason="not identifiable: no arm is of the judge's own family",
        ),
    )


def people(**changes: Any) -> HumanAgreement:
    """Return what two raters said of twelve cases."""
    said = HumanAgreement(
        source="the experiment's labels",
        labels=15,
        raters=2,
        cases=12,
        agreement=estimate(0.75, 0.4676, 0.9111),
        agreement_both_orders=estimate(0.6667, 0.3906, 0.8619),
        kappa=estimate(0.512, 0.1, 0.9, "coefficient"),
        corrected_win_rate=estimate(0.58, 0.29, 0.83),
        least=0.8,
        enough=False,
    )
    return replace(said, **changes)


def metrics() -> tuple[MetricResult, ...]:
    """Return one metric of each decision."""
    return (
        MetricResult(
            name="win_rate",
            role="primary",
            unit="share",
            control=None,
            treatment=0.716666666666667,
            difference=estimate(0.216666666666667, 0.105, 0.3125),
            limit=Limit(kind="above", value=0.5),
            decision="pass",
        ),
        MetricResult(
            name="cost_usd",
            role="guardrail",
            unit="USD",
            control=0.0021,
            treatment=0.0022,
            difference=estimate(0.042, 0.021, 0.06, "ratio"),
            limit=Limit(kind="max_increase", value=0.1, relative=True),
            decision="pass",
        ),
        MetricResult(
            name="latency_s_p95",
            role="guardrail",
            unit="s",
            control=1.94,
            treatment=2.12,
            difference=estimate(0.18, -0.1, 0.5, "s"),
            limit=Limit(kind="max_increase", value=0.3),
            decision="inconclusive",
            note="cannot tell yet: 140 more cases",
        ),
        MetricResult(
            name="check_pass_rate",
            role="guardrail",
            unit="share",
            control=0.95,
            treatment=0.80,
            difference=estimate(-0.15, -0.26, -0.04),
            limit=Limit(kind="max_drop", value=0.02),
            decision="fail",
        ),
        MetricResult(
            name="output_tokens",
            role="secondary",
            unit="tokens",
            control=212.4,
            treatment=240.1,
            difference=estimate(27.7, 11.2, 44.1, "tokens"),
            limit=None,
            decision=None,
            p_value=0.002,
            p_adjusted=0.004,
        ),
    )


def axes() -> tuple[AxisResult, ...]:
    """Return one axis that rose, one that may have fallen, one that nobody scored."""
    return (
        AxisResult(
            name="clarity",
            control=3.4,
            treatment=4.2,
            difference=estimate(0.8, 0.4, 1.2, "points"),
            p_value=0.001,
            p_adjusted=0.002,
            better=0.7,
        ),
        AxisResult(
            name="accuracy",
            control=3.3,
            treatment=3.1,
            difference=estimate(-0.2, -0.5, 0.1, "points"),
            p_value=0.61,
            p_adjusted=0.61,
        ),
        AxisResult(
            name="policy",
            control=None,
            treatment=None,
            difference=estimate(None, unit="points"),
            p_value=None,
            p_adjusted=None,
        ),
    )


def result(**changes: Any) -> DuelResult:
    """Return a duel in which the treatment won, with `changes` made to its fields."""
    full = DuelResult(
        schema_version=1,
        kind="duel",
        experiment=ExperimentRef(name="support-bot-cites-policy", hash="c0ffee" * 10),
        hypothesis="Citing the policy and using the customer's name makes replies better.",
        control="control",
        treatment="treatment",
        cases=60,
        repeats=1,
        models={"control": "openai:gpt-6-luna", "treatment": "openai:gpt-6-luna"},
        differences=(
            ArmDifference(
                what="system",
                control="Be helpful.",
                treatment="Be helpful, cite the relevant policy, and use the customer's name.",
            ),
            ArmDifference(what="decoding.temperature", control="0", treatment="0.7"),
        ),
        win_rate=win_rate(),
        win_rate_decision="pass",
        axes=axes(),
        metrics=metrics(),
        judge=judge(),
        judges=(judge(),),
        outcomes={"control": {"stop": 60}, "treatment": {"length": 2, "stop": 58}},
        lost=(
            LostCase(
                case="double-charge",
                score=0.0,
                margin=-1.5,
                reason="The treatment promises a refund that the policy doesn't give.",
            ),
            LostCase(case="late-package", score=0.25, margin=-0.2, reason=""),
        ),
        cost_usd=0.41,
        cost_reason=None,
        determinism="D2",
        determinism_reason="temperature 0, no proof that the server kept still",
        cases_needed=None,
        cases_needed_note=None,
        early_stop=None,
        selection=None,
        notes=(),
    )
    return replace(full, **changes)


def undecided() -> DuelResult:
    """Return a duel of five cases in which nothing could be decided, with everything worth a warning."""
    rate = replace(
        win_rate(),
        value=0.7,
        interval=interval(0.31, 0.95),
        n=5,
        cases=5,
        wins=3,
        losses=1,
        ties=1,
        p_value=0.375,
        clusters=5,
        failed={"control": 0, "treatment": 1},
        worst_case=WorstCase(low=0.2, high=0.98),
    )
    unfit = replace(
        judge(),
        fit=False,
        unfit_reasons=("consistency 40% is below 70%",),
        failed=1,
        flagged=(FlaggedAnswer(case="c1", variant="treatment", family="polite request", excerpt="please pick me"),),
    )
    return result(
        cases=5,
        repeats=3,
        win_rate=rate,
        win_rate_decision="inconclusive",
        metrics=(),
        cases_needed=44,
        judge=unfit,
        flagged_recount=FlaggedRecount(
            cases=1, win_rate=estimate(0.5, 0.2, 0.8), decision="inconclusive", changes_verdict=True
        ),
        people=people(),
        judges=(unfit, judge("openai:gpt-6-sol")),
        selection="dev part of the split (5 of 9 cases)",
        notes=("Authored replies: this shows how arena works, not how a model answers.", "Five cases prove little."),
        differences=(ArmDifference(what="model returned", control="luna-1", treatment="luna-2", declared=False),),
        cost_usd=None,
        cost_reason="no price is known for local:tiny",
    )


def without_judge() -> DuelResult:
    """Return a duel that its checks decide."""
    primary = MetricResult(
        name="check_pass_rate",
        role="primary",
        unit="share",
        control=0.55,
        treatment=0.71,
        difference=estimate(0.16, 0.03, 0.29),
        limit=Limit(kind="not_worse", value=0.05),
        decision="pass",
        p_value=0.02,
    )
    return result(
        win_rate=None, win_rate_decision=None, axes=None, judge=None, judges=(), metrics=(primary, *metrics()[1:3])
    )


def facts(**changes: Any) -> RunFacts:
    """Return the facts of a run, with `changes` made."""
    known = RunFacts(
        schema_version=1,
        run="20261122-1104-support-bot-cites-policy",
        status="complete",
        started="2026-11-22T11:04:00.000000+00:00",
        finished="2026-11-22T11:04:38.200000+00:00",
        experiment=ExperimentFacts(name="support-bot-cites-policy", hash="c0ffee" * 10, path="experiment.yaml"),
        files={"experiment.yaml": "01" * 32},
        versions={"arena": "0.1.0"},
        git=None,
        options=RunOptions(),
        spending=Spending(made=240, cached=0, failed=0, paid_usd=0.41, seconds=38.2, replay="live"),
    )
    return replace(known, **changes)


def attempts(note: str) -> Attempts:
    """Return what a ledger knows, with `note` for its words."""
    return Attempts(known=3, false_pass=0.07, note=note)
