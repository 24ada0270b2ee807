"""Intervals of one proportion."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.estimate import Interval
from arena.stats.proportions import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    wilson_interval,
)
from reference_values import reference

ALL = (agresti_coull_interval, clopper_pearson_interval, jeffreys_interval, wilson_interval)


@pytest.mark.parametrize(
    ("interval", "family"), [(agresti_coull_interval, "agresti_coull"), (jeffreys_interval, "jeffreys")]
)
def test_intervals_agree_with_statsmodels(interval: Callable[..., Interval], family: str) -> None:
    """At 0 of n, n of n and between, from n = 1 to a million, at levels from .8 to .999."""
    for entry in reference(family):
        found = interval(entry["k"], entry["n"], entry.get("level", 0.95))
        assert (found.low, found.high) == pytest.approx(entry["interval"], abs=1e-9)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from(ALL))
def test_an_interval_lies_in_0_to_1_and_is_mirrored_with_its_proportion(
    proportion: tuple[int, int], interval: Callable[..., Interval]
) -> None:
    """Hits and misses are names: swapped, the interval is 1 minus itself, and it holds the proportion."""
    k, n = proportion
    found, mirrored = interval(k, n), interval(n - k, n)
    assert 0.0 <= found.low < found.high <= 1.0
    assert (found.low, found.high) == pytest.approx((1.0 - mirrored.high, 1.0 - mirrored.low), abs=1e-9)
    if interval is not jeffreys_interval:  # its ends are equal-tailed and leave 0 and 1 out
        assert found.low - 1e-12 <= k / n <= found.high + 1e-12


@given(st.integers(1, 100).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_agresti_coull_holds_wilson_and_clopper_pearson_holds_jeffreys(proportion: tuple[int, int]) -> None:
    """Same centre and wider; exact tails and wider."""
    for outer, inner in ((agresti_coull_interval, wilson_interval), (clopper_pearson_interval, jeffreys_interval)):
        wide, narrow = outer(*proportion), inner(*proportion)
        assert wide.low <= narrow.low + 1e-12
        assert wide.high >= narrow.high - 1e-12


@pytest.mark.parametrize("interval", ALL)
def test_a_proportion_of_nothing_is_refused(interval: Callable[..., Interval]) -> None:
    """No interval from 0 cases, from more hits than cases, or at a level of 1."""
    for k, n, level in ((0, 0, 0.95), (3, 2, 0.95), (1, 2, 1.0)):
        with pytest.raises(ValueError, match=r"proportion|level"):
            interval(k, n, level)
