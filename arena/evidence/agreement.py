"""How far a judge and the labels agree: shares and coefficients, the case the unit of evidence."""

from collections.abc import Callable, Hashable, Sequence
from statistics import fmean

import numpy as np

from arena.evidence.matching import LabelledCase, Pair
from arena.stats import agreement_by_case
from arena.stats.agreement import cross_table, gwet_ac1, undefined
from arena.stats.agreement_by_case import resampled_coefficient
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, group, has_labels
from arena.stats.estimate import Estimate, Interval
from arena.stats.kappa import cohen_kappa
from arena.stats.krippendorff import krippendorff_alpha
from arena.stats.proportions import wilson_interval

UNREAD = "\0unread"  # a category of its own: what could not be read agrees with no label
NO_LABEL = "no label is of a case that was judged"
NO_ORDER = "the order in which the answers were shown is not known"
ONE_ORDER = "no labelled case was judged in both orders"


def share(values: Sequence[float], clusters: Sequence[str | None], *, level: float, reason: str) -> Estimate:
    """Return the mean of shares: Wilson's interval where all are 0 or 1 and no case depends on another, else Gaffke's.

    Args:
        values: one a case, in [0, 1].
        clusters: one a case.
        level: of the interval, in (0, 1).
        reason: why it is undefined, where there is no value.
    """
    n = len(values)
    if n == 0:
        return undefined(0, reason, unit="share")
    whole = all(value in (0.0, 1.0) for value in values) and not has_labels(clusters)
    interval = (
        wilson_interval(round(sum(values)), n, level)
        if whole
        else clustered_gaffke_interval(values, clusters, level=level)
    )
    units = len(group(clusters, n).sizes)
    return Estimate(value=fmean(values), interval=interval, n=units, unit_of_measure="share")


def agreement(cases: Sequence[LabelledCase], *, level: float) -> Estimate:
    """Return the mean over cases of the share of a case's judgments that name its label."""
    return share([one.agreement for one in cases], _clusters(cases), level=level, reason=NO_LABEL)


def agreement_both_orders(cases: Sequence[LabelledCase], *, level: float) -> Estimate:
    """Return the share of cases whose label is named in both orders; where a case has repeats, of its repeats."""
    values, clusters = [], []
    for case in cases:
        both = [all(pair.agrees for pair in pairs) for pairs in order_pairs(case)]
        if both:
            values.append(fmean(both))
            clusters.append(case.cluster)
    return share(values, clusters, level=level, reason=_why_no_orders(cases))


def order_pairs(case: LabelledCase) -> list[tuple[Pair, Pair]]:
    """Return both orders of each repeat and judge of a case, the control shown first, then the treatment."""
    shown: dict[tuple[int, str], dict[str, Pair]] = {}
    for pair in case.pairs:
        one = pair.judged
        if one.first is not None:
            shown.setdefault((one.repeat, one.judge), {})[one.first] = pair
    return [(orders[min(orders)], orders[max(orders)]) for orders in shown.values() if len(orders) == 2]


def order_kappa(
    cases: Sequence[LabelledCase], categories: Sequence[str], *, rng: np.random.Generator, level: float
) -> Estimate:
    """Return kappa of the winners in the two orders; pairs of which one could not be read are left out."""
    tables, clusters = [], []
    for case in cases:
        winners = [(first.judged.winner, second.judged.winner) for first, second in order_pairs(case)]
        read = [(one, other) for one, other in winners if one is not None and other is not None]
        if read:
            tables.append(read)
            clusters.append(case.cluster)
    if not tables:
        return undefined(0, _why_no_orders(cases))
    return _kappa(tables, clusters, categories, rng=rng, level=level)


def kappa(
    cases: Sequence[LabelledCase], categories: Sequence[str], *, rng: np.random.Generator, level: float
) -> Estimate:
    """Return Cohen's kappa of judge against label.

    The interval is that of Fleiss, Cohen and Everitt where each case was judged once and stands by itself, else a case
    bootstrap.
    """
    if not cases:
        return undefined(0, NO_LABEL)
    return _kappa([_ratings(case) for case in cases], _clusters(cases), categories, rng=rng, level=level)


def _kappa(
    ratings: Sequence[Sequence[tuple[str, str]]],
    clusters: Sequence[str | None],
    categories: Sequence[str],
    *,
    rng: np.random.Generator,
    level: float,
) -> Estimate:
    every = [*categories, UNREAD]
    if _is_plain(ratings, clusters):
        first, second = zip(*(pairs[0] for pairs in ratings), strict=True)
        return cohen_kappa(cross_table(first, second, categories=every), level=level).estimate
    return _resampled(ratings, clusters, every, agreement_by_case.kappa, rng=rng, level=level)


def ac1(
    cases: Sequence[LabelledCase], categories: Sequence[str], *, rng: np.random.Generator, level: float
) -> Estimate:
    """Return Gwet's AC1 of judge against label, which stays near the agreement where one winner prevails."""
    ratings = [_ratings(case) for case in cases]
    every = [*categories, UNREAD] if any(rating == UNREAD for case in ratings for _, rating in case) else categories
    if _is_plain(ratings, _clusters(cases)):
        labels, winners = zip(*(pairs[0] for pairs in ratings), strict=True)
        return gwet_ac1(cross_table(labels, winners, categories=every), level=level).estimate
    return _resampled(ratings, _clusters(cases), every, agreement_by_case.ac1, rng=rng, level=level)


def pabak(found: Estimate, categories: Sequence[str]) -> Estimate:
    """Return the agreement against equally likely winners: (q·agreement − 1)/(q − 1), a straight line in it."""
    q = len(categories)
    if found.value is None or found.interval is None:
        return undefined(found.n, found.reason or NO_LABEL)
    value, low, high = ((q * each - 1.0) / (q - 1.0) for each in (found.value, found.interval.low, found.interval.high))
    interval = Interval(low=low, high=high, level=found.interval.level, method=found.interval.method)
    return Estimate(value=value, interval=interval, n=found.n, unit_of_measure="coefficient")


def alpha(cases: Sequence[LabelledCase], *, rng: np.random.Generator, level: float) -> Estimate:
    """Return Krippendorff's alpha of two raters, the labels and the judge, over judgments; cases are resampled."""
    rows = [(label, rating, number) for number, case in enumerate(cases) for label, rating in _ratings(case)]
    clusters: list[Hashable] = [cases[number].cluster or (number,) for _, _, number in rows]
    ratings = [[label for label, _, _ in rows], [rating for _, rating, _ in rows]]
    return krippendorff_alpha(ratings, rng=rng, clusters=clusters, level=level)


def _resampled(
    ratings: Sequence[Sequence[tuple[str, str]]],
    clusters: Sequence[str | None],
    categories: Sequence[str],
    coefficient: Callable[[Floats], Floats],
    *,
    rng: np.random.Generator,
    level: float,
) -> Estimate:
    tables = np.stack([cross_table(*zip(*pairs, strict=True), categories=categories) for pairs in ratings])
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    return resampled_coefficient(shares, coefficient, rng=rng, clusters=clusters, level=level)


def _ratings(case: LabelledCase) -> list[tuple[str, str]]:
    return [(pair.label, UNREAD if pair.judged.winner is None else pair.judged.winner) for pair in case.verdicts]


def _is_plain(ratings: Sequence[Sequence[object]], clusters: Sequence[str | None]) -> bool:
    return all(len(pairs) == 1 for pairs in ratings) and not has_labels(clusters)


def _clusters(cases: Sequence[LabelledCase]) -> list[str | None]:
    return [case.cluster for case in cases]


def _why_no_orders(cases: Sequence[LabelledCase]) -> str:
    known = any(pair.judged.first is not None for case in cases for pair in case.pairs)
    return ONE_ORDER if known else NO_ORDER
