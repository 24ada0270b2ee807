"""Means of unbounded values: standard error, with clusters, t interval, and the t tests of one mean and of two."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate
from arena.stats.moments import Moments
from arena.stats.student import NOISE, TTest, check_level, labelled, t_interval, with_t, without_t
from arena.stats.two_arms import arm_mean, difference, pooled


@dataclass(frozen=True, slots=True)
class ClusterError:
    """Standard errors of the mean over cases when cases share clusters; without clusters all but cr0 agree."""

    cr0: float
    cr1: float  # cr0 · √(G/(G−1))
    cr2: float  # unbiased when cases are independent
    degrees_of_freedom: float  # Bell and McCaffrey's, for cr2


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
    return cluster_error(groups.sums(array - array.mean()), groups.sizes)


def cluster_error(residuals: Floats, sizes: Floats) -> ClusterError:
    """Return the cluster-robust standard errors of Σ sums / Σ sizes, from one row a cluster.

    Args:
        residuals: sum − mean·size of each of at least two clusters.
        sizes: how many cases each has, above 0.

    >>> error = cluster_error(np.array([-1.0, 0.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    >>> round(error.cr2, 6), round(error.degrees_of_freedom, 6)
    (0.288675, 2.0)
    """
    n, many = float(sizes.sum()), len(sizes)
    squares = residuals**2
    leverage = sizes / n
    cr0 = float(np.sqrt(squares.sum())) / n
    return ClusterError(
        cr0=cr0,
        cr1=cr0 * (many / (many - 1)) ** 0.5,
        cr2=float(np.sqrt((squares / (1.0 - leverage)).sum())) / n,
        degrees_of_freedom=_degrees_of_freedom(sizes, n),
    )


def _degrees_of_freedom(sizes: Floats, n: float) -> float:
    """Return (tr Ω)² / tr Ω² of the adjusted cluster sums' covariance Ω under independent cases."""
    leverage = sizes / n
    product = sizes * leverage / (1.0 - leverage)  # Ω_gh² = product_g · product_h off the diagonal, Ω_gg = n_g
    off_diagonal = float(product.sum()) ** 2 - float(product @ product)
    return n * n / (float(sizes @ sizes) + off_diagonal)


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
    if error.cr2 <= NOISE * abs(value):
        reason = "the values do not vary: they say nothing of how sure the mean is"
        return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)
    method = labelled("t", units)
    interval = t_interval(value, error.cr2, error.degrees_of_freedom, level=level, method=method)
    return Estimate(value=value, interval=interval, n=units, unit_of_measure=unit)


def finite(values: Sequence[float] | npt.ArrayLike) -> Floats:
    """Return the values as an array.

    Raises:
        ValueError: a value that is not finite: no mean has it.
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("every value must be finite")
    return array


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
        return without_t(estimate)
    return with_t(estimate, estimate.value, error.cr2, error.degrees_of_freedom)


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

    Welch's test: `two_arms.difference` of the arms' values.

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
    before, after = (arm_mean(_arm(values), "value", unit=unit, level=level) for values in (control, treatment))
    return difference(before, after)


def pooled_t_test(
    control: Sequence[float] | npt.ArrayLike,
    treatment: Sequence[float] | npt.ArrayLike,
    *,
    unit: str,
    level: float = 0.95,
) -> TTest:
    """Test whether the means of two independent arms differ, treatment − control, if their variances are equal.

    Student's test: `two_arms.pooled` of the arms' values.

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
    return pooled(_arm(control), _arm(treatment), "value", unit=unit, level=level)


def _arm(values: Sequence[float] | npt.ArrayLike) -> Moments:
    return Moments.of({"value": finite(values)})
