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


def _check(k: int, n: int, level: float) -> None:
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is not a proportion")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
