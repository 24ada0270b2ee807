"""Gaffke's interval."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaincinv

from arena.stats.bounded_mean import (
    clustered_gaffke_interval,
    gaffke_interval,
    lower_tail_p_value,
    projected_gaffke_interval,
)
from reference_values import reference

shares = st.lists(st.integers(0, 4).map(lambda quarter: quarter / 4), min_size=1, max_size=40)
anything = st.lists(st.integers(0, 997).map(lambda step: step / 997), min_size=1, max_size=30)
levels = st.floats(0.5, 0.9999)


def ends(scores: npt.ArrayLike, *, low: float = 0.0, high: float = 1.0, level: float = 0.95) -> tuple[float, float]:
    """Return both ends of the interval."""
    interval = gaffke_interval(scores, low=low, high=high, level=level)
    return interval.low, interval.high


def clopper_pearson(k: int, n: int, tail: float) -> tuple[float, float]:
    """Return the exact interval of k of n by the beta quantile."""
    low = float(betaincinv(k, n - k + 1, tail)) if k else 0.0
    high = 1.0 - float(betaincinv(n - k, k + 1, tail)) if k < n else 1.0
    return low, high


@pytest.mark.parametrize("n", [1, 2, 3, 10, 47, 1000, 30_000])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.9999])
def test_on_wins_and_losses_it_is_clopper_pearson(n: int, level: float) -> None:
    """With scores 0 and 1 the Dirichlet quantile is a beta quantile."""
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        scores = np.zeros(n)
        scores[:k] = 1.0
        assert ends(scores, level=level) == pytest.approx(clopper_pearson(k, n, (1 - level) / 2), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("k", [1, 500_900])
def test_a_million_cases_are_no_less_exact(k: int) -> None:
    """The same identity at n = 1,000,000."""
    scores = np.zeros(1_000_000)
    scores[:k] = 1.0
    assert ends(scores) == pytest.approx(clopper_pearson(k, 1_000_000, 0.025), rel=1e-9)


@pytest.mark.parametrize("entry", reference("gaffke_on_binary_scores"))
def test_it_agrees_with_published_software_on_binary_scores(entry: Any) -> None:
    """Five wins of five: statsmodels' exact interval."""
    assert ends([1] * entry["k"] + [0] * (entry["n"] - entry["k"])) == pytest.approx(entry["interval"], abs=1e-9)


@pytest.mark.parametrize("entry", reference("gaffke_on_constant_scores"))
def test_it_agrees_with_the_closed_form_on_constant_scores(entry: Any) -> None:
    """All cases alike: the end is c·(α/2)^(1/n)."""
    assert ends([entry["score"]] * entry["n"]) == pytest.approx(entry["interval"], abs=1e-12)


@pytest.mark.parametrize("entry", reference("gaffke_on_distinct_scores"))
def test_it_agrees_with_the_closed_form_on_distinct_scores(entry: Any) -> None:
    """One to forty scores, near each other and far apart."""
    assert ends(entry["scores"], level=entry["level"]) == pytest.approx(entry["interval"], abs=1e-8)


@pytest.mark.parametrize("n", [1, 2, 7, 1000, 1_000_000])
def test_it_never_has_width_zero(n: int) -> None:
    """All ties: no variance, yet the interval is finite and open on both sides of ½."""
    low, high = ends(np.full(n, 0.5))
    assert 0.0 < low == pytest.approx(0.5 * 0.025 ** (1 / n), rel=1e-12)
    assert low < 0.5 < high < 1.0


@pytest.mark.parametrize(
    "scores",
    [
        [0.0, 0.25, 0.5, 0.5, 1.0, 0.75, 0.5],
        [0.0, 0.0, 0.0, 0.75],
        [1.0, 1.0, 0.125, 1.0, 1.0, 1.0, 0.0],
        np.arange(60) / 64,
        [0.0] * 300 + [0.875, 0.25],
    ],
)
def test_it_is_the_quantile_of_the_dirichlet_mean(scores: list[float]) -> None:
    """Drawn from the definition itself, the share of the means beyond either end is α/2."""
    values, rng = np.asarray(scores), np.random.default_rng(7)
    weights = rng.exponential(size=(40_000, len(values) + 1))
    weights /= weights.sum(axis=1, keepdims=True)
    low, high = ends(values, level=0.9)
    below = np.mean(weights[:, 1:] @ values <= low)
    above = np.mean(weights[:, 1:] @ values + weights[:, 0] >= high)
    assert (below, above) == pytest.approx((0.05, 0.05), abs=0.005)


def test_unequal_clusters_have_the_quantile_of_the_weighted_mean() -> None:
    """The inversion over θ is the quantile of Σ w·s·γ / (γ₀ + Σ w·γ), w the size against the largest."""
    sizes, means = np.array([2, 3, 25, 7, 7, 12, 5]), np.array([1.0, 0.75, 0.25, 0.5, 0.0, 1.0, 0.875])
    interval = clustered_gaffke_interval(np.repeat(means, sizes), np.repeat(np.arange(7), sizes).tolist(), level=0.9)
    draws, weights = np.random.default_rng(3).exponential(size=(40_000, 8)), sizes / 25
    mass = draws[:, 0] + draws[:, 1:] @ weights
    assert np.mean(draws[:, 1:] @ (weights * means) / mass <= interval.low) == pytest.approx(0.05, abs=0.005)
    assert np.mean(draws[:, 1:] @ (weights * (1 - means)) / mass <= 1 - interval.high) == pytest.approx(0.05, abs=0.005)


def test_a_large_n_is_as_narrow_as_the_normal_interval() -> None:
    """From n of a thousand on nothing is paid for exactness."""
    scores = np.random.default_rng(0).choice([0.0, 0.5, 1.0], 4000)
    low, high = ends(scores)
    assert high - low == pytest.approx(2 * 1.96 * scores.std() / 4000**0.5, rel=0.02)


@given(anything, levels)
@settings(max_examples=60)
def test_it_holds_the_mean_and_stays_inside_the_range(scores: list[float], level: float) -> None:
    """0 ≤ low < mean < high ≤ 1, except where the mean is at the edge."""
    low, high = ends(scores, level=level)
    assert 0.0 <= low < high <= 1.0
    assert low <= np.mean(scores) + 1e-9
    assert high >= np.mean(scores) - 1e-9


@given(shares, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_cases_does_not_matter(scores: list[float], order: Any) -> None:
    """The same scores in another order: the same bytes."""
    shuffled = list(scores)
    order.shuffle(shuffled)
    assert gaffke_interval(shuffled) == gaffke_interval(scores)


@given(shares)
@settings(max_examples=40)
def test_swapping_the_arms_mirrors_it(scores: list[float]) -> None:
    """1 − s for s: low and high change places."""
    low, high = ends(scores)
    assert ends([1 - s for s in scores]) == pytest.approx((1 - high, 1 - low), abs=1e-11)


@given(shares, st.integers(0, 39))
@settings(max_examples=40)
def test_a_better_score_moves_neither_end_down(scores: list[float], place: int) -> None:
    """Monotone: raising one case to 1 raises the interval."""
    better = list(scores)
    better[place % len(scores)] = 1.0
    assert np.all(np.array(ends(better)) >= np.array(ends(scores)) - 1e-11)


@given(anything, st.floats(0.5, 0.99), st.floats(0.001, 0.009))
@settings(max_examples=40)
def test_a_higher_level_is_wider(scores: list[float], level: float, more: float) -> None:
    """Each end moves outward with the level."""
    low, high = ends(scores, level=level)
    wider_low, wider_high = ends(scores, level=level + more)
    assert wider_low <= low
    assert wider_high >= high


@given(anything)
@settings(max_examples=40)
def test_scores_off_the_lattice_are_rounded_outward(scores: list[float]) -> None:
    """Rounding to 1/4096 can only widen, and by less than .0003."""
    low, high = ends(scores)
    down, up = (np.floor(np.array(scores) * 4096) / 4096, np.ceil(np.array(scores) * 4096) / 4096)
    assert low == pytest.approx(ends(down)[0], abs=1e-11)
    assert high == pytest.approx(ends(up)[1], abs=1e-11)
    assert ends(up)[0] - low < 0.0003


@given(shares)
@settings(max_examples=30)
def test_clusters_of_one_size_are_their_means(scores: list[float]) -> None:
    """Three copies of each case in a cluster add no evidence."""
    labels = [case for case in range(len(scores)) for _ in range(3)]
    assert clustered_gaffke_interval(np.repeat(scores, 3), labels) == gaffke_interval(scores)


def test_labels_of_none_are_clusters_of_their_own() -> None:
    """A case without a label depends on no other."""
    assert clustered_gaffke_interval([1, 0.5, 0], [None, None, None]) == gaffke_interval([1, 0.5, 0])


def test_another_range_is_a_change_of_scale() -> None:
    """Differences of an axis lie in [−4, 4]: (d + 4)/8 is the score."""
    low, high = ends([1, 0, -1, 4, 2], low=-4, high=4)
    assert (low, high) == pytest.approx(tuple(8 * end - 4 for end in ends([5 / 8, 4 / 8, 3 / 8, 1, 6 / 8])))


@given(shares.filter(any), levels)
@settings(max_examples=30)
def test_the_p_value_and_the_interval_say_the_same(scores: list[float], level: float) -> None:
    """At the lower end of the interval the one-sided p-value is α/2."""
    low, _ = ends(scores, level=level)
    assert lower_tail_p_value(scores, low, None) == pytest.approx((1 - level) / 2, rel=1e-7)


def test_a_projection_has_counts_multiplied() -> None:
    """Twice the cases of the same distribution."""
    assert projected_gaffke_interval([1, 0, 0.5], 2.0) == gaffke_interval([1, 0, 0.5] * 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaffke_interval([]), "at least one score"),
        (lambda: gaffke_interval([1.1]), "between 0.0 and 1.0"),
        (lambda: gaffke_interval([float("nan")]), "every score must lie between"),
        (lambda: gaffke_interval([0.5], level=1.0), "level"),
        (lambda: gaffke_interval([0.5], low=1.0, high=1.0), "low must be below high"),
        (lambda: clustered_gaffke_interval([0.5], ["a", "b"]), "2 cluster labels for 1 cases"),
        (lambda: lower_tail_p_value([0.5], 1.0, None), "threshold"),
        (lambda: projected_gaffke_interval([0.5], 0.5), "factor"),
    ],
)
def test_nonsense_is_refused(call: Callable[[], object], message: str) -> None:
    """No number is made up for what is not a score."""
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("ones", "n"), [(4887, 5000), (199, 200), (1, 5000), (4999, 5000), (2500, 5000)])
def test_the_p_value_far_above_the_mean_is_that_of_a_binomial(ones: int, n: int) -> None:
    """On 0/1 scores Gaffke's tail is that of Clopper and Pearson, also where it is near 1 and scores are skewed."""
    for theta in (0.5 * ones / n, ones / n, (ones / n + 1.0) / 2.0, 0.98, 0.999):
        found = lower_tail_p_value([1.0] * ones + [0.0] * (n - ones), theta, None)
        assert found == pytest.approx(float(betainc(ones, n - ones + 1, theta)), rel=1e-6, abs=1e-9)
