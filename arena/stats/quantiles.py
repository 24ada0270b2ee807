"""Quantiles: order-statistic intervals that ask nothing of the distribution, and the difference of two arms'.

A value x is an upper bound of the quantile at p when the share of values at or below x is proved to be more than p, and
a lower bound when the share at or above it is proved to be more than 1 − p. Shares are 0/1 means, so Gaffke's bound
decides: for independent cases Clopper–Pearson's, hence the classical binomial ranks; with clusters the clustered one.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from arena.stats.bounded_mean import lower_tail_p_value
from arena.stats.clusters import Floats, Labels, group, has_labels
from arena.stats.estimate import Estimate, Interval
from arena.stats.student import check_level

METHOD = "order statistics"
_DIGITS = 1e-12  # of a p-value that equals its limit


def fewest_for_quantile(probability: float, level: float = 0.95) -> int:
    """Return the fewest independent cases that can bound a quantile on both sides.

    >>> fewest_for_quantile(0.95), fewest_for_quantile(0.5)
    (72, 6)
    """
    tail = (1.0 - level) / 2.0
    return int(np.ceil(np.log(tail) / np.log(max(probability, 1.0 - probability)) - 1e-9))


def fewest_for_quantile_contrast(probability: float, level: float = 0.95) -> int:
    """Return the fewest independent cases that can bound the difference of two arms' quantiles on both sides.

    >>> fewest_for_quantile_contrast(0.95), fewest_for_quantile_contrast(0.5)
    (72, 7)
    """
    tail = (1.0 - level) / 2.0
    scarce = max(probability, 1.0 - probability)
    n = fewest_for_quantile(probability, level)
    while (1.0 - scarce) ** n > tail - max(0.5 * tail, scarce**n):
        n += 1
    return n


def quantile_estimate(
    values: Sequence[float] | npt.ArrayLike,
    probability: float,
    *,
    unit: str,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return a quantile with its order-statistic interval.

    Args:
        values: one a case.
        probability: of the quantile, in (0, 1): 0.95 for p95.
        unit: of the values, e.g. "s".
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        The value is the smallest with at least this share at or below it; the interval is None, with the reason, where
        so few cases cannot bound an end.

    Raises:
        ValueError: a value that is not a number, or a probability or level outside (0, 1).

    >>> estimate = quantile_estimate(range(1, 21), 0.5, unit="s")
    >>> estimate.interval.low, estimate.interval.high
    (6.0, 15.0)
    >>> quantile_estimate(range(1, 21), 0.95, unit="s").reason
    'a p95 bounded on both sides at 95% needs 72 cases'
    """
    arm = _checked(values, probability, level)
    if len(arm) == 0:
        return Estimate(value=None, interval=None, n=0, unit_of_measure=unit, reason="no values")
    low, high = quantile_bounds(arm, probability, clusters=clusters, level=level)
    value, units = point(arm, probability), _units(arm, clusters)
    if low is None or high is None:
        reason = _scarcity(probability, level, fewest_for_quantile(probability, level), clusters)
        return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)
    interval = Interval(low=low, high=high, level=level, method=METHOD)
    return Estimate(value=value, interval=interval, n=units, unit_of_measure=unit)


def quantile_bounds(
    values: Sequence[float] | npt.ArrayLike,
    probability: float,
    *,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> tuple[float | None, float | None]:
    """Return the order-statistic bounds of a quantile, each by itself; None for the end that so few cases don't bound.

    Args:
        values: one a case.
        probability: of the quantile, in (0, 1): 0.95 for p95.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1); each bound alone errs with (1 − level)/2.

    Raises:
        ValueError: a value that is not a number, or a probability or level outside (0, 1).

    >>> quantile_bounds(range(1, 21), 0.95)
    (17.0, None)
    """
    arm = _checked(values, probability, level)
    if len(arm) == 0:
        return None, None
    tail = (1.0 - level) / 2.0
    return _lower(arm, probability, clusters, tail), _upper(arm, probability, clusters, tail)


def quantile_contrast(
    control: Sequence[float] | npt.ArrayLike,
    treatment: Sequence[float] | npt.ArrayLike,
    probability: float,
    *,
    unit: str,
    relative: bool = False,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return the difference of two arms' quantiles, treatment − control, with a conservative interval.

    Either end takes one bound of each arm, whose errors add up to at most α/2 (Bonferroni, so the arms may be paired in
    any way): half each, but to the side that few values reach as much as its outermost value needs.

    Args:
        control: one value a case.
        treatment: one value a case, in the same order.
        probability: of the quantile, in (0, 1).
        unit: of the values; of a relative estimate it is "ratio".
        relative: return treatment / control − 1; control's quantile must be above 0.
        clusters: one label a case, the same for both arms.
        level: of the two-sided interval, in (0, 1).

    Returns:
        The interval is None, with the reason, where so few cases cannot bound an end, and a relative one where the
        lower bound of control's quantile is not above 0.

    Raises:
        ValueError: arms of different lengths, a value that is not a number, or a probability or level outside (0, 1).
    """
    before, after = (_checked(arm, probability, level) for arm in (control, treatment))
    if before.shape != after.shape:
        raise ValueError(f"{len(before)} control values for {len(after)} of the treatment")
    if len(before) == 0:
        kind = "ratio" if relative else unit
        return Estimate(value=None, interval=None, n=0, unit_of_measure=kind, reason="no values")
    upper_tail, lower_tail = _split(probability, (1.0 - level) / 2.0, len(before), clusters)
    before_low, low = (_lower(arm, probability, clusters, lower_tail) for arm in (before, after))
    before_high, high = (_upper(arm, probability, clusters, upper_tail) for arm in (before, after))
    value, units = point(after, probability) - point(before, probability), _units(before, clusters)
    interval, reason = None, None
    if low is None or high is None or before_low is None or before_high is None:
        reason = _scarcity(probability, level, fewest_for_quantile_contrast(probability, level), clusters)
    elif not relative:
        interval = Interval(low=low - before_high, high=high - before_low, level=level, method=METHOD)
    elif before_low > 0.0:
        interval = Interval(low=low / before_high - 1.0, high=high / before_low - 1.0, level=level, method=METHOD)
    else:
        reason = f"control's p{100 * probability:g} is not proved to be above 0"
    if relative:
        base = point(before, probability)
        share = value / base if base > 0.0 else None
        return Estimate(value=share, interval=interval, n=units, unit_of_measure="ratio", reason=reason)
    return Estimate(value=value, interval=interval, n=units, unit_of_measure=unit, reason=reason)


def point(values: Floats, probability: float) -> float:
    """Return the smallest value with at least a share of `probability` at or below it."""
    return float(np.quantile(values, probability, method="inverted_cdf"))


def _checked(values: Sequence[float] | npt.ArrayLike, probability: float, level: float) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if np.isnan(array).any():  # infinity has its place in an order
        raise ValueError("every value must be a number")
    if not 0.0 < probability < 1.0:
        raise ValueError(f"the probability of a quantile must lie between 0 and 1, not {probability}")
    check_level(level)
    return array


def _split(probability: float, tail: float, n: int, clusters: Labels | None) -> tuple[float, float]:
    """Return what of the error `tail` an arm's upper bound may take, and what the other arm's lower bound.

    It follows from the number of cases and their clusters alone, never from their values.
    """
    scarce = max(probability, 1.0 - probability)
    least = lower_tail_p_value(np.ones(n), scarce, clusters)
    share = min(max(0.5 * tail, least * (1.0 + _DIGITS)), tail)
    return (share, tail - share) if probability >= 0.5 else (tail - share, share)


def _upper(values: Floats, probability: float, clusters: Labels | None, tail: float) -> float | None:
    """Return the smallest value that is an upper bound of the quantile, None where no value is."""
    candidates = np.unique(values)
    first, last = 0, len(candidates)
    while first < last:
        middle = (first + last) // 2
        if _proves(values <= candidates[middle], probability, clusters, tail):
            last = middle
        else:
            first = middle + 1
    return float(candidates[first]) if first < len(candidates) else None


def _lower(values: Floats, probability: float, clusters: Labels | None, tail: float) -> float | None:
    mirrored = _upper(-values, 1.0 - probability, clusters, tail)
    return None if mirrored is None else -mirrored


def _proves(has: npt.NDArray[np.bool_], probability: float, clusters: Labels | None, tail: float) -> bool:
    """Whether the share of cases that have the property is proved to be more than `probability`."""
    return lower_tail_p_value(has.astype(np.float64), probability, clusters) <= tail * (1.0 + _DIGITS)


def _units(values: Floats, clusters: Labels | None) -> int:
    return len(group(clusters, len(values)).sizes)


def _scarcity(probability: float, level: float, needed: int, clusters: Labels | None) -> str:
    units = f"{needed} clusters, more where their sizes differ" if has_labels(clusters) else f"{needed} cases"
    return f"a p{100 * probability:g} bounded on both sides at {100 * level:g}% needs {units}"
