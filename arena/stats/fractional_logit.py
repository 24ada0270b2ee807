"""The win rate at equal lengths: a fractional logit of the score on the difference in length."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import expit, stdtrit

from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate, Interval

UNIT = "share"
METHOD = "fractional logit"
_FLAT = 1e-6  # characters, or a range of x out of 2, that say nothing of x = 0
_EXACT = 1e-12  # a variance of log odds, or a relative loss of likelihood, that rounding alone explains
_CLOSE = 1e-20  # squared distance to the maximum, in standard errors of a single case
_FAR = 15.0  # log odds that no share of real scores has: what is predicted lies far from all that was seen


def length_controlled_win_rate(
    scores: Sequence[float] | npt.ArrayLike,
    differences: Sequence[float] | npt.ArrayLike,
    *,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return the share that the treatment would win if its answers were as long as control's.

    Quasi-likelihood fit of E s = 1/(1 + exp(−β₀ − β₁x)) (Papke & Wooldridge 1996), predicted at x = 0, with
    x = tanh(difference / its standard deviation) (the normalisation of length-controlled AlpacaEval, arXiv 2404.04475).
    The interval is that of β₀ with the sandwich covariance of both coefficients, over clusters, and t on G − 2 degrees
    of freedom.

    Args:
        scores: the treatment's share of each case, in [0, 1].
        differences: length of the treatment's answer − length of control's, in characters, one a case.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason where it is not identified: fewer than 3 units, lengths that all differ by the same,
        lengths (or the outcome as such) that separate wins from losses, or lengths that are all far from equal.

    Raises:
        ValueError: sequences of different lengths.
    """
    s, raw = np.asarray(scores, dtype=np.float64), np.asarray(differences, dtype=np.float64)
    if s.shape != raw.shape:
        raise ValueError(f"{len(s)} scores for {len(raw)} differences in length")
    groups = group(clusters, len(s))
    units = len(groups.sizes)
    if units < 3:
        return _undefined(units, "fewer than three units of evidence")
    x = np.tanh(raw / max(float(raw.std()), _FLAT))
    if np.ptp(x) < _FLAT:
        return _undefined(units, "the answers differ in length by the same everywhere")
    design = np.column_stack((np.ones(len(s)), x))
    if _separated(s, x):
        return _undefined(units, "wins and losses are separated: the fit has no maximum")
    coefficients = _fit(s, design)
    if coefficients is None:
        return _undefined(units, "the fit does not settle: one difference in length is too far from the others")
    if abs(coefficients[0]) > _FAR:
        return _undefined(units, "equal lengths lie too far outside the lengths that were seen")
    fitted = expit(design @ coefficients)
    bread = np.linalg.pinv(design.T @ (design * (fitted * (1.0 - fitted))[:, None]))
    residuals = design * (s - fitted)[:, None]
    scores_by_cluster = np.column_stack([groups.sums(column) for column in residuals.T])
    covariance = bread @ (scores_by_cluster.T @ scores_by_cluster) @ bread * units / (units - 2)
    variance = max(float(covariance[0, 0]), 0.0)  # a perfect fit may round below 0
    half = float(stdtrit(units - 2, (1.0 + level) / 2.0)) * variance**0.5
    low, value, high = (float(expit(coefficients[0] + step)) for step in (-half, 0.0, half))
    if variance < _EXACT:
        return Estimate(
            value=value, interval=None, n=units, unit_of_measure=UNIT, reason="the fit leaves no variation to judge by"
        )
    interval = Interval(low=low, high=high, level=level, method=METHOD)
    return Estimate(value=value, interval=interval, n=units, unit_of_measure=UNIT)


def _separated(s: Floats, x: Floats) -> bool:
    """Return whether some x has no loss on one side and no win on the other: the likelihood then has no maximum.

    A score between 0 and 1 is both. Albert & Anderson (Biometrika 1984) for one covariate.
    """
    not_won, not_lost = x[s < 1.0], x[s > 0.0]
    if len(not_won) == 0 or len(not_lost) == 0:
        return True
    return bool(not_won.max() <= not_lost.min() or not_lost.max() <= not_won.min())


def _fit(s: Floats, design: Floats) -> Floats | None:
    """Return the coefficients by Newton's method, halving steps that overshoot; None where it finds no maximum."""

    def log_likelihood(coefficients: Floats) -> float:
        log_odds = design @ coefficients
        return float(s @ log_odds - np.logaddexp(0.0, log_odds).sum())

    coefficients = np.zeros(2)
    for _ in range(200):
        fitted = expit(design @ coefficients)
        information = design.T @ (design * (fitted * (1.0 - fitted))[:, None])
        gradient = design.T @ (s - fitted)
        step = np.linalg.lstsq(information, gradient)[0]
        if gradient @ step < _CLOSE:
            return coefficients
        now = log_likelihood(coefficients)
        while log_likelihood(coefficients + step) < now - _EXACT * abs(now):
            step = step / 2.0
        coefficients = coefficients + step
    return None


def _undefined(units: int, reason: str) -> Estimate:
    return Estimate(value=None, interval=None, n=units, unit_of_measure=UNIT, reason=reason)
