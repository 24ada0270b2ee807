"""A win rate that holds at any stop, and the test it is made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.anytime_win_rate import anytime_win_rate
from arena.stats.confidence_sequences import betting_interval
from arena.stats.mean_test import MeanTest

SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=60)


@given(SCORES, st.sampled_from([0.3, 0.5, 0.8]), st.sampled_from([0.05, 0.2]))
def test_a_mean_is_refuted_exactly_when_it_lies_outside_the_interval(
    scores: list[float], mean: float, alpha: float
) -> None:
    """The test of one mean and the interval of all of them are the same bets."""
    test = MeanTest(mean, alpha=alpha)
    for score in scores:
        test.add(score)
    interval = betting_interval(scores, level=1.0 - alpha)
    if interval.low < interval.high:
        assert test.above == (interval.low >= mean)
        assert test.below == (interval.high <= mean)


@given(SCORES, st.data())
def test_weights_enter_both_alike(scores: list[float], data: st.DataObject) -> None:
    """A cluster's weight is the same in the test and in the interval."""
    weights = data.draw(st.lists(st.sampled_from([0.2, 0.6, 1.0]), min_size=len(scores), max_size=len(scores)))
    test = MeanTest(0.5, alpha=0.05)
    for score, weight in zip(scores, weights, strict=True):
        test.add(score, weight)
    interval = betting_interval(scores, weights=weights)
    assert (test.above, test.below) == (interval.low >= 0.5, interval.high <= 0.5)


@given(SCORES)
def test_the_interval_never_grows(scores: list[float]) -> None:
    """What was once ruled out stays ruled out, and the p-value never rises."""
    before = anytime_win_rate(scores[:-1])
    after = anytime_win_rate(scores)
    if before.interval is not None and after.interval is not None:
        assert after.interval.low >= before.interval.low - 1e-9
        assert after.interval.high <= before.interval.high + 1e-9
        assert after.p_value is not None
        assert before.p_value is not None
        assert after.p_value <= before.p_value


def test_no_case_is_no_win_rate() -> None:
    """Nothing is known, and nothing is made up."""
    found = anytime_win_rate([])
    assert (found.value, found.interval, found.p_value) == (None, None, None)


def test_a_cluster_is_one_score_of_its_size() -> None:
    """Twenty cases of two clusters are two scores; the wins stay twenty."""
    alone = anytime_win_rate([1.0] * 20)
    together = anytime_win_rate([1.0] * 20, clusters=["a"] * 10 + ["b"] * 10)
    assert alone.interval is not None
    assert together.interval is not None
    assert together.n == 2
    assert together.wins == 20
    assert together.interval.low < alone.interval.low


def test_a_small_cluster_of_a_plan_with_greater_ones_weighs_less() -> None:
    """The greatest cluster of the plan sets the stake, also before its turn has come."""
    labels = [f"k{i // 2}" for i in range(40)]
    lower = [
        found.low
        for largest in (2, 8)
        if (found := anytime_win_rate([1.0] * 40, clusters=labels, largest=largest).interval) is not None
    ]
    assert lower[1] < lower[0]


def test_what_is_missing_widens_the_worst_case_alone() -> None:
    """Missing judgments are bounds, and the interval is of the scores."""
    found = anytime_win_rate([0.5] * 30, lows=[0.0] * 30, highs=[1.0] * 30)
    assert found.interval is not None
    assert found.worst_case_low is not None
    assert found.worst_case_high is not None
    assert found.worst_case_low < found.interval.low < 0.5 < found.interval.high < found.worst_case_high


def test_unequal_clusters_of_equals_are_seldom_told_apart() -> None:
    """Clusters of 2 to 25 cases with win rates of their own: a null is refuted in at most 5% of sequences."""
    rng = np.random.default_rng(3)
    refuted = 0
    for _ in range(400):
        test = MeanTest(0.5, alpha=0.05)
        for size in rng.integers(2, 26, 40):
            test.add(float(rng.binomial(size, rng.beta(1, 1)) / size), float(size) / 25)
        refuted += test.above or test.below
    assert refuted <= 400 * 0.05 + 3 * (400 * 0.05 * 0.95) ** 0.5


@pytest.mark.parametrize(("mean", "alpha"), [(0.0, 0.05), (1.0, 0.05), (0.5, 0.0), (float("nan"), 0.05)])
def test_a_mean_or_an_alpha_outside_its_domain_is_refused(mean: float, alpha: float) -> None:
    """There is no bet against an end of the range."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        MeanTest(mean, alpha=alpha)


@pytest.mark.parametrize(("score", "weight"), [(1.1, 1.0), (-0.1, 1.0), (0.5, 0.0), (0.5, 1.1), (float("nan"), 1.0)])
def test_a_score_or_a_weight_outside_its_domain_is_refused(score: float, weight: float) -> None:
    """A bet could otherwise lose more than there is."""
    with pytest.raises(ValueError, match="needs a score"):
        MeanTest(0.5, alpha=0.05).add(score, weight)


@pytest.mark.parametrize("weights", [[1.0], [0.5, 0.0], [0.5, 1.5]])
def test_weights_outside_their_domain_are_refused(weights: list[float]) -> None:
    """One weight a score, above 0 and at most 1."""
    with pytest.raises(ValueError, match="2 weights"):
        betting_interval([0.5, 0.5], weights=weights)
