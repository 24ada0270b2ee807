"""What n cases can prove at best, before anything is spent.

For each criterion the fewest cases at which it could pass on perfect data: every case won where superiority is asked,
no case changed where a guardrail is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from arena.deciding.decide import criteria
from arena.deciding.wording import limit_label, quantity
from arena.kinds import table as kinds
from arena.records.metric import Criterion, Metric
from arena.stats.preference import fewest_clusters

_HARM = {"max_drop": "drop", "max_increase": "increase"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provable:
    """What one criterion needs, and whether the cases at hand could meet it."""

    metric: Metric
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
        if metric.is_offline
        for criterion in criteria(metric)
    )


def _provable(
    metric: Metric, criterion: Criterion, units: int, name: str, alpha: float, *, clustered: bool
) -> Provable:
    needed = kinds.of(metric, criterion.limit).fewest(criterion, alpha=alpha)
    if needed is not None and clustered:
        needed = max(needed, fewest_clusters(alpha))
    label = f"{metric.label} {limit_label(criterion)}"
    if needed is None:
        message = f"{label}: no number of {name} could prove it"
        return Provable(metric=metric, criterion=criterion, needed=None, units=units, message=message)
    message = f"{label}: needs ≥ {needed:,} {name}, you have {units:,}"
    if units < needed and (best := _best(metric, criterion, units, alpha)):
        message += f"; {best}"
    return Provable(metric=metric, criterion=criterion, needed=needed, units=units, message=message)


def _best(metric: Metric, criterion: Criterion, units: int, alpha: float) -> str | None:
    """Return the tightest limit that so many units could prove, rounded to what they can."""
    rule = kinds.of(metric, criterion.limit).rule(criterion)
    if units < 1 or rule is None:
        return None
    tightest = rule.tightest(units, alpha)
    if criterion.is_no_harm:
        size = quantity(abs(tightest), metric.unit, difference=True).removeprefix("+")
        return f"smallest provable {_HARM.get(criterion.limit.kind, 'margin')} {size}"
    difference = not (criterion.limit.is_alone or metric.is_win_rate)
    side = "above" if rule.above else "below"
    return f"at best provable: {side} {quantity(tightest, metric.unit, difference=difference)}"
