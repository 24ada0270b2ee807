"""An estimate against a criterion: pass, fail or inconclusive, with the reason in plain words. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from arena.deciding.wording import limit_label, quantity
from arena.records.metric import Criterion, Decision, Metric
from arena.records.result import WinRate, WorstCase
from arena.stats.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was decided about one criterion, and why."""

    outcome: Decision
    message: str  # one line


def criteria(metric: Metric) -> tuple[Criterion, ...]:
    """Return what is to be decided about a metric: one criterion for each of its limits."""
    return tuple(Criterion(metric=metric, limit=limit) for limit in metric.limits)


def decide(
    estimate: Estimate | WinRate,
    criterion: Criterion,
    *,
    worst_case: WorstCase | Sequence[Estimate] | None = None,
    sign_flip_p: float | None = None,
    alpha: float = 0.05,
) -> Ruling:
    """Decide one criterion; each end of the interval stands for a one-sided test at half of 1 − its level.

    Superiority (`above`, `below`) passes when the whole interval is beyond the threshold and fails when all of it is on
    the other side; at "no difference" the sign-flip must agree. Everything else is a guardrail: it passes only when the
    whole interval keeps to the limit, and fails when the whole interval is beyond it.

    Args:
        estimate: what the limit is on: the win rate, treatment − control, its relative change, or the treatment alone.
        criterion: the metric and its limit.
        worst_case: the interval's two ends, or the estimates, if everything missing had gone one way and the other; if
            they change the verdict there is none.
        sign_flip_p: two-sided p-value of no difference, asked only where the threshold is no difference.
        alpha: two-sided level that the sign-flip must reach.

    >>> from arena.records.metric import Limit
    >>> from arena.stats.estimate import Interval
    >>> metric = Metric(name="win_rate", source="win_rate", aggregate="mean", unit="share", direction="up")
    >>> interval = Interval(low=0.55, high=0.8, level=0.95, method="gaffke")
    >>> estimate = Estimate(value=0.7, interval=interval, n=40, unit_of_measure="share")
    >>> criterion = Criterion(metric=metric, limit=Limit(kind="above", value=0.5))
    >>> decide(estimate, criterion, sign_flip_p=0.01)
    Ruling(outcome='pass', message='win_rate 70% [55%, 80%]: above 50% is proved')
    """
    interval = estimate.interval
    if estimate.value is None or interval is None:
        return _withheld(criterion, estimate.reason or "there is no interval to decide by")
    like = max(abs(interval.low), abs(interval.high), key=lambda end: end if math.isfinite(end) else 0.0)
    low, high = (
        _text(end, criterion, outward=away, like=like) for end, away in ((interval.low, -1), (interval.high, 1))
    )
    subject = f"{criterion.metric.label} {_text(estimate.value, criterion, like=like)} [{low}, {high}]"
    if estimate.reason is not None:
        return Ruling(outcome="inconclusive", message=f"{subject}: {estimate.reason}")
    outcome = _side(interval.low, interval.high, criterion)
    if outcome == "inconclusive":
        return Ruling(outcome=outcome, message=f"{subject}: cannot tell whether {limit_label(criterion)} holds")
    worst = _worst_ends(worst_case)
    if worst is not None and _side(*worst, criterion) != outcome:
        low, high = _text(worst[0], criterion, outward=-1), _text(worst[1], criterion, outward=1)
        return Ruling(
            outcome="inconclusive",
            message=f"{subject}: what is missing could change the verdict, worst case [{low}, {high}]",
        )
    if sign_flip_p is not None and criterion.is_at_no_difference and sign_flip_p > alpha:
        return Ruling(
            outcome="inconclusive", message=f"{subject}: the sign-flip test does not agree, p = {sign_flip_p:.3g}"
        )
    word = "is proved" if outcome == "pass" else "is refuted"
    return Ruling(outcome=outcome, message=f"{subject}: {limit_label(criterion)} {word}")


def _side(low: float, high: float, criterion: Criterion) -> Decision:
    """Return on which side of the limit an interval is; a guardrail may touch its limit, superiority may not."""
    above, at = criterion.threshold
    near, far = (low - at, high - at) if above else (at - high, at - low)
    touching = near == 0.0 and not criterion.limit.is_superiority
    if near > 0.0 or touching:
        return "pass"
    return "fail" if far < 0.0 else "inconclusive"


def _worst_ends(worst_case: WorstCase | Sequence[Estimate] | None) -> tuple[float, float] | None:
    """Return the lowest and the highest end; an estimate without an interval could be anything."""
    if worst_case is None:
        return None
    if isinstance(worst_case, WorstCase):
        return worst_case.low, worst_case.high
    intervals = [estimate.interval for estimate in worst_case]
    return (
        min(-math.inf if interval is None else interval.low for interval in intervals),
        max(math.inf if interval is None else interval.high for interval in intervals),
    )


def _withheld(criterion: Criterion, reason: str) -> Ruling:
    return Ruling(
        outcome="inconclusive",
        message=f"{criterion.metric.label}: cannot tell whether {limit_label(criterion)} holds: {reason}",
    )


def _text(value: float, criterion: Criterion, *, outward: int = 0, like: float = 0.0) -> str:
    if not math.isfinite(value):
        return "−∞" if value < 0 else "∞"
    if criterion.limit.relative:
        return quantity(value, "ratio", outward=outward, like=like)
    difference = not (criterion.limit.is_alone or criterion.metric.is_win_rate)
    return quantity(value, criterion.metric.unit, difference=difference, outward=outward, like=like)
