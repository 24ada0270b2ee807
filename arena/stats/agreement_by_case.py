"""Agreement with labels where each case was rated several times: coefficients of mean shares, the case the unit."""

from collections.abc import Callable

import numpy as np

from arena.stats.agreement import NO_CASES, UNIT, undefined
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate
from arena.stats.krippendorff import percentile_interval

_NOTHING = 1e-12


def resampled_coefficient(
    shares: Floats,
    coefficient: Callable[[Floats], Floats],
    *,
    rng: np.random.Generator,
    clusters: Labels | None = None,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate:
    """Return a coefficient of the mean table over cases, with a percentile bootstrap interval over cases.

    Args:
        shares: of shape (cases, q, q): each case's pairs of label (row) and rating (column), adding up to 1.
        coefficient: takes tables of shape (…, q, q) and returns what has shape (…); NaN where it is undefined.
        rng: where the resamples come from.
        clusters: one label a case; clusters are resampled whole.
        resamples: how many.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Value None with the reason without cases, or where the coefficient is undefined; interval None with the reason
        where the resamples do not differ.

    >>> agree, differ = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [0.5, 0.5]])
    >>> cases = np.stack([agree, differ])
    >>> resampled_coefficient(cases, kappa, rng=np.random.default_rng(0)).value
    0.5
    """
    groups = group(clusters, len(shares))
    n = len(groups.sizes)
    if n == 0:
        return undefined(0, NO_CASES)
    value = float(coefficient(shares.mean(axis=0)))
    if np.isnan(value):
        return undefined(n, "labels and ratings name one category only: chance alone would agree as well")
    q = shares.shape[-1]
    totals = np.zeros((n, q * q))
    np.add.at(totals, groups.index, shares.reshape(len(shares), q * q))
    # Equal clusters are drawn together: thousands of cases are a handful of different tables.
    kinds, counts = np.unique(np.column_stack((totals, groups.sizes)), axis=0, return_counts=True)
    drawn = np.array([rng.multinomial(n, counts / n) @ kinds for _ in range(resamples)])
    tables = drawn[:, :-1] / drawn[:, -1:]
    interval, reason = percentile_interval(coefficient(tables.reshape(resamples, q, q)), level)
    return Estimate(value=value, interval=interval, n=n, unit_of_measure=UNIT, reason=reason)


def kappa(shares: Floats) -> Floats:
    """Return Cohen's kappa of tables of shares: (pₐ − pₑ)/(1 − pₑ) with pₑ = Σ row·column (Cohen 1960)."""
    chance = (shares.sum(axis=-1) * shares.sum(axis=-2)).sum(axis=-1)
    return _corrected(shares, chance)


def ac1(shares: Floats) -> Floats:
    """Return Gwet's AC1 of tables of shares: pₑ = Σ π(1 − π)/(q − 1) over mean prevalences π (Gwet 2008)."""
    common = (shares.sum(axis=-1) + shares.sum(axis=-2)) / 2.0
    return _corrected(shares, (common * (1.0 - common)).sum(axis=-1) / (shares.shape[-1] - 1))


def _corrected(shares: Floats, chance: Floats) -> Floats:
    agreed = np.trace(shares, axis1=-2, axis2=-1)
    room = 1.0 - chance
    found: Floats = np.divide(agreed - chance, room, out=np.full_like(room, np.nan), where=room > _NOTHING)
    return found
