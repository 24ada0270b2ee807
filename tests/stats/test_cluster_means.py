"""Means over clusters that were randomised whole, one row a cluster."""

import math

import numpy as np
import pytest

from arena.stats.cluster_means import ClusterTotals, cluster_mean
from arena.stats.means import mean_estimate, welch_test
from arena.stats.student import TTest
from arena.stats.two_arms import difference
from reference_values import reference

ROWS = [(4.0, 2), (9.0, 3), (5.5, 2), (6.0, 4), (8.0, 3), (7.5, 2)]


def compare(control: ClusterTotals, treatment: ClusterTotals) -> TTest:
    """Return the difference of two arms."""
    return difference(cluster_mean(control, unit="points"), cluster_mean(treatment, unit="points"))


def test_the_difference_agrees_with_the_regression_on_the_arm() -> None:
    """Value and CR2 by whole matrices; clusters of one to twelve values."""
    for entry in reference("cluster_difference_by_matrices"):
        arms = (ClusterTotals.of(entry[name]) for name in ("control", "treatment"))
        found = compare(*arms)
        assert found.t is not None
        assert found.estimate.value is not None
        assert [found.estimate.value, found.estimate.value / found.t] == pytest.approx(entry["expected"], rel=1e-10)


def test_rows_of_clusters_tell_what_their_values_tell() -> None:
    """An arm's mean and its interval are those of `mean_estimate` on all values with labels."""
    rng = np.random.default_rng(3)
    labels = [f"team {case % 9 % 7}" for case in range(60)]
    values = rng.normal(1e6, 1.0, 60)
    teams = {label: [value for value, of in zip(values, labels, strict=True) if of == label] for label in labels}
    found = cluster_mean(ClusterTotals.of([(math.fsum(of), len(of)) for of in teams.values()]), unit="s").estimate
    expected = mean_estimate(values, unit="s", clusters=labels)
    assert found.interval is not None
    assert expected.interval is not None
    assert found.n == expected.n == 7
    assert found.value == pytest.approx(expected.value, rel=1e-15)
    assert found.interval.high - 1e6 == pytest.approx(expected.interval.high - 1e6, rel=1e-7)


def test_clusters_of_one_are_units() -> None:
    """Then CR2 and its degrees of freedom are Welch's."""
    control, treatment = [1.0, 4.0, 2.0, 5.0, 3.0, 9.0], [2.0, 2.5, 8.0, 3.0, 7.0, 6.0, 4.0]
    found = compare(*(ClusterTotals.of((value, 1) for value in values) for values in (control, treatment)))
    expected = welch_test(control, treatment, unit="points")
    assert (found.t, found.degrees_of_freedom) == pytest.approx((expected.t, expected.degrees_of_freedom))


@pytest.mark.parametrize("few", [0, 1, 5])
def test_fewer_than_six_clusters_an_arm_prove_nothing(few: int) -> None:
    """The difference is given where there is one, without an interval."""
    found = compare(ClusterTotals.of(ROWS), ClusterTotals.of(ROWS[:few]))
    assert (found.estimate.value is None) == (few == 0)
    assert (found.estimate.interval, found.p_value) == (None, None)
    assert found.estimate.reason == f"treatment: {few} clusters are fewer than the 6 that an interval needs"


def test_clusters_that_do_not_vary_have_no_interval() -> None:
    """All of one mean, whatever their sizes."""
    same = ClusterTotals.of([(0.3 * size, size) for size in (1, 2, 3, 4, 5, 6)])
    assert cluster_mean(same, unit="s").estimate.interval is None
    assert compare(same, same).estimate.reason is not None
    assert compare(same, ClusterTotals.of(ROWS)).estimate.interval is not None


def test_rows_that_are_no_clusters_are_refused() -> None:
    """As many sums as sizes, all of them numbers, and no cluster of nobody."""
    with pytest.raises(ValueError, match="1 sums for 2 clusters"):
        ClusterTotals(sums=(1.0,), sizes=(1.0, 2.0))
    with pytest.raises(ValueError, match="finite"):
        ClusterTotals.of([(math.nan, 1)])
    with pytest.raises(ValueError, match="cluster of size 0"):
        ClusterTotals.of([(0.0, 0)])
    with pytest.raises(ValueError, match="between 0 and 1"):
        cluster_mean(ClusterTotals.of(ROWS), unit="s", level=0.0)
