"""How many cases would settle what a run could not tell."""

import math
from collections.abc import Sequence
from dataclasses import replace

from arena.planning.cases_needed import CasesNeeded, cases_needed_bounded, cases_needed_unbounded
from arena.records.judgment import Comparison
from arena.records.metric import Criterion
from arena.stats.estimate import Estimate

#: By so much the betting interval is wider at most than the one at a fixed n (Waudby-Smith & Ramdas, JRSS-B 2024).
WIDER = 1.17


def for_win_rate(comparisons: Sequence[Comparison], criterion: Criterion, *, level: float) -> CasesNeeded:
    """Return how many cases would settle the win rate, if its scores stayed distributed as they were."""
    return cases_needed_bounded(
        [one.score for one in comparisons],
        criterion,
        clusters=[one.cluster for one in comparisons],
        level=level,
    )


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


def for_metric(
    criterion: Criterion,
    decided_on: Estimate,
    differences: Sequence[float],
    *,
    bounds: tuple[float, float] | None,
    clusters: Sequence[str | None],
    level: float,
) -> CasesNeeded:
    """Return how many cases would settle a metric.

    Args:
        criterion: to settle.
        decided_on: the estimate that it was decided on.
        differences: what the mean is of, one a case, where it is bounded.
        bounds: least and greatest possible value of `differences`; None: unbounded.
        clusters: of the cases.
        level: of the interval that decides.
    """
    if bounds is None:
        return cases_needed_unbounded(decided_on, criterion, cases=len(differences))
    low, high = bounds
    return cases_needed_bounded(differences, criterion, low=low, high=high, clusters=clusters, level=level)


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
