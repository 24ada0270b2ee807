"""How alike the cases of a cluster are: the intra-cluster correlation of a pilot, for the design effect of the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arena.stats.clusters import Labels, group


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraCluster:
    """What a design effect is made of."""

    icc: float  # in [0, 1]
    cluster_size: float  # cases a cluster, on average
    cv: float  # coefficient of variation of the sizes


def intra_cluster(values: Sequence[float] | npt.ArrayLike, clusters: Labels | None) -> IntraCluster | None:
    """Return the intra-cluster correlation by the one-way analysis of variance, cut at 0.

    (MSB − MSW)/(MSB + (m₀ − 1)·MSW), m₀ = (n − Σm²/n)/(G − 1) (Donner, Int Stat Rev 1986).

    Args:
        values: one a case, in any unit.
        clusters: one label a case; None, for a case or for all, means a cluster of its own.

    Returns:
        None where it cannot be told: fewer than two clusters, no cluster of two cases, or values without variation.

    Raises:
        ValueError: labels that do not match the values in number.

    >>> intra_cluster([1.0, 1.0, 0.0, 0.0], ["a", "a", "b", "b"]).icc
    1.0
    """
    array = np.asarray(values, dtype=np.float64)
    groups = group(clusters, len(array))
    n, many = len(array), len(groups.sizes)
    if many < 2 or n == many:
        return None
    means = groups.means(array)
    between = float(groups.sizes @ (means - array.mean()) ** 2) / (many - 1)
    within = float(((array - means[groups.index]) ** 2).sum()) / (n - many)
    m0 = (n - float(groups.sizes @ groups.sizes) / n) / (many - 1)
    total = between + (m0 - 1.0) * within
    if total <= 0.0:
        return None
    return IntraCluster(
        icc=min(max((between - within) / total, 0.0), 1.0),
        cluster_size=n / many,
        cv=float(groups.sizes.std() / groups.sizes.mean()),
    )
