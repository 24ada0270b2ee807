"""The win rate: the mean share of a variant over cases, with everything that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group, has_labels
from arena.stats.estimate import Interval
from arena.stats.means import cluster_robust_standard_error
from arena.stats.sign_flip import sign_flip


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """A win rate. All but the counts are None where there is no case."""

    value: float | None  # mean score: a tie is half a win
    interval: Interval | None  # Gaffke's; the cluster is the unit where cases share one
    n: int  # independent units: clusters where cases share one, else cases
    standard_error: float | None  # sd / √n (ddof 1); CR2 with clusters; a diagnostic, never the interval's source
    p_value: float | None  # of no difference, by flipping signs of score − ½ (of cluster sums)
    p_method: str
    cases: int
    clusters: int | None  # None: no case carries a label
    wins: int  # cases with a score above ½
    losses: int
    ties: int
    worst_case_low: float | None  # lower end of the interval if everything missing had gone against the treatment
    worst_case_high: float | None  # upper end if everything missing had gone for it
    reason: str | None  # why there is no value, no interval, or no verdict to be drawn from them


def win_rate(
    scores: Sequence[float] | npt.ArrayLike,
    *,
    clusters: Labels | None = None,
    lows: Sequence[float] | npt.ArrayLike | None = None,
    highs: Sequence[float] | npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Preference:
    """Return the win rate of the treatment.

    Args:
        scores: the treatment's share of each case, in [0, 1]: 1 won, ½ tied, 0 lost.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        lows: the scores if everything missing had gone against the treatment; None: nothing is missing.
        highs: the scores if everything missing had gone for it; None: nothing is missing.
        level: of the interval, in (0, 1).

    Returns:
        With `reason` set and no verdict to be drawn where clusters are too few: the sign-flip of G clusters cannot get
        below 2^(1−G), so G ≥ 1 + ⌊log₂(2/α)⌋ is needed, 6 at α = .05.

    Raises:
        ValueError: a score outside [0, 1], or sequences of different lengths.

    >>> preference = win_rate([1, 1, 0.5, 1, 1])
    >>> preference.value, preference.wins, preference.losses, preference.ties
    (0.9, 4, 0, 1)
    """
    values = np.asarray(scores, dtype=np.float64)
    if len(values) == 0:
        return _nothing()
    groups = group(clusters, len(values))
    labelled = has_labels(clusters)
    interval = clustered_gaffke_interval(values, clusters, level=level)
    error = cluster_robust_standard_error(values, clusters)
    flipped = sign_flip(values - 0.5, clusters)
    units = len(groups.sizes)
    return Preference(
        value=float(values.mean()),
        interval=interval,
        n=units,
        standard_error=None if error is None else error.cr2,
        p_value=flipped.p_value,
        p_method=flipped.method,
        cases=len(values),
        clusters=units if labelled else None,
        wins=int((values > 0.5).sum()),
        losses=int((values < 0.5).sum()),
        ties=int((values == 0.5).sum()),
        worst_case_low=_bound(lows, values, clusters, interval).low,
        worst_case_high=_bound(highs, values, clusters, interval).high,
        reason=_too_few(units, level) if labelled else None,
    )


def fewest_clusters(alpha: float) -> int:
    """Return how many clusters a two-sided sign-flip at `alpha` needs at least: 1 + ⌊log₂(2/α)⌋.

    >>> fewest_clusters(0.05)
    6
    """
    return 1 + int(np.floor(np.log2(2.0 / alpha) + 1e-9))


def _too_few(units: int, level: float) -> str | None:
    needed = fewest_clusters(1.0 - level)
    if units >= needed:
        return None
    return f"{units} cluster{'s' if units > 1 else ''}: no verdict from fewer than {needed} at {100 * level:g}%"


def _bound(
    bounds: Sequence[float] | npt.ArrayLike | None, scores: Floats, clusters: Labels | None, interval: Interval
) -> Interval:
    """Return the interval of `bounds`, or the one in hand where nothing is missing."""
    if bounds is None:
        return interval
    values = np.asarray(bounds, dtype=np.float64)
    if values.shape != scores.shape:
        raise ValueError(f"{len(values)} bounds for {len(scores)} scores")
    if np.array_equal(values, scores):
        return interval
    return clustered_gaffke_interval(values, clusters, level=interval.level)


def _nothing() -> Preference:
    return Preference(
        value=None,
        interval=None,
        n=0,
        standard_error=None,
        p_value=None,
        p_method="",
        cases=0,
        clusters=None,
        wins=0,
        losses=0,
        ties=0,
        worst_case_low=None,
        worst_case_high=None,
        reason="no case was compared",
    )
