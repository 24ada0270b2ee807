"""The difference of two arms, paired by case: treatment − control, with an interval and a test of no difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate, Interval
from arena.stats.means import mean_estimate
from arena.stats.quantiles import point, quantile_contrast
from arena.stats.ratios import fieller_interval
from arena.stats.sign_flip import sign_flip

Values = Sequence[float] | npt.ArrayLike


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Treatment against control over the same cases."""

    control: float | None  # the arm's mean or quantile
    treatment: float | None
    estimate: Estimate  # treatment − control, or treatment / control − 1 where the unit is "ratio"
    p_value: float | None  # two-sided, of no difference
    p_method: str
    better: float | None  # P(treatment > control) + ½·P(equal), over cases


def binary_difference(
    control: Values, treatment: Values, *, clusters: Labels | None = None, level: float = 0.95
) -> PairedDifference:
    """Return the difference of two rates: Gaffke's interval on (d + 1)/2.

    Args:
        control: 0 or 1 a case (or a share, where a case has repeats).
        treatment: the same, in the same order.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: arms of different lengths, or a value outside [0, 1].

    >>> unchanged = binary_difference([1] * 183, [1] * 183)
    >>> round(unchanged.estimate.interval.low, 4)  # a drop of 2 points is ruled out
    -0.02
    """
    return bounded_difference(control, treatment, low=0.0, high=1.0, unit="share", clusters=clusters, level=level)


def bounded_difference(
    control: Values,
    treatment: Values,
    *,
    low: float,
    high: float,
    unit: str = "points",
    clusters: Labels | None = None,
    level: float = 0.95,
) -> PairedDifference:
    """Return the difference of two means of bounded values: Gaffke's interval, rescaled from [low − high, high − low].

    Args:
        control: one value a case, in [low, high].
        treatment: the same, in the same order.
        low: the least value that is possible, 1 for an axis.
        high: the greatest, 5 for an axis.
        unit: of the values.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: arms of different lengths, or a value outside [low, high].
    """
    before, after = _arms(control, treatment)
    if len(before) == 0:
        return _nothing(unit)
    for arm in (before, after):
        if not (arm.min() >= low and arm.max() <= high):  # NaN fails both
            raise ValueError(f"every value must lie between {low} and {high}")
    span = high - low
    interval = clustered_gaffke_interval(after - before, clusters, low=-span, high=span, level=level)
    return _difference(before, after, interval, unit, clusters)


def mean_difference(
    control: Values, treatment: Values, *, unit: str, clusters: Labels | None = None, level: float = 0.95
) -> PairedDifference:
    """Return the difference of two means of unbounded values: paired t, on CR2 with clusters.

    Args:
        control: one value a case.
        treatment: the same, in the same order.
        unit: of the values, e.g. "s".
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        The interval is None, with the reason, for fewer than two units or differences without any variation.

    Raises:
        ValueError: arms of different lengths.
    """
    before, after = _arms(control, treatment)
    if len(before) == 0:
        return _nothing(unit)
    estimate = mean_estimate(after - before, unit=unit, clusters=clusters, level=level)
    return _tested(before, after, estimate, clusters)


def ratio_of_means(
    control: Values, treatment: Values, *, clusters: Labels | None = None, level: float = 0.95
) -> PairedDifference:
    """Return the relative change of a mean, treatment / control − 1, by Fieller; the p-value is the sign-flip's.

    Args:
        control: one value a case, such as a cost or a number of tokens.
        treatment: the same, in the same order.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Unit "ratio": 0.04 is 4% more than control. Value or interval is None, with the reason, where it is undefined.

    Raises:
        ValueError: arms of different lengths.
    """
    before, after = _arms(control, treatment)
    if len(before) == 0:
        return _nothing("ratio")
    return _tested(before, after, relative_change(before, after, clusters=clusters, level=level), clusters)


def relative_change(
    control: Values, treatment: Values, *, clusters: Labels | None = None, level: float = 0.95
) -> Estimate:
    """Return the relative change of a mean, treatment / control − 1, by Fieller, without a test.

    Args:
        control: one value a case, such as a cost or a number of tokens.
        treatment: the same, in the same order.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Unit "ratio": 0.04 is 4% more than control. Value or interval is None, with the reason, where it is undefined.

    Raises:
        ValueError: arms of different lengths, or no case.

    >>> round(relative_change([1.0, 2.0, 3.0], [1.1, 2.2, 3.3]).value, 12)
    0.1
    """
    before, after = _arms(control, treatment)
    ratio = fieller_interval(after, before, clusters=clusters, level=level)
    interval = ratio.interval and Interval(
        low=ratio.interval.low - 1.0, high=ratio.interval.high - 1.0, level=level, method=ratio.interval.method
    )
    return Estimate(
        value=None if ratio.value is None else ratio.value - 1.0,
        interval=interval,
        n=ratio.n,
        unit_of_measure="ratio",
        reason=ratio.reason,
    )


def quantile_difference(
    control: Values,
    treatment: Values,
    probability: float,
    *,
    unit: str,
    relative: bool = False,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> PairedDifference:
    """Return the difference of two quantiles by order statistics; there is no p-value for it.

    Args:
        control: one value a case.
        treatment: the same, in the same order.
        probability: of the quantile, in (0, 1): 0.95 for p95.
        unit: of the values.
        relative: return treatment / control − 1, unit "ratio".
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: arms of different lengths.
    """
    before, after = _arms(control, treatment)
    if len(before) == 0:
        return _nothing("ratio" if relative else unit)
    estimate = quantile_contrast(
        before, after, probability, unit=unit, relative=relative, clusters=clusters, level=level
    )
    return PairedDifference(
        control=point(before, probability),
        treatment=point(after, probability),
        estimate=estimate,
        p_value=None,
        p_method="",
        better=probability_better(before, after),
    )


def probability_better(control: Values, treatment: Values) -> float | None:
    """Return P(treatment > control) + ½·P(equal) over paired cases; None for no case.

    Raises:
        ValueError: arms of different lengths.

    >>> probability_better([3, 4, 3], [4, 4, 5])
    0.8333333333333333
    """
    before, after = _arms(control, treatment)
    if len(before) == 0:
        return None
    return float((np.sign(after - before).mean() + 1.0) / 2.0)


def _arms(control: Values, treatment: Values) -> tuple[Floats, Floats]:
    before, after = np.asarray(control, dtype=np.float64), np.asarray(treatment, dtype=np.float64)
    if before.shape != after.shape:
        raise ValueError(f"{len(before)} control values for {len(after)} of the treatment")
    return before, after


def _difference(
    before: Floats, after: Floats, interval: Interval, unit: str, clusters: Labels | None
) -> PairedDifference:
    units = len(group(clusters, len(before)).sizes)
    value = float((after - before).mean())
    return _tested(before, after, Estimate(value=value, interval=interval, n=units, unit_of_measure=unit), clusters)


def _tested(before: Floats, after: Floats, estimate: Estimate, clusters: Labels | None) -> PairedDifference:
    flipped = sign_flip(after - before, clusters)
    return PairedDifference(
        control=float(before.mean()),
        treatment=float(after.mean()),
        estimate=estimate,
        p_value=flipped.p_value,
        p_method=flipped.method,
        better=probability_better(before, after),
    )


def _nothing(unit: str) -> PairedDifference:
    estimate = Estimate(value=None, interval=None, n=0, unit_of_measure=unit, reason="no case has a value in both arms")
    return PairedDifference(control=None, treatment=None, estimate=estimate, p_value=None, p_method="", better=None)
