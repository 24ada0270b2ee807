"""What chance alone does: a prompt that changes nothing, over as many cases."""

import numpy as np

from arena.stats.clusters import Floats, Labels, group

_FINEST = 4096  # shares are multiples of no finer step
_MOST_STEPS = 2**20


def naive_rule_rate(scores: Floats, clusters: Labels | None = None) -> float:
    """Return how often the rule "ship if win rate > 50%" ships a prompt that changes nothing.

    Under that null each unit's score s is as likely to be 1 − s, so the rate is (1 − P(Σ ±d = 0)) / 2 with d = s − ½:
    for wins and losses alone it is P(X > m/2), X binomial(m, ½).

    Args:
        scores: the treatment's share of each case, in [0, 1].
        clusters: one label a case; the sums of clusters are flipped whole.

    Returns:
        A share of runs; 0 where every score is ½. Where scores lie on no lattice that a balance could be met on, ½.

    >>> round(naive_rule_rate(np.array([1.0] * 8 + [0.0] * 2)), 3)
    0.377
    """
    deltas = group(clusters, len(scores)).sums(scores - 0.5)
    steps = np.abs(np.rint(deltas * _FINEST)).astype(np.int64)
    steps = steps[steps > 0]
    if len(steps) == 0:
        return 0.0
    return (1.0 - _balance(steps // np.gcd.reduce(steps))) / 2.0


def _balance(steps: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    """Return P(Σ ±k = 0): the mean of Π cos(2πkj/M) over j < M.

    M beyond twice the sum is exact; beyond 64 standard deviations what wraps around is below exp(−500).
    """
    sizes, counts = np.unique(steps, return_counts=True)
    total = int(steps.sum())
    spread = float(np.sqrt(counts @ sizes.astype(np.float64) ** 2))
    modulus = min(total + 1, int(64.0 * spread) + 1)
    if modulus * len(sizes) > _MOST_STEPS:
        return 0.0
    angles = 2.0 * np.pi * np.arange(modulus) / modulus
    product = np.ones(modulus)
    for size, count in zip(sizes, counts, strict=True):
        product *= np.cos(size * angles) ** int(count)
    return float(np.clip(product.mean(), 0.0, 1.0))
