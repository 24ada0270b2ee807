"""Wilcoxon's signed-rank test."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from arena.stats.wilcoxon import signed_rank
from reference_values import reference


def test_pratts_zeros_agree_with_scipy() -> None:
    """Zeros take the lowest ranks and leave."""
    for entry in reference("wilcoxon_pratt"):
        assert signed_rank(entry["deltas"]).p_value == pytest.approx(entry["p_value"], abs=1e-9)


def test_every_assignment_of_signs_agrees() -> None:
    """One case, ties, zeros ranked or dropped, nearly all zeros."""
    for entry in reference("wilcoxon_signed_rank"):
        found = signed_rank(entry["deltas"], zeros=entry["zeros"])
        assert found.p_value == pytest.approx(entry["p_value"], rel=1e-9)


def test_without_ties_it_agrees_with_scipys_exact_distribution() -> None:
    """Thirty to sixty cases."""
    for entry in reference("wilcoxon_exact"):
        found = signed_rank(entry["deltas"])
        assert found.p_value == pytest.approx(entry["p_value"], rel=1e-9)
        assert min(found.positive, found.negative) == entry["smaller"]


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9), st.sampled_from(["pratt", "drop"]))
@settings(max_examples=60)
def test_the_p_value_is_the_share_of_signs_that_are_as_extreme(deltas: list[int], zeros: str) -> None:
    """By all 2ⁿ of them, with ties and zeros."""
    values = np.array([d for d in deltas if d or zeros == "pratt"], dtype=float)
    ranks = rankdata(np.abs(values))[values != 0]
    signs = np.sign(values[values != 0])
    totals = [abs(float(np.dot(ranks, flip))) for flip in product((-1, 1), repeat=len(ranks))]
    expected = np.mean(np.array(totals) >= abs(float(ranks @ signs)) - 1e-9)
    found = signed_rank(deltas, zeros="pratt" if zeros == "pratt" else "drop")
    assert found.p_value == pytest.approx(expected, rel=1e-9)
    assert found.positive - found.negative == pytest.approx(float(ranks @ signs))
    assert (found.n, found.n + found.zeros) == (len(ranks), len(deltas))


def test_no_change_at_all_is_no_evidence() -> None:
    """All ties: p is 1."""
    found = signed_rank([0.0, 0.0])
    assert (found.p_value, found.positive, found.n, found.zeros) == (1.0, 0.0, 0, 2)


def test_a_long_sample_says_that_it_is_approximate() -> None:
    """Five thousand distinct ranks; and its p-value is never 0."""
    found = signed_rank(np.arange(1.0, 5001.0))
    assert found.p_value > 0.0
    assert signed_rank(np.random.default_rng(3).normal(size=500)).method == "sign-flip, saddlepoint approximation"


def test_nothing_and_what_is_not_finite_are_refused() -> None:
    """No deltas, or a not-a-number."""
    for deltas in ([], [1.0, float("nan")]):
        with pytest.raises(ValueError, match="at least one delta, all of them finite"):
            signed_rank(deltas)
