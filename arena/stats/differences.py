"""The difference of two independent proportions, p₁ − p₂: four intervals and the pooled z test."""

import math
import sys
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from arena.stats.estimate import Estimate, Interval
from arena.stats.proportions import wilson_interval

_BISECTIONS = 100  # halvings of [−1, 1]: past the last digit of a float


@dataclass(frozen=True, slots=True)
class ZTest:
    """A two-sided test by the normal distribution."""

    z: float | None
    p_value: float
    reason: str | None = None  # why there is no z


def newcombe_interval(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return Newcombe's hybrid score interval (Statistics in Medicine 1998;17:873, method 10) of p₁ − p₂.

    With Wilson's limits l and u of each arm: d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²).

    Args:
        k1: how many of the first arm had the property, 0 to n1.
        n1: size of the first arm, at least 1.
        k2: how many of the second arm had the property, 0 to n2.
        n2: size of the second arm, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: an arm of nobody, hits outside 0 … n, or a level outside (0, 1).

    >>> interval = newcombe_interval(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    first, second = wilson_interval(k1, n1, level), wilson_interval(k2, n2, level)
    p1, p2 = k1 / n1, k2 / n2
    low = p1 - p2 - math.hypot(p1 - first.low, second.high - p2)
    high = p1 - p2 + math.hypot(first.high - p1, p2 - second.low)
    return Interval(low=low, high=high, level=level, method="newcombe")


def square_and_add_interval(first: Estimate, second: Estimate) -> Interval | None:
    """Return the interval of first − second from the two intervals of independent estimates; None without both.

    d − √((θ₁ − l₁)² + (u₂ − θ₂)²) to d + √((u₁ − θ₁)² + (θ₂ − l₂)²): Newcombe's method with any limits, not Wilson's
    alone (Zou & Donner, Statistics in Medicine 2008;27:1693). Wider than it need be where the two share cases on which
    they tend to go together.

    Args:
        first: with an interval.
        second: with an interval of the same level.

    Raises:
        ValueError: the levels differ.

    >>> one, other = (wilson_interval(k, n) for k, n in ((56, 70), (48, 80)))
    >>> first = Estimate(value=0.8, interval=one, n=70, unit_of_measure="share")
    >>> second = Estimate(value=0.6, interval=other, n=80, unit_of_measure="share")
    >>> interval = square_and_add_interval(first, second)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    left, right = first.interval, second.interval
    if first.value is None or second.value is None or left is None or right is None:
        return None
    if left.level != right.level:
        raise ValueError(f"intervals at {left.level} and at {right.level} give none of their difference")
    difference = first.value - second.value
    low = difference - math.hypot(first.value - left.low, right.high - second.value)
    high = difference + math.hypot(left.high - first.value, second.value - right.low)
    return Interval(low=low, high=high, level=left.level, method="square-and-add")


def miettinen_nurminen_interval(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return Miettinen and Nurminen's score interval (Statistics in Medicine 1985;4:213) of p₁ − p₂.

    It holds each δ with |d − δ| ≤ z·√((p̃₁q̃₁/n₁ + p̃₂q̃₂/n₂)·N/(N − 1)), where p̃ are the likeliest proportions with
    p̃₁ − p̃₂ = δ and N = n₁ + n₂.

    Args:
        k1: how many of the first arm had the property, 0 to n1.
        n1: size of the first arm, at least 1.
        k2: how many of the second arm had the property, 0 to n2.
        n2: size of the second arm, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: an arm of nobody, hits outside 0 … n, or a level outside (0, 1).

    >>> interval = miettinen_nurminen_interval(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0528, 0.3382)
    """
    _check(k1, n1, k2, n2, level)
    z = float(ndtri((1.0 + level) / 2.0))
    observed = k1 / n1 - k2 / n2
    ends = []
    for outside in (-1.0, 1.0):
        inside = observed
        for _ in range(_BISECTIONS):
            middle = 0.5 * (inside + outside)
            if abs(observed - middle) <= z * _score_error(middle, k1, n1, k2, n2):
                inside = middle
            else:
                outside = middle
        ends.append(inside)
    return Interval(low=ends[0], high=ends[1], level=level, method="miettinen-nurminen")


def agresti_caffo_interval(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return Agresti and Caffo's interval (American Statistician 2000;54:280) of p₁ − p₂.

    Wald's, after a hit and a miss are added to each arm. As published it isn't cut at −1 and 1.

    Args:
        k1: how many of the first arm had the property, 0 to n1.
        n1: size of the first arm, at least 1.
        k2: how many of the second arm had the property, 0 to n2.
        n2: size of the second arm, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: an arm of nobody, hits outside 0 … n, or a level outside (0, 1).

    >>> interval = agresti_caffo_interval(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0525, 0.3358)
    """
    _check(k1, n1, k2, n2, level)
    return _normal(k1 + 1, n1 + 2, k2 + 1, n2 + 2, level, "agresti-caffo")


def wald_interval(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return the textbook interval d ± z·√(p₁q₁/n₁ + p₂q₂/n₂) of p₁ − p₂, for comparison with other tools.

    It has no width where each arm is all hits or all misses, and covers too rarely in small arms (Newcombe 1998,
    method 1): decide by one of the others.

    Args:
        k1: how many of the first arm had the property, 0 to n1.
        n1: size of the first arm, at least 1.
        k2: how many of the second arm had the property, 0 to n2.
        n2: size of the second arm, at least 1.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: an arm of nobody, hits outside 0 … n, or a level outside (0, 1).

    >>> interval = wald_interval(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0575, 0.3425)
    """
    _check(k1, n1, k2, n2, level)
    return _normal(k1, n1, k2, n2, level, "wald")


def pooled_z_test(k1: int, n1: int, k2: int, n2: int) -> ZTest:
    """Test p₁ = p₂ by z = d / √(p(1 − p)(1/n₁ + 1/n₂)), p the rate of both arms together.

    Args:
        k1: how many of the first arm had the property, 0 to n1.
        n1: size of the first arm, at least 1.
        k2: how many of the second arm had the property, 0 to n2.
        n2: size of the second arm, at least 1.

    Returns:
        No z and a p-value of 1, with the reason, where all or none of both arms had the property. The p-value is never
        0: what is smaller than a float is the least one.

    Raises:
        ValueError: an arm of nobody, or hits outside 0 … n.

    >>> round(pooled_z_test(650, 1000, 600, 1000).z, 4)
    2.3094
    """
    _check(k1, n1, k2, n2, 0.95)
    pooled = (k1 + k2) / (n1 + n2)
    if k1 + k2 in (0, n1 + n2):
        every = "none" if pooled == 0.0 else "all"
        return ZTest(None, 1.0, f"{every} of both arms had the property: nothing varies that a z could be made of")
    z = (k1 / n1 - k2 / n2) / math.sqrt(pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2))
    return ZTest(z, max(2.0 * float(ndtr(-abs(z))), sys.float_info.min))


def _normal(k1: int, n1: int, k2: int, n2: int, level: float, method: str) -> Interval:
    p1, p2 = k1 / n1, k2 / n2
    half = float(ndtri((1.0 + level) / 2.0)) * math.sqrt(p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2)
    return Interval(low=p1 - p2 - half, high=p1 - p2 + half, level=level, method=method)


def _score_error(difference: float, k1: int, n1: int, k2: int, n2: int) -> float:
    """Return the standard error of p₁ − p₂ when the truth is `difference`, with N/(N − 1)."""
    p2 = _likeliest(difference, k1, n1, k2, n2)
    p1 = p2 + difference
    variance = max(0.0, p1 * (1.0 - p1)) / n1 + max(0.0, p2 * (1.0 - p2)) / n2
    return math.sqrt(variance * (n1 + n2) / (n1 + n2 - 1.0))


def _likeliest(difference: float, k1: int, n1: int, k2: int, n2: int) -> float:
    """Return the p₂ of the greatest likelihood with p₁ = p₂ + difference.

    The log-likelihood is concave in p₂, so its slope changes sign once: halving is as exact as the closed-form root of
    the cubic and has no case in which that divides by zero.
    """
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    for _ in range(_BISECTIONS):
        p2 = 0.5 * (low + high)
        p1 = p2 + difference
        if not low < p2 < high or not 0.0 < p1 < 1.0:  # as near as floats come
            return p2
        slope = k1 / p1 - (n1 - k1) / (1.0 - p1) + k2 / p2 - (n2 - k2) / (1.0 - p2)
        low, high = (p2, high) if slope > 0.0 else (low, p2)
    return 0.5 * (low + high)


def _check(k1: int, n1: int, k2: int, n2: int, level: float) -> None:
    for k, n in ((k1, n1), (k2, n2)):
        if n < 1 or not 0 <= k <= n:
            raise ValueError(f"{k} of {n} is not a proportion")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
