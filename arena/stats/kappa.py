"""Agreement beyond chance: Cohen's kappa of two raters and Fleiss' kappa of several."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from arena.stats.agreement import (
    NO_CASES,
    Coefficient,
    delta_error,
    large_sample,
    square_counts,
    undefined,
)
from arena.stats.clusters import Floats

Weights = Literal["unweighted", "linear", "quadratic"]


def cohen_kappa(table: npt.ArrayLike, *, weights: Weights = "unweighted", level: float = 0.95) -> Coefficient:
    """Return Cohen's kappa of two raters with the interval of Fleiss, Cohen and Everitt.

    κ = 1 − D₀/Dₑ: the mean disagreement observed over that of independent raters with the same margins (Cohen 1960,
    1968). The error is that of Fleiss, Cohen & Everitt (Psychol Bull 1969): the delta method on the shares of
    the table, and the interval is cut to [−1, 1], where statsmodels lets it run over.

    Where nothing varies the error is 0: perfect agreement is a kappa of 1, but those cases don't say how far below 1
    the next ones may lie. So there is no interval, where other software prints one of no width ([1, 1]) or NaN; the
    interval of `percent_agreement` tells what perfect agreement proves.

    Args:
        table: counts of cases, square, categories in their order (see `cross_table`).
        weights: what a disagreement costs: 1 ("unweighted"), the steps between the categories ("linear") or their
            square ("quadratic").
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason for a table without cases, or where both raters gave one and the same category throughout;
        the value alone, with the reason, where nothing varies (perfect agreement).

    Raises:
        ValueError: a table that is not square or not of counts.

    >>> kappa = cohen_kappa([[98, 1], [1, 0]])  # 98% agreement
    >>> round(kappa.estimate.value, 4), round(kappa.standard_error, 4)
    (-0.0101, 0.0071)
    """
    counts = square_counts(table)
    n = round(counts.sum())
    if n == 0:
        return Coefficient(undefined(0, NO_CASES), None)
    shares, cost = counts / n, _costs(len(counts), weights)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float((cost * shares).sum()), float(rows @ cost @ columns)
    if np.count_nonzero(rows + columns) == 1:
        return Coefficient(undefined(n, "both raters gave one category only: chance alone would agree as well"), None)
    gradient = (observed / expected * ((cost @ columns)[:, None] + (rows @ cost)[None, :]) - cost) / expected
    error = delta_error(shares, gradient, n)
    return large_sample(1.0 - observed / expected, error, n=n, level=level, method="fleiss-cohen-everitt")


def fleiss_kappa(table: npt.ArrayLike, *, level: float = 0.95) -> Coefficient:
    """Return Fleiss' kappa of several raters, who need not be the same for each case.

    κ = (P̄ − Pₑ)/(1 − Pₑ) (Fleiss, Psychol Bull 1971). The error is that of the mean of the linearised cases, with t on
    n − 1 degrees of freedom (Gwet, Br J Math Stat Psychol 2008), as in irrCAC, cut to [−1, 1]; the one of 1971 holds
    only where kappa is 0.

    Args:
        table: one row a case, one column a category: how many raters gave it. The same number of raters, at least two,
            for each case.
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason without cases or where one category was given throughout; the value alone, with the reason,
        where nothing varies.

    Raises:
        ValueError: counts that are not whole numbers from 0, or numbers of raters that differ or are below 2.

    >>> round(fleiss_kappa([[2, 0], [0, 2], [1, 1]]).estimate.value, 4)
    0.3333
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.size == 0:
        return Coefficient(undefined(0, NO_CASES), None)
    raters, n = _raters(counts), len(counts)
    within = ((counts**2).sum(axis=1) - raters) / (raters * (raters - 1.0))
    shares = counts / raters
    common = shares.mean(axis=0)
    chance = float((common**2).sum())
    if np.count_nonzero(common) == 1:
        return Coefficient(undefined(n, "one category only was given: chance alone would agree as well"), None)
    value = (float(within.mean()) - chance) / (1.0 - chance)
    linear = (within - (1.0 - value) * 2.0 * (shares @ common)) / (1.0 - chance)
    error = float(linear.std(ddof=1)) / n**0.5 if n > 1 else 0.0
    return large_sample(value, error, n=n, level=level, method="linearised, t", df=n - 1)


def _costs(q: int, weights: Weights) -> Floats:
    steps = np.abs(np.subtract.outer(np.arange(q), np.arange(q))).astype(np.float64)
    match weights:
        case "unweighted":
            return np.minimum(steps, 1.0)
        case "linear":
            return steps
        case "quadratic":
            return steps**2


def _raters(counts: Floats) -> float:
    if counts.ndim != 2 or not ((counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise ValueError("a table of ratings holds whole numbers of raters, one row a case")
    raters = counts.sum(axis=1)
    if np.ptp(raters) != 0 or raters[0] < 2:
        raise ValueError("each case needs the same number of ratings, at least two")
    return float(raters[0])
