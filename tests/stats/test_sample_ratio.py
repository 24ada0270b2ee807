"""Sample-ratio mismatch, at one look and at many."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.stats.sample_ratio import chi_square_test, sample_ratio, sequential_sample_ratio
from reference_values import reference


def test_the_chi_square_agrees_with_scipy() -> None:
    """Two and three arms, equal and unequal shares; weights that do not quite add up to 1."""
    for entry in reference("sample_ratio"):
        assert chi_square_test(entry["counts"], entry["weights"]) == pytest.approx(entry["p_value"], rel=1e-6)
        assert sample_ratio(entry["counts"], entry["weights"]).p_value == pytest.approx(entry["p_value"], rel=1e-6)


def test_a_small_cell_is_tested_exactly() -> None:
    """Ten of ten in one arm."""
    for entry in reference("sample_ratio_exact"):
        found = sample_ratio(entry["counts"], entry["weights"])
        assert found.p_value == pytest.approx(entry["p_value"], abs=1e-10)
        assert found.method == "exact binomial"


@given(st.lists(st.integers(0, 4), min_size=3, max_size=3), st.sampled_from([(1, 1, 1), (5, 3, 2), (90, 9, 1)]))
def test_three_small_arms_are_tested_by_every_outcome(counts: list[int], weights: tuple[int, int, int]) -> None:
    """The probability of all outcomes no more probable than this one."""
    n, shares = sum(counts), np.array(weights) / sum(weights)
    outcomes = [(a, b, n - a - b) for a in range(n + 1) for b in range(n - a + 1)]
    masses = stats.multinomial.pmf(outcomes, n, shares)
    expected = masses[masses <= stats.multinomial.pmf(counts, n, shares) * (1 + 1e-7)].sum()
    found = sample_ratio(counts, weights)
    assert found.method == "exact multinomial"
    assert found.p_value == pytest.approx(expected, rel=1e-6)


def test_too_many_outcomes_are_tested_arm_by_arm() -> None:
    """Bonferroni over exact binomial tests: valid, and it says so."""
    found = sample_ratio([10_000, 40, 3], [0.9997, 0.0002, 0.0001])
    assert found.method == "exact binomial an arm, Bonferroni"
    assert found.p_value == pytest.approx(3 * stats.binomtest(40, 10_043, 0.0002).pvalue)
    assert sample_ratio([10_000, 2, 1], [0.9997, 0.0002, 0.0001]).p_value == 1.0


def test_no_units_are_no_evidence_and_a_p_value_is_never_0() -> None:
    """Of nobody p is 1; of a million in one arm it is the least float."""
    assert chi_square_test([0, 0], [1, 1]) == sample_ratio([0, 0, 0], [1, 1, 1]).p_value == 1.0
    assert sample_ratio([0, 0], [1, 1]).expected == (0.0, 0.0)
    assert chi_square_test([10**6, 10], [1, 1]) > 0.0
    assert sequential_sample_ratio([[10**6, 0]], [1, 1]).p_values[0] > 0.0


@given(st.integers(0, 40), st.sampled_from([(1.0, 1.0), (3.0, 1.0)]), st.sampled_from([1.0, 100.0, 1000.0]))
def test_the_e_value_has_mean_1_under_the_registered_shares(
    n: int, weights: tuple[float, float], concentration: float
) -> None:
    """What makes its inverse a p-value at any look."""
    share = weights[0] / sum(weights)
    total = 0.0
    for k in range(n + 1):
        found = sequential_sample_ratio([[k, n - k]], weights, concentration=concentration)
        total += float(stats.binom.pmf(k, n, share)) * math.exp(found.log_e_values[0])
    assert total == pytest.approx(1.0, rel=1e-9)


def test_evidence_once_found_stays() -> None:
    """A p-value never rises from look to look, though the e-value falls."""
    found = sequential_sample_ratio([[50, 50], [700, 500], [1300, 1300]], [1, 1])
    assert found.log_e_values[2] < 0.0 < found.log_e_values[1]
    assert found.p_values[0] == 1.0
    assert found.p_values[1] == found.p_values[2] == pytest.approx(math.exp(-found.log_e_values[1]))


def test_peeking_at_every_unit_keeps_the_level() -> None:
    """200 honest experiments of 1000 units, looked at 100 times each at .05: about 10 alarms at most."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(200):
        first = rng.binomial(10, 0.5, size=100).cumsum()
        looks = [(int(k), 10 * (look + 1) - int(k)) for look, k in enumerate(first)]
        alarms += sequential_sample_ratio(looks, [1, 1], concentration=50.0).p_values[-1] <= 0.05
    assert alarms <= 18


def test_what_cannot_be_tested_is_refused() -> None:
    """One arm, a weight too few, a negative count, a weight of 0, falling counts, no concentration."""
    for counts, weights in (([5], [1]), ([5, 5], [1]), ([5, -1], [1, 1]), ([5, 5], [1, 0])):
        with pytest.raises(ValueError, match="counts"):
            sample_ratio(counts, weights)
    with pytest.raises(ValueError, match=r"counts fall from \[5, 5\] to \[6, 4\]"):
        sequential_sample_ratio([[5, 5], [6, 4]], [1, 1])
    with pytest.raises(ValueError, match="must be above 0, not 0"):
        sequential_sample_ratio([[5, 5]], [1, 1], concentration=0.0)
