"""Exact tests of counts, without a normal approximation.

A p-value is never 0: what is smaller than a float is the least one.
"""

import math
import sys
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, gammaln, logsumexp, xlog1py, xlogy

from arena.stats.clusters import Floats

Alternative = Literal["two-sided", "less", "greater"]

_SAME = 1e-7  # relative: outcomes as probable as the observed one but for rounding count as equally probable
_GRID = 1025  # values of the unknown common rate, first over all of [0, 1], then around the worst of them
_ZOOMS = 6


def binomial_test(k: int, n: int, probability: float = 0.5, alternative: Alternative = "two-sided") -> float:
    """Return the exact p-value of `k` hits in `n` trials that each hit with `probability`.

    Two-sided it is the probability of all outcomes that are no more probable than the observed one (Clopper & Pearson's
    test is another: it doubles the tail; at ½ both agree). Beyond 10⁸ trials, and off ½, rounding may count one outcome
    more or fewer in the far tail.

    Args:
        k: hits, 0 to n.
        n: trials; of none, the p-value is 1.
        probability: of a hit under the null, in [0, 1].
        alternative: that hits are more ("greater"), less, or either.

    Raises:
        ValueError: k outside 0 … n, or a probability outside [0, 1].

    >>> binomial_test(5, 5)
    0.0625
    """
    _check(k, n)
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"a probability must lie between 0 and 1, not {probability}")
    if alternative == "less":
        return _floored(_at_most(k, n, probability))
    if alternative == "greater":
        return _floored(_at_least(k, n, probability))
    if k < n * probability:
        return _floored(_at_most(k, n, probability) + _at_least(_opposite(k, n, probability), n, probability))
    if k > n * probability:  # counted as misses it is the case above
        return binomial_test(n - k, n, 1.0 - probability)
    return 1.0


def sign_test(wins: int, losses: int) -> float:
    """Return the exact two-sided p-value of as many wins as losses being expected; ties are left out before.

    It tests P(win | no tie) = ½, which is not the mean.

    Args:
        wins: cases won.
        losses: cases lost; without any win or loss the p-value is 1.

    Raises:
        ValueError: a negative number.

    >>> round(sign_test(15, 5), 6)
    0.041389
    """
    _check(wins, wins + losses)
    return binomial_test(wins, wins + losses)


def mcnemar_test(only_first: int, only_second: int) -> float:
    """Return McNemar's exact two-sided p-value for two rates over the same cases.

    Args:
        only_first: cases that had the property in the first arm alone.
        only_second: cases that had it in the second arm alone; without any such case the p-value is 1.

    Raises:
        ValueError: a negative number.

    >>> mcnemar_test(0, 0)
    1.0
    """
    return sign_test(only_first, only_second)


def fisher_test(k1: int, n1: int, k2: int, n2: int, alternative: Alternative = "two-sided") -> float:
    """Return Fisher's exact p-value of two arms having one rate, given how many hits they have together.

    Two-sided it is the probability of all tables that are no more probable than the observed one.

    Args:
        k1: hits of the first arm, 0 to n1.
        n1: size of the first arm; where an arm is empty, the p-value is 1.
        k2: hits of the second arm, 0 to n2.
        n2: size of the second arm.
        alternative: that the first arm's rate is "greater", "less", or either.

    Raises:
        ValueError: hits outside 0 … n.

    >>> round(fisher_test(3, 4, 1, 4), 6)
    0.485714
    """
    _check(k1, n1)
    _check(k2, n2)
    least, log_mass = _hypergeometric(n1, n2, k1 + k2)
    observed = k1 - least
    if alternative == "less":
        return _floored(float(np.exp(logsumexp(log_mass[: observed + 1]))))
    if alternative == "greater":
        return _floored(float(np.exp(logsumexp(log_mass[observed:]))))
    return _floored(float(np.exp(logsumexp(log_mass[log_mass <= log_mass[observed] + _SAME]))))


def boschloo_test(k1: int, n1: int, k2: int, n2: int, alternative: Alternative = "two-sided") -> float:
    """Return Boschloo's exact p-value (Statistica Neerlandica 1970;24:1) of two arms having one rate.

    The largest probability, over the unknown common rate, of a table whose one-sided Fisher p-value is as small as the
    observed one; by enumeration of all tables. One-sided never above Fisher's; two-sided it is twice the smaller
    one-sided one, as in scipy; to order tables by Fisher's two-sided p-value is another test.

    Args:
        k1: hits of the first arm, 0 to n1.
        n1: size of the first arm; where an arm is empty, the p-value is 1.
        k2: hits of the second arm, 0 to n2.
        n2: size of the second arm; time and memory go with n1·n2.
        alternative: that the first arm's rate is "greater", "less", or either.

    Raises:
        ValueError: hits outside 0 … n.

    >>> round(boschloo_test(3, 4, 1, 4), 6)
    0.289063
    """
    _check(k1, n1)
    _check(k2, n2)
    if alternative == "two-sided":
        one_sided = (boschloo_test(k1, n1, k2, n2, side) for side in ("less", "greater"))
        return min(1.0, 2.0 * min(one_sided))
    if alternative == "greater":
        return boschloo_test(k2, n2, k1, n1, "less")
    p_values = fisher_p_values(n1, n2, "less")
    return _floored(_worst_probability(_at_or_below(p_values, float(p_values[k1, k2]))))


def fisher_p_values(n1: int, n2: int, alternative: Alternative = "two-sided") -> Floats:
    """Return Fisher's exact p-value of every table: rows are hits of the first arm, columns hits of the second.

    Args:
        n1: size of the first arm, at least 0.
        n2: size of the second arm, at least 0; time and memory go with n1·n2.
        alternative: that the first arm's rate is "greater", "less", or either.

    >>> float(fisher_p_values(4, 4)[3, 1].round(6)), float(fisher_p_values(4, 4, "greater")[4, 0].round(6))
    (0.485714, 0.014286)
    """
    if alternative == "greater":
        return fisher_p_values(n2, n1, "less").T
    p_values = np.ones((n1 + 1, n2 + 1))
    for hits in range(n1 + n2 + 1):
        least, log_mass = _hypergeometric(n1, n2, hits)
        first = least + np.arange(len(log_mass))
        mass = np.exp(log_mass)
        p_values[first, hits - first] = _sums_of_less_probable(mass) if alternative == "two-sided" else mass.cumsum()
    return np.minimum(p_values, 1.0)


def boschloo_rejections(n1: int, n2: int, alpha: float) -> npt.NDArray[np.bool_]:
    """Return which tables Boschloo's two-sided test rejects at `alpha`: those that `boschloo_test` calls so.

    Args:
        n1: size of the first arm, at least 0.
        n2: size of the second arm, at least 0; time goes with n1·n2: seconds where both are hundreds.
        alpha: two-sided error, in (0, 1).

    Returns:
        Rows are hits of the first arm, columns hits of the second.

    >>> boschloo_rejections(4, 4, 0.05).nonzero()[0].tolist()  # 0 against 4 and 4 against 0
    [0, 4]
    """
    return _rejections(n1, n2, alpha / 2.0) | _rejections(n2, n1, alpha / 2.0).T


def barnard_test(k1: int, n1: int, k2: int, n2: int) -> float:
    """Return Barnard's exact two-sided p-value (Biometrika 1947;34:123) of two arms having one rate.

    The largest probability, over the unknown common rate, of a table whose pooled z is as far from 0 as the observed
    one; by enumeration of all tables.

    Args:
        k1: hits of the first arm, 0 to n1.
        n1: size of the first arm; where an arm is empty, the p-value is 1.
        k2: hits of the second arm, 0 to n2.
        n2: size of the second arm; time and memory go with n1·n2.

    Raises:
        ValueError: hits outside 0 … n.

    >>> round(barnard_test(3, 4, 1, 4), 6)
    0.289063
    """
    _check(k1, n1)
    _check(k2, n2)
    if n1 == 0 or n2 == 0:
        return 1.0
    first, second = np.arange(n1 + 1.0)[:, None], np.arange(n2 + 1.0)
    pooled = (first + second) / (n1 + n2)
    variance = pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)
    gap = first / n1 - second / n2
    z_squared = np.divide(gap**2, variance, out=np.zeros_like(gap), where=variance > 0.0)
    return _floored(_worst_probability(z_squared >= z_squared[k1, k2] * (1.0 - _SAME)))


# The incomplete beta function, for bdtr and bdtrc of the same library have six digits left of a billion trials.
def _at_most(k: int, n: int, probability: float) -> float:
    return 0.0 if k < 0 else 1.0 if k >= n else float(betaincc(k + 1.0, n - k, probability))


def _at_least(k: int, n: int, probability: float) -> float:
    return 1.0 if k <= 0 else 0.0 if k > n else float(betainc(k, n - k + 1.0, probability))


def _opposite(k: int, n: int, probability: float) -> int:
    """Return the least count above the mean that is no more probable than k below it; n + 1 where none is."""
    if probability == 0.5:  # exact where log-factorials of a billion have lost the digits that tell neighbours apart
        return n - k
    log_mass = _log_mass(k, n, probability) + _SAME
    low, high = math.ceil(n * probability), n + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _log_mass(middle, n, probability) <= log_mass else (middle + 1, high)
    return low


def _log_mass(k: int, n: int, probability: float) -> float:
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return float(ways + xlogy(k, probability) + xlog1py(n - k, -probability))


def _log_binomial(n: int, probabilities: Floats) -> Floats:
    """Return log P(K = k), a row a probability, a column a k of 0 … n."""
    k = np.arange(n + 1.0)
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return np.asarray(ways + xlogy(k, probabilities[:, None]) + xlog1py(n - k, -probabilities[:, None]))


def _hypergeometric(n1: int, n2: int, hits: int) -> tuple[int, Floats]:
    """Return the fewest hits the first arm can have, and log P of these and all above.

    Summed logarithms of the ratios of neighbours, not differences of log-factorials: no digits cancel.
    """
    least, most = max(0, hits - n2), min(n1, hits)
    k = np.arange(least, most, dtype=np.float64)
    steps = np.log((n1 - k) * (hits - k)) - np.log((k + 1.0) * (n2 - hits + k + 1.0))
    log_mass = np.concatenate(([0.0], np.cumsum(steps)))
    return least, np.asarray(log_mass - logsumexp(log_mass))


def _sums_of_less_probable(mass: Floats) -> Floats:
    """Return, per outcome, the probability of all that are no more probable than it."""
    ascending = np.sort(mass)
    return np.asarray(ascending.cumsum()[np.searchsorted(ascending, mass * (1.0 + _SAME), side="right") - 1])


def _rejections(n1: int, n2: int, tail: float) -> npt.NDArray[np.bool_]:
    """Return the tables whose one-sided p-value ("less") of Boschloo is at most `tail`.

    It rises with Fisher's, so they are all up to one of Fisher's p-values, found by halving.
    """
    p_values = fisher_p_values(n1, n2, "less")
    levels = np.unique(p_values)
    low, high = 0, len(levels)
    while low < high:
        middle = (low + high) // 2
        small = _worst_probability(_at_or_below(p_values, float(levels[middle]))) <= tail
        low, high = (middle + 1, high) if small else (low, middle)
    return _at_or_below(p_values, float(levels[low - 1])) if low else np.zeros(p_values.shape, dtype=np.bool_)


def _at_or_below(p_values: Floats, level: float) -> npt.NDArray[np.bool_]:
    return np.asarray(p_values <= level * (1.0 + _SAME))


def _worst_probability(region: npt.NDArray[np.bool_]) -> float:
    """Return the largest probability of a region of tables over the common rate of both arms."""
    n1, n2 = region.shape[0] - 1, region.shape[1] - 1
    tables = region.astype(np.float64)

    def probability(rates: Floats) -> Floats:
        first, second = np.exp(_log_binomial(n1, rates)), np.exp(_log_binomial(n2, rates))
        return np.asarray(((first @ tables) * second).sum(axis=1))

    return min(1.0, _maximum(probability))


def _maximum(of: Callable[[Floats], Floats]) -> float:
    """Return the maximum over rates in [0, 1]: on a grid that is dense at both ends, then closer around its best."""
    low, high, best = 0.0, np.pi / 2.0, 0.0
    for _ in range(_ZOOMS):
        angles = np.linspace(low, high, _GRID)
        values = of(np.sin(angles) ** 2)
        peak = int(values.argmax())
        best = max(best, float(values[peak]))
        low, high = angles[max(peak - 1, 0)], angles[min(peak + 1, _GRID - 1)]
    return best


def _check(k: int, n: int) -> None:
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is not a count of hits")


def _floored(p_value: float) -> float:
    return min(1.0, max(p_value, sys.float_info.min))
