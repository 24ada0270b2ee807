"""Intervals that hold at every moment at once: look as often as you like, stop when you like.

Betting and empirical Bernstein are proved for independent scores in [low, high] with one mean, in the order in which
they came; the asymptotic one is for any mean, from a burn-in on. None can be used on rows sorted by their outcome.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from arena.stats.estimate import Interval

Floats = npt.NDArray[np.float64]

_PRIOR_MEAN, _PRIOR_VARIANCE = 0.5, 0.25  # of one imagined score, so that the first bet is defined
_MOST = 0.5  # of what the bettor has may be lost at once
_HALVINGS = 52


def betting_interval(
    scores: Sequence[float] | npt.ArrayLike,
    *,
    low: float = 0.0,
    high: float = 1.0,
    level: float = 0.95,
    weights: Sequence[float] | npt.ArrayLike | None = None,
) -> Interval:
    """Return the hedged-capital betting confidence sequence for a mean, as it stands after the last score.

    A bettor against the mean m has K⁺(m) = Π(1 + λᵢ⁺(m)(xᵢ − m)) after betting that it is higher, K⁻(m) after betting
    that it is lower; m is out from the first moment on at which max(K⁺, K⁻)/2 ≥ 1/α (Waudby-Smith & Ramdas, JRSS-B
    2024, eq. 26, θ = ½). Bets λᵢ are the predictable plug-in of eq. 15, at most ½/m and ½/(1 − m). K⁺ falls with m and
    K⁻ rises: either end is a root.

    Args:
        scores: in the order in which they came, each in [low, high].
        low: the least value that a score can have.
        high: the greatest.
        level: 1 − α, in (0, 1), at all moments together.
        weights: of the scores, in (0, 1]; the mean is then Σwx/Σw. Clusters have their size over the greatest one:
            wᵢ(xᵢ − m) is bounded as xᵢ − m is, and 0 on average where m is the mean over cases.

    Returns:
        Ends in [low, high], the intersection of the intervals of all moments; [low, high] without scores.

    Raises:
        ValueError: a score outside [low, high] or not a number, a weight outside (0, 1], or a level outside (0, 1).

    >>> interval = betting_interval([1.0] * 10)
    >>> round(interval.low, 2), interval.high
    (0.53, 1.0)
    """
    shares = _shares(scores, low, high, level)
    sizes = _weights(weights, len(shares))
    lower = _capital_root(shares, sizes, 1.0 - level)
    upper = 1.0 - _capital_root(1.0 - shares, sizes, 1.0 - level)
    return _interval(lower, upper, low, high, level, "betting")


def empirical_bernstein_interval(
    scores: Sequence[float] | npt.ArrayLike, *, low: float = 0.0, high: float = 1.0, level: float = 0.95
) -> Interval:
    """Return the predictable-mixture empirical-Bernstein confidence sequence, as it stands after the last score.

    Lower end: the greatest so far of Σλᵢxᵢ/Σλᵢ − (log(2/α) + Σ(xᵢ − x̄ᵢ₋₁)²ψ(λᵢ))/Σλᵢ with ψ(λ) = −log(1 − λ) − λ and
    x̄₀ = 0 (Waudby-Smith & Ramdas, JRSS-B 2024, theorem 2); upper end: its mirror image. Wider than betting, in closed
    form.

    Args:
        scores: in the order in which they came, each in [low, high].
        low: the least value that a score can have.
        high: the greatest.
        level: 1 − α, in (0, 1), at all moments together.

    Returns:
        Ends in [low, high], the intersection of the intervals of all moments; [low, high] without scores.

    Raises:
        ValueError: a score outside [low, high] or not a number, or a level outside (0, 1).

    >>> interval = empirical_bernstein_interval([1.0] * 10)
    >>> round(interval.low, 4), interval.high
    (0.2236, 1.0)
    """
    shares = _shares(scores, low, high, level)
    lower = _bernstein_end(shares, 1.0 - level)
    upper = 1.0 - _bernstein_end(1.0 - shares, 1.0 - level)
    return _interval(lower, upper, low, high, level, "empirical Bernstein")


def asymptotic_half_width(variance: float, n: float, *, tuned_at: float, alpha: float = 0.05) -> float | None:
    """Return half the width of the asymptotic confidence sequence for a mean, two-sided.

    √(σ²·2(nρ² + 1)/(nρ)² · log(√(nρ² + 1)/α)) (Waudby-Smith et al., arXiv 2103.06476, eq. 9), with
    ρ² = (−2 log α + log(−2 log α + 1))/n*, about the narrowest at n*. Its error tends to α as the first look moves
    away from n = 0: look only after a burn-in.

    Args:
        variance: of one unit, at least 0; for a difference of two arms, of its estimate times n.
        n: units so far.
        tuned_at: n*, the units at which it should be narrow, above 0.
        alpha: error at all moments together, in (0, 1).

    Returns:
        In the unit of the mean; None below one unit.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(asymptotic_half_width(1.0, 1000, tuned_at=1000), 4)
    0.096
    """
    if not (0.0 <= variance < math.inf and 0.0 < tuned_at < math.inf and 0.0 < alpha < 1.0):
        raise ValueError("needs a variance of at least 0, a tuning above 0 units, and an alpha between 0 and 1")
    if not n >= 1.0:
        return None
    twice = -2.0 * math.log(alpha)
    scaled = n * (twice + math.log(twice + 1.0)) / tuned_at
    return math.sqrt(2.0 * variance * (scaled + 1.0) / (n * scaled) * (math.log1p(scaled) / 2.0 - math.log(alpha)))


def asymptotic_interval(
    values: Sequence[float] | npt.ArrayLike, *, tuned_at: float, burn_in: int = 30, level: float = 0.95
) -> Interval | None:
    """Return the asymptotic confidence sequence for the mean of values of any size.

    Args:
        values: independent, in the order in which they came.
        tuned_at: units at which it should be narrow, above 0.
        burn_in: units before the first look, at least 2.
        level: in (0, 1), at all moments after the burn-in together, approximately.

    Returns:
        None before the end of the burn-in, and for values that do not vary.

    Raises:
        ValueError: an argument outside its domain.

    >>> asymptotic_interval([1.0, 2.0], tuned_at=100) is None
    True
    """
    array = np.asarray(values, dtype=np.float64)
    if burn_in < 2 or not 0.0 < level < 1.0:
        raise ValueError("needs a burn-in of at least 2 units and a level between 0 and 1")
    if len(array) < burn_in or float(np.ptp(array)) == 0.0:
        return None
    half = asymptotic_half_width(float(array.var(ddof=1)), len(array), tuned_at=tuned_at, alpha=1.0 - level)
    mean = float(array.mean())
    return None if half is None else Interval(low=mean - half, high=mean + half, level=level, method="asymptotic")


def _bets(shares: Floats, alpha: float) -> Floats:
    """Return λᵢ = √(2 log(2/α) / (σ̂²ᵢ₋₁ · i · log(1 + i))), eq. 15: each bet knows the scores before it alone."""
    i = np.arange(1, len(shares) + 1)
    spread = _PRIOR_VARIANCE + np.cumsum((shares - _running_means(shares)[1:]) ** 2)
    before = np.concatenate([[_PRIOR_VARIANCE], (spread / (i + 1))[:-1]])
    bets: Floats = np.sqrt(2.0 * math.log(2.0 / alpha) / (i * np.log1p(i) * before))
    return bets


def _running_means(shares: Floats) -> Floats:
    """Return the mean of the imagined score and the first 0, 1, …, n scores."""
    means: Floats = np.cumsum(np.concatenate([[_PRIOR_MEAN], shares])) / np.arange(1, len(shares) + 2)
    return means


def _bernstein_end(shares: Floats, alpha: float) -> float:
    """Return the greatest lower end of all moments."""
    if len(shares) == 0:
        return 0.0
    bets = np.minimum(_bets(shares, alpha), _MOST)
    before = np.concatenate([[0.0], (np.cumsum(shares) / np.arange(1, len(shares) + 1))[:-1]])
    cost = math.log(2.0 / alpha) + np.cumsum((shares - before) ** 2 * (-np.log1p(-bets) - bets))
    return max(float(((np.cumsum(bets * shares) - cost) / np.cumsum(bets)).max()), 0.0)


def _capital_root(shares: Floats, weights: Floats, alpha: float) -> float:
    """Return the greatest mean that a bettor on higher scores has ever ruled out; 0 where there is none."""
    bets, target = _bets(shares, alpha), math.log(2.0 / alpha)

    def out(mean: float) -> bool:
        capital = np.cumsum(np.log1p(np.minimum(bets, _MOST / mean) * weights * (shares - mean)))
        return bool(capital.max() >= target)

    low, high = 0.0, 1.0
    if len(shares) == 0:
        return low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if out(middle) else (low, middle)
    return low


def _shares(scores: Sequence[float] | npt.ArrayLike, low: float, high: float, level: float) -> Floats:
    array = np.asarray(scores, dtype=np.float64)
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    if not low < high or not bool(np.all((array >= low) & (array <= high))):
        raise ValueError(f"scores must lie between {low:g} and {high:g}")
    shares: Floats = (array - low) / (high - low)
    return shares


def _weights(weights: Sequence[float] | npt.ArrayLike | None, count: int) -> Floats:
    if weights is None:
        return np.ones(count)
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (count,) or not bool(np.all((array > 0.0) & (array <= 1.0))):
        raise ValueError(f"needs {count} weights above 0 and at most 1")
    return array


def _interval(lower: float, upper: float, low: float, high: float, level: float, method: str) -> Interval:
    if lower > upper:  # once in 1/α sequences at most nothing is left: the point between the two ends
        lower = upper = (lower + upper) / 2.0
    return Interval(low=low + (high - low) * lower, high=low + (high - low) * upper, level=level, method=method)
