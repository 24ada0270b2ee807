"""Means of unbounded values: standard error, with clusters, t interval, and the t tests of one mean and of two."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from arena.stats.clusters import Floats, Groups, Labels, group
from arena.stats.estimate import Estimate, Interval

#: Below so many units the normal theory behind t and Fieller is a guess about the tails.
APPROXIMATE_BELOW = 30

_NOISE = 1e-12  # relative: a spread so small is rounding


@dataclass(frozen=True, slots=True)
class ClusterError:
    """Standard errors of the mean over cases when cases share clusters; without clusters all but cr0 agree."""

    cr0: float
    cr1: float  # cr0 · √(G/(G−1))
    cr2: float  # unbiased when cases are independent
    degrees_of_freedom: float  # Bell and McCaffrey's, for cr2


@dataclass(frozen=True, slots=True, kw_only=True)
class TTest:
    """A mean or a difference of means with its t interval, and the two-sided test of its being 0.

    Where the estimate has no interval, t, its degrees of freedom and the p-value are None for the same reason.
    """

    estimate: Estimate
    t: float | None
    degrees_of_freedom: float | None
    p_value: float | None


def cluster_robust_standard_error(
    values: Sequence[float] | npt.ArrayLike, clusters: Labels | None = None
) -> ClusterError | None:
    """Return cluster-robust standard errors of the mean over cases.

    CR2 and its degrees of freedom: Bell & McCaffrey (Survey Methodology 2002) for a model of the mean alone, where the
    leverage of cluster g is n_g/n and everything has a closed form.

    Args:
        values: one a case, in any unit.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.

    Returns:
        The errors in the unit of the values; None for fewer than two clusters.

    Raises:
        ValueError: labels that do not match the values in number.

    >>> error = cluster_robust_standard_error([1.0, 2.0, 4.0])
    >>> round(error.cr2, 6), round(error.degrees_of_freedom, 6)  # sd / √n on n − 1
    (0.881917, 2.0)
    """
    array = np.asarray(values, dtype=np.float64)
    groups = group(clusters, len(array))
    if len(groups.sizes) < 2:
        return None
    n, many = len(array), len(groups.sizes)
    squares = groups.sums(array - array.mean()) ** 2
    leverage = groups.sizes / n
    cr0 = float(np.sqrt(squares.sum())) / n
    return ClusterError(
        cr0=cr0,
        cr1=cr0 * (many / (many - 1)) ** 0.5,
        cr2=float(np.sqrt((squares / (1.0 - leverage)).sum())) / n,
        degrees_of_freedom=_degrees_of_freedom(groups, n),
    )


def _degrees_of_freedom(groups: Groups, n: int) -> float:
    """Return (tr Ω)² / tr Ω² of the adjusted cluster sums' covariance Ω under independent cases."""
    leverage = groups.sizes / n
    product = groups.sizes * leverage / (1.0 - leverage)  # Ω_gh² = product_g · product_h off the diagonal, Ω_gg = n_g
    off_diagonal = float(product.sum()) ** 2 - float(product @ product)
    return n * n / (float(groups.sizes @ groups.sizes) + off_diagonal)


def mean_estimate(
    values: Sequence[float] | npt.ArrayLike, *, unit: str, clusters: Labels | None = None, level: float = 0.95
) -> Estimate:
    """Return the mean with Student's t interval, on CR2 and its degrees of freedom.

    Args:
        values: one a case.
        unit: of the values, e.g. "s".
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        The interval is None, with the reason, for fewer than two units or values without any variation.

    Raises:
        ValueError: a value that is not finite, a level outside (0, 1), or labels that do not match the values in
            number.

    >>> mean_estimate([1.0, 1.0], unit="s").reason
    'the values do not vary: they say nothing of how sure the mean is'
    """
    array = finite(values)
    check_level(level)
    if len(array) == 0:
        return Estimate(value=None, interval=None, n=0, unit_of_measure=unit, reason="no values")
    value, units = float(array.mean()), len(group(clusters, len(array)).sizes)
    error = cluster_robust_standard_error(array, clusters)
    if error is None:
        reason = "one value gives no interval" if len(array) == 1 else "one cluster gives no interval"
        return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)
    if error.cr2 <= _NOISE * abs(value):
        reason = "the values do not vary: they say nothing of how sure the mean is"
        return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)
    half = float(stdtrit(error.degrees_of_freedom, (1.0 + level) / 2.0)) * error.cr2
    interval = Interval(low=value - half, high=value + half, level=level, method=labelled("t", units))
    return Estimate(value=value, interval=interval, n=units, unit_of_measure=unit)


def labelled(method: str, units: int) -> str:
    """Return the method's name, saying so where too few units make it an approximation."""
    return method if units >= APPROXIMATE_BELOW else f"{method}, approximate below n = {APPROXIMATE_BELOW}"


def finite(values: Sequence[float] | npt.ArrayLike) -> Floats:
    """Return the values as an array.

    Raises:
        ValueError: a value that is not finite: no mean has it.
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("every value must be finite")
    return array


def check_level(level: float) -> None:
    """Check the level of a two-sided interval.

    Raises:
        ValueError: it lies outside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")


def t_test(
    values: Sequence[float] | npt.ArrayLike, *, unit: str, clusters: Labels | None = None, level: float = 0.95
) -> TTest:
    """Test whether the mean is 0: Student's one-sample t, on CR2 and its degrees of freedom with clusters.

    Args:
        values: one a case.
        unit: of the values, e.g. "s".
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Undefined, with the reason, for fewer than two units or values without any variation: four equal differences are
        not infinitely significant. The p-value is never 0: what is smaller than a float is the least one.

    Raises:
        ValueError: a value that is not finite, a level outside (0, 1), or labels that do not match the values in
            number.

    >>> found = t_test([1.0, 0.0], unit="points")
    >>> found.t, found.degrees_of_freedom, round(found.p_value, 9)
    (1.0, 1.0, 0.5)
    """
    estimate = mean_estimate(values, unit=unit, clusters=clusters, level=level)
    error = None if estimate.interval is None else cluster_robust_standard_error(values, clusters)
    if error is None or estimate.value is None:
        return TTest(estimate=estimate, t=None, degrees_of_freedom=None, p_value=None)
    return _tested(estimate, estimate.value, error.cr2, error.degrees_of_freedom)


def paired_t_test(
    control: Sequence[float] | npt.ArrayLike,
    treatment: Sequence[float] | npt.ArrayLike,
    *,
    unit: str,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> TTest:
    """Test whether two means over the same cases differ, treatment − control: Student's paired t.

    Args:
        control: one value a case.
        treatment: one value a case, in the same order.
        unit: of the values, e.g. "s".
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Undefined, with the reason, for fewer than two units or differences without any variation.

    Raises:
        ValueError: arms of different lengths, labels that do not match them in number, a value that is not finite, or a
            level outside (0, 1).

    >>> paired_t_test([3, 4, 5], [3, 4, 5], unit="points").estimate.reason
    'the values do not vary: they say nothing of how sure the mean is'
    """
    before, after = finite(control), finite(treatment)
    if before.shape != after.shape:
        raise ValueError(f"{len(before)} control values for {len(after)} of the treatment")
    return t_test(after - before, unit=unit, clusters=clusters, level=level)


def welch_test(
    control: Sequence[float] | npt.ArrayLike,
    treatment: Sequence[float] | npt.ArrayLike,
    *,
    unit: str,
    level: float = 0.95,
) -> TTest:
    """Test whether the means of two independent arms differ, treatment − control, whatever their variances.

    Welch (Biometrika 1947;34:28): with vᵢ = sᵢ²/nᵢ, t = d/√(v₁ + v₂) on (v₁ + v₂)²/(v₁²/(n₁ − 1) + v₂²/(n₂ − 1)).

    Args:
        control: one value a unit.
        treatment: one value a unit, of other units.
        unit: of the values, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        Undefined, with the reason, where an arm has fewer than two values or neither arm varies; `n` is that of both.

    Raises:
        ValueError: a value that is not finite, or a level outside (0, 1).

    >>> found = welch_test([1.1, 2.3, 1.9, 3.0], [2.8, 3.1, 2.9, 4.0, 3.7], unit="s")
    >>> round(found.t, 4), round(found.degrees_of_freedom, 4), round(found.p_value, 4)
    (2.6587, 5.0058, 0.0449)
    """
    before, after = finite(control), finite(treatment)
    return _independent(before, after, _welch_error, "welch t", unit, level)


def pooled_t_test(
    control: Sequence[float] | npt.ArrayLike,
    treatment: Sequence[float] | npt.ArrayLike,
    *,
    unit: str,
    level: float = 0.95,
) -> TTest:
    """Test whether the means of two independent arms differ, treatment − control, if their variances are equal.

    Student (Biometrika 1908;6:1), on n₁ + n₂ − 2. Welch's test does not ask for equal variances and costs little.

    Args:
        control: one value a unit.
        treatment: one value a unit, of other units.
        unit: of the values, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        Undefined, with the reason, where an arm has fewer than two values or neither arm varies; `n` is that of both.

    Raises:
        ValueError: a value that is not finite, or a level outside (0, 1).

    >>> found = pooled_t_test([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], unit="s")
    >>> round(found.t, 4), found.degrees_of_freedom
    (1.5492, 4.0)
    """
    before, after = finite(control), finite(treatment)
    return _independent(before, after, _pooled_error, "pooled t", unit, level)


def _independent(
    before: Floats,
    after: Floats,
    error_of: Callable[[Floats, Floats], tuple[float, float]],
    method: str,
    unit: str,
    level: float,
) -> TTest:
    """Compare two means by a standard error and its degrees of freedom."""
    check_level(level)
    n = len(before) + len(after)
    if len(before) == 0 or len(after) == 0:
        return _untested(None, n, unit, "an arm has no values")
    value = float(after.mean() - before.mean())
    if min(len(before), len(after)) < 2:
        return _untested(value, n, unit, "an arm of one value says nothing of its variance")
    error, degrees_of_freedom = error_of(before, after)
    if not error > _NOISE * max(abs(float(before.mean())), abs(float(after.mean()))):
        return _untested(value, n, unit, "neither arm varies: they say nothing of how sure the difference is")
    half = float(stdtrit(degrees_of_freedom, (1.0 + level) / 2.0)) * error
    label = labelled(method, min(len(before), len(after)))
    interval = Interval(low=value - half, high=value + half, level=level, method=label)
    estimate = Estimate(value=value, interval=interval, n=n, unit_of_measure=unit)
    return _tested(estimate, value, error, degrees_of_freedom)


def _welch_error(before: Floats, after: Floats) -> tuple[float, float]:
    sizes = np.array([len(before), len(after)], dtype=np.float64)
    errors = np.array([before.std(ddof=1), after.std(ddof=1)]) / np.sqrt(sizes)
    error = float(np.hypot(*errors))
    if error == 0.0:
        return 0.0, float(sizes.sum() - 2.0)
    shares = (errors / error) ** 2
    return error, float(1.0 / (shares**2 / (sizes - 1.0)).sum())


def _pooled_error(before: Floats, after: Floats) -> tuple[float, float]:
    degrees_of_freedom = len(before) + len(after) - 2
    squares = float(((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum())
    error = (squares / degrees_of_freedom * (1.0 / len(before) + 1.0 / len(after))) ** 0.5
    return error, float(degrees_of_freedom)


def _tested(estimate: Estimate, value: float, error: float, degrees_of_freedom: float) -> TTest:
    t = value / error
    p_value = max(2.0 * float(stdtr(degrees_of_freedom, -abs(t))), sys.float_info.min)
    return TTest(estimate=estimate, t=t, degrees_of_freedom=degrees_of_freedom, p_value=p_value)


def _untested(value: float | None, n: int, unit: str, reason: str) -> TTest:
    estimate = Estimate(value=value, interval=None, n=n, unit_of_measure=unit, reason=reason)
    return TTest(estimate=estimate, t=None, degrees_of_freedom=None, p_value=None)
