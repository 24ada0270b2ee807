"""Two arms over the same cases, and the win rate at equal lengths."""

import numpy as np
import pytest
from scipy.special import expit

from arena.stats.bounded_mean import gaffke_interval
from arena.stats.fractional_logit import length_controlled_win_rate
from arena.stats.paired import (
    binary_difference,
    bounded_difference,
    mean_difference,
    probability_better,
    quantile_difference,
    ratio_of_means,
)

A = [(3, 4, 1), (4, 3, 1), (3, 2, 1), (4, 4, 1), (3, 3, 1)]
B = [(4, 4, 5), (4, 4, 4), (4, 4, 5), (5, 5, 5), (4, 4, 4)]


@pytest.mark.parametrize(("axis", "control", "treatment"), [(0, 3.4, 4.2), (1, 3.2, 4.2), (2, 1.0, 4.6)])
def test_axis_means_are_those_of_the_arms(axis: int, control: float, treatment: float) -> None:
    """Five cases, three axes."""
    found = bounded_difference([a[axis] for a in A], [b[axis] for b in B], low=1, high=5)
    assert (found.control, found.treatment) == pytest.approx((control, treatment))
    assert found.estimate.value == pytest.approx(treatment - control)


def test_an_axis_is_gaffke_on_the_rescaled_difference() -> None:
    """(d + 4)/8."""
    control, treatment = [3, 4, 3, 4], [4, 4, 4, 5]
    found, score = bounded_difference(control, treatment, low=1, high=5), gaffke_interval([5 / 8, 4 / 8, 5 / 8, 5 / 8])
    assert found.estimate.interval is not None
    assert found.estimate.interval.low == pytest.approx(8 * score.low - 4)
    assert found.estimate.interval.high == pytest.approx(8 * score.high - 4)


def test_a_rate_is_gaffke_on_half_the_difference() -> None:
    """(d + 1)/2, and a sign-flip for the p-value."""
    found, score = binary_difference([0, 1, 0], [1, 1, 1]), gaffke_interval([1, 0.5, 1])
    assert found.estimate.interval is not None
    assert found.estimate.interval.low == pytest.approx(2 * score.low - 1)
    assert found.p_value == pytest.approx(0.5)
    assert found.better == pytest.approx(5 / 6)


def test_no_change_in_183_cases_rules_out_a_drop_of_2_points() -> None:
    """And in 182 it does not."""
    for n, ruled_out in ((183, True), (182, False)):
        interval = binary_difference([1] * n, [1] * n).estimate.interval
        assert interval is not None
        assert (interval.low > -0.02) == ruled_out


def test_clusters_are_the_units_of_every_difference() -> None:
    """Each n is their number."""
    control, treatment, clusters = [1.0, 2, 3, 4, 2, 5], [2.0, 2, 4, 4, 3, 5], ["a", "a", "b", "b", None, None]
    for found in (
        bounded_difference(control, treatment, low=1, high=5, clusters=clusters),
        mean_difference(control, treatment, unit="s", clusters=clusters),
        ratio_of_means(control, treatment, clusters=clusters),
        quantile_difference(control, treatment, 0.5, unit="s", clusters=clusters),
    ):
        assert found.estimate.n == 4


def test_a_ratio_of_means_is_the_relative_change() -> None:
    """+10%, an interval around it, and a test of no difference."""
    rng = np.random.default_rng(0)
    control = rng.gamma(9, 1, 40)
    found = ratio_of_means(control, 1.1 * control + rng.normal(0, 0.2, 40))
    assert found.estimate.unit_of_measure == "ratio"
    assert found.estimate.value == pytest.approx(0.1, abs=0.02)
    assert found.estimate.interval is not None
    assert found.estimate.interval.low < 0.1 < found.estimate.interval.high
    assert found.estimate.interval.method == "fieller"
    assert found.p_value is not None
    assert found.p_value < 1e-4


def test_a_ratio_to_nothing_is_undefined() -> None:
    """Free in both arms: no relative change, and a reason."""
    found = ratio_of_means([0, 0], [0, 0])
    assert (found.estimate.value, found.estimate.interval) == (None, None)
    assert found.estimate.reason == "the mean to compare with is 0"


def test_a_quantile_difference_has_no_p_value() -> None:
    """No test is claimed for it."""
    found = quantile_difference([1, 2, 3], [2, 3, 4], 0.5, unit="s")
    assert (found.control, found.treatment, found.p_value) == (2, 3, None)


def test_better_counts_equal_cases_as_half() -> None:
    """P(B > A) + ½·P(B = A)."""
    assert probability_better([1, 1, 1, 1], [2, 1, 1, 0]) == 0.5
    assert probability_better([], []) is None


def test_no_cases_have_no_difference() -> None:
    """Undefined is None with a reason, whatever the metric."""
    for found in (
        binary_difference([], []),
        mean_difference([], [], unit="s"),
        ratio_of_means([], []),
        quantile_difference([], [], 0.5, unit="s"),
        quantile_difference([], [], 0.5, unit="s", relative=True),
    ):
        assert (found.control, found.estimate.value, found.p_value, found.better) == (None, None, None, None)
        assert found.estimate.reason == "no case has a value in both arms"


def test_arms_of_different_lengths_and_impossible_values_are_refused() -> None:
    """A difference is paired, a rate is a share."""
    with pytest.raises(ValueError, match="1 control values for 2 of the treatment"):
        mean_difference([1], [1, 2], unit="s")
    with pytest.raises(ValueError, match=r"between 0\.0 and 1\.0"):
        binary_difference([0.5], [1.5])


def test_the_win_rate_at_equal_lengths_is_found_again() -> None:
    """Made with a known answer: the score depends on length, 60% at equal lengths."""
    rng = np.random.default_rng(1)
    differences = rng.normal(300, 400, 4000)
    logits = np.log(0.6 / 0.4) + 1.2 * np.tanh(differences / differences.std())
    scores = (rng.random(4000) < expit(logits)).astype(float)
    found = length_controlled_win_rate(scores, differences)
    assert scores.mean() > 0.68
    assert found.interval is not None
    assert found.interval.low < 0.6 < found.interval.high
    assert found.interval.high - found.interval.low < 0.06


def test_lengths_that_do_not_matter_leave_the_win_rate_alone() -> None:
    """Balanced over lengths: the same value."""
    found = length_controlled_win_rate([1, 0, 1, 0.5, 1, 0, 1, 0.5], [-3, -3, -3, -3, 3, 3, 3, 3])
    assert found.value == pytest.approx(0.625)


def test_the_length_control_counts_clusters() -> None:
    """Copies in a cluster leave the interval where it was."""
    scores, differences = [1, 0, 1, 0.5, 0.25, 0], [3, -1, 2, -2, 1, 0]
    once = length_controlled_win_rate(scores, differences)
    labels = [case for case in range(6) for _ in range(3)]
    thrice = length_controlled_win_rate(np.repeat(scores, 3), np.repeat(differences, 3), clusters=labels)
    assert once.interval is not None
    assert thrice.interval is not None
    assert thrice.n == 6
    assert thrice.value == pytest.approx(once.value)
    assert thrice.interval.low == pytest.approx(once.interval.low)


@pytest.mark.parametrize(
    ("scores", "differences", "reason"),
    [
        ([1, 0], [3, 1], "fewer than three units of evidence"),
        ([1, 0, 0.5], [7, 7, 7], "the answers differ in length by the same everywhere"),
        ([1, 0, 0.5], [1e6, 1e6 + 1, 1e6 + 2], "the answers differ in length by the same everywhere"),
        ([1, 1, 1, 1], [1, 5, 3, 2], "wins and losses are separated: the fit has no maximum"),
        ([1, 1, 0, 0], [8, 5, -3, -2], "wins and losses are separated: the fit has no maximum"),
        ([0.5, 0.5, 0.5, 0.5], [8, 5, -3, -2], "the fit leaves no variation to judge by"),
    ],
)
def test_a_length_control_that_is_not_identified_says_why(
    scores: list[float], differences: list[float], reason: str
) -> None:
    """Separation, no variation, too little."""
    found = length_controlled_win_rate(scores, differences)
    assert (found.interval, found.reason) == (None, reason)


def test_the_length_control_needs_a_length_a_score() -> None:
    """Paired."""
    with pytest.raises(ValueError, match="2 scores for 1 differences"):
        length_controlled_win_rate([1, 0], [1])
