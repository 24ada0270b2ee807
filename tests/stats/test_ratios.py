"""The delta method beside Fieller."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from arena.stats.estimate import Estimate
from arena.stats.means import mean_estimate
from arena.stats.ratios import delta_interval, fieller_interval
from reference_values import reference


def test_both_intervals_agree_with_their_formulas() -> None:
    """Two cases, a negative denominator, and one so unsure that Fieller's set is unbounded: then there is none."""
    for entry in reference("ratio_intervals"):
        arguments = (entry["numerator"], entry["denominator"])
        delta, fieller = (method(*arguments, level=entry["level"]) for method in (delta_interval, fieller_interval))
        assert delta.value == fieller.value == pytest.approx(entry["ratio"], rel=1e-12)
        assert delta.interval is not None
        assert (delta.interval.low, delta.interval.high) == pytest.approx(entry["delta"], rel=1e-9)
        if entry["fieller"] is None:
            assert fieller.reason == "the mean to compare with is not clearly different from 0"
            continue
        assert fieller.interval is not None
        assert (fieller.interval.low, fieller.interval.high) == pytest.approx(entry["fieller"], rel=1e-9)


@pytest.mark.parametrize("clusters", [None, [case // 4 for case in range(4000)]])
def test_the_delta_method_is_fiellers_where_the_denominator_is_sure(clusters: list[int] | None) -> None:
    """Four thousand cases."""
    rng = np.random.default_rng(2)
    below = rng.gamma(3.0, 1.0, 4000)
    above = below + rng.normal(0.2, 0.5, 4000)
    delta, fieller = (method(above, below, clusters=clusters) for method in (delta_interval, fieller_interval))
    assert delta.interval is not None
    assert fieller.interval is not None
    assert delta.value == fieller.value
    width = fieller.interval.high - fieller.interval.low
    assert abs(delta.interval.low - fieller.interval.low) < 0.03 * width
    assert abs(delta.interval.high - fieller.interval.high) < 0.03 * width
    assert delta.interval.method == "delta"


def test_a_constant_denominator_leaves_the_numerators_t_interval() -> None:
    """Nothing to correlate with."""
    found, mean = delta_interval([1, 2, 4], [-2, -2, -2]).interval, mean_estimate([-0.5, -1, -2], unit="").interval
    assert found is not None
    assert mean is not None
    assert (found.low, found.high) == pytest.approx((mean.low, mean.high))


@pytest.mark.parametrize(
    ("above", "below", "value", "reason"),
    [
        ([], [], None, "no values"),
        ([1, 2], [0, 0], None, "the mean to compare with is 0"),
        ([2], [1], 2.0, "one unit of evidence gives no interval"),
        ([2, 4], [1, 2], 2.0, "the ratio is the same in every case: it says nothing of how sure it is"),
    ],
)
def test_a_ratio_that_cannot_be_judged_says_why(
    above: list[float], below: list[float], value: float | None, reason: str
) -> None:
    """Never an interval of width zero."""
    found = delta_interval(above, below)
    assert (found.value, found.interval, found.reason) == (value, None, reason)


def test_a_ratio_needs_pairs() -> None:
    """One numerator a denominator."""
    with pytest.raises(ValueError, match="1 numerators for 2 denominators"):
        delta_interval([1], [1, 2])


@pytest.mark.parametrize("method", [delta_interval, fieller_interval])
def test_what_is_no_value_and_no_level_is_refused(method: Callable[..., Estimate]) -> None:
    """Neither a ratio that is not a number nor an interval of everything."""
    for above in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            method([1.0, above], [1.0, 2.0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        method([1.0, 3.0], [1.0, 2.0], level=1.0)
