"""The sign-flip test."""

import itertools
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc

from arena.stats.sign_flip import APPROXIMATE, ENUMERATED, EXACT, sign_flip
from reference_values import reference


def by_hand(deltas: Sequence[float]) -> float:
    """Return the p-value by trying every assignment of signs."""
    observed = abs(sum(deltas))
    signs = itertools.product((-1, 1), repeat=len(deltas))
    sums = [abs(sum(s * d for s, d in zip(flip, deltas, strict=True))) for flip in signs]
    return sum(total >= observed for total in sums) / len(sums)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=11))
@settings(max_examples=80)
def test_on_a_lattice_it_counts_every_assignment_of_signs(quarters: list[int]) -> None:
    """Scores of ¼ steps: the transform gives what counting gives."""
    found = sign_flip(np.array(quarters) / 4)
    assert found.p_value == pytest.approx(by_hand(quarters), rel=1e-12)
    assert found.method == EXACT


@pytest.mark.parametrize("entry", reference("sign_flip"))
def test_it_agrees_with_exact_rank_tests(entry: Any) -> None:
    """One-sided values of R are doubled; where the sum is negative the other side has the evidence."""
    steps = np.array([value for value, count in entry["counts"] for _ in range(count)])
    expected = entry["p_value"]
    if entry["alternative"] == "greater":
        expected = 2 * (by_hand((-steps).tolist()) / 2) if steps.sum() < 0 else min(1.0, 2 * expected)
    assert sign_flip(steps / 4).p_value == pytest.approx(expected, abs=1e-8)


def test_it_agrees_with_every_assignment_of_signs() -> None:
    """One case, thirds, tenths, one case above all others, zeros."""
    for entry in reference("sign_flip_enumerated"):
        assert sign_flip(entry["deltas"]).p_value == pytest.approx(entry["p_value"], rel=1e-9)


@pytest.mark.parametrize("entry", reference("binomial_test"))
def test_without_ties_it_is_the_binomial_test(entry: Any) -> None:
    """Right in relative terms even at 1e-298."""
    deltas = [0.5] * entry["wins"] + [-0.5] * (entry["n"] - entry["wins"])
    assert sign_flip(deltas).p_value == pytest.approx(entry["p_value"], rel=1e-11)


@pytest.mark.parametrize(("n", "wins"), [(5000, 2600), (1_000_000, 500_900), (1_000_000, 505_000)])
def test_it_stays_exact_for_any_number_of_cases(n: int, wins: int) -> None:
    """The binomial tail, by the incomplete beta function."""
    deltas = np.full(n, -0.5)
    deltas[:wins] = 0.5
    assert sign_flip(deltas).p_value == pytest.approx(2 * betainc(wins, n - wins + 1, 0.5), rel=1e-8)


def test_a_p_value_is_never_zero() -> None:
    """Less than the smallest float is the smallest float."""
    assert sign_flip(np.full(5000, 0.5)).p_value == sys.float_info.min


def test_all_ties_are_no_evidence() -> None:
    """The p-value is 1, not an error."""
    assert sign_flip([0.0, 0.0]).p_value == 1.0


def test_clusters_are_flipped_whole() -> None:
    """Two clusters of ten cases are two units: p = ½ at best."""
    assert sign_flip([0.5] * 20, ["a"] * 10 + ["b"] * 10).p_value == pytest.approx(0.5)


def test_a_few_values_off_any_lattice_are_enumerated() -> None:
    """Latencies: all 2ⁿ sign assignments."""
    deltas = np.random.default_rng(5).normal(0.5, 1, 12)
    found = sign_flip(deltas)
    assert found.method == ENUMERATED
    assert found.p_value == pytest.approx(by_hand(deltas.tolist()), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.6, 0.9])
def test_many_values_off_any_lattice_are_approximated_and_labelled(shift: float) -> None:
    """Lugannani–Rice against a lattice of a hundredth, which is exact."""
    deltas = np.random.default_rng(11).normal(shift, 1, 40)
    found = sign_flip(deltas)
    assert found.method == APPROXIMATE
    exact = sign_flip(np.round(deltas, 2))
    assert exact.method == EXACT
    assert found.p_value == pytest.approx(exact.p_value, rel=0.05)


def test_an_approximation_at_the_middle_is_one() -> None:
    """Next to no sum at all the formula's two poles cancel."""
    deltas = np.random.default_rng(2).normal(0, 1, 30)
    deltas[-1] -= deltas.sum() - 1e-7
    assert sign_flip(deltas).p_value == pytest.approx(1.0, abs=1e-6)


def test_an_approximation_at_the_end_is_exact() -> None:
    """All of one sign: only two of 2ⁿ assignments are as extreme."""
    assert sign_flip(np.random.default_rng(2).random(25) + 1).p_value == pytest.approx(2.0**-24)


def test_a_sum_next_to_its_end_is_exact() -> None:
    """Thirty great deltas for, a small one against: only the great ones matter."""
    assert sign_flip([1000] * 30 + [-1]).p_value == pytest.approx(2.0**-29)


def test_a_lattice_too_fine_to_walk_is_approximated() -> None:
    """Four hundred different token counts up to ten thousand."""
    deltas = np.random.default_rng(3).integers(-10_000, 10_500, 400)
    assert sign_flip(deltas).method == APPROXIMATE


def test_a_lattice_of_any_unit_is_found() -> None:
    """Costs of a few tenths of a cent stand on a lattice as well as shares do."""
    assert sign_flip([0.0003, 0.0006, 0.0003, 0.0009]).method == EXACT


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=60))
@settings(max_examples=40)
def test_swapping_the_arms_changes_nothing(steps: list[int]) -> None:
    """Two-sided."""
    deltas = np.array(steps) / 4
    assert sign_flip(-deltas).p_value == pytest.approx(sign_flip(deltas).p_value, rel=1e-12)


@pytest.mark.parametrize("deltas", [[], [float("nan")], [float("inf")]])
def test_nonsense_is_refused(deltas: list[float]) -> None:
    """No p-value without finite deltas."""
    with pytest.raises(ValueError, match="at least one delta"):
        sign_flip(deltas)
