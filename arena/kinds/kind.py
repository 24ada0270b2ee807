"""What every kind of metric answers: its bounds, what could prove a limit on it, and how it is estimated.

The statistics are loaded when values are estimated, so that a plan is made without them.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from arena.records.metric import Criterion, LimitKind

if TYPE_CHECKING:
    from arena.stats.clusters import Floats, Labels
    from arena.stats.estimate import Estimate
    from arena.stats.paired import PairedDifference

_NOISE = 1e-9
_FEWEST_FOR_T = 2  # with one case there is no variance


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """Values of the same cases in both arms, as sequences of equal length."""

    control: "Sequence[float] | Floats"
    treatment: "Sequence[float] | Floats"
    clusters: "Labels | None"  # a cluster of its own where a case has none

    @property
    def differences(self) -> list[float]:
        """Return treatment − control, one a case."""
        return [after - before for before, after in zip(self.control, self.treatment, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRule:
    """How a limit on the mean of a bounded score is decided, the score seen as a share of the way from bad to good.

    Gaffke's lower end must be above `limit`, and where `flips` the sign-flip must agree. On perfect data that bound has
    a closed form: (α/2)^(1/n) of the way from the worst value to the perfect one.
    """

    low: float  # least and greatest value of what the limit is on
    high: float
    above: bool  # which of the two is good
    limit: float  # as a share; at 0 or below any data keep to it
    perfect: float  # as a share: what perfect data have
    step: float  # what one case's smallest change for the better adds to its share
    flips: bool

    @property
    def always(self) -> bool:
        """Return whether any data keep to the limit."""
        return self.limit <= 0.0

    def shares(self, values: "Floats") -> "Floats":
        """Return values as shares of the way from bad to good."""
        found: Floats = (values - self.low if self.above else self.high - values) / (self.high - self.low)
        return found

    def value(self, share: float) -> float:
        """Return a share as a value."""
        way = share * (self.high - self.low)
        return self.low + way if self.above else self.high - way

    def fewest(self, alpha: float) -> int | None:
        """Return the fewest cases that could prove it on perfect data; None where no number is enough."""
        room = (self.perfect - self.limit) / self.perfect
        if room <= 0.0:
            return None
        return 1 if room >= 1.0 else math.ceil(math.log(alpha / 2.0) / math.log(1.0 - room) - _NOISE)

    def tightest(self, cases: int, alpha: float) -> float:
        """Return the tightest limit that so many cases could prove, rounded to hundredths that they can."""
        reached = 100.0 * self.value(self.perfect * (alpha / 2.0) ** (1.0 / cases))
        return math.floor(reached + _NOISE) / 100.0 if self.above else math.ceil(reached - _NOISE) / 100.0


class Kind(ABC):
    """One way in which values of cases become a number an arm."""

    #: Least and greatest value of one case in one arm; None: unbounded.
    levels: ClassVar[tuple[float, float] | None] = None
    #: A case's smallest change in what the limit is on.
    change: ClassVar[float] = 1.0
    #: Whether `quick` takes microseconds, so that a pilot can ask it of every sample.
    is_quick: ClassVar[bool] = False
    #: Limits that mean nothing here, and what to write instead.
    refused: ClassVar[dict[LimitKind, str]] = {}

    def bounds(self, criterion: Criterion) -> tuple[float, float] | None:
        """Return the least and the greatest value of what a limit is on; None where it is unbounded."""
        if self.levels is None:
            return None
        low, high = self.levels
        return (low, high) if criterion.is_alone else (low - high, high - low)

    def rule(self, criterion: Criterion) -> MeanRule | None:
        """Return how a limit on a bounded mean is decided; None where an interval of another kind decides it."""
        bounds = self.bounds(criterion)
        if bounds is None:
            return None
        (low, high), (above, at) = bounds, criterion.threshold
        limit, unchanged = (
            (value - low if above else high - value) / (high - low) for value in (at, criterion.no_difference)
        )
        return MeanRule(
            low=low,
            high=high,
            above=above,
            limit=limit,
            perfect=unchanged if criterion.is_no_harm else 1.0,
            step=self.change / (high - low),
            flips=criterion.is_at_no_difference,
        )

    def fewest(self, criterion: Criterion, *, alpha: float) -> int | None:
        """Return the fewest cases at which a limit could pass on perfect data; None where no number is enough.

        Args:
            criterion: the metric with its limit.
            alpha: two-sided level of the gate.
        """
        rule = self.rule(criterion)
        return _FEWEST_FOR_T if rule is None else rule.fewest(alpha)

    def holds_always(self, criterion: Criterion) -> bool:
        """Return whether any data keep to a limit: a gate that asks no more proves nothing."""
        rule = self.rule(criterion)
        return rule is not None and rule.always

    @abstractmethod
    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return each arm's number, what is estimated of the difference between them, and its test.

        Args:
            arms: one value a case in either arm.
            unit: of the values.
            level: of the two-sided interval, in (0, 1).
        """

    @abstractmethod
    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Return the treatment's own number with its interval."""

    def quick(self, arms: Arms, criterion: Criterion, *, level: float) -> "Estimate":
        """Return what a limit is on without anything else, thousands of times a second where `is_quick`."""
        unit = criterion.metric.unit
        if criterion.is_alone:
            return self.alone(arms, unit=unit, level=level)
        return self.difference(arms, unit=unit, level=level).estimate


def bounded_mean(arms: Arms, *, bounds: tuple[float, float], unit: str, level: float) -> "Estimate":
    """Return the treatment's mean between bounds with Gaffke's interval, the case or its cluster the unit."""
    from arena.stats.bounded_mean import clustered_gaffke_interval
    from arena.stats.estimate import Estimate

    values = list(arms.treatment)
    clusters = [None] * len(values) if arms.clusters is None else list(arms.clusters)
    low, high = bounds
    return Estimate(
        value=sum(values) / len(values),
        interval=clustered_gaffke_interval(values, clusters, low=low, high=high, level=level),
        n=len({cluster for cluster in clusters if cluster is not None}) + sum(one is None for one in clusters),
        unit_of_measure=unit,
    )
