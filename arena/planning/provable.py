"""What n cases can prove at best, before anything is spent.

For each criterion the fewest cases at which it could pass on perfect data: every case won where superiority is asked,
no case changed where a guardrail is. Gaffke's bound then has a closed form: (α/2)^(1/n) of the way from the worst.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from arena.deciding.decide import criteria, threshold
from arena.deciding.wording import limit_label, quantity
from arena.records.metric import Criterion, Metric
from arena.stats.preference import fewest_clusters
from arena.stats.quantiles import fewest_for_quantile, fewest_for_quantile_contrast

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
_AXIS_RANGE = (1.0, 5.0)
_FEWEST_FOR_T = 2  # with one case there is no variance
_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Provable:
    """What one criterion needs, and whether the cases at hand could meet it."""

    criterion: Criterion
    needed: int | None  # independent units on perfect data; None: no number is enough
    units: int  # at hand: cases, or clusters where cases share one
    message: str  # one line

    @property
    def within_reach(self) -> bool:
        """Whether the units at hand could prove it."""
        return self.needed is not None and self.units >= self.needed


def provable(
    metrics: Sequence[Metric], *, cases: int, alpha: float = 0.05, clusters: int | None = None
) -> tuple[Provable, ...]:
    """Return what each criterion of the offline metrics needs at best.

    Args:
        metrics: as declared; those for live use alone are left out.
        cases: at hand.
        alpha: two-sided level of the gate; each criterion is tested at half of it.
        clusters: how many, where cases share clusters; None: each case is a unit. Perfect data in clusters of unequal
            size prove a little less than that many cases.

    >>> from arena.records.metric import Limit
    >>> metric = Metric(name="check_pass_rate", source="check_pass_rate", aggregate="rate", unit="share",
    ...     direction="up", role="guardrail", limits=(Limit(kind="max_drop", value=0.02),))
    >>> print(provable([metric], cases=10)[0].message)
    check_pass_rate max_drop 2pp: needs ≥ 183 cases, you have 10; smallest provable drop 31pp
    """
    units, name = (cases, "cases") if clusters is None else (clusters, "clusters")
    return tuple(
        _provable(metric, criterion, units, name, alpha, clustered=clusters is not None)
        for metric in metrics
        if metric.where != "live"
        for criterion in criteria(metric)
    )


def fewest_cases(metric: Metric, criterion: Criterion, *, alpha: float = 0.05) -> int | None:
    """Return the fewest cases at which a criterion could pass on perfect data; None where no number is enough.

    Args:
        metric: that the criterion is on.
        criterion: one of the metric's.
        alpha: two-sided level of the gate.
    """
    alone = criterion.limit.is_alone
    if metric.aggregate in QUANTILES:
        fewest = fewest_for_quantile if alone else fewest_for_quantile_contrast
        return fewest(QUANTILES[metric.aggregate], 1.0 - alpha)
    if criterion.limit.relative or not bounds_of(metric, criterion):
        return _FEWEST_FOR_T
    room = _room(metric, criterion)
    if room <= 0.0:
        return None
    return 1 if room >= 1.0 else math.ceil(math.log(alpha / 2.0) / math.log(1.0 - room) - _NOISE)


def _provable(
    metric: Metric, criterion: Criterion, units: int, name: str, alpha: float, *, clustered: bool
) -> Provable:
    needed = fewest_cases(metric, criterion, alpha=alpha)
    if needed is not None and clustered:
        needed = max(needed, fewest_clusters(alpha))
    label = f"{metric.name} {limit_label(criterion)}"
    if needed is None:
        return Provable(
            criterion=criterion, needed=None, units=units, message=f"{label}: no number of {name} could prove it"
        )
    message = f"{label}: needs ≥ {needed:,} {name}, you have {units:,}"
    if units < needed and (best := _best(metric, criterion, units, alpha)):
        message += f"; {best}"
    return Provable(criterion=criterion, needed=needed, units=units, message=message)


def bounds_of(metric: Metric, criterion: Criterion) -> tuple[float, float] | None:
    """Return the least and the greatest value of what the limit is on; None where it is unbounded."""
    if metric.is_win_rate:
        return 0.0, 1.0
    alone = criterion.limit.is_alone
    if metric.source.startswith("axis."):
        low, high = _AXIS_RANGE
        return (low, high) if alone else (low - high, high - low)
    if metric.aggregate == "rate":
        return (0.0, 1.0) if alone else (-1.0, 1.0)
    return None


def _perfect(metric: Metric, criterion: Criterion) -> float:
    """Return the perfect value: no change for a guardrail on a difference, else the best that there is."""
    bounds = bounds_of(metric, criterion)
    assert bounds is not None
    if not (criterion.limit.is_alone or criterion.limit.is_superiority or metric.is_win_rate):
        return 0.0
    above, _ = threshold(criterion)
    return bounds[1] if above else bounds[0]


def _room(metric: Metric, criterion: Criterion) -> float:
    """Return the distance from the perfect value to the limit, as a share of that to the worst value."""
    bounds = bounds_of(metric, criterion)
    assert bounds is not None
    above, at = threshold(criterion)
    perfect, worst = _perfect(metric, criterion), bounds[0] if above else bounds[1]
    return (at - perfect) / (worst - perfect)


def _best(metric: Metric, criterion: Criterion, units: int, alpha: float) -> str | None:
    """Return the tightest limit that so many units could prove, rounded to what they can."""
    bounds = bounds_of(metric, criterion)
    if units < 1 or bounds is None or metric.aggregate in QUANTILES or criterion.limit.relative:
        return None
    above, _ = threshold(criterion)
    perfect, worst = _perfect(metric, criterion), bounds[0] if above else bounds[1]
    reached = perfect + (1.0 - (alpha / 2.0) ** (1.0 / units)) * (worst - perfect)
    down = math.floor(100.0 * reached + _NOISE) / 100.0 if above else math.ceil(100.0 * reached - _NOISE) / 100.0
    match criterion.limit.kind:
        case "max_drop":
            return f"smallest provable drop {_size(down, criterion)}"
        case "max_increase":
            return f"smallest provable increase {_size(down, criterion)}"
        case "not_worse" if not metric.is_win_rate:
            return f"smallest provable margin {_size(down, criterion)}"
        case _:
            kind = "above" if above else "below"
            level = metric.is_win_rate or criterion.limit.is_alone
            return f"at best provable: {kind} {quantity(down, criterion.metric.unit, difference=not level)}"


def _size(value: float, criterion: Criterion) -> str:
    return quantity(abs(value), criterion.metric.unit, difference=True).removeprefix("+")
