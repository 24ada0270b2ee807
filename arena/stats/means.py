"""The mean of unbounded values: its standard error, with clusters, and its t interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from arena.stats.clusters import Groups, Labels, group
from arena.stats.estimate import Estimate, Interval

#: Below so many units the normal theory behind t and Fieller is a guess about the tails.
APPROXIMATE_BELOW = 30


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

    >>> mean_estimate([1.0, 1.0], unit="s").reason
    'the values do not vary: they say nothing of how sure the mean is'
    """
    array = np.asarray(values, dtype=np.float64)
    if len(array) == 0:
        return Estimate(value=None, interval=None, n=0, unit_of_measure=unit, reason="no values")
    value, units = float(array.mean()), len(group(clusters, len(array)).sizes)
    error = cluster_robust_standard_error(array, clusters)
    if error is None:
        reason = "one value gives no interval" if len(array) == 1 else "one cluster gives no interval"
        return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)
    if error.cr2 <= 1e-12 * abs(value):
        reason = "the values do not vary: they say nothing of how sure the mean is"
        return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)
    half = float(stdtrit(error.degrees_of_freedom, (1.0 + level) / 2.0)) * error.cr2
    interval = Interval(low=value - half, high=value + half, level=level, method=labelled("t", units))
    return Estimate(value=value, interval=interval, n=units, unit_of_measure=unit)


def labelled(method: str, units: int) -> str:
    """Return the method's name, saying so where too few units make it an approximation."""
    return method if units >= APPROXIMATE_BELOW else f"{method}, approximate below n = {APPROXIMATE_BELOW}"
