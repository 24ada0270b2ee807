"""Sample-ratio mismatch: whether units came to the arms in the shares that were asked for.

Small p-values say that assignment or logging is broken, and then no other number of the experiment may be trusted.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, gammaln, xlogy

from arena.stats.clusters import Floats
from arena.stats.exact_tests import binomial_test

LEAST_CELL = 5.0  # Cochran (Biometrics 1954): with fewer in a cell chi-square is a guess

_SAME = 1e-7  # relative: outcomes as probable as the observed one but for rounding count as equally probable
_MOST_OUTCOMES = 100_000  # of an exact multinomial test


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """A p-value of the registered shares, and how it was computed."""

    p_value: float
    method: str
    expected: tuple[float, ...]  # units an arm, under the registered shares


@dataclass(frozen=True, slots=True)
class SequentialSampleRatio:
    """The evidence against the registered shares at each look, and p-values that hold however often one looks."""

    log_e_values: tuple[float, ...]  # natural logarithm, one a look
    p_values: tuple[float, ...]  # one a look: min(1, 1 / largest e-value so far)


def sample_ratio(counts: Sequence[int], weights: Sequence[float]) -> SampleRatio:
    """Test the shares of arms once, at a size fixed beforehand: chi-square, exact where a cell is small.

    A cell is small when fewer than five units came to an arm, or were expected there.

    Args:
        counts: units that came to each arm; at least two arms.
        weights: the shares asked for, all above 0; only their ratios count.

    Returns:
        Where there are too many outcomes to enumerate, an exact binomial test an arm with Bonferroni's correction
        (valid, and a little conservative). Of no units, a p-value of 1.

    Raises:
        ValueError: fewer than two arms, another number of weights, a negative count or a weight not above 0.

    >>> sample_ratio([5200, 4800], [1, 1]).method
    'chi-square'
    >>> sample_ratio([10, 0], [1, 1])
    SampleRatio(p_value=0.001953125, method='exact binomial', expected=(5.0, 5.0))
    """
    shares = _shares(counts, weights)
    total = sum(counts)
    expected = tuple(float(total * share) for share in shares)
    if min(*expected, *counts) >= LEAST_CELL:
        return SampleRatio(chi_square_test(counts, weights), "chi-square", expected)
    if len(counts) == 2:
        return SampleRatio(binomial_test(counts[0], total, float(shares[0])), "exact binomial", expected)
    if math.comb(total + len(counts) - 1, len(counts) - 1) <= _MOST_OUTCOMES:
        return SampleRatio(_multinomial_test(counts, shares), "exact multinomial", expected)
    least = min(binomial_test(k, total, float(share)) for k, share in zip(counts, shares, strict=True))
    return SampleRatio(min(1.0, least * len(counts)), "exact binomial an arm, Bonferroni", expected)


def chi_square_test(counts: Sequence[int], weights: Sequence[float]) -> float:
    """Return Pearson's chi-square p-value of the shares, Σ (observed − expected)²/expected on arms − 1.

    Args:
        counts: units that came to each arm; at least two arms.
        weights: the shares asked for, all above 0; only their ratios count.

    Raises:
        ValueError: fewer than two arms, another number of weights, a negative count or a weight not above 0.

    >>> round(chi_square_test([900, 110], [0.9, 0.1]), 6)
    0.345182
    """
    shares = _shares(counts, weights)
    expected = sum(counts) * shares
    if not expected.any():
        return 1.0
    statistic = float(((np.asarray(counts) - expected) ** 2 / expected).sum())
    return max(float(chdtrc(len(counts) - 1, statistic)), sys.float_info.min)


def sequential_sample_ratio(
    looks: Sequence[Sequence[int]], weights: Sequence[float], *, concentration: float = 1000.0
) -> SequentialSampleRatio:
    """Test the shares of arms at as many looks as one likes: the multinomial against a Dirichlet mixture.

    With counts n and shares w, the e-value is the Bayes factor Π Γ(αᵢ + nᵢ)/Γ(αᵢ) · Γ(A)/Γ(A + N) / Π wᵢ^nᵢ with
    α = A·w; the chance that it ever exceeds 1/p is at most p (Lindon & Malek, NeurIPS 2022; Ville's inequality).

    Args:
        looks: the counts of each arm so far, one row a look, none falling.
        weights: the shares asked for, all above 0; only their ratios count.
        concentration: A, how near to the shares a mismatch is looked for: 1000 finds 52% instead of 50% at .001 after
            some 11,000 units; a smaller one finds gross mismatches sooner and slight ones later.

    Raises:
        ValueError: fewer than two arms, another number of weights, a negative or falling count, a weight or a
            concentration not above 0.

    >>> [round(p, 4) for p in sequential_sample_ratio([[50, 50], [700, 500], [710, 600]], [1, 1]).p_values]
    [1.0, 0.0002, 0.0002]
    """
    if concentration <= 0.0:
        raise ValueError(f"the concentration must be above 0, not {concentration}")
    log_e_values, p_values = [], []
    before, most = [0] * len(weights), 0.0
    for counts in looks:
        shares = _shares(counts, weights)
        if any(later < earlier for earlier, later in zip(before, counts, strict=True)):
            raise ValueError(f"counts fall from {list(before)} to {list(counts)}: a look holds all units so far")
        log_e_value = _log_e_value(np.asarray(counts, dtype=np.float64), shares, concentration)
        before, most = list(counts), max(most, log_e_value)
        log_e_values.append(log_e_value)
        p_values.append(max(math.exp(-most), sys.float_info.min))
    return SequentialSampleRatio(tuple(log_e_values), tuple(p_values))


def _log_e_value(counts: Floats, shares: Floats, concentration: float) -> float:
    prior, total = concentration * shares, float(counts.sum())
    arms = (gammaln(prior + counts) - gammaln(prior) - xlogy(counts, shares)).sum()
    return float(arms + gammaln(concentration) - gammaln(concentration + total))


def _multinomial_test(counts: Sequence[int], shares: Floats) -> float:
    """Return the probability of all outcomes that are no more probable than the observed one."""
    outcomes = np.array(list(_outcomes(sum(counts), len(counts))))
    log_mass = gammaln(sum(counts) + 1.0) + (xlogy(outcomes, shares) - gammaln(outcomes + 1.0)).sum(axis=1)
    k = np.asarray(counts)
    observed = gammaln(sum(counts) + 1.0) + (xlogy(k, shares) - gammaln(k + 1.0)).sum()
    return min(1.0, max(float(np.exp(log_mass[log_mass <= observed + _SAME]).sum()), sys.float_info.min))


def _outcomes(total: int, arms: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which `total` units can come to the arms."""
    if arms == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _outcomes(total - first, arms - 1):
            yield (first, *rest)


def _shares(counts: Sequence[int], weights: Sequence[float]) -> Floats:
    if len(counts) != len(weights) or len(counts) < 2:
        raise ValueError(f"{len(counts)} counts for {len(weights)} weights: each of two or more arms needs both")
    if min(counts) < 0 or not all(0.0 < weight < math.inf for weight in weights):
        raise ValueError("counts must not be negative, and weights must be above 0")
    shares = np.asarray(weights, dtype=np.float64)
    return np.asarray(shares / shares.sum())
