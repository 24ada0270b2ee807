"""Intervals that hold at every moment: against confseq, and by simulation."""

import numpy as np
import pytest

from arena.stats.confidence_sequences import (
    asymptotic_half_width,
    asymptotic_interval,
    betting_interval,
    empirical_bernstein_interval,
)
from reference_values import reference

PROVED = {"betting": betting_interval, "bernstein": empirical_bernstein_interval}


def test_sequences_agree_with_confseq() -> None:
    """Betting to its grid of 1e-4, empirical Bernstein to every digit."""
    for entry in reference("confidence_sequences"):
        found = PROVED[entry["kind"]](entry["scores"])
        assert (found.low, found.high) == pytest.approx(entry["interval"], abs=entry["within"])


def test_the_asymptotic_width_agrees_with_its_formula() -> None:
    """GrowthBook's implementation of eq. 9."""
    found = asymptotic_half_width(4.0, 1e6, tuned_at=5000, alpha=0.01)
    assert found == pytest.approx(0.008236921226741377, rel=1e-12)
    assert asymptotic_half_width(1.0, 0, tuned_at=10) is None


@pytest.mark.parametrize("kind", sorted(PROVED))
def test_nothing_is_known_before_the_first_score(kind: str) -> None:
    """The whole range; so nearly after one score."""
    empty = PROVED[kind]([], low=1.0, high=5.0)
    assert (empty.low, empty.high) == (1.0, 5.0)
    assert PROVED[kind]([1.0]).high == 1.0


@pytest.mark.parametrize("kind", sorted(PROVED))
def test_ends_mirror_and_scale(kind: str) -> None:
    """1 − x has the mirror image; 1 + 4x the stretched one."""
    scores = np.random.default_rng(3).beta(2, 1, 60)
    plain, mirrored = PROVED[kind](scores), PROVED[kind](1.0 - scores)
    stretched = PROVED[kind](1.0 + 4.0 * scores, low=1.0, high=5.0)
    assert (mirrored.low, mirrored.high) == pytest.approx((1.0 - plain.high, 1.0 - plain.low), abs=1e-9)
    assert (stretched.low, stretched.high) == pytest.approx((1.0 + 4.0 * plain.low, 1.0 + 4.0 * plain.high), abs=1e-9)


@pytest.mark.parametrize("kind", sorted(PROVED))
def test_whoever_looks_all_the_time_is_wrong_rarely(kind: str) -> None:
    """The intersection of 200 looks misses a skewed mean in at most 5% of runs, but for chance (3σ of 150)."""
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(150):
        found = PROVED[kind](rng.choice([0.0, 0.5, 1.0], p=[0.1, 0.2, 0.7], size=200))
        missed += not found.low <= 0.8 <= found.high
    assert missed <= 150 * 0.05 + 3 * (150 * 0.05 * 0.95) ** 0.5


def test_an_empty_intersection_is_a_point() -> None:
    """Four hundred losses after four hundred wins: no mean fits both, and no interval has its ends crossed."""
    found = betting_interval([1.0] * 400 + [0.0] * 4000)
    assert found.low <= found.high


def test_the_asymptotic_interval_waits() -> None:
    """None before its burn-in and where nothing varies; then about the mean."""
    values = np.random.default_rng(0).gamma(3, 1, 400)
    assert asymptotic_interval(values[:29], tuned_at=400) is None
    assert asymptotic_interval([2.0] * 50, tuned_at=400) is None
    found = asymptotic_interval(values, tuned_at=400)
    assert found is not None
    assert found.low < 3.0 < found.high


def test_what_has_no_answer_is_refused() -> None:
    """Scores outside their range, levels of 1, variances below 0."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        betting_interval([1.5])
    with pytest.raises(ValueError, match="between 0 and 1"):
        empirical_bernstein_interval([float("nan")])
    with pytest.raises(ValueError, match="level"):
        betting_interval([0.5], level=1.0)
    with pytest.raises(ValueError, match="variance"):
        asymptotic_half_width(-1.0, 10, tuned_at=10)
    with pytest.raises(ValueError, match="burn-in"):
        asymptotic_interval([1.0], tuned_at=10, burn_in=1)
