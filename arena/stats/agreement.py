"""Agreement of two raters over the same cases, and what chance leaves of it: percent, PABAK, Gwet's AC1."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from arena.stats.clusters import Floats
from arena.stats.estimate import Estimate, Interval
from arena.stats.proportions import wilson_interval
from arena.stats.student import labelled

UNIT = "coefficient"
NO_CASES = "no case has both ratings"
NO_VARIATION = "the ratings leave no variation to judge by"
_NOTHING = 1e-9  # a standard error of a coefficient that rounding alone explains


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A chance-corrected coefficient of agreement (1 perfect, 0 as by chance) and its standard error."""

    estimate: Estimate
    standard_error: float | None  # of the large-sample interval; 0.0, and no interval, where nothing varies


def cross_table(
    first: Sequence[Hashable], second: Sequence[Hashable], *, categories: Sequence[Hashable] | None = None
) -> Floats:
    """Count how often each pair of categories was given to the same case.

    Args:
        first: one rater's category of each case.
        second: the other's, in the same order.
        categories: all of them, in their order (weights count steps along it); None takes those that occur, sorted.

    Returns:
        A square table: row is the first rater's category, column the second's.

    Raises:
        ValueError: raters of different numbers of cases, a category twice, or a rating outside the categories.

    >>> cross_table(["win", "tie"], ["win", "win"], categories=["loss", "tie", "win"]).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} ratings of the first rater for {len(second)} of the second")
    order = _in_order(first, second) if categories is None else list(categories)
    place = {category: index for index, category in enumerate(order)}
    if len(place) != len(order):
        raise ValueError("a category is named twice")
    unknown = [rating for rating in (*first, *second) if rating not in place]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not one of the categories")
    table = np.zeros((len(order), len(order)))
    np.add.at(table, ([place[rating] for rating in first], [place[rating] for rating in second]), 1.0)
    return table


def percent_agreement(table: npt.ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the share of cases to which both raters gave the same category, with Wilson's interval.

    Args:
        table: counts of cases, square (see `cross_table`).
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason for a table without cases.

    Raises:
        ValueError: a table that is not square or not of counts.

    >>> percent_agreement([[98, 1], [1, 0]]).value
    0.98
    """
    counts = square_counts(table)
    n, same = round(counts.sum()), round(np.trace(counts))
    if n == 0:
        return undefined(0, NO_CASES, unit="share")
    return Estimate(value=same / n, interval=wilson_interval(same, n, level), n=n, unit_of_measure="share")


def prevalence(table: npt.ArrayLike) -> tuple[float, ...] | None:
    """Return how common each category is, averaged over both raters; None for a table without cases.

    Kappa falls as one category takes over, whatever the agreement: print it beside kappa.

    Raises:
        ValueError: a table that is not square or not of counts.

    >>> prevalence([[98, 1], [1, 0]])
    (0.99, 0.01)
    """
    counts = square_counts(table)
    if counts.sum() == 0:
        return None
    return tuple(float(share) for share in _prevalence(counts / counts.sum()))


def pabak(table: npt.ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the prevalence-adjusted, bias-adjusted kappa: agreement against q equally likely categories.

    (q·agreement − 1)/(q − 1) (Byrt, Bishop & Carlin, J Clin Epidemiol 1993, for q = 2; Brennan & Prediger 1981 for
    more). A straight line in the agreement, so its interval is Wilson's on that line.

    Args:
        table: counts of cases, square, with a row for each category that could be given.
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason for a table without cases or with fewer than two categories.

    Raises:
        ValueError: a table that is not square or not of counts.

    >>> pabak([[98, 1], [1, 0]]).value
    0.96
    """
    counts, agreement = square_counts(table), percent_agreement(table, level=level)
    q = len(counts)
    if agreement.value is None or agreement.interval is None:
        return undefined(0, NO_CASES)
    if q < 2:
        return undefined(agreement.n, "one category leaves nothing to agree about")
    value, low, high = (
        (q * share - 1.0) / (q - 1.0) for share in (agreement.value, agreement.interval.low, agreement.interval.high)
    )
    interval = Interval(low=low, high=high, level=level, method="wilson")
    return Estimate(value=value, interval=interval, n=agreement.n, unit_of_measure=UNIT)


def gwet_ac1(table: npt.ArrayLike, *, level: float = 0.95) -> Coefficient:
    """Return Gwet's AC1, which stays near the agreement where one category prevails.

    (pₐ − pₑ)/(1 − pₑ) with pₑ = Σ π(1 − π)/(q − 1) over the q prevalences π, and its large-sample error by
    linearisation (Gwet, Br J Math Stat Psychol 2008); the interval is normal and cut to [−1, 1]. Perfect agreement is 1
    even where one category was given throughout, and has no interval, as with `cohen_kappa`.

    Args:
        table: counts of cases, square, with a row for each category that could be given.
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason for a table without cases or with fewer than two categories; the value alone, with the
        reason, where nothing varies.

    Raises:
        ValueError: a table that is not square or not of counts.

    >>> round(gwet_ac1([[98, 1], [1, 0]]).estimate.value, 4)
    0.9796
    """
    counts = square_counts(table)
    n, q = round(counts.sum()), len(counts)
    if n == 0:
        return Coefficient(undefined(0, NO_CASES), None)
    if q < 2:
        return Coefficient(undefined(n, "one category leaves nothing to agree about"), None)
    shares = counts / n
    common = _prevalence(shares)
    chance = float((common * (1.0 - common)).sum()) / (q - 1)
    value = 1.0 - (1.0 - float(np.trace(shares))) / (1.0 - chance)
    chance_gradient = (1.0 - common[:, None] - common[None, :]) / (q - 1)
    gradient = (np.eye(q) - (1.0 - value) * chance_gradient) / (1.0 - chance)
    return large_sample(value, delta_error(shares, gradient, n), n=n, level=level, method="gwet")


def square_counts(table: npt.ArrayLike) -> Floats:
    """Return the table as an array.

    Raises:
        ValueError: a table that is not square, or counts that are not whole numbers from 0.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a table of two raters is square, not of shape {counts.shape}")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise ValueError("a table of two raters holds whole numbers of cases")
    return counts


def delta_error(shares: Floats, gradient: Floats, n: int) -> float:
    """Return √(Var(gradient)/n): the error of a smooth function of a multinomial's shares (the delta method)."""
    mean = float((shares * gradient).sum())
    return float(np.sqrt((shares * (gradient - mean) ** 2).sum() / n))


def large_sample(
    value: float, error: float, *, n: int, level: float, method: str, df: int | None = None
) -> Coefficient:
    """Return the coefficient with its normal interval (t with `df`), cut to [−1, 1]; none where the error is 0.

    Raises:
        ValueError: a level outside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    if error < _NOTHING:
        estimate = Estimate(value=value, interval=None, n=n, unit_of_measure=UNIT, reason=NO_VARIATION)
        return Coefficient(estimate, 0.0)
    tail = (1.0 + level) / 2.0
    half = float(ndtri(tail) if df is None else stdtrit(df, tail)) * error
    low, high = max(-1.0, value - half), min(1.0, value + half)
    interval = Interval(low=low, high=high, level=level, method=labelled(method, n))
    return Coefficient(Estimate(value=value, interval=interval, n=n, unit_of_measure=UNIT), error)


def undefined(n: int, reason: str, *, unit: str = UNIT) -> Estimate:
    """Return what has neither value nor interval, and why."""
    return Estimate(value=None, interval=None, n=n, unit_of_measure=unit, reason=reason)


def _prevalence(shares: Floats) -> Floats:
    common: Floats = (shares.sum(axis=0) + shares.sum(axis=1)) / 2.0
    return common


def _in_order(first: Sequence[Hashable], second: Sequence[Hashable]) -> list[Hashable]:
    """Return the categories that occur: by value where they compare, else by name."""
    occurring = {*first, *second}
    if all(isinstance(category, Real) for category in occurring):
        return sorted(occurring)  # type: ignore[type-var]  # numbers, as just checked
    return sorted(occurring, key=str)
