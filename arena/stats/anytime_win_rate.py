"""A win rate that may be looked at after every case, and stopped at any moment."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from arena.stats.clusters import Floats, Groups, Labels, group
from arena.stats.confidence_sequences import betting_interval
from arena.stats.estimate import Interval
from arena.stats.mean_test import MeanTest
from arena.stats.preference import Preference, win_rate

METHOD = "betting"


def anytime_win_rate(
    scores: Sequence[float] | npt.ArrayLike,
    *,
    clusters: Labels | None = None,
    lows: Sequence[float] | npt.ArrayLike | None = None,
    highs: Sequence[float] | npt.ArrayLike | None = None,
    level: float = 0.95,
    largest: int = 1,
) -> Preference:
    """Return the win rate with interval and p-value of the betting confidence sequence: they hold at any stop.

    Args:
        scores: the treatment's share of each case, in [0, 1], in the random order that was fixed before the first.
        clusters: one label a case; None, for a case or for all, means a cluster of its own. A cluster counts as one
            score, at the place of its first case.
        lows: the scores if everything missing had gone against the treatment; None: nothing is missing.
        highs: the scores if everything missing had gone for it; None: nothing is missing.
        level: of the interval, in (0, 1), at all moments together.
        largest: cases of the greatest cluster of the whole plan, known before the first case.

    Raises:
        ValueError: a score outside [0, 1], or sequences of different lengths.

    >>> found = anytime_win_rate([1.0] * 10)
    >>> round(found.interval.low, 2), round(found.p_value, 3)
    (0.53, 0.035)
    """
    described = win_rate(scores, clusters=clusters, level=level)
    if described.value is None:
        return described
    groups = group(clusters, described.cases)
    weights = groups.sizes / max(largest, int(groups.sizes.max()))
    values = groups.means(np.asarray(scores, dtype=np.float64))
    interval = betting_interval(values, level=level, weights=weights)
    return replace(
        described,
        interval=interval,
        p_value=_p_value(values, weights, level),
        p_method=METHOD,
        worst_case_low=_bound(lows, groups, weights, interval).low,
        worst_case_high=_bound(highs, groups, weights, interval).high,
        reason=None,
    )


def _p_value(values: Floats, weights: Floats, level: float) -> float:
    test = MeanTest(0.5, alpha=1.0 - level)
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        test.add(value, weight)
    return test.p_value


def _bound(
    bounds: Sequence[float] | npt.ArrayLike | None, groups: Groups, weights: Floats, interval: Interval
) -> Interval:
    if bounds is None:
        return interval
    values = groups.means(np.asarray(bounds, dtype=np.float64))
    return betting_interval(values, level=interval.level, weights=weights)
