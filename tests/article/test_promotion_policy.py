"""The article's promotion policy: a primary metric that rose does not ship what breaks three guardrails."""

from dataclasses import replace

import pytest

from arena.deciding.decide import decide
from arena.deciding.verdict import verdict
from arena.records.metric import Criterion, Limit, Metric
from arena.records.result import MetricResult
from arena.stats.estimate import Estimate
from sample_results import interval, judge, result

#: metric, unit, better direction, limit, observed treatment − control
GUARDRAILS = [
    ("safety_rate", "share", "up", Limit(kind="max_drop", value=0.0005), -0.001),
    ("latency_s_p95", "s", "down", Limit(kind="max_increase", value=0.300), 0.410),
    ("cost_per_session_usd", "USD", "down", Limit(kind="max_increase", value=0.010), 0.018),
]
RESOLUTION = ("resolution_rate", "share", "up", Limit(kind="above", value=0.0), 0.032)


def measured(name: str, unit: str, direction: str, limit: Limit, observed: float, *, wide: float) -> MetricResult:
    """Return a metric with an interval `wide` around what was observed, decided."""
    metric = Metric(
        name=name,
        source=name,
        aggregate="mean",
        role="primary" if name == RESOLUTION[0] else "guardrail",
        direction="up" if direction == "up" else "down",
        unit=unit,
    )
    found = Estimate(
        value=observed, interval=interval(observed - wide, observed + wide), n=50_000, unit_of_measure=unit
    )
    decided = decide(found, Criterion(metric=metric, limit=limit))
    return MetricResult(
        name=name,
        role=metric.role,
        unit=unit,
        control=None,
        treatment=None,
        difference=found,
        limit=limit,
        decision=decided.outcome,
        message=decided.message,
    )


def test_three_guardrails_out_hold_the_treatment() -> None:
    """Resolution rose 3.2 points, and safety, latency and cost are all beyond their limits: hold treatment."""
    metrics = tuple(measured(*each, wide=0.0001) for each in (RESOLUTION, *GUARDRAILS))
    found = verdict(result(metrics=metrics, judges=(judge(),)), declared=())
    assert (found.decision, found.advice) == ("fail", "hold treatment")
    assert [reason.decision for reason in found.reasons] == ["fail", "fail", "fail", "pass"]
    assert [reason.criterion for reason in found.reasons][:3] == [
        "safety_rate max_drop 0.05pp",
        "latency_s_p95 max_increase 300ms",
        "cost_per_session_usd max_increase $0.01",
    ]


def test_what_the_sample_cannot_tell_holds_it_as_well() -> None:
    """The same observations from few users prove nothing: inconclusive, and still hold treatment."""
    metrics = tuple(measured(*each, wide=0.5) for each in (RESOLUTION, *GUARDRAILS))
    found = verdict(result(metrics=metrics), declared=())
    assert (found.decision, found.advice) == ("inconclusive", "hold treatment")


@pytest.mark.parametrize("broken", range(3))
def test_one_guardrail_out_is_enough(broken: int) -> None:
    """All must pass: two that are kept do not make up for the third."""
    kept = [(name, unit, way, limit, observed / 100) for name, unit, way, limit, observed in GUARDRAILS]
    kept[broken] = GUARDRAILS[broken]
    metrics = tuple(measured(*each, wide=0.0001) for each in (RESOLUTION, *kept))
    assert verdict(result(metrics=metrics), declared=()).decision == "fail"
    metrics = tuple(replace(metric, decision="pass") for metric in metrics)
    assert verdict(result(metrics=metrics), declared=()).decision == "pass"
