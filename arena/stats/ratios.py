"""The ratio of two means over the same units, by Fieller and by the delta method: from cases and from moments."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy.typing as npt

from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate, Interval
from arena.stats.means import cluster_robust_standard_error, finite
from arena.stats.moments import Moments
from arena.stats.student import NOISE, check_level, labelled, t_interval, t_quantile
from arena.stats.two_arms import DELTA_UP_TO, Arm


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
    return _estimate(_of_cases(numerator, denominator, clusters, level), _fieller, "ratio", level)


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
    return _estimate(_of_cases(numerator, denominator, clusters, level), _delta, "ratio", level)


def ratio_of_sums(
    moments: Moments, numerator: str, denominator: str, *, unit: str = "ratio", level: float = 0.95
) -> Arm:
    """Return Σ numerator / Σ denominator over an arm's units, such as cost per conversation where users are the units.

    By the delta method over units (Deng, Knoblich & Lu, KDD 2018), or by Fieller's where the error of the denominator's
    mean is more than a tenth of it. `two_arms.difference` and `two_arms.quotient` compare two arms by it.

    Args:
        moments: of the arm's units.
        numerator: its name, such as "cost_usd".
        denominator: its name, such as "conversations".
        unit: of the ratio, e.g. "USD".
        level: of the two-sided interval, in (0, 1).

    Returns:
        The value is None, with the reason, where the denominator's mean is 0; the interval where that mean is not
        clearly different from 0, with fewer than two units, or where every unit has the same ratio.

    Raises:
        ValueError: moments without one of the names, or a level outside (0, 1).

    >>> users = Moments.of({"cost": [2.1, 4.2, 6.0, 8.2], "answers": [1, 2, 3, 4]})
    >>> found = ratio_of_sums(users, "cost", "answers", unit="USD").estimate  # few users: Fieller
    >>> round(found.value, 4), round(found.interval.low, 2), round(found.interval.high, 2)
    (2.05, 1.99, 2.28)
    """
    check_level(level)
    found = _of_moments(moments, numerator, denominator)
    if isinstance(found, _NoRatio):
        return Arm(estimate=_estimate(found, _delta, unit, level), level=level)
    sure = found.denominator_error <= DELTA_UP_TO * abs(found.denominator) or found.is_constant
    return Arm(
        estimate=_estimate(found, _delta if sure else _fieller, unit, level),
        level=level,
        standard_error=found.residual_error / abs(found.denominator),
        degrees_of_freedom=found.degrees_of_freedom,
        symmetric=sure,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ratio:
    """What both intervals are made of: y, x, and r = y − ratio·x."""

    numerator: float  # ȳ
    denominator: float  # x̄
    residual_error: float  # standard error of r̄
    denominator_error: float  # of x̄
    covariance: float  # of r̄ and x̄
    degrees_of_freedom: float
    units: int

    @property
    def value(self) -> float:
        return self.numerator / self.denominator

    @property
    def is_constant(self) -> bool:
        return not self.residual_error > NOISE * abs(self.numerator)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoRatio:
    """Why there is no ratio, or no error of it."""

    value: float | None
    units: int
    reason: str


def _of_cases(
    numerator: Sequence[float] | npt.ArrayLike,
    denominator: Sequence[float] | npt.ArrayLike,
    clusters: Labels | None,
    level: float,
) -> _Ratio | _NoRatio:
    y, x = finite(numerator), finite(denominator)
    check_level(level)
    if y.shape != x.shape:
        raise ValueError(f"{len(y)} numerators for {len(x)} denominators")
    units = len(group(clusters, len(x)).sizes)
    if len(x) == 0:
        return _NoRatio(value=None, units=0, reason="no values")
    y_mean, x_mean = float(y.mean()), float(x.mean())
    if x_mean == 0.0:
        return _NoRatio(value=None, units=units, reason="the mean to compare with is 0")
    r = y - y_mean / x_mean * x
    residual, below = (cluster_robust_standard_error(values, clusters) for values in (r, x))
    if residual is None or below is None:
        return _NoRatio(value=y_mean / x_mean, units=units, reason="one unit of evidence gives no interval")
    return _Ratio(
        numerator=y_mean,
        denominator=x_mean,
        residual_error=residual.cr2,
        denominator_error=below.cr2,
        covariance=_covariance(r, x, residual.cr2, below.cr2, clusters),
        degrees_of_freedom=residual.degrees_of_freedom,
        units=units,
    )


def _of_moments(moments: Moments, numerator: str, denominator: str) -> _Ratio | _NoRatio:
    n, y, x = moments.n, moments.mean(numerator), moments.mean(denominator)
    if y is None or x is None:
        return _NoRatio(value=None, units=0, reason="no values")
    if x == 0.0:
        return _NoRatio(value=None, units=n, reason="the mean to compare with is 0")
    residual = moments.residual_variance(numerator, denominator, y / x)
    below, both = moments.variance(denominator), moments.covariance(numerator, denominator)
    if residual is None or below is None or both is None:
        return _NoRatio(value=y / x, units=n, reason="one unit of evidence gives no interval")
    return _Ratio(
        numerator=y,
        denominator=x,
        residual_error=math.sqrt(residual / n),
        denominator_error=math.sqrt(below / n),
        covariance=(both - y / x * below) / n,
        degrees_of_freedom=n - 1.0,
        units=n,
    )


def _estimate(
    found: _Ratio | _NoRatio, interval_of: Callable[[_Ratio, float], Interval | None], unit: str, level: float
) -> Estimate:
    interval, reason = None, None
    if isinstance(found, _NoRatio):
        reason = found.reason
    elif found.is_constant:
        reason = "the ratio is the same in every case: it says nothing of how sure it is"
    else:
        interval = interval_of(found, level)
        reason = None if interval else "the mean to compare with is not clearly different from 0"
    return Estimate(value=found.value, interval=interval, n=found.units, unit_of_measure=unit, reason=reason)


def _delta(found: _Ratio, level: float) -> Interval:
    error = found.residual_error / abs(found.denominator)
    method = labelled("delta", found.units)
    return t_interval(found.value, error, found.degrees_of_freedom, level=level, method=method)


def _fieller(found: _Ratio, level: float) -> Interval | None:
    """Return the roots in δ = ρ − ȳ/x̄ of a·δ² + 2b·δ − t²·V_rr = 0, b = t²·V_rx; None where they bound nothing."""
    t, ratio = t_quantile(found.degrees_of_freedom, level), found.value
    a = found.denominator**2 - t * t * found.denominator_error**2
    if a <= 0.0:
        return None
    b = t * t * found.covariance
    half = math.sqrt(b * b + a * (t * found.residual_error) ** 2)
    return Interval(
        low=ratio - (b + half) / a, high=ratio + (half - b) / a, level=level, method=labelled("fieller", found.units)
    )


def _covariance(r: Floats, x: Floats, error_r: float, error_x: float, clusters: Labels | None) -> float:
    """Return the covariance of two means by the polarisation of their variance, with both on one scale."""
    if error_r == 0.0 or error_x == 0.0:
        return 0.0
    k = error_r / error_x
    plus, minus = (cluster_robust_standard_error(r + sign * k * x, clusters) for sign in (1.0, -1.0))
    return 0.0 if plus is None or minus is None else (plus.cr2**2 - minus.cr2**2) / (4.0 * k)
