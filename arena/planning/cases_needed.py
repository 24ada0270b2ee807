"""How many cases would settle what this many did not, if the effect stayed as it was observed.

A verdict with power .8: the bound that decides, less what chance takes from it in a fifth of the runs, must reach the
limit.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from arena.deciding.wording import limit_label
from arena.records.metric import Criterion
from arena.stats.bounded_mean import projected_gaffke_interval
from arena.stats.clusters import Labels, group, has_labels
from arena.stats.estimate import Estimate
from arena.stats.means import cluster_robust_standard_error
from arena.stats.preference import fewest_clusters

POWER = 0.8
#: More than this is not a plan for a golden set.
MOST = 100_000
#: By so much the betting interval is wider at most than the one at a fixed n (Waudby-Smith & Ramdas, JRSS-B 2024).
WIDER = 1.17


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesNeeded:
    """A total number of cases, or why there is none."""

    cases: int | None
    reason: str | None = None


def cases_needed_bounded(
    values: Sequence[float] | npt.ArrayLike,
    criterion: Criterion,
    *,
    low: float = 0.0,
    high: float = 1.0,
    clusters: Labels | None = None,
    level: float = 0.95,
) -> CasesNeeded:
    """Return how many cases would settle a criterion on a bounded mean: a win rate, a rate, an axis.

    The observed distribution is taken to n cases by Gaffke's interval with its counts multiplied.

    Args:
        values: what the mean is of, one a case: scores of a win rate, or differences treatment − control.
        criterion: to settle, as passed or as failed, whichever side the mean is on.
        low: the least value that is possible: 0 for scores, −1 for differences of 0/1, −4 for those of an axis.
        high: the greatest.
        clusters: one label a case; the new cases are taken to come in clusters of the same sizes.
        level: of the interval that decides, in (0, 1).

    Returns:
        The total, at least the number at hand; None where the mean is on the limit or more than 100,000 are needed.

    >>> from arena.records.metric import Limit, Metric
    >>> metric = Metric(name="win_rate", source="win_rate", aggregate="mean", unit="share", direction="up")
    >>> criterion = Criterion(metric=metric, limit=Limit(kind="above", value=0.5))
    >>> cases_needed_bounded([1, 1, 1], criterion).cases
    6
    """
    array = np.asarray(values, dtype=np.float64)
    if len(array) == 0:
        return CasesNeeded(cases=None, reason="no case was observed")
    _, at = criterion.threshold
    mean = float(array.mean())
    if abs(mean - at) <= 1e-9 * (high - low):
        return _on_the_limit(criterion)
    error = cluster_robust_standard_error(array, clusters)
    chance = float(ndtri(POWER)) * (0.0 if error is None else error.cr2)

    def settled(factor: float) -> bool:
        interval = projected_gaffke_interval(array, factor, clusters=clusters, low=low, high=high, level=level)
        near = interval.low - at if mean > at else at - interval.high
        return near > chance / math.sqrt(factor)

    least = 1.0
    if has_labels(clusters):
        least = max(1.0, fewest_clusters(1.0 - level) / len(group(clusters, len(array)).sizes))
    return _smallest(settled, len(array), least, criterion)


def cases_needed_unbounded(estimate: Estimate, criterion: Criterion, *, cases: int) -> CasesNeeded:
    """Return how many cases would settle a criterion on an unbounded quantity, whose interval shrinks with √n.

    Args:
        estimate: that the criterion was decided on.
        criterion: to settle, as passed or as failed, whichever side the value is on.
        cases: that the estimate is of.

    Returns:
        The total; None where there is no interval, the value is on the limit or more than 100,000 are needed.
    """
    interval, value = estimate.interval, estimate.value
    if interval is None or value is None:
        return CasesNeeded(cases=None, reason=estimate.reason or "there is no interval to go by")
    _, at = criterion.threshold
    gap = abs(value - at)
    if gap <= 1e-9 * (interval.high - interval.low):
        return _on_the_limit(criterion)
    half = value - interval.low if value > at else interval.high - value
    with_power = half * (1.0 + float(ndtri(POWER)) / float(ndtri((1.0 + interval.level) / 2.0)))
    needed = math.ceil(cases * max(1.0, (with_power / gap) ** 2))
    return CasesNeeded(cases=needed) if needed <= MOST else _too_many(criterion)


def at_any_stop(needed: CasesNeeded, cases: int) -> CasesNeeded:
    """Return how many cases would settle by an interval that holds at any stop what `needed` settle at a planned end.

    >>> at_any_stop(CasesNeeded(cases=200), 60).cases
    274
    """
    if needed.cases is None:
        return needed
    more = math.ceil(needed.cases * WIDER**2)
    if more > cases:
        return replace(needed, cases=more)
    return CasesNeeded(cases=None, reason="more cases would settle it: an interval that holds at any stop is wider")


def sentence(needed: CasesNeeded, cases: int) -> str | None:
    """Return what would settle it in plain words; None where nothing is to be said.

    >>> sentence(CasesNeeded(cases=200), 60)
    'about 140 more cases would settle it, if the effect stays as it is'
    """
    if needed.cases is None:
        return needed.reason
    if needed.cases <= cases:
        return None
    return f"about {needed.cases - cases:,} more cases would settle it, if the effect stays as it is"


def _smallest(settled: Callable[[float], bool], cases: int, least: float, criterion: Criterion) -> CasesNeeded:
    """Return the smallest total at which `settled` holds, by doubling and halving."""
    first, last = math.ceil(cases * least - 1e-9), math.ceil(cases * least - 1e-9)
    while not settled(last / cases):
        if last >= MOST:
            return _too_many(criterion)
        first, last = last + 1, min(2 * last, MOST)
    while first < last:
        middle = (first + last) // 2
        if settled(middle / cases):
            last = middle
        else:
            first = middle + 1
    return CasesNeeded(cases=last)


def _on_the_limit(criterion: Criterion) -> CasesNeeded:
    return CasesNeeded(
        cases=None,
        reason=f"{criterion.metric.label} is at its limit ({limit_label(criterion)}): no number would settle it",
    )


def _too_many(criterion: Criterion) -> CasesNeeded:
    where = f"{criterion.metric.label} is so near its limit"
    return CasesNeeded(cases=None, reason=f"{where} that more than {MOST:,} cases would be needed")
