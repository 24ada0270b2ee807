"""Intervals for one proportion."""

import math

from scipy.special import betaincinv, ndtri

from arena.stats.estimate import Interval


def wilson_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Return Wilson's score interval (JASA 1927) for `k` of `n`.

    Args:
        k: how many had the property, 0 to n.
        n: out of how many, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: n < 1, k outside 0 … n, or a level outside (0, 1).

    >>> interval = wilson_interval(16, 16)
    >>> round(interval.low, 4), interval.high
    (0.8064, 1.0)
    """
    _check(k, n, level)
    z = float(ndtri((1.0 + level) / 2.0))
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if k == 0 else centre - half
    high = 1.0 if k == n else centre + half
    return Interval(low=low, high=high, level=level, method="wilson")


def clopper_pearson_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Return Clopper and Pearson's exact interval (Biometrika 1934) for `k` of `n`.

    Args:
        k: how many had the property, 0 to n.
        n: out of how many, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: n < 1, k outside 0 … n, or a level outside (0, 1).

    >>> interval = clopper_pearson_interval(0, 10)
    >>> interval.low, round(interval.high, 4)
    (0.0, 0.3085)
    """
    _check(k, n, level)
    tail = (1.0 - level) / 2.0
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else 1.0 - float(betaincinv(n - k, k + 1, tail))
    return Interval(low=low, high=high, level=level, method="clopper-pearson")


def agresti_coull_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Return Agresti and Coull's adjusted normal interval (American Statistician 1998;52:119) for `k` of `n`.

    With z²/2 hits and z²/2 misses added, p̃ = (k + z²/2)/(n + z²), the interval is p̃ ± z·√(p̃(1 − p̃)/(n + z²)), cut at
    0 and 1.

    Args:
        k: how many had the property, 0 to n.
        n: out of how many, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: n < 1, k outside 0 … n, or a level outside (0, 1).

    >>> interval = agresti_coull_interval(3, 5)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2291, 0.884)
    """
    _check(k, n, level)
    z = float(ndtri((1.0 + level) / 2.0))
    padded = n + z * z
    centre = (k + z * z / 2.0) / padded
    half = z * math.sqrt(centre * (1.0 - centre) / padded)
    return Interval(low=max(0.0, centre - half), high=min(1.0, centre + half), level=level, method="agresti-coull")


def jeffreys_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Return the equal-tailed interval under Jeffreys' prior, Beta(k + ½, n − k + ½), for `k` of `n`.

    Brown, Cai & DasGupta (Statistical Science 2001;16:101), without their changes at k = 0 and k = n: the lower end is
    above 0 even where nothing was hit.

    Args:
        k: how many had the property, 0 to n.
        n: out of how many, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: n < 1, k outside 0 … n, or a level outside (0, 1).

    >>> interval = jeffreys_interval(5, 5)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.6206, 0.9999)
    """
    _check(k, n, level)
    tail = (1.0 - level) / 2.0
    low = float(betaincinv(k + 0.5, n - k + 0.5, tail))
    high = 1.0 - float(betaincinv(n - k + 0.5, k + 0.5, tail))
    return Interval(low=low, high=high, level=level, method="jeffreys")


def _check(k: int, n: int, level: float) -> None:
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is not a proportion")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
