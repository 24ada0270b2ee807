"""Means over clusters or blocks that were randomised whole, from one row each: the sum of its values and its size."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from arena.stats.means import cluster_error
from arena.stats.student import check_level
from arena.stats.two_arms import Arm, t_arm, unsure

#: With fewer clusters in an arm there is no interval: no permutation of them would be rare enough, either.
FEWEST_CLUSTERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTotals:
    """An arm's clusters, such as teams, or blocks of a switchback test: one row each.

    Raises:
        ValueError: as many sums as there are no sizes, a number that is not finite, or a size that is not above 0.

    >>> ClusterTotals.of([(12.0, 4), (7.5, 3)]).mean
    2.7857142857142856
    """

    sums: tuple[float, ...]  # of the values of each cluster
    sizes: tuple[float, ...]  # how many values each has; for a ratio of sums its denominator's total

    def __post_init__(self) -> None:
        if len(self.sums) != len(self.sizes):
            raise ValueError(f"{len(self.sums)} sums for {len(self.sizes)} clusters")
        if not all(map(math.isfinite, (*self.sums, *self.sizes))):
            raise ValueError("every sum and every size must be finite")
        if not all(size > 0.0 for size in self.sizes):
            raise ValueError("a cluster of size 0 has nothing to say: leave it out")

    @classmethod
    def of(cls, rows: Iterable[tuple[float, float]]) -> "ClusterTotals":
        """Return the totals of rows of (sum, size)."""
        pairs = [(float(total), float(size)) for total, size in rows]
        return cls(sums=tuple(total for total, _ in pairs), sizes=tuple(size for _, size in pairs))

    @property
    def mean(self) -> float | None:
        """Return Σ sums / Σ sizes; None of no clusters."""
        return math.fsum(self.sums) / math.fsum(self.sizes) if self.sizes else None


def cluster_mean(clusters: ClusterTotals, *, unit: str, level: float = 0.95) -> Arm:
    """Return an arm's mean over all values with the cluster as the unit of evidence.

    Student's t on CR2 and its degrees of freedom (Bell & McCaffrey, Survey Methodology 2002;28:169), which take
    clusters of different sizes for the few that they are. Two arms are compared by `two_arms.difference`, which joins
    their degrees of freedom by their variances: those of the regression on the arm (Bell & McCaffrey's of both arms
    together) suppose that the arms vary alike, and cover 92% where one of two arms of six clusters varies more.

    Args:
        clusters: of the arm.
        unit: of the values, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        The interval is None, with the reason, for fewer than six clusters or where they do not vary.

    Raises:
        ValueError: a level outside (0, 1).

    >>> teams = ClusterTotals.of([(4, 2), (9, 3), (5, 2), (6, 4), (8, 3), (7, 2)])
    >>> arm = cluster_mean(teams, unit="points")
    >>> round(arm.estimate.value, 4), round(arm.standard_error, 4), round(arm.degrees_of_freedom, 2)
    (2.4375, 0.3359, 4.59)
    >>> from arena.stats.two_arms import difference
    >>> treatment = ClusterTotals.of([(9, 2), (12, 3), (8, 2), (10, 4), (9, 3), (9, 2)])
    >>> found = difference(arm, cluster_mean(treatment, unit="points"))
    >>> round(found.t, 3), round(found.degrees_of_freedom, 2), round(found.p_value, 3)
    (2.191, 8.99, 0.056)
    """
    check_level(level)
    mean, n = clusters.mean, len(clusters.sizes)
    if mean is None or n < FEWEST_CLUSTERS:
        reason = f"{n} clusters are fewer than the {FEWEST_CLUSTERS} that an interval needs"
        return Arm(estimate=unsure(mean, n, unit, reason), level=level)
    sizes = np.array(clusters.sizes)
    error = cluster_error(np.array(clusters.sums) - mean * sizes, sizes)
    return t_arm(mean, error.cr2, error.degrees_of_freedom, n=n, unit=unit, level=level)
