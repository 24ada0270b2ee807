"""The delta method beside Fieller."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from arena.stats.estimate import Estimate
from arena.stats.means import mean_estimate
from arena.stats.moments import Moments
from arena.stats.ratios import delta_interval, fieller_interval, ratio_of_sums
from arena.stats.two_arms import Arm, difference, quotient, satterthwaite
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


def ratio(above: list[float], below: list[float], level: float = 0.95) -> Arm:
    """Return an arm's ratio of sums."""
    return ratio_of_sums(Moments.of({"cost": above, "answers": below}), "cost", "answers", unit="USD", level=level)


def test_a_ratio_of_sums_from_moments_is_the_one_from_its_units() -> None:
    """The delta method's interval where the denominator is sure to a tenth, Fieller's where it is not."""
    methods = []
    for entry in reference("ratio_intervals"):
        arm = ratio(entry["numerator"], entry["denominator"], entry["level"])
        assert arm.estimate.value == pytest.approx(entry["ratio"], rel=1e-12)
        expected = entry["delta" if arm.symmetric else "fieller"]
        if expected is None:
            assert arm.estimate.reason == "the mean to compare with is not clearly different from 0"
            continue
        assert arm.estimate.interval is not None
        assert (arm.estimate.interval.low, arm.estimate.interval.high) == pytest.approx(expected, rel=1e-9)
        methods.append(arm.estimate.interval.method.split(",")[0])
    assert set(methods) == {"delta", "fieller"}


def test_ratios_of_two_arms_agree_with_gbstats() -> None:
    """The difference with its test and interval, and the error of the relative difference."""
    for entry in reference("ratios_of_two_arms"):
        control, treatment = (
            ratio(entry[name]["numerator"], entry[name]["denominator"]) for name in ("control", "treatment")
        )
        found, relative = difference(control, treatment), quotient(control, treatment)
        interval, value = found.estimate.interval, found.estimate.value
        assert interval is not None
        assert value is not None
        assert found.t is not None
        assert [
            value,
            value / found.t,
            found.degrees_of_freedom,
            found.p_value,
            interval.low,
            interval.high,
        ] == pytest.approx(entry["difference"], rel=1e-9)
        assert relative.value is not None
        assert control.estimate.value is not None
        spread = satterthwaite(control, treatment, relative.value)
        assert spread is not None
        expected = entry["relative"]
        assert [relative.value - 1.0, spread[0] / control.estimate.value] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("above", "below", "value", "reason"),
    [
        ([], [], None, "no values"),
        ([1, 2], [0, 0], None, "the mean to compare with is 0"),
        ([2], [1], 2.0, "one unit of evidence gives no interval"),
        (
            [0.2, 0.4, 0.6],
            [0.1, 0.2, 0.3],
            2.0,
            "the ratio is the same in every case: it says nothing of how sure it is",
        ),
    ],
)
def test_a_ratio_of_sums_that_cannot_be_judged_says_why(
    above: list[float], below: list[float], value: float | None, reason: str
) -> None:
    """And so does the difference of two arms of which it is one, unless its ratio is just the same in every unit."""
    arm = ratio(above, below)
    assert arm.estimate.value == (None if value is None else pytest.approx(value))
    assert arm.estimate.interval is None
    assert (arm.estimate.reason or "").startswith(reason)
    against = difference(arm, ratio([3, 4, 5, 6], [20, 21, 20, 22]))
    assert (against.estimate.reason is None) == (len(above) == 3)


def test_the_ratio_of_an_arm_with_a_doubtful_denominator_is_compared_by_ends() -> None:
    """Four users: no t; nor any interval where the denominator may be 0."""
    sure = ratio([3, 4, 5, 6], [20, 21, 20, 22])
    found = difference(sure, ratio([4, 5, 9, 4], [2, 2, 3, 2]))
    assert found.t is None
    assert found.estimate.interval is not None
    assert found.estimate.interval.method == "square-and-add"
    lost = difference(sure, ratio([2, 5, 9, 4], [-1, 2, 5, 2]))
    assert lost.estimate.interval is None
    assert lost.estimate.reason == "treatment: the mean to compare with is not clearly different from 0"
    assert quotient(sure, ratio([2, 5, 9, 4], [-1, 2, 5, 2])).reason == lost.estimate.reason
