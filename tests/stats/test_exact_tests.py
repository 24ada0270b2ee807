"""Exact tests of counts, against R and scipy and by the definition."""

import math
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from arena.stats.exact_tests import (
    Alternative,
    barnard_test,
    binomial_test,
    boschloo_rejections,
    boschloo_test,
    fisher_p_values,
    fisher_test,
    mcnemar_test,
    sign_test,
)
from reference_values import reference

ARM = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SIDE = st.sampled_from(["two-sided", "less", "greater"])


def test_the_sign_test_agrees_with_r() -> None:
    """binom.test at ½, down to 1e-298."""
    for entry in reference("binomial_test"):
        assert sign_test(entry["wins"], entry["n"] - entry["wins"]) == pytest.approx(entry["p_value"], rel=1e-9)


def test_mcnemar_agrees_with_statsmodels() -> None:
    """Nothing discordant is no evidence."""
    for entry in reference("mcnemar"):
        assert mcnemar_test(*entry["discordant"]) == pytest.approx(entry["p_value"], abs=1e-10)


def test_fisher_agrees_with_r() -> None:
    """fisher.test, two-sided."""
    for entry in reference("fisher"):
        assert fisher_test(*entry["counts"]) == pytest.approx(entry["p_value"], rel=1e-9)


def test_boschloo_and_barnard_agree_with_scipy() -> None:
    """Their own search is good to about .002."""
    for entry in reference("boschloo_and_barnard"):
        found = [boschloo_test(*entry["counts"]), barnard_test(*entry["counts"])]
        assert found == pytest.approx(entry["p_values"], abs=0.002)


def test_the_binomial_test_at_any_rate_agrees_with_scipy_to_the_last_digits() -> None:
    """Rates of 1% and 99.9%, one trial and ten thousand."""
    for entry in reference("binomial_test_any_rate"):
        found = binomial_test(entry["k"], entry["n"], entry["probability"], entry["alternative"])
        assert found == pytest.approx(entry["p_value"], rel=1e-9)


def test_the_sign_test_doubles_its_tail_at_any_size() -> None:
    """A billion cases; scipy 1.17.1 binomtest."""
    assert sign_test(500_020_000, 499_980_000) == pytest.approx(0.20591454810171667, rel=1e-9)


def test_fisher_agrees_with_scipy_on_either_side() -> None:
    """Arms of one, of very unequal size, and a p-value of 6e-52."""
    for entry in reference("fisher_one_and_two_sided"):
        k1, n1, k2, n2 = entry["counts"]
        found = fisher_test(k1, n1, k2, n2, entry["alternative"])
        assert found == pytest.approx(entry["p_value"], rel=1e-8)


def test_boschloo_agrees_with_scipy_on_either_side() -> None:
    """With a fine search on its part."""
    for entry in reference("boschloo"):
        k1, n1, k2, n2 = entry["counts"]
        found = boschloo_test(k1, n1, k2, n2, entry["alternative"])
        assert found == pytest.approx(entry["p_value"], rel=1e-6)


def test_barnard_knows_ties_where_rounding_hides_them() -> None:
    """By fractions; popular software leaves a tied table out and reports too small a p-value."""
    for entry in reference("barnard"):
        assert barnard_test(*entry["counts"]) == pytest.approx(entry["p_value"], rel=1e-7)


@pytest.mark.parametrize("side", ["two-sided", "less", "greater"])
def test_the_p_values_of_all_tables_are_those_of_each(side: Alternative) -> None:
    """Fisher's, for arms of 7 and 9."""
    found = fisher_p_values(7, 9, side)
    for k1, k2 in product(range(8), range(10)):
        assert found[k1, k2] == pytest.approx(fisher_test(k1, 7, k2, 9, side), rel=1e-12)


@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.01])
def test_boschloo_rejects_the_tables_whose_p_value_is_small(alpha: float) -> None:
    """One table at a time."""
    rejected = boschloo_rejections(6, 8, alpha)
    for k1, k2 in product(range(7), range(9)):
        assert rejected[k1, k2] == (boschloo_test(k1, 6, k2, 8) <= alpha)


@given(ARM, st.sampled_from([0.0, 0.05, 1 / 3, 0.5, 0.7, 0.9, 1.0]), SIDE)
def test_the_binomial_test_agrees_with_scipy(hits: tuple[int, int], probability: float, side: Alternative) -> None:
    """At any rate, also at 0 and 1."""
    k, n = hits
    expected = stats.binomtest(k, n, probability, alternative=side).pvalue if n else 1.0
    assert binomial_test(k, n, probability, side) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(ARM, ARM, SIDE)
def test_fishers_test_agrees_with_scipy(first: tuple[int, int], second: tuple[int, int], side: Alternative) -> None:
    """Unequal and empty arms."""
    table = [[first[0], second[0]], [first[1] - first[0], second[1] - second[0]]]
    expected = stats.fisher_exact(table, alternative=side)[1]
    assert fisher_test(*first, *second, side) == pytest.approx(expected, rel=1e-9)


@given(ARM, ARM, SIDE)
@settings(max_examples=25)
def test_boschloo_never_has_a_larger_p_value_than_fisher_and_knows_no_first_arm(
    first: tuple[int, int], second: tuple[int, int], side: Alternative
) -> None:
    """Uniformly more powerful one-sided; swapped arms swap the sides."""
    other: Alternative = {"less": "greater", "greater": "less"}.get(side, "two-sided")  # type: ignore[assignment] # dict
    found = boschloo_test(*first, *second, side)
    assert found == pytest.approx(boschloo_test(*second, *first, other), rel=1e-6)
    if side != "two-sided":
        assert found <= fisher_test(*first, *second, side) * (1 + 1e-6)  # p-values that near count as ties


@given(ARM, ARM)
@settings(max_examples=25)
def test_barnard_knows_no_first_arm_and_no_hits_from_misses(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Swapped arms, or swapped names of the outcomes, are the same test."""
    (k1, n1), (k2, n2) = first, second
    found = barnard_test(k1, n1, k2, n2)
    assert found == pytest.approx(barnard_test(k2, n2, k1, n1), rel=1e-6)
    assert found == pytest.approx(barnard_test(n1 - k1, n1, n2 - k2, n2), rel=1e-6)


@pytest.mark.parametrize("rate", [0.03, 0.2, 0.5, 0.77])
@pytest.mark.parametrize("test", [boschloo_test, barnard_test])
def test_an_unconditional_test_keeps_its_level_at_every_rate(test: Callable[..., float], rate: float) -> None:
    """Over all tables of 5 and 8 that are rejected at .05."""
    total = 0.0
    for k1, k2 in product(range(6), range(9)):
        if test(k1, 5, k2, 8) <= 0.05:
            ways = math.comb(5, k1) * math.comb(8, k2)
            total += ways * rate ** (k1 + k2) * (1 - rate) ** (13 - k1 - k2)
    assert 0.0 <= total <= 0.05


def test_no_evidence_is_a_p_value_of_1() -> None:
    """No trials, or an arm of nobody."""
    assert binomial_test(0, 0) == sign_test(0, 0) == fisher_test(0, 0, 3, 4) == 1.0
    assert boschloo_test(0, 0, 3, 4) == barnard_test(0, 0, 3, 4) == 1.0


def test_a_p_value_is_never_0() -> None:
    """Thousands of cases that all went one way."""
    assert 0.0 < sign_test(5000, 0) < 1e-300
    assert 0.0 < fisher_test(2000, 2000, 0, 2000) < 1e-300
    assert 0.0 < boschloo_test(600, 600, 0, 600) < 1e-300


def test_impossible_counts_are_refused() -> None:
    """More hits than trials, less than none, a probability of 2."""
    for k, n in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="not a count of hits"):
            binomial_test(k, n)
    with pytest.raises(ValueError, match="not a count of hits"):
        sign_test(-1, 3)
    with pytest.raises(ValueError, match="between 0 and 1, not 2"):
        binomial_test(1, 2, 2)
    for test in (fisher_test, boschloo_test, barnard_test):
        with pytest.raises(ValueError, match="not a count of hits"):
            test(1, 2, 3, 2)
