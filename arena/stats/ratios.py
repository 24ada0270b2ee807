"""The ratio of two paired means, by Fieller and by the delta method."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate, Interval
from arena.stats.means import check_level, cluster_robust_standard_error, finite, labelled


def fieller_interval(
    numerator: Sequence[float] | npt.ArrayLike,
    denominator: Sequence[float] | npt.ArrayLike,
    *,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return mean(numerator) / mean(denominator) with Fieller's interval (JRSS-B 1954).

    The interval holds each ratio ρ that a t test of mean(numerator − ρ·denominator) = 0 does not reject: the roots of

        (ȳ − ρx̄)² = t²·(V_yy − 2ρV_xy + ρ²V_xx),

    V the covariance of the means, CR2 with clusters.

    Args:
        numerator: one value a case.
        denominator: one value a case, in the same order.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Unit "ratio". The value is None, with the reason, where the denominator's mean is 0; the interval where that
        mean is not clearly different from 0, with fewer than two units, or where every case has the same ratio.

    Raises:
        ValueError: sequences of different lengths, a value that is not finite, or a level outside (0, 1).

    >>> estimate = fieller_interval([2.1, 4.2, 6.0, 8.2], [1.0, 2.0, 3.0, 4.0])
    >>> round(estimate.value, 4), round(estimate.interval.low, 2), round(estimate.interval.high, 2)
    (2.05, 1.99, 2.28)
    """
    y, x = finite(numerator), finite(denominator)
    check_level(level)
    if y.shape != x.shape:
        raise ValueError(f"{len(y)} numerators for {len(x)} denominators")
    units = len(group(clusters, len(x)).sizes)
    if len(x) == 0:
        return _undefined(None, 0, "no values")
    y_mean, x_mean = float(y.mean()), float(x.mean())
    if x_mean == 0.0:
        return _undefined(None, units, "the mean to compare with is 0")
    ratio = y_mean / x_mean
    residual = cluster_robust_standard_error(y - ratio * x, clusters)
    below = cluster_robust_standard_error(x, clusters)
    if residual is None or below is None:
        return _undefined(ratio, units, "one unit of evidence gives no interval")
    if residual.cr2 <= 1e-12 * abs(y_mean):
        return _undefined(ratio, units, "the ratio is the same in every case: it says nothing of how sure it is")
    t = float(stdtrit(residual.degrees_of_freedom, (1.0 + level) / 2.0))
    a = x_mean**2 - t * t * below.cr2**2
    if a <= 0.0:
        return _undefined(ratio, units, "the mean to compare with is not clearly different from 0")
    # in δ = ρ − ȳ/x̄ and with r = y − x·ȳ/x̄ the quadratic is a·δ² + 2b·δ − t²·V_rr = 0, b = t²·V_rx
    b = t * t * _covariance(y - ratio * x, x, residual.cr2, below.cr2, clusters)
    half = float(np.sqrt(b * b + a * (t * residual.cr2) ** 2))
    interval = Interval(
        low=ratio - (b + half) / a, high=ratio + (half - b) / a, level=level, method=labelled("fieller", units)
    )
    return Estimate(value=ratio, interval=interval, n=units, unit_of_measure="ratio")


def delta_interval(
    numerator: Sequence[float] | npt.ArrayLike,
    denominator: Sequence[float] | npt.ArrayLike,
    *,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return mean(numerator) / mean(denominator) with the delta method's interval ρ̂ ± t·se(ȳ − ρ̂x̄)/|x̄|.

    The first-order expansion of ȳ/x̄ (Deng, Knoblich & Lu, KDD 2018), CR2 with clusters. Where the denominator's
    relative error is small it agrees with Fieller's interval; it stays symmetric and short where that error is large,
    so it is no interval to decide by below some dozens of units.

    Args:
        numerator: one value a case.
        denominator: one value a case, in the same order.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Unit "ratio". The value is None, with the reason, where the denominator's mean is 0; the interval with fewer
        than two units, or where every case has the same ratio.

    Raises:
        ValueError: sequences of different lengths, a value that is not finite, or a level outside (0, 1).

    >>> estimate = delta_interval([2.1, 4.2, 6.0, 8.2], [1.0, 2.0, 3.0, 4.0])
    >>> round(estimate.value, 4), round(estimate.interval.low, 3), round(estimate.interval.high, 3)
    (2.05, 1.981, 2.119)
    """
    y, x = finite(numerator), finite(denominator)
    check_level(level)
    if y.shape != x.shape:
        raise ValueError(f"{len(y)} numerators for {len(x)} denominators")
    units = len(group(clusters, len(x)).sizes)
    if len(x) == 0:
        return _undefined(None, 0, "no values")
    y_mean, x_mean = float(y.mean()), float(x.mean())
    if x_mean == 0.0:
        return _undefined(None, units, "the mean to compare with is 0")
    ratio = y_mean / x_mean
    residual = cluster_robust_standard_error(y - ratio * x, clusters)
    if residual is None:
        return _undefined(ratio, units, "one unit of evidence gives no interval")
    if residual.cr2 <= 1e-12 * abs(y_mean):
        return _undefined(ratio, units, "the ratio is the same in every case: it says nothing of how sure it is")
    half = float(stdtrit(residual.degrees_of_freedom, (1.0 + level) / 2.0)) * residual.cr2 / abs(x_mean)
    interval = Interval(low=ratio - half, high=ratio + half, level=level, method=labelled("delta", units))
    return Estimate(value=ratio, interval=interval, n=units, unit_of_measure="ratio")


def _covariance(r: Floats, x: Floats, error_r: float, error_x: float, clusters: Labels | None) -> float:
    """Return the covariance of two means by the polarisation of their variance, with both on one scale."""
    if error_x == 0.0:
        return 0.0
    k = error_r / error_x
    plus, minus = (cluster_robust_standard_error(r + sign * k * x, clusters) for sign in (1.0, -1.0))
    return 0.0 if plus is None or minus is None else (plus.cr2**2 - minus.cr2**2) / (4.0 * k)


def _undefined(value: float | None, units: int, reason: str) -> Estimate:
    return Estimate(value=value, interval=None, n=units, unit_of_measure="ratio", reason=reason)
