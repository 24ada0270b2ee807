"""One limit of one metric on the values of cases: estimated by the method of its kind, and decided."""

from dataclasses import dataclass

from arena.deciding.decide import decide
from arena.deciding.wording import limit_label
from arena.kinds import table as kinds
from arena.kinds.quantities import quantity_of
from arena.measuring.values import CaseValues
from arena.records.metric import Criterion, Decision, Limit, Metric
from arena.stats.estimate import Estimate
from arena.stats.paired import PairedDifference


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One limit of one metric on some values: what was estimated, and what that decides."""

    difference: PairedDifference
    alone: Estimate | None  # of the treatment, where the limit is on it
    decision: Decision | None  # None without a limit
    message: str | None = None  # what was decided and why

    @property
    def decided_on(self) -> Estimate:
        """Return the estimate that the limit is on."""
        return self.alone or self.difference.estimate


def decided(metric: Metric, limit: Limit | None, values: CaseValues, *, level: float) -> Decided:
    """Estimate a metric by the method of its kind, and decide its limit."""
    quantity = quantity_of(metric.source)
    kind = kinds.of(metric, limit, relative=quantity is not None and quantity.relative)
    difference = kind.difference(values.arms, unit=metric.unit, level=level)
    if limit is None:
        return Decided(difference=difference, alone=None, decision=None)
    alone = kind.alone(values.arms, unit=metric.unit, level=level) if limit.is_alone else None
    extremes = (
        kind.alone(arms, unit=metric.unit, level=level)
        if limit.is_alone
        else kind.difference(arms, unit=metric.unit, level=level).estimate
        for arms in values.extremes
    )
    found = decide(
        alone or difference.estimate,
        Criterion(metric=metric, limit=limit),
        worst_case=None if values.is_complete else tuple(extremes),
        sign_flip_p=difference.p_value,
        alpha=1.0 - level,
    )
    return Decided(difference=difference, alone=alone, decision=found.outcome, message=found.message)


def limit_of(metric: Metric, limit: Limit) -> str:
    """Return a metric's limit in words."""
    return limit_label(Criterion(metric=metric, limit=limit))
