"""Tests that look at their data more than once: boundaries, their true error, and what they cost.

At information fraction t the score S = Z·√t is a random walk with independent normal steps of variance t_k − t_{k−1}
and, under an effect, mean θ·t. Its density among paths that crossed no boundary yet follows the recursion of Armitage,
McPherson & Rowe (JRSS A 1969),

    g_k(s) = ∫ g_{k−1}(u) φ((s − u)/√Δ_k)/√Δ_k du  inside the boundaries,                                      (1)
    P(first crossing at k) = ∫ g_{k−1}(u) Φ((u − z_k√t_k)/√Δ_k) du,                                              (2)

done here by Gauss–Legendre panels no wider than 1½ steps, on logarithms throughout, so an error of 1e-23 spent at a
first look has as many right digits as one of .02. Under an effect g is multiplied by exp(θs − θ²t/2) (Girsanov): one
recursion under the null serves every θ.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, logsumexp, ndtri, ndtri_exp

from arena.stats.spending import Spending

Floats = npt.NDArray[np.float64]

LEAST_FRACTION = 1e-3  # a look, or a step between two, with less of the information is none
MOST_LOOKS = 100

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
_PANEL = 1.5  # in standard deviations of the shorter step: the integrand has no finer detail
_OPEN = 9.0  # standard deviations to which an open side is followed; beyond lies 1e-19
_FARTHEST = 45.0  # a boundary beyond it holds paths that no float counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """The looks of a test: it stops as soon as |Z| (two-sided) or Z (one-sided) reaches its boundary."""

    fractions: tuple[float, ...]  # of the planned information, rising, in (0, 1]
    z: tuple[float, ...]  # boundary at each look
    sided: int  # 1 or 2
    spent: tuple[float, ...]  # error under the null up to and with each look, all sides together

    @property
    def nominal(self) -> tuple[float, ...]:
        """The p-value that stops at each look, of as many sides as the test has."""
        return tuple(self.sided * math.exp(float(log_ndtr(-z))) for z in self.z)


@dataclass(frozen=True, slots=True)
class _Paths:
    """Paths that crossed nothing up to `fraction`: where they are, and the logarithm of how many."""

    fraction: float
    scores: Floats
    log_mass: Floats  # density times quadrature weight


def spending_boundaries(fractions: Sequence[float], spending: Spending, *, sided: int = 2) -> Boundaries:
    """Return the boundaries that spend a one-sided error as `spending` says, on each side (Lan & DeMets 1983).

    Args:
        fractions: of the information at each look, rising, in [.001, 1], at least .001 apart.
        spending: of the error on one side: alpha/2 for a two-sided test at alpha.
        sided: 1, or 2 for symmetric boundaries.

    Raises:
        ValueError: fractions or sides outside their domain.

    >>> from arena.stats.spending import obrien_fleming
    >>> [round(z, 3) for z in spending_boundaries([0.25, 0.5, 0.75, 1], obrien_fleming(0.025)).z]
    [4.333, 2.963, 2.359, 2.014]
    """
    looks = _checked(fractions, sided)
    z: list[float] = []
    paths, before = _start(), -math.inf
    for k, t in enumerate(looks):
        after = spending(t)
        z.append(_boundary(paths, t, after + math.log(-math.expm1(min(before - after, 0.0)))))
        paths, before = _advance(paths, looks, k, z[-1], sided), after
    return _summed(looks, z, sided)


def obrien_fleming_boundaries(fractions: Sequence[float], alpha: float = 0.05, *, sided: int = 2) -> Boundaries:
    """Return O'Brien and Fleming's exact boundaries C/√t (Biometrics 1979).

    Args:
        fractions: of the information at each look, rising, in [.001, 1]; equally spaced in the paper.
        alpha: error of the whole test, in (0, .5].
        sided: 1 or 2.

    Raises:
        ValueError: an argument outside its domain.

    >>> [round(z, 3) for z in obrien_fleming_boundaries([0.25, 0.5, 0.75, 1]).z]
    [4.049, 2.863, 2.337, 2.024]
    """
    looks = _checked(fractions, sided)
    return _scaled(looks, [math.sqrt(looks[-1] / t) for t in looks], alpha, sided)


def pocock_boundaries(fractions: Sequence[float], alpha: float = 0.05, *, sided: int = 2) -> Boundaries:
    """Return Pocock's exact boundaries, the same at every look (Biometrika 1977).

    Args:
        fractions: of the information at each look, rising, in [.001, 1]; equally spaced in the paper.
        alpha: error of the whole test, in (0, .5].
        sided: 1 or 2.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(pocock_boundaries([0.25, 0.5, 0.75, 1]).z[0], 3)
    2.361
    """
    looks = _checked(fractions, sided)
    return _scaled(looks, [1.0] * len(looks), alpha, sided)


def scaled_boundaries(
    fractions: Sequence[float], z: Sequence[float], alpha: float = 0.05, *, sided: int = 2
) -> Boundaries:
    """Return boundaries of a given shape, multiplied by one factor so that their true error is `alpha`.

    Args:
        fractions: of the information at each look, rising, in [.001, 1].
        z: the shape, one a look, each above 0.
        alpha: error of the whole test, in (0, .5].
        sided: 1 or 2.

    Raises:
        ValueError: an argument outside its domain, or not one z a look.
    """
    looks = _checked(fractions, sided)
    return _scaled(looks, _checked_z(z, looks), alpha, sided)


def schedule(fractions: Sequence[float], z: Sequence[float], *, sided: int = 2) -> Boundaries:
    """Return a schedule as somebody typed it, with the error that it really has.

    Args:
        fractions: of the information at each look, rising, in [.001, 1].
        z: boundary at each look, above 0; infinite where the look cannot stop the test.
        sided: 1 or 2.

    Raises:
        ValueError: an argument outside its domain, or not one z a look.

    >>> round(schedule([0.25, 0.5, 0.75, 1], [3.47, 2.45, 2.14, 2.01]).spent[-1], 4)
    0.0626
    """
    looks = _checked(fractions, sided)
    return _summed(looks, _checked_z(z, looks), sided)


def power(boundaries: Boundaries, drift: float) -> float:
    """Return the chance that the test stops on the side of an effect.

    Args:
        boundaries: of the test.
        drift: θ, the mean of Z at the full information, at least 0; z_a + z_b in a test of one look.

    >>> round(power(schedule([1.0], [1.959964]), 2.801585), 3)
    0.8
    """
    return _power(_crossings(boundaries), drift)


def inflation(boundaries: Boundaries, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return how many times the units of a test of one look the whole schedule needs, for the same power.

    θ²/(z_a + z_b)² with the θ that gives this power (Jennison & Turnbull, Group Sequential Methods, 2000).

    Args:
        boundaries: of the test.
        alpha: error of the test of one look, as many sides; in (0, 1).
        power: of both, in (alpha, 1).

    Raises:
        ValueError: an argument outside its domain.

    >>> round(inflation(pocock_boundaries([0.25, 0.5, 0.75, 1])), 3)
    1.202
    """
    if not (0.0 < alpha < power < 1.0):
        raise ValueError(f"the power must lie between alpha and 1, not {power:g}")
    crossings = _crossings(boundaries)
    fixed = float(ndtri(power)) - float(ndtri(alpha / boundaries.sided))
    drift = _root(lambda theta: power - _power(crossings, theta), 0.0, 4.0 * fixed + max(boundaries.z))
    return (drift / fixed) ** 2


def _crossings(boundaries: Boundaries) -> list[tuple[_Paths, float, float]]:
    """Return, for each look, the paths that come to it, its fraction and its boundary."""
    found, paths = [], _start()
    for k, (t, z) in enumerate(zip(boundaries.fractions, boundaries.z, strict=True)):
        found.append((paths, t, z))
        paths = _advance(paths, boundaries.fractions, k, z, boundaries.sided)
    return found


def _power(crossings: Sequence[tuple[_Paths, float, float]], drift: float) -> float:
    return sum(math.exp(_log_crossing(paths, t, z, drift)) for paths, t, z in crossings)


def _summed(looks: Sequence[float], z: Sequence[float], sided: int) -> Boundaries:
    paths, spent, total = _start(), [], 0.0
    for k, (t, bound) in enumerate(zip(looks, z, strict=True)):
        total += sided * math.exp(_log_crossing(paths, t, bound))
        spent.append(total)
        paths = _advance(paths, looks, k, bound, sided)
    return Boundaries(fractions=tuple(looks), z=tuple(z), sided=sided, spent=tuple(spent))


def _scaled(looks: Sequence[float], shape: Sequence[float], alpha: float, sided: int) -> Boundaries:
    if not 0.0 < alpha <= 0.5:
        raise ValueError(f"alpha must lie between 0 and .5, not {alpha:g}")

    def excess(factor: float) -> float:
        return _summed(looks, [factor * each for each in shape], sided).spent[-1] - alpha

    # One look alone spends at most alpha, all of them together at least alpha: Bonferroni brackets the factor.
    most = -float(ndtri(alpha / sided / len(looks))) / min(shape)
    least = max(-float(ndtri(alpha / sided)) / max(each for each in shape if math.isfinite(each)), 1e-6)
    factor = _root(excess, least, most * (1.0 + 1e-9) + 1e-9)
    return _summed(looks, [factor * each for each in shape], sided)


def _start() -> _Paths:
    return _Paths(fraction=0.0, scores=np.zeros(1), log_mass=np.zeros(1))


def _log_crossing(paths: _Paths, t: float, z: float, drift: float = 0.0) -> float:
    """Return log of (2), under an effect where `drift` is not 0."""
    if math.isinf(z):
        return -math.inf
    step = t - paths.fraction
    reached = (paths.scores + drift * step - z * math.sqrt(t)) / math.sqrt(step)
    tilt = drift * paths.scores - drift * drift * paths.fraction / 2.0
    return float(logsumexp(paths.log_mass + tilt + log_ndtr(reached)))


def _boundary(paths: _Paths, t: float, log_error: float) -> float:
    """Return the boundary that is crossed first at `t` with a probability whose logarithm is `log_error`."""
    if len(paths.scores) == 1:
        return -float(ndtri_exp(log_error))
    return _root(lambda z: _log_crossing(paths, t, z) - log_error, -_OPEN, -float(ndtri_exp(log_error)) + 1e-9)


def _advance(paths: _Paths, looks: Sequence[float], k: int, z: float, sided: int) -> _Paths:
    """Return the paths that cross nothing at look k either: (1) at the nodes of the next integral."""
    if k + 1 == len(looks):
        return paths
    t, step = looks[k], looks[k] - paths.fraction
    top = min(z, _FARTHEST) if math.isfinite(z) else _OPEN
    low, high = math.sqrt(t) * (-top if sided == 2 else min(-_OPEN, top - 1.0)), math.sqrt(t) * top
    panels = max(math.ceil((high - low) / (_PANEL * math.sqrt(min(step, looks[k + 1] - t)))), 1)
    edges = np.linspace(low, high, panels + 1)
    half = (high - low) / panels / 2.0
    scores = ((edges[:-1] + half)[:, None] + half * _NODES).ravel()
    away = (scores[:, None] - paths.scores) / math.sqrt(step)
    density = logsumexp(paths.log_mass - away * away / 2.0, axis=1) - math.log(2.0 * math.pi * step) / 2.0
    return _Paths(fraction=t, scores=scores, log_mass=density + np.log(half * np.tile(_WEIGHTS, panels)))


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function is 0, by regula falsi, halving the end that stays (Illinois)."""
    at_low, at_high, moved = falling(low), falling(high), 0
    if at_low <= 0.0:
        return low
    if at_high >= 0.0:
        return high
    for _ in range(200):
        if high - low <= 1e-13 * max(1.0, high):
            break
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        if not (math.isfinite(middle) and low < middle < high):
            middle = (low + high) / 2.0
        value = falling(middle)
        if value == 0.0:
            return middle
        if value > 0.0:
            low, at_low, at_high, moved = middle, value, at_high / (2.0 if moved > 0 else 1.0), 1
        else:
            high, at_high, at_low, moved = middle, value, at_low / (2.0 if moved < 0 else 1.0), -1
    return (low + high) / 2.0


def _checked(fractions: Sequence[float], sided: int) -> tuple[float, ...]:
    looks = tuple(float(t) for t in fractions)
    if not 1 <= len(looks) <= MOST_LOOKS:
        raise ValueError(f"a schedule has 1 to {MOST_LOOKS} looks, not {len(looks)}")
    steps = [after - before for before, after in zip((0.0, *looks), looks, strict=False)]
    if not all(step >= LEAST_FRACTION * (1.0 - 1e-9) for step in steps) or looks[-1] > 1.0 + 1e-12:
        raise ValueError(f"fractions rise to at most 1, by at least {LEAST_FRACTION:g} each")
    if sided not in (1, 2):
        raise ValueError(f"a test has 1 or 2 sides, not {sided}")
    return looks


def _checked_z(z: Sequence[float], looks: Sequence[float]) -> tuple[float, ...]:
    bounds = tuple(float(each) for each in z)
    if len(bounds) != len(looks):
        raise ValueError(f"{len(bounds)} boundaries for {len(looks)} looks")
    if not all(each > 0.0 for each in bounds) or not any(math.isfinite(each) for each in bounds):
        raise ValueError("every boundary is above 0, and one at least is finite")
    return bounds
