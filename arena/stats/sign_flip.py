"""A test of no difference: under it every unit's delta might as well have had the other sign.

On a lattice the distribution of the sum T = Σ ±kᵢ is a convolution of two-point distributions, done exactly by a
discrete Fourier transform of the exponentially tilted sum: tilted so that T's mean is the observed t, its mass stands
where it is needed, and a p-value of 1e-300 has as many right digits as one of 0.3.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr

from arena.stats.clusters import Floats, Labels, group

EXACT = "exact sign-flip"
ENUMERATED = "sign-flip by enumeration"
APPROXIMATE = "sign-flip, saddlepoint approximation"

_DENOMINATORS = (*range(1, 121), *(2**power for power in range(7, 13)))  # lattices that shares and their means fall on
_DIVISORS = range(1, 33)  # of the smallest delta: lattices of any other unit
_NOISE = 1e-9
_MOST_TERMS = 2**22  # of the transform, distinct magnitudes × lattice points: a fifth of a second
_MOST_ENUMERATED = 20


@dataclass(frozen=True, slots=True)
class SignFlip:
    """A two-sided p-value of no difference, and how it was computed."""

    p_value: float
    method: str


def sign_flip(deltas: Sequence[float] | npt.ArrayLike, clusters: Labels | None = None) -> SignFlip:
    """Test whether deltas are as likely to be negative as positive, two-sided, by the size of their sum.

    Args:
        deltas: one a case, in any unit, 0 where nothing differed; at least one.
        clusters: one label a case; the sums of clusters are flipped whole. None: each case by itself.

    Returns:
        P(|Σ ±d| ≥ |Σ d|): exact on a lattice for any n and for n ≤ 20, else by Lugannani and Rice (1980) with
        K(t) = Σ log cosh(t·dᵢ). 1.0 where all deltas are 0; never 0, what is smaller than a float is the least one.

    Raises:
        ValueError: no deltas, a delta that is not finite, or labels that do not match the deltas in number.

    >>> sign_flip([0.5, 0.5, 0.5, 0.5])
    SignFlip(p_value=0.125, method='exact sign-flip')
    """
    values = np.asarray(deltas, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0 or not np.isfinite(values).all():
        raise ValueError("a sign-flip test needs at least one delta, all of them finite")
    sums = group(clusters, len(values)).sums(values)
    scale = float(np.abs(sums).max())
    sums = sums[np.abs(sums) > _NOISE * scale]
    if len(sums) == 0:
        return SignFlip(1.0, EXACT)
    steps = _on_lattice(sums)
    if steps is not None:
        one_sided = _convolved(*steps)
        method = EXACT
    elif len(sums) <= _MOST_ENUMERATED:
        one_sided, method = _enumerated(sums), ENUMERATED
    else:
        one_sided, method = _saddlepoint(np.abs(sums), abs(float(sums.sum()))), APPROXIMATE
    return SignFlip(min(1.0, max(2.0 * one_sided, sys.float_info.min)), method)


def _on_lattice(sums: Floats) -> tuple[Floats, Floats, int] | None:
    """Return (distinct magnitudes in whole steps, how many of each, |t| in steps), or None off any lattice."""
    whole = next((steps for per_unit in _lattices(sums) if (steps := _whole(sums, per_unit)) is not None), None)
    if whole is None:
        return None
    whole //= np.gcd.reduce(whole)
    magnitudes, counts = np.unique(np.abs(whole), return_counts=True)
    if len(magnitudes) * _points(magnitudes, counts) > _MOST_TERMS:
        return None
    return magnitudes.astype(np.float64), counts.astype(np.float64), abs(int(whole.sum()))


def _lattices(sums: Floats) -> Iterator[float]:
    """Yield how many steps a unit has on each lattice on which the first few sums stand."""
    smallest = float(np.abs(sums).min())
    for per_unit in (*_DENOMINATORS, *(divisor / smallest for divisor in _DIVISORS)):
        if _whole(sums[:32], per_unit) is not None:
            yield per_unit


def _whole(sums: Floats, per_unit: float) -> npt.NDArray[np.int64] | None:
    scaled = sums * per_unit
    steps = np.rint(scaled)
    size = float(np.abs(scaled).max())
    if size > 2**40 or not steps.all() or np.abs(scaled - steps).max() > _NOISE * max(1.0, size):
        return None
    return steps.astype(np.int64)


def _points(magnitudes: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> int:
    """Return how many lattice points hold the sum: all of its range, or 24 standard deviations of a long one.

    A tilted sum is never more spread than the untilted one; beyond 12 of its standard deviations less than 1e-30 is
    left to fold back (Hoeffding).
    """
    whole_range = int(magnitudes @ counts) + 1  # the sum moves in steps of 2
    deviation = float(np.sqrt(magnitudes.astype(np.float64) ** 2 @ counts))
    return min(whole_range, int(12.0 * deviation) + int(magnitudes[-1]) + 1)


def _convolved(magnitudes: Floats, counts: Floats, t: int) -> float:
    """Return P(T ≥ t) for t ≥ 0 of T = Σ ±k by a discrete Fourier transform of the tilted sum."""
    most = int(magnitudes @ counts)
    if t == 0:
        return 1.0  # doubled and cut by the caller
    if t == most:
        return float(np.exp2(-counts.sum()))
    tilt = _tilt(magnitudes, counts, float(t))
    points = _points(magnitudes.astype(np.int64), counts.astype(np.int64))
    frequency = np.pi * np.arange(points // 2 + 1) / points  # of T/2 + const, which moves in single steps
    up = 1.0 / (1.0 + np.exp(-2.0 * tilt * magnitudes))
    # E exp(iω(T − t)) of the tilted sum, one factor for each distinct magnitude
    log_transform = np.zeros(len(frequency), dtype=np.complex128)
    for k, count, p in zip(magnitudes, counts, up, strict=True):
        turn = frequency * k
        log_transform += count * np.log(np.cos(turn) + 1j * (2.0 * p - 1.0) * np.sin(turn) + 1e-300)
    transform = np.exp(log_transform - 1j * frequency * t)
    mass = np.fft.irfft(np.conj(transform), n=points)  # mass[j] = P(T = t + 2j), folded at `points`
    last = min((most - t) // 2, points // 2)
    beyond = 2.0 * np.arange(last + 1)
    log_moment = float(counts @ _log_cosh(tilt * magnitudes)) - tilt * t
    return float(np.exp(log_moment) * (np.maximum(mass[: last + 1], 0.0) @ np.exp(-tilt * beyond)))


def _tilt(magnitudes: Floats, counts: Floats, t: float) -> float:
    """Solve Σ k·tanh(τk) = t for τ ≥ 0 by bisection of a bracket and Newton's steps inside it."""
    low, high = 0.0, 1.0 / float(magnitudes.min())
    while float(counts @ (magnitudes * np.tanh(high * magnitudes))) < t:
        low, high = high, 2.0 * high
        if high * float(magnitudes.min()) > 20.0:  # tanh is 1 to all digits: t is next to the end of the range
            return high
    tilt = 0.5 * (low + high)
    for _ in range(200):
        tanh = np.tanh(tilt * magnitudes)
        gap = float(counts @ (magnitudes * tanh)) - t
        low, high = (low, tilt) if gap > 0.0 else (tilt, high)
        step = gap / float(counts @ (magnitudes**2 * (1.0 - tanh**2)))
        following = tilt - step if low < tilt - step < high else 0.5 * (low + high)
        if abs(following - tilt) <= 1e-14 * tilt:
            break
        tilt = following
    return tilt


def _log_cosh(x: Floats) -> Floats:
    size = np.abs(x)
    return np.asarray(size + np.log1p(np.exp(-2.0 * size)) - np.log(2.0))


def _enumerated(sums: Floats) -> float:
    """Return P(T ≥ |t|) over all 2ⁿ assignments of signs."""
    totals = np.zeros(1)
    for value in sums:
        totals = np.concatenate((totals + value, totals - value))
    observed = abs(float(sums.sum()))
    return float(np.mean(totals >= observed - _NOISE * float(np.abs(sums).sum())))


def _saddlepoint(magnitudes: Floats, t: float) -> float:
    """Return P(T ≥ t) by Lugannani and Rice's formula, 1 − Φ(w) + φ(w)(1/u − 1/w)."""
    if t >= float(magnitudes.sum()) * (1.0 - _NOISE):
        return float(np.exp2(-len(magnitudes)))
    ones = np.ones(len(magnitudes))
    variance = float(magnitudes @ magnitudes)
    if t * t <= 1e-6 * variance:  # 1/u − 1/w is 0 in the limit and noise on the way
        return float(ndtr(-t / np.sqrt(variance)))
    tilt = _tilt(magnitudes, ones, t)
    scaled = tilt * magnitudes
    w = np.sqrt(2.0 * (tilt * t - float(_log_cosh(scaled).sum())))
    u = tilt * np.sqrt(float(magnitudes**2 @ (1.0 - np.tanh(scaled) ** 2)))
    log_density = -0.5 * w * w - 0.5 * np.log(2.0 * np.pi)
    return float(np.exp(log_ndtr(-w)) + np.exp(log_density) * (1.0 / u - 1.0 / w))
