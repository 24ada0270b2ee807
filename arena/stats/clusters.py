"""Which cases depend on each other: cluster labels to group numbers."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = Sequence[Hashable | None]


@dataclass(frozen=True, slots=True)
class Groups:
    """Cases sorted into clusters; a case without a label is a cluster of its own."""

    index: npt.NDArray[np.intp]  # per case, the number of its cluster, in order of first appearance
    sizes: Floats  # per cluster, how many cases it has

    def sums(self, values: Floats) -> Floats:
        """Return the sum of `values` (one a case) over each cluster."""
        return np.bincount(self.index, weights=values, minlength=len(self.sizes)).astype(np.float64)

    def means(self, values: Floats) -> Floats:
        """Return the mean of `values` (one a case) over each cluster."""
        return self.sums(values) / self.sizes


def has_labels(labels: Labels | None) -> bool:
    """Return whether any case carries a label."""
    if isinstance(labels, list | tuple):
        return labels.count(None) < len(labels)  # most duels have none, and a duel of 5,000 cases asks often
    return labels is not None and any(label is not None for label in labels)


def group(labels: Labels | None, n: int) -> Groups:
    """Sort `n` cases into clusters.

    Args:
        labels: one label a case; None, for a case or for all, means a cluster of its own.
        n: how many cases there are.

    Raises:
        ValueError: the number of labels is not the number of cases.

    >>> group(["a", None, "a", None], 4).sizes.tolist()
    [2.0, 1.0, 1.0]
    """
    if labels is not None and len(labels) != n:
        raise ValueError(f"{len(labels)} cluster labels for {n} cases")
    if not has_labels(labels):
        return Groups(np.arange(n), np.ones(n))
    assert labels is not None
    numbers: dict[tuple[str, object], int] = {}
    keys = (("alone", case) if label is None else ("label", label) for case, label in enumerate(labels))
    index = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), dtype=np.intp, count=n)
    return Groups(index, np.bincount(index, minlength=len(numbers)).astype(np.float64))
