"""The kinds of metric, one class each, and the one table from a metric to its kind."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from arena.kinds.kind import Arms, Kind, bounded_mean
from arena.records.metric import Criterion, Limit, LimitKind, Metric
from arena.records.rubric import LEVELS

if TYPE_CHECKING:
    from arena.stats.estimate import Estimate
    from arena.stats.paired import PairedDifference
    from arena.stats.preference import Preference


class WinRate(Kind):
    """The share of comparisons that the treatment wins, a tie one half: its value a case is its score."""

    levels: ClassVar[tuple[float, float]] = (0.0, 1.0)
    change: ClassVar[float] = 0.5  # from a tie to a win
    refused: ClassVar[dict[LimitKind, str]] = {
        "max_drop": "a win rate already compares the arms: use 'above: 0.5' or 'not_worse: 5pp'"
    }

    def bounds(self, criterion: Criterion) -> tuple[float, float]:
        """Return 0 and 1: every limit is on the share, `not_worse` too."""
        return self.levels

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return both arms' shares and 2·share − 1, with the exact sign-flip."""
        from arena.stats.preference import win_rate

        return self.compared(win_rate(arms.treatment, clusters=arms.clusters, level=level))

    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Return the treatment's share."""
        from arena.stats.preference import win_rate

        return self.share(win_rate(arms.treatment, clusters=arms.clusters, level=level))

    def share(self, found: "Preference") -> "Estimate":
        """Return the treatment's share as an estimate."""
        from arena.stats.estimate import Estimate

        return Estimate(
            value=found.value, interval=found.interval, n=found.n, unit_of_measure="share", reason=found.reason
        )

    def compared(self, found: "Preference") -> "PairedDifference":
        """Return both arms' shares and their difference, which is 2·share − 1."""
        from arena.stats.paired import PairedDifference

        share, ends = self.share(found), found.interval
        doubled = ends and replace(ends, low=2.0 * ends.low - 1.0, high=2.0 * ends.high - 1.0)
        value = None if found.value is None else 2.0 * found.value - 1.0
        return PairedDifference(
            control=None if found.value is None else 1.0 - found.value,
            treatment=found.value,
            estimate=replace(share, value=value, interval=doubled),
            p_value=found.p_value,
            p_method=found.p_method,
            better=found.value,
        )


class Share(Kind):
    """The share of cases in which something holds."""

    levels: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return the difference of two shares by Gaffke's interval."""
        from arena.stats.paired import binary_difference

        return binary_difference(arms.control, arms.treatment, clusters=arms.clusters, level=level)

    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Return the treatment's share by Gaffke's interval."""
        return bounded_mean(arms, bounds=self.levels, unit="share", level=level)


class Axis(Kind):
    """The mean score on one axis of the rubric."""

    levels: ClassVar[tuple[float, float]] = (float(LEVELS[0]), float(LEVELS[-1]))

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return the difference of two bounded means by Gaffke's interval."""
        from arena.stats.paired import bounded_difference

        low, high = self.levels
        return bounded_difference(arms.control, arms.treatment, low=low, high=high, clusters=arms.clusters, level=level)

    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Return the treatment's mean by Gaffke's interval."""
        return bounded_mean(arms, bounds=self.levels, unit=unit, level=level)


class Mean(Kind):
    """The mean of what has no bounds: t over the cases' differences."""

    is_quick: ClassVar[bool] = True

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return the mean difference."""
        from arena.stats.paired import mean_difference

        return mean_difference(arms.control, arms.treatment, unit=unit, clusters=arms.clusters, level=level)

    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Return the treatment's mean."""
        from arena.stats.means import mean_estimate

        return mean_estimate(arms.treatment, unit=unit, clusters=arms.clusters, level=level)

    def quick(self, arms: Arms, criterion: Criterion, *, level: float) -> "Estimate":
        """Return the mean of what the limit is on, untested."""
        import numpy as np

        from arena.stats.means import mean_estimate

        values = arms.treatment if criterion.is_alone else np.subtract(arms.treatment, arms.control)
        return mean_estimate(values, unit=criterion.metric.unit, clusters=arms.clusters, level=level)


class RelativeChange(Mean):
    """The change of a mean as a share of control's: treatment / control − 1, by Fieller."""

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return the relative change, its unit "ratio"."""
        from arena.stats.paired import ratio_of_means

        return ratio_of_means(arms.control, arms.treatment, clusters=arms.clusters, level=level)

    def quick(self, arms: Arms, criterion: Criterion, *, level: float) -> "Estimate":
        """Return the relative change without its test."""
        from arena.stats.paired import relative_change

        return relative_change(arms.control, arms.treatment, clusters=arms.clusters, level=level)


class Ratio(Kind):
    """The ratio of two sums over users' events: what a golden set has no values of."""

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Refuse: no case has a value.

        Raises:
            ValueError: always.
        """
        raise ValueError("a ratio of sums is measured on users' events")

    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Refuse: no case has a value.

        Raises:
            ValueError: always.
        """
        raise ValueError("a ratio of sums is measured on users' events")


@dataclass(frozen=True, slots=True)
class Quantile(Kind):
    """A quantile: order statistics alone, exceedances for the difference."""

    probability: float  # in (0, 1)
    relative: bool = False  # the difference as a share of control's

    def fewest(self, criterion: Criterion, *, alpha: float) -> int:
        """Return the cases that bound a quantile, or the difference of two, on both sides."""
        from arena.stats.quantiles import fewest_for_quantile, fewest_for_quantile_contrast

        fewest = fewest_for_quantile if criterion.is_alone else fewest_for_quantile_contrast
        return fewest(self.probability, 1.0 - alpha)

    def difference(self, arms: Arms, *, unit: str, level: float) -> "PairedDifference":
        """Return the difference of two quantiles."""
        from arena.stats.paired import quantile_difference

        return quantile_difference(
            arms.control,
            arms.treatment,
            self.probability,
            unit=unit,
            relative=self.relative,
            clusters=arms.clusters,
            level=level,
        )

    def alone(self, arms: Arms, *, unit: str, level: float) -> "Estimate":
        """Return the treatment's quantile."""
        from arena.stats.quantiles import quantile_estimate

        return quantile_estimate(arms.treatment, self.probability, unit=unit, clusters=arms.clusters, level=level)


WIN_RATE, AXIS, RELATIVE_CHANGE = WinRate(), Axis(), RelativeChange()
#: The win rate where nobody declares one, and what is asked of it where nobody says more.
UNDECLARED = Metric(
    name="win_rate",
    source="win_rate",
    aggregate="mean",
    unit="share",
    direction="up",
    limits=(Limit(kind="above", value=0.5),),
)
BETTER = Criterion(metric=UNDECLARED, limit=UNDECLARED.limits[0])
#: Aggregate to kind: a new aggregate is a class and a line, one more quantile a line alone.
AGGREGATES: dict[str, Kind] = {
    "rate": Share(),
    "mean": Mean(),
    "p50": Quantile(0.50),
    "p90": Quantile(0.90),
    "p95": Quantile(0.95),
    "p99": Quantile(0.99),
    "ratio": Ratio(),
}
#: How an amount of a completion can be summarised: the ending of a metric's name.
SPREAD = tuple(name for name, kind in AGGREGATES.items() if isinstance(kind, Mean | Quantile))
#: What an author may write; a ratio is told by its numerator and denominator.
DECLARED = tuple(name for name, kind in AGGREGATES.items() if not isinstance(kind, Ratio))


def of(metric: Metric, limit: Limit | None = None, *, relative: bool = False) -> Kind:
    """Return the kind of a metric under a limit.

    Args:
        metric: declared or known by name.
        limit: that is to be decided; None: the metric is only told.
        relative: without a limit, whether its change is told relative to control.

    >>> type(of(Metric(name="x", source="win_rate", aggregate="mean", unit="share", direction="up"))).__name__
    'WinRate'
    """
    if metric.is_win_rate:
        return WIN_RATE
    if metric.source.startswith("axis."):
        return AXIS
    kind = AGGREGATES[metric.aggregate]
    if not (relative if limit is None else limit.relative):
        return kind
    return replace(kind, relative=True) if isinstance(kind, Quantile) else RELATIVE_CHANGE
