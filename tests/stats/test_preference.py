"""The win rate."""

import numpy as np
import pytest

from arena.stats.preference import fewest_clusters, win_rate


def test_four_wins_and_a_tie_are_ninety_percent() -> None:
    """A tie is half a win: 4 wins, 0 losses, 1 tie over 5 cases."""
    found = win_rate([1, 1, 0.5, 1, 1])
    assert (found.value, found.wins, found.losses, found.ties, found.cases) == (0.9, 4, 0, 1, 5)
    assert (found.n, found.clusters, found.reason) == (5, None, None)


def test_a_case_is_won_by_more_than_half_of_it() -> None:
    """Both orders won, one order won and one tied: both are wins."""
    found = win_rate([1, 0.75, 0.5, 0.25])
    assert (found.wins, found.losses, found.ties) == (2, 1, 1)


def test_the_standard_error_is_the_sample_deviation_over_root_n() -> None:
    """Ddof 1."""
    scores = [1, 0.5, 0.25, 0, 1, 1]
    assert win_rate(scores).standard_error == pytest.approx(np.std(scores, ddof=1) / 6**0.5)


def test_one_case_has_an_interval_and_no_standard_error() -> None:
    """With n = 1: finite, p = 1, and the verdict stays open."""
    found = win_rate([1.0])
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((0.025, 1.0))
    assert (found.standard_error, found.p_value) == (None, 1.0)


def test_no_case_has_no_win_rate() -> None:
    """Undefined is None with a reason."""
    found = win_rate([])
    assert (found.value, found.interval, found.p_value, found.n) == (None, None, None, 0)
    assert found.reason == "no case was compared"


def test_the_cluster_is_the_unit_of_evidence() -> None:
    """Forty won cases in eight clusters prove what eight won cases do."""
    clustered = win_rate([1.0] * 40, clusters=[case % 8 for case in range(40)])
    assert (clustered.n, clustered.clusters, clustered.cases) == (8, 8, 40)
    assert clustered.interval == win_rate([1.0] * 8).interval
    assert clustered.p_value == win_rate([1.0] * 8).p_value
    assert clustered.reason is None


def test_cases_without_a_label_are_units_beside_the_clusters() -> None:
    """Two share a cluster, three stand alone: four units."""
    assert win_rate([1, 1, 0, 1, 1], clusters=["a", "a", None, None, None]).clusters == 4


def test_labels_that_are_all_none_are_no_clusters() -> None:
    """Nobody declared a cluster."""
    assert win_rate([1, 0], clusters=[None, None]).clusters is None


def test_too_few_clusters_carry_no_verdict() -> None:
    """Five clusters cannot reach p ≤ .05 by flipping signs."""
    found = win_rate([1.0] * 20, clusters=[case % 5 for case in range(20)])
    assert found.reason == "5 clusters: no verdict from fewer than 6 at 95%"
    assert win_rate([1.0], clusters=["a"]).reason == "1 cluster: no verdict from fewer than 6 at 95%"


@pytest.mark.parametrize(("alpha", "fewest"), [(0.05, 6), (0.1, 5), (0.01, 8), (0.5, 3)])
def test_the_fewest_clusters_follow_from_the_level(alpha: float, fewest: int) -> None:
    """The least G at which 2^(1 − G) is at most α."""
    assert fewest_clusters(alpha) == fewest
    assert 2.0 ** (1 - fewest) <= alpha


def test_without_gaps_the_worst_case_is_the_interval() -> None:
    """Nothing is missing: no bound is wider."""
    found = win_rate([1, 0, 0.5], lows=[1, 0, 0.5], highs=[1, 0, 0.5])
    assert found.interval is not None
    assert (found.worst_case_low, found.worst_case_high) == (found.interval.low, found.interval.high)


def test_the_worst_case_is_the_interval_of_the_worst_scores() -> None:
    """Both calls of one case failed: its share could be anything."""
    scores, lows, highs = [1, 1, 1, 1, 0.5], [1, 1, 1, 1, 0], [1, 1, 1, 1, 1]
    found, worst, best = win_rate(scores, lows=lows, highs=highs), win_rate(lows), win_rate(highs)
    assert worst.interval is not None
    assert best.interval is not None
    assert (found.worst_case_low, found.worst_case_high) == (worst.interval.low, best.interval.high)
    assert found.value == 0.9


def test_bounds_that_do_not_match_the_scores_are_refused() -> None:
    """A bound a case."""
    with pytest.raises(ValueError, match="1 bounds for 2 scores"):
        win_rate([1, 0], lows=[1])
