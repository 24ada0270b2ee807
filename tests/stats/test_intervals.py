"""Proportions, means, ratios, quantiles, and p-values adjusted for their number."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from arena.stats.estimate import Interval
from arena.stats.means import cluster_robust_standard_error, mean_estimate
from arena.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli
from arena.stats.proportions import clopper_pearson_interval, wilson_interval
from arena.stats.quantiles import (
    fewest_for_quantile,
    fewest_for_quantile_contrast,
    quantile_contrast,
    quantile_estimate,
)
from arena.stats.ratios import fieller_interval
from reference_values import reference


@pytest.mark.parametrize(
    ("interval", "family"), [(wilson_interval, "wilson"), (clopper_pearson_interval, "clopper_pearson")]
)
def test_proportions_agree_with_statsmodels(interval: Callable[..., Interval], family: str) -> None:
    """At 0 of n, n of n and between, at levels from .8 to .999."""
    for entry in reference(family):
        found = interval(entry["k"], entry["n"], entry.get("level", 0.95))
        assert (found.low, found.high) == pytest.approx(entry["interval"], abs=1e-9)


def test_clopper_pearson_agrees_with_r() -> None:
    """binom.test."""
    for entry in reference("binomial_test"):
        found = clopper_pearson_interval(entry["wins"], entry["n"])
        assert (found.low, found.high) == pytest.approx(entry["interval"], abs=1e-9)


@pytest.mark.parametrize("interval", [wilson_interval, clopper_pearson_interval])
def test_a_proportion_of_nothing_is_refused(interval: Callable[..., Interval]) -> None:
    """No interval from 0 cases, from more hits than cases, or at a level of 1."""
    for k, n, level in ((0, 0, 0.95), (3, 2, 0.95), (1, 2, 1.0)):
        with pytest.raises(ValueError, match=r"proportion|level"):
            interval(k, n, level)


@pytest.mark.parametrize(
    ("adjust", "family"),
    [(benjamini_hochberg, "benjamini_hochberg"), (benjamini_yekutieli, "benjamini_yekutieli")],
)
def test_adjusted_p_values_agree_with_r(adjust: Callable[..., list[float | None]], family: str) -> None:
    """p.adjust."""
    for entry in reference(family):
        assert adjust(entry["p"]) == pytest.approx(entry["adjusted"], rel=1e-12)


def test_where_there_is_no_test_none_is_counted() -> None:
    """Two p-values and a None are two questions."""
    assert benjamini_hochberg([0.03, None, 0.04]) == [0.04, None, 0.04]
    assert benjamini_hochberg([]) == []


def test_a_p_value_outside_its_range_is_refused() -> None:
    """1.2 is not a p-value."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.5, 1.2])


def test_cluster_errors_agree_with_r() -> None:
    """CR0, CR1, CR2 and the degrees of freedom, clusters of 6, 2, 2, 1 and 1."""
    for entry in reference("cluster_errors"):
        found = cluster_robust_standard_error(entry["values"], entry["clusters"])
        assert found is not None
        assert (found.cr0, found.cr1, found.cr2, found.degrees_of_freedom) == pytest.approx(entry["errors"], rel=1e-6)


def test_cluster_errors_agree_with_the_matrices_of_the_paper() -> None:
    """Equal clusters, one against nine, all of one case: I − H and its root, without the closed form."""
    for entry in reference("cluster_errors_by_matrices"):
        found = cluster_robust_standard_error(entry["values"], entry["clusters"])
        assert found is not None
        assert (found.cr0, found.cr1, found.cr2, found.degrees_of_freedom) == pytest.approx(entry["errors"], rel=1e-9)


def test_one_cluster_has_no_error() -> None:
    """Nothing to compare it with."""
    assert cluster_robust_standard_error([1, 2], ["a", "a"]) is None


def test_the_mean_of_independent_values_has_students_interval() -> None:
    """R's t.test, at n = 2, labelled approximate."""
    for entry in reference("paired_t"):
        found = mean_estimate(entry["differences"], unit="s").interval
        assert found is not None
        assert (found.low, found.high) == pytest.approx(entry["interval"], rel=1e-7)
        assert found.method == "t, approximate below n = 30"


@pytest.mark.parametrize(
    ("values", "clusters", "reason"),
    [
        ([], None, "no values"),
        ([1.0], None, "one value gives no interval"),
        ([1.0, 2.0], ["a", "a"], "one cluster gives no interval"),
        ([0.5] * 4, None, "the values do not vary: they say nothing of how sure the mean is"),
    ],
)
def test_a_mean_that_cannot_be_judged_says_why(values: list[float], clusters: list[str] | None, reason: str) -> None:
    """No width of zero and no invented interval."""
    found = mean_estimate(values, unit="s", clusters=clusters)
    assert (found.interval, found.reason) == (None, reason)


@pytest.mark.parametrize("clusters", [None, [1, 1, 2, 2, 2, 3, 4, 5, 5, 6, 6, 6]])
def test_fieller_holds_the_ratios_that_a_t_test_does_not_reject(clusters: list[str] | None) -> None:
    """At either end t is exactly its quantile."""
    rng = np.random.default_rng(0)
    below = rng.gamma(3, 1, 12)
    above = 1.1 * below + rng.normal(0, 0.3, 12)
    found = fieller_interval(above, below, clusters=clusters).interval
    assert found is not None
    for ratio, side in ((found.low, 1), (found.high, -1)):
        error = cluster_robust_standard_error(above - ratio * below, clusters)
        assert error is not None
        t = (above - ratio * below).mean() / error.cr2
        assert t == pytest.approx(side * stdtrit(error.degrees_of_freedom, 0.975), rel=1e-9)


def test_fieller_of_a_constant_denominator_is_a_t_interval() -> None:
    """Nothing to correlate with."""
    found, mean = fieller_interval([1, 2, 4], [2, 2, 2]).interval, mean_estimate([0.5, 1, 2], unit="").interval
    assert found is not None
    assert mean is not None
    assert (found.low, found.high) == pytest.approx((mean.low, mean.high))


@pytest.mark.parametrize(
    ("above", "below", "value", "reason"),
    [
        ([], [], None, "no values"),
        ([1, 2], [0, 0], None, "the mean to compare with is 0"),
        ([2], [1], 2.0, "one unit of evidence gives no interval"),
        ([2, 4], [1, 2], 2.0, "the ratio is the same in every case: it says nothing of how sure it is"),
        ([1, 2, 3], [-1, 5, -1], 2.0, "the mean to compare with is not clearly different from 0"),
    ],
)
def test_a_ratio_that_cannot_be_judged_says_why(
    above: list[float], below: list[float], value: float | None, reason: str
) -> None:
    """Never an interval of everything, nor one of width zero."""
    found = fieller_interval(above, below)
    assert (found.value, found.interval, found.reason) == (value, None, reason)


def test_a_ratio_needs_pairs() -> None:
    """One numerator a denominator."""
    with pytest.raises(ValueError, match="1 numerators for 2 denominators"):
        fieller_interval([1], [1, 2])


def test_quantile_ranks_agree_with_scipy() -> None:
    """On 1 … n the ends are ranks; an end that has no bound leaves no interval."""
    for entry in reference("quantile_ranks"):
        level, probability = entry.get("level", 0.95), entry["probability"]
        found = quantile_estimate(range(1, entry["n"] + 1), probability, unit="s", level=level)
        if None in entry["ranks"]:
            assert found.interval is None
            needed = fewest_for_quantile(probability, level)
            assert needed > entry["n"]
            assert found.reason == f"a p{100 * probability:g} bounded on both sides at 95% needs {needed} cases"
        else:
            assert found.interval is not None
            assert [found.interval.low, found.interval.high] == entry["ranks"]


@pytest.mark.parametrize(("probability", "fewest"), [(0.5, 6), (0.95, 72), (0.99, 368), (0.05, 72)])
def test_the_fewest_cases_of_a_quantile_are_the_fewest(probability: float, fewest: int) -> None:
    """One case fewer has no interval."""
    assert fewest_for_quantile(probability) == fewest
    assert quantile_estimate(range(fewest), probability, unit="s").interval is not None
    assert quantile_estimate(range(fewest - 1), probability, unit="s").interval is None


@pytest.mark.parametrize(("probability", "fewest"), [(0.5, 7), (0.95, 72), (0.05, 72)])
def test_the_fewest_cases_of_a_difference_of_quantiles_are_the_fewest(probability: float, fewest: int) -> None:
    """The scarce side may take nearly all of the error."""
    assert fewest_for_quantile_contrast(probability) == fewest
    found = quantile_contrast(range(fewest), range(3, fewest + 3), probability, unit="s")
    assert found.value == 3
    assert found.interval is not None
    assert found.interval.low < 3 < found.interval.high
    fewer = quantile_contrast(range(fewest - 1), range(fewest - 1), probability, unit="s")
    assert fewer.interval is None
    assert fewer.reason is not None
    assert f"needs {fewest} cases" in fewer.reason


@given(st.integers(1, 4))
@settings(max_examples=4)
def test_clusters_of_one_size_bound_a_quantile_as_their_number_does(copies: int) -> None:
    """Copies of a case in its cluster add no evidence."""
    values = np.random.default_rng(1).gamma(3, 1, 90)
    once = quantile_estimate(values, 0.95, unit="s")
    labels = [case for case in range(90) for _ in range(copies)]
    again = quantile_estimate(np.repeat(values, copies), 0.95, unit="s", clusters=labels)
    assert again == once


def test_labels_of_none_ask_for_cases() -> None:
    """Nobody declared a cluster, so nobody is told of clusters."""
    found = quantile_estimate([1.0, 2.0], 0.95, unit="s", clusters=[None, None])
    assert found.reason == "a p95 bounded on both sides at 95% needs 72 cases"


def test_unequal_clusters_ask_for_more_of_them() -> None:
    """Seventy-two clusters are not seventy-two equal units."""
    sizes = [1] * 71 + [5]
    labels = np.repeat(np.arange(72), sizes).tolist()
    found = quantile_estimate(np.arange(76.0), 0.95, unit="s", clusters=labels)
    assert found.reason == "a p95 bounded on both sides at 95% needs 72 clusters, more where their sizes differ"


def test_a_relative_difference_of_quantiles_is_a_ratio() -> None:
    """Twice as slow: +100%."""
    values = np.random.default_rng(4).gamma(9, 1, 400)
    found = quantile_contrast(values, 2 * values, 0.5, unit="s", relative=True)
    assert found.value == pytest.approx(1.0)
    assert found.unit_of_measure == "ratio"
    assert found.interval is not None
    assert 0.7 < found.interval.low < 1.0 < found.interval.high < 1.4


def test_a_relative_difference_from_zero_is_undefined() -> None:
    """Control may be 0: no ratio to it."""
    found = quantile_contrast([0.0] * 10, [1.0] * 10, 0.5, unit="s", relative=True)
    assert (found.value, found.interval) == (None, None)
    assert found.reason == "control's p50 is not proved to be above 0"


def test_no_values_have_no_quantile() -> None:
    """Undefined is None with a reason."""
    assert quantile_estimate([], 0.5, unit="s").reason == "no values"
    assert quantile_contrast([], [], 0.5, unit="s", relative=True).unit_of_measure == "ratio"


def test_a_difference_of_quantiles_needs_pairs() -> None:
    """The same cases in both arms."""
    with pytest.raises(ValueError, match="1 control values for 2"):
        quantile_contrast([1], [1, 2], 0.5, unit="s")


def test_the_difference_of_quantiles_covers() -> None:
    """Bonferroni over two arms is conservative: no miss is expected in 60 runs."""
    rng = np.random.default_rng(8)
    misses = 0
    for _ in range(60):
        found = quantile_contrast(rng.exponential(size=100), rng.exponential(size=100), 0.95, unit="s").interval
        assert found is not None
        misses += not found.low <= 0.0 <= found.high
    assert misses <= 1
