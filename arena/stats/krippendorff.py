"""Krippendorff's alpha: reliability of any number of raters, with gaps, on any scale of measurement."""

from collections.abc import Hashable, Sequence
from numbers import Real
from typing import Literal

import numpy as np

from arena.stats.agreement import UNIT, undefined
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate, Interval

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
METHOD = "case bootstrap"
_NOTHING = 1e-9  # a width of the interval that rounding alone explains


def krippendorff_alpha(
    ratings: Sequence[Sequence[Hashable | None]],
    *,
    scale: Scale = "nominal",
    rng: np.random.Generator,
    clusters: Labels | None = None,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate:
    """Return Krippendorff's alpha with a percentile bootstrap interval over cases.

    α = 1 − Dₒ/Dₑ: squared differences between ratings of the same case over those between any two ratings
    (Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). The interval resamples whole cases, since the
    ratings of one case depend on each other.

    Args:
        ratings: one row a rater, one column a case; None or NaN where the rater gave none. Any labels on the nominal
            scale, else numbers; from 0 on the ratio scale.
        scale: how far apart two ratings are: 1 if they differ ("nominal"), by the ratings between them ("ordinal"),
            their difference ("interval") or that over their sum ("ratio").
        rng: where the resamples come from.
        clusters: one label a column; columns of one label are resampled together, and None is a cluster of its own.
        resamples: how many.
        level: of the two-sided interval, in (0, 1).

    Returns:
        n is the number of cases (of clusters, where they are given) with two ratings or more; the others say nothing of
        reliability. Value None with the reason without such a case, or where every rating is the same: Dₑ is 0 (the
        krippendorff package refuses it too, other software calls it 1). Interval None with the reason where the
        resamples do not differ, as in perfect agreement, or too many of them do not vary.

    Raises:
        ValueError: rows of different lengths, a rating that is not a number of the scale, or a level outside (0, 1).

    >>> alpha = krippendorff_alpha([[1, 2, 3, 1, 2, 3, 1], [1, 2, 3, 1, 2, 3, None]], rng=np.random.default_rng(0))
    >>> alpha.value, alpha.n, alpha.reason
    (1.0, 6, 'the resamples do not differ: too few cases disagree to show how unsure it is')
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    counts, values = _tabulate(ratings, scale)
    rated = counts.sum(axis=1) >= 2
    counts = counts[rated]
    labels = None if clusters is None else [label for label, kept in zip(clusters, rated, strict=True) if kept]
    groups = group(labels, len(counts))
    n = len(groups.sizes)
    if n == 0:
        return undefined(0, "no case has two ratings")
    if np.count_nonzero(counts.sum(axis=0)) == 1:
        return undefined(n, "every rating is the same: there is no disagreement to compare with")
    reliability = _Reliability(counts, values, scale)
    value = float(reliability.alpha(np.ones(len(counts))))
    even = np.full(n, 1.0 / n)
    weights = (rng.multinomial(n, even).astype(np.float64)[groups.index] for _ in range(resamples))
    interval, reason = percentile_interval(np.array([reliability.alpha(each) for each in weights]), level)
    return Estimate(value=value, interval=interval, n=n, unit_of_measure=UNIT, reason=reason)


class _Reliability:
    """Alpha of the same cases under any weights: what a resample changes is how often each case counts."""

    def __init__(self, counts: Floats, values: Floats, scale: Scale) -> None:
        self.counts = counts  # one row a case, one column a value: how many raters gave it
        self.values = values  # per column; on the ordinal scale its rank, for alpha() to fill in
        self.scale = scale
        self.pairs = counts.sum(axis=1) - 1.0
        self.within = None if scale == "ordinal" else self._squares(counts, values) / self.pairs

    def alpha(self, weights: Floats) -> float:
        """Return alpha with each case counted `weights` times; NaN where all ratings are then the same."""
        totals = weights @ self.counts
        if np.count_nonzero(totals) == 1:
            return float("nan")
        # The ordinal distance, the number of ratings between two values with half of those at both ends, is the
        # difference of their mean ranks, so a resample changes it.
        values = np.cumsum(totals) - totals / 2.0 if self.scale == "ordinal" else self.values
        within = self._squares(self.counts, values) / self.pairs if self.within is None else self.within
        between = float(self._squares(totals[None, :], values)[0]) / (totals.sum() - 1.0)
        return float(1.0 - weights @ within / between)

    def _squares(self, counts: Floats, values: Floats) -> Floats:
        """Return, per row, the sum of squared differences over all ordered pairs of its ratings."""
        size = counts.sum(axis=1)
        squares: Floats
        match self.scale:
            case "nominal":
                squares = size**2 - (counts**2).sum(axis=1)
            case "ordinal" | "interval":
                centred = values - values.mean()
                squares = 2.0 * (size * (counts @ centred**2) - (counts @ centred) ** 2)
            case "ratio":
                total = np.add.outer(values, values)
                apart = np.divide(np.subtract.outer(values, values), total, out=np.zeros_like(total), where=total > 0)
                squares = ((counts @ apart**2) * counts).sum(axis=1)
        return np.maximum(squares, 0.0)  # rounding may leave −1e-16 for ratings that agree


def _tabulate(ratings: Sequence[Sequence[Hashable | None]], scale: Scale) -> tuple[Floats, Floats]:
    """Return how many raters gave each case (row) each value (column), and the values."""
    cases = len(ratings[0]) if ratings else 0
    if any(len(row) != cases for row in ratings):
        raise ValueError("each rater needs one rating, or None, for each case")
    given = [(case, rating) for row in ratings for case, rating in enumerate(row) if not _missing(rating)]
    if scale == "nominal":
        labels = {rating: place for place, rating in enumerate(dict.fromkeys(rating for _, rating in given))}
        columns, values = [labels[rating] for _, rating in given], np.zeros(len(labels))
    else:
        numbers = np.array([_number(rating, scale) for _, rating in given], dtype=np.float64)
        values, places = np.unique(numbers, return_inverse=True)
        columns = places.tolist()
    counts = np.zeros((cases, len(values)))
    np.add.at(counts, ([case for case, _ in given], columns), 1.0)
    return counts, values


def _missing(rating: Hashable | None) -> bool:
    return rating is None or (isinstance(rating, Real) and bool(np.isnan(float(rating))))


def _number(rating: Hashable, scale: Scale) -> float:
    if not isinstance(rating, Real) or not np.isfinite(float(rating)) or (scale == "ratio" and float(rating) < 0):
        domain = "a number from 0" if scale == "ratio" else "a number"
        raise ValueError(f"{rating!r} is not {domain}, as the {scale} scale needs")
    return float(rating)


def percentile_interval(draws: Floats, level: float) -> tuple[Interval | None, str | None]:
    """Return the percentile interval of a coefficient over resamples, or the reason why they give none.

    A resample whose ratings are all the same has no coefficient: it counts below the lower end and above the upper one.

    Args:
        draws: the coefficient of each resample; NaN where it has none.
        level: of the two-sided interval, in (0, 1).
    """
    tail = (1.0 - level) / 2.0
    unknown = np.isnan(draws)
    if unknown.mean() > tail:
        return None, "too many resamples have one rating only: too few cases differ"
    low = float(np.quantile(np.where(unknown, -np.inf, draws), tail, method="lower"))
    high = float(np.quantile(np.where(unknown, np.inf, draws), 1.0 - tail, method="higher"))
    if high - low < _NOTHING:
        return None, "the resamples do not differ: too few cases disagree to show how unsure it is"
    return Interval(low=low, high=min(high, 1.0), level=level, method=METHOD), None
