"""Rates under Beta posteriors: which arm is best, and what choosing another would cost."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import betainc, betaincinv, betaln, xlogy

from arena.stats.clusters import Floats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
#: Where a posterior's mass lies: the integrand is smooth between neighbours.
_PROBABILITIES = np.array([1e-30, 1e-15, 1e-10, 1e-7, 1e-5, 1e-3, 0.01, 0.05, 0.2, 0.5])

_EPSILON = 2.0**-53


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of one arm's rate: Beta(alpha, beta)."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """Return the posterior mean of the rate."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True, slots=True)
class Choice:
    """What choosing one arm means, given the posteriors of all."""

    probability_best: float  # that no other arm has a higher rate; never 0: smaller than a float is the least one
    expected_loss: float  # E[highest rate − this arm's rate], in shares


def posterior(successes: int, trials: int, *, prior: Posterior = Posterior(1.0, 1.0)) -> Posterior:
    """Return the posterior of a rate after `successes` of `trials`: Beta(α + successes, β + failures).

    Args:
        successes: 0 to trials.
        trials: at least 0; after none the posterior is the prior.
        prior: uniform where not given.

    Raises:
        ValueError: successes outside 0 … trials, or a parameter of the prior below ½.

    >>> posterior(3, 4)
    Posterior(alpha=4.0, beta=2.0)
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a proportion")
    _check([prior])
    return Posterior(prior.alpha + successes, prior.beta + trials - successes)


def choices(arms: Sequence[Posterior]) -> list[Choice]:
    """Return for each arm the probability that it is the best, and the loss expected from choosing it.

    With densities fᵢ and distributions Fᵢ of the rates, P(best = i) = ∫ fᵢ Π_{j≠i} Fⱼ and the expected loss of i is
    E[max] − E[θᵢ] = ∫ Fᵢ (1 − Π_{j≠i} Fⱼ), both by Gauss–Legendre quadrature between the quantiles of all arms: no
    simulation.

    Args:
        arms: one posterior an arm, at least one.

    Raises:
        ValueError: no arms, or a parameter below ½ or not finite.

    >>> a, b = choices([posterior(10, 20), posterior(15, 20)])
    >>> round(a.probability_best, 6), round(b.probability_best, 6), round(b.expected_loss, 6)
    (0.055449, 0.944551, 0.003437)
    """
    _check(arms)
    angles, weights = _quadrature(arms)
    sine, cosine = np.sin(angles), np.cos(angles)
    below = np.array([betainc(arm.alpha, arm.beta, sine**2) for arm in arms])
    above = np.array([betainc(arm.beta, arm.alpha, cosine**2) for arm in arms])
    found = []
    for i, arm in enumerate(arms):
        others = np.arange(len(arms)) != i
        best = float(weights @ (_density(arm, sine, cosine) * below[others].prod(axis=0)))
        # 1 − Π(1 − above) keeps its digits in this form; where above is 1 the other factor, 1 or less, decides
        any_above = -np.expm1(np.log1p(-np.minimum(above[others], 1.0 - _EPSILON)).sum(axis=0))
        loss = float(weights @ (2.0 * sine * cosine * below[i] * any_above))
        found.append(Choice(min(1.0, max(best, sys.float_info.min)), loss))
    return found


def _quadrature(arms: Sequence[Posterior]) -> tuple[Floats, Floats]:
    """Return nodes φ and weights on [0, π/2] for rates sin² φ, with panels that end at the quantiles of every arm.

    In φ no density of parameters from ½ up has a pole at either end, and rates near 1 keep their digits as cos² φ.
    """
    ends = [np.array([0.0, np.pi / 2.0])]
    for arm in arms:
        ends.append(np.arcsin(np.sqrt(betaincinv(arm.alpha, arm.beta, _PROBABILITIES))))
        ends.append(np.arccos(np.sqrt(betaincinv(arm.beta, arm.alpha, _PROBABILITIES))))
    panels = np.array(list(pairwise(np.unique(np.concatenate(ends)))))
    half = (panels[:, 1] - panels[:, 0]) / 2.0
    nodes = panels.mean(axis=1)[:, None] + half[:, None] * _NODES
    return nodes.ravel(), (half[:, None] * _WEIGHTS).ravel()


def _density(arm: Posterior, sine: Floats, cosine: Floats) -> Floats:
    """Return the density of φ, 2·sin^(2α−1)·cos^(2β−1) / B(α, β)."""
    log_density = xlogy(2.0 * arm.alpha - 1.0, sine) + xlogy(2.0 * arm.beta - 1.0, cosine)
    return np.asarray(2.0 * np.exp(log_density - betaln(arm.alpha, arm.beta)))


def _check(arms: Sequence[Posterior]) -> None:
    if not arms:
        raise ValueError("no arms to choose from")
    if not all(0.5 <= size < np.inf for arm in arms for size in (arm.alpha, arm.beta)):
        raise ValueError("the parameters of a posterior must be at least 1/2 (Jeffreys' prior) and finite")
