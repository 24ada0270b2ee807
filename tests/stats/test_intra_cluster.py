"""The intra-cluster correlation of a pilot."""

import numpy as np
import pytest

from arena.stats.intra_cluster import intra_cluster


def test_the_correlation_of_simulated_clusters_is_found() -> None:
    """A quarter of the variance is the clusters' own: ICC .25, in clusters of unequal size too."""
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(3000), rng.integers(2, 7, size=3000))
    values = rng.normal(size=3000)[labels] * 0.5 + rng.normal(size=len(labels)) * 0.75**0.5
    found = intra_cluster(values, labels.tolist())
    assert found is not None
    assert found.icc == pytest.approx(0.25, abs=0.02)
    assert found.cluster_size == pytest.approx(len(labels) / 3000)
    assert found.cv == pytest.approx(2.0**0.5 / 4.0, abs=0.02)


def test_cases_less_alike_than_chance_are_independent() -> None:
    """A negative estimate is cut at 0."""
    found = intra_cluster([0.0, 1.0, 0.0, 1.0], ["a", "a", "b", "b"])
    assert found is not None
    assert found.icc == 0.0


@pytest.mark.parametrize(
    ("values", "clusters"),
    [([1.0, 0.0], None), ([1.0, 0.0], ["a", "a"]), ([1.0, 1.0, 1.0], ["a", "a", "b"]), ([1.0], ["a"])],
)
def test_what_cannot_be_told_is_not_told(values: list[float], clusters: list[str] | None) -> None:
    """No clusters, one cluster, nothing that varies."""
    assert intra_cluster(values, clusters) is None
