"""Differences of two independent proportions."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import xlogy

from arena.stats.differences import (
    agresti_caffo_interval,
    miettinen_nurminen_interval,
    newcombe_interval,
    pooled_z_test,
    square_and_add_interval,
    wald_interval,
)
from arena.stats.estimate import Estimate, Interval
from arena.stats.proportions import wilson_interval
from reference_values import reference

ALL = (agresti_caffo_interval, miettinen_nurminen_interval, newcombe_interval, wald_interval)
ARM = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("interval", "family"),
    [(agresti_caffo_interval, "agresti_caffo"), (newcombe_interval, "newcombe"), (wald_interval, "wald")],
)
def test_intervals_agree_with_statsmodels(interval: Callable[..., Interval], family: str) -> None:
    """Unequal arms, arms of one, of a million, and of all hits or none."""
    for entry in reference(family):
        found = interval(*entry["counts"], entry.get("level", 0.95))
        assert (found.low, found.high) == pytest.approx(entry["interval"], abs=1e-9)


def test_miettinen_nurminen_agrees_with_the_cubic_in_closed_form() -> None:
    """Also where its discriminant vanishes, and where popular software finds no root or a wrong one."""
    for entry in reference("miettinen_nurminen"):
        k1, n1, k2, n2 = entry["counts"]
        found = miettinen_nurminen_interval(k1, n1, k2, n2, entry["level"])
        assert (found.low, found.high) == pytest.approx(entry["interval"], abs=1e-9)


@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (5, 56, 0, 29), (1, 3, 2, 4), (0, 5, 0, 9)])
def test_miettinen_nurminen_ends_where_the_score_reaches_its_quantile(counts: tuple[int, int, int, int]) -> None:
    """With the likeliest rates found on a grid instead of by the score equation."""
    k1, n1, k2, n2 = counts
    found = miettinen_nurminen_interval(*counts)
    for end in (found.low, found.high):
        p2 = np.linspace(max(0.0, -end), min(1.0, 1.0 - end), 400_001)
        p1 = np.clip(p2 + end, 0.0, 1.0)
        likelihood = xlogy(k1, p1) + xlogy(n1 - k1, 1 - p1) + xlogy(k2, p2) + xlogy(n2 - k2, 1 - p2)
        best = likelihood.argmax()
        variance = p1[best] * (1 - p1[best]) / n1 + p2[best] * (1 - p2[best]) / n2
        z = (k1 / n1 - k2 / n2 - end) / np.sqrt(variance * (n1 + n2) / (n1 + n2 - 1))
        assert abs(z) == pytest.approx(1.959964, abs=1e-4)


@given(ARM, ARM, st.sampled_from(ALL))
def test_swapped_arms_mirror_the_interval(
    first: tuple[int, int], second: tuple[int, int], interval: Callable[..., Interval]
) -> None:
    """The difference changes its sign and nothing else."""
    found, swapped = interval(*first, *second), interval(*second, *first)
    assert (found.low, found.high) == pytest.approx((-swapped.high, -swapped.low), abs=1e-9)


@given(ARM, ARM, st.sampled_from([newcombe_interval, miettinen_nurminen_interval]))
def test_score_intervals_stay_within_the_possible_and_hold_the_difference(
    first: tuple[int, int], second: tuple[int, int], interval: Callable[..., Interval]
) -> None:
    """Always of some width, also between two arms without a single hit."""
    found = interval(*first, *second)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1.0 - 1e-12 <= found.low <= difference + 1e-12
    assert difference - 1e-12 <= found.high <= 1.0 + 1e-12
    assert found.high - found.low > 0.01


@pytest.mark.parametrize("interval", ALL)
def test_an_arm_of_nobody_is_refused(interval: Callable[..., Interval]) -> None:
    """No rate, no difference; nor a level of 1."""
    for counts in ((0, 0, 1, 2), (1, 2, 0, 0), (3, 2, 1, 2)):
        with pytest.raises(ValueError, match="is not a proportion"):
            interval(*counts)
    with pytest.raises(ValueError, match="the level must lie between"):
        interval(1, 2, 1, 2, 1.0)


def test_the_pooled_z_test_agrees_with_statsmodels() -> None:
    """The statistic and its two-sided p-value."""
    for entry in reference("pooled_z"):
        found = pooled_z_test(*entry["counts"])
        assert (found.z, found.p_value) == pytest.approx(entry["expected"], abs=1e-9)


def test_arms_that_are_all_alike_have_no_z() -> None:
    """No evidence of a difference: p is 1, and it is said why; never a not-a-number."""
    assert pooled_z_test(0, 10, 0, 10).reason == (
        "none of both arms had the property: nothing varies that a z could be made of"
    )
    found = pooled_z_test(10, 10, 7, 7)
    assert (found.z, found.p_value) == (None, 1.0)


def test_a_p_value_is_never_0() -> None:
    """A million of a million against none."""
    assert pooled_z_test(10**6, 10**6, 0, 10**6).p_value > 0.0


def test_square_and_add_needs_both_intervals_of_one_level() -> None:
    """With Wilson's limits it is Newcombe's; without an interval there is none."""
    one, other = (
        Estimate(value=k / 10, interval=wilson_interval(k, 10), n=10, unit_of_measure="share") for k in (9, 3)
    )
    expected = newcombe_interval(9, 10, 3, 10)
    found = square_and_add_interval(one, other)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert square_and_add_interval(one, replace(other, interval=None)) is None
    with pytest.raises(ValueError, match="give none of their difference"):
        square_and_add_interval(one, replace(other, interval=wilson_interval(3, 10, 0.9)))
