"""A confidence interval for the mean of bounded scores that holds at any n: Gaffke's.

Lower end: the α/2 quantile of D₀·low + Σ Dᵢ·sᵢ, where (D₀, …, Dₙ) is uniform on the simplex; upper end: its mirror
image (Gaffke 2004; Learned-Miller & Thomas, arXiv 1905.06208). It equals Clopper–Pearson on 0/1 scores and never has
width zero. That it holds for every bounded distribution is a conjecture, proved for two-point support.

With Dᵢ = γᵢ / Σγ for independent unit exponentials γ, and equal scores grouped, the quantile is the root θ of

    P(−θ·γ₀ + Σⱼ wⱼ·(sⱼ − θ)·Gamma(nⱼ) ≤ 0) = α/2,                                                            (1)

all w = 1 where the case is the unit. With clusters of sizes n_g the unit is y_g = n_g(s̄_g − θ)/n_max, which lies in
[−θ, 1 − θ], and θ is rejected when Gaffke's lower bound of E y is above 0: that is (1) with w = n_g/n_max.

The probability is Imhof's (1961) inversion of the moment generating function,

    P(Q ≤ 0) = (1/2πi) ∫ exp(K(z)) / (−z) dz,   Re z < 0,   K(z) = −Σ nⱼ log(1 − z·λⱼ),                       (2)

taken along a hyperbola through the saddle point c of the integrand,

    z(u) = c + b·σ·(cosh u − 1) + iσ·sinh u,   σ⁻² = f″(c),   f(z) = K(z) − log(−z).                          (3)

Many small λ make a factor exp(D·z) where the few large ones have decayed only as a power of z: b bends the line to the
side on which that factor falls, so the integrand neither oscillates nor cancels and the error stays relative, also far
in the tail: about 1e-10 at worst, against partial fractions in 1,500 digits and finer grids, at levels from .8 on.

What no method can know: clusters larger than any that was seen. The interval takes the largest to be among them.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, ndtri_exp

from arena.stats.clusters import Floats, Groups, Labels, group
from arena.stats.estimate import Interval

LATTICE = 4096  # scores off multiples of 1/4096 are rounded outward: at most so many atoms, conservative by < .0003
_ON_LATTICE = 1e-7  # of a lattice step: rounding noise of a mean of shares, not a score between two points

# σ is at most the distance of c to either singularity: the integrand is analytic in a strip about the real u-axis and
# the trapezoidal rule converges exponentially; exp(−2u) is its slowest decay (n = 1), 1e-16 at u = 18.
_STEP = 1.0 / 8.0
_BLOCK = 16  # nodes evaluated at a time, until they add nothing
_NODES = 160
_BEND = 2.0 / 3.0  # that of the steepest descent of a single exponential
_SMALL = 0.2  # of the largest possible share of the curvature's root


def gaffke_interval(
    scores: Sequence[float] | npt.ArrayLike, *, low: float = 0.0, high: float = 1.0, level: float = 0.95
) -> Interval:
    """Return Gaffke's interval for the mean of independent scores in [low, high].

    Args:
        scores: one a case, at least one, each in [low, high].
        low: the least value that a score can have.
        high: the greatest value that a score can have.
        level: of the two-sided interval, in (0, 1); each end alone holds at (1 + level)/2.

    Returns:
        Ends in [low, high], never of width zero.

    Raises:
        ValueError: no scores, a score outside [low, high] or not a number, or a level outside (0, 1).

    >>> interval = gaffke_interval([1, 1, 1, 1, 1])  # Clopper–Pearson's 5 of 5
    >>> round(interval.low, 4), interval.high
    (0.4782, 1.0)
    """
    return clustered_gaffke_interval(scores, None, low=low, high=high, level=level)


def clustered_gaffke_interval(
    scores: Sequence[float] | npt.ArrayLike,
    clusters: Labels | None,
    *,
    low: float = 0.0,
    high: float = 1.0,
    level: float = 0.95,
) -> Interval:
    """Return Gaffke's interval for the mean over cases where the cluster is the unit of evidence.

    Args:
        scores: one a case, at least one, each in [low, high].
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        low: the least value that a score can have.
        high: the greatest value that a score can have.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Ends in [low, high]; on clusters of one size, the interval of `gaffke_interval` on the cluster means.

    Raises:
        ValueError: no scores, a score outside [low, high] or not a number, a level outside (0, 1), or labels that do
            not match the scores in number.

    >>> pairs = clustered_gaffke_interval([1, 0, 1, 1], ["a", "a", "b", "b"])
    >>> pairs == clustered_gaffke_interval([0.5, 1.0], None)
    True
    """
    return projected_gaffke_interval(scores, 1.0, clusters=clusters, low=low, high=high, level=level)


def projected_gaffke_interval(
    scores: Sequence[float] | npt.ArrayLike,
    factor: float,
    *,
    clusters: Labels | None = None,
    low: float = 0.0,
    high: float = 1.0,
    level: float = 0.95,
) -> Interval:
    """Return Gaffke's interval as it would be on `factor` times as many cases of the same distribution.

    Args:
        scores: one a case, at least one, each in [low, high].
        factor: at least 1; counts n of (1) become factor · n, whole or not.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        low: the least value that a score can have.
        high: the greatest value that a score can have.
        level: of the two-sided interval, in (0, 1).

    Raises:
        ValueError: as for `clustered_gaffke_interval`, or a factor below 1.
    """
    shares = _shares(scores, low, high)
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    if factor < 1.0:
        raise ValueError(f"the factor must be at least 1, not {factor}")
    tail = (1.0 - level) / 2.0
    groups = group(clusters, len(shares))
    lower = _lower_end(shares, groups, factor, tail)
    upper = 1.0 - _lower_end(1.0 - shares, groups, factor, tail)
    return Interval(low=low + (high - low) * lower, high=low + (high - low) * upper, level=level, method="gaffke")


def lower_tail_p_value(scores: Sequence[float] | npt.ArrayLike, threshold: float, clusters: Labels | None) -> float:
    """Return the one-sided p-value against "the mean of these scores in [0, 1] is at most `threshold`".

    It is below α/2 exactly where the lower end of the Gaffke interval at level 1 − α is above `threshold`: the left
    side of (1) at θ = `threshold`.

    Raises:
        ValueError: no scores, a score outside [0, 1] or not a number, or a threshold outside (0, 1).

    >>> round(lower_tail_p_value([1.0] * 6, 0.5, None), 6)  # 2 ** -6
    0.015625
    """
    if not 0.0 < threshold < 1.0:
        raise ValueError(f"the threshold must lie between 0 and 1, not {threshold}")
    shares = _shares(scores, 0.0, 1.0)
    return float(np.exp(_log_probability(threshold, *_atoms(shares, group(clusters, len(shares))))))


def _shares(scores: Sequence[float] | npt.ArrayLike, low: float, high: float) -> Floats:
    values = np.asarray(scores, dtype=np.float64)
    if not low < high:
        raise ValueError(f"low must be below high, not {low} and {high}")
    if values.ndim != 1 or len(values) == 0:
        raise ValueError("an interval needs at least one score")
    shares: Floats = (values - low) / (high - low)
    noise = _ON_LATTICE / LATTICE
    if not (shares.min() >= -noise and shares.max() <= 1.0 + noise):  # NaN fails both
        raise ValueError(f"every score must lie between {low} and {high}")
    return np.clip(shares, 0.0, 1.0)


def _lower_end(shares: Floats, groups: Groups, factor: float, tail: float) -> float:
    scores, weights, counts = _atoms(shares, groups)
    top = float(scores.max())
    return 0.0 if top == 0.0 else _root(scores, weights, counts * factor, tail, top)


def _atoms(shares: Floats, groups: Groups) -> tuple[Floats, Floats, Floats]:
    """Group equal units: (score, weight n_g/n_max, how many), scores rounded down to the lattice."""
    scaled = groups.means(shares) * LATTICE
    nearest = np.rint(scaled)
    steps = np.where(np.abs(scaled - nearest) <= _ON_LATTICE, nearest, np.floor(scaled)).astype(np.int64)
    sizes, size_of = np.unique(groups.sizes, return_inverse=True)
    counts = np.bincount(size_of * (LATTICE + 1) + steps)
    used = np.flatnonzero(counts)
    scores = (used % (LATTICE + 1)) / LATTICE
    return scores, sizes[used // (LATTICE + 1)] / sizes[-1], counts[used].astype(np.float64)


def _root(scores: Floats, weights: Floats, counts: Floats, tail: float, top: float) -> float:
    """Solve (1) for θ in (0, top), where the probability rises from 0 to 1.

    Against t = log(θ / (top − θ)) the probability on the scale of normal quantiles is nearly a straight line, so a
    secant that never leaves its bracket arrives in a few steps.
    """
    target = float(ndtri(tail))

    def height(t: float) -> float:
        log_probability = _log_probability(top / (1.0 + np.exp(-t)), scores, weights, counts)
        return float(ndtri_exp(min(log_probability, -1e-300))) - target

    mass = 1.0 + float(counts @ weights)
    mean = float(counts @ (weights * scores)) / mass
    # θ/top is not much below the lightest unit's share of the mass at the tail, 1 − θ/top not below that of the bound
    below, above = float(np.log(tail * weights.min() / mass)) - 20.0, float(np.log(mass)) + 5.0
    last = float(np.log(mean / (top - mean)))
    last_height = height(last)
    spread = float(np.sqrt(counts @ (weights * (scores - mean)) ** 2 + mean**2)) / mass
    slope = mean * (top - mean) / (top * spread)  # from the moments of the quotient
    for _ in range(100):
        below, above = (last, above) if last_height < 0.0 else (below, last)
        t = last - last_height / slope
        if not below < t < above:
            t = 0.5 * (below + above)
        step, rise = t - last, height(t) - last_height
        last, last_height = t, last_height + rise
        if abs(step) <= 1e-12 * max(1.0, abs(t)):
            break
        slope = rise / step if rise != 0.0 else slope
    return top / (1.0 + float(np.exp(-last)))


def _log_probability(theta: float, scores: Floats, weights: Floats, counts: Floats) -> float:
    """Return the logarithm of the left side of (1), by (2).

    Above the mean the probability is near 1 and the pole of (2) at 0 too near its saddle point: there the complement is
    computed, the same sum with its sign turned.
    """
    slopes = np.append(weights * (scores - theta), -theta)
    shapes = np.append(counts, 1.0)
    if float(shapes @ slopes) >= 0.0:
        return _log_probability_of(slopes, shapes)
    if float(slopes.max()) <= 0.0:
        return 0.0
    return float(np.log1p(-np.exp(min(_log_probability_of(-slopes, shapes), -1e-16))))


def _log_probability_of(slopes: Floats, shapes: Floats) -> float:
    """Return the logarithm of the chance that the sum of gamma variables times slopes is at most 0."""
    c = _saddle(slopes, shapes)
    peak = float(-(shapes @ np.log1p(-c * slopes))) - np.log(-c)
    # 1/(−z) is the factor of one more exponential: 1 − zλ = (1 − cλ)(1 − (z − c)·scale), −z = −c·(1 + (z − c)/c)
    scale = np.append(slopes / (1.0 - c * slopes), -1.0 / c)
    return float(peak + np.log(_contour(scale, np.append(shapes, 1.0))))


def _contour(scale: Floats, shapes: Floats) -> float:
    """Return (1/2πi) ∫ Π (1 − w·scale)^(−shape) dw along (3)."""
    curvature = float(shapes @ scale**2)
    width = curvature**-0.5
    share = scale * width  # in [−1, 1]; they add up to 0 at the saddle point
    drift = float(shapes @ (share**3 / (share**2 + _SMALL**2)))
    few = min(1.0, 4.0 * float(np.abs(share).max()) ** 2)  # where all λ are small the line is right as it is
    bend = _BEND * min(max(few * drift, -1.0), 1.0)
    total = 0.0
    for start in range(0, _NODES, _BLOCK):
        u = _STEP * np.arange(start, start + _BLOCK)
        x, y = bend * width * (np.cosh(u) - 1.0), width * np.sinh(u)
        across, along = np.outer(x, scale), np.outer(y, scale)
        log_size = -0.5 * (np.log1p(across * (across - 2.0) + along * along) @ shapes)
        angle = np.arctan2(along, 1.0 - across) @ shapes
        terms = np.exp(log_size) * (np.cosh(u) * np.cos(angle) + bend * np.sinh(u) * np.sin(angle))
        if start == 0:
            terms[0] *= 0.5  # the contour is its own mirror image about the real axis
        total += float(terms.sum())
        if np.exp(log_size[-1]) * np.cosh(u[-1]) < 1e-17 * total:
            break
    return float(total * width * _STEP / np.pi)


def _saddle(slopes: Floats, shapes: Floats) -> float:
    """Return the minimum c of K(c) − log(−c) between the pole at −1/θ and 0; a near miss costs nodes, not accuracy."""
    mean, square = float(shapes @ slopes), float(shapes @ slopes**2)
    left, right = 1.0 / float(slopes.min()), 0.0
    c = -(mean + np.sqrt(mean**2 + 4.0 * square)) / (2.0 * square)
    for _ in range(60):
        if not left < c < right:
            c = 0.5 * (left + right)
        scale = slopes / (1.0 - c * slopes)
        gradient = float(shapes @ scale) - 1.0 / c
        curvature = float(shapes @ scale**2) + c**-2
        left, right = (left, c) if gradient > 0.0 else (c, right)
        step = gradient / curvature
        c -= step
        if abs(step) * np.sqrt(curvature) < 1e-3:
            break
    return float(c)
