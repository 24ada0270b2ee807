"""Two independent arms, set against each other by their moments."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from arena.stats.differences import square_and_add_interval
from arena.stats.estimate import Estimate, Interval
from arena.stats.moments import Moments
from arena.stats.student import TTest, t_quantile
from arena.stats.two_arms import Arm, arm_mean, difference, pooled, quotient, satterthwaite
from reference_values import reference

VALUES = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=30).filter(lambda values: len(set(values)) > 1)

DISTANCE = st.floats(0.1, 60)


def arm(values: Sequence[float], level: float = 0.95) -> Arm:
    """Return the mean of an arm."""
    return arm_mean(Moments.of({"value": values}), "value", unit="s", level=level)


def numbers(test: TTest) -> list[float]:
    """Return t, degrees of freedom, p and the interval's ends of a defined test."""
    interval = test.estimate.interval
    assert test.t is not None
    assert test.degrees_of_freedom is not None
    assert test.p_value is not None
    assert interval is not None
    return [test.t, test.degrees_of_freedom, test.p_value, interval.low, interval.high]


def given_interval(value: float, low: float, high: float, n: int = 40) -> Arm:
    """Return an arm whose interval is not symmetric, as Fieller's is not."""
    interval = Interval(low=low, high=high, level=0.95, method="fieller")
    estimate = Estimate(value=value, interval=interval, n=n, unit_of_measure="s")
    return Arm(estimate=estimate, level=0.95, standard_error=1.0, degrees_of_freedom=n - 1.0, symmetric=False)


def test_welchs_test_from_moments_agrees_with_r_and_scipy() -> None:
    """t, degrees of freedom, p and interval need no more of an arm than n, mean and variance."""
    entries = [entry for entry in reference("two_sample_t") if entry["test"] == "welch"]
    for entry in (*reference("welch"), *entries):
        found = difference(arm(entry["control"]), arm(entry["treatment"]))
        assert numbers(found) == pytest.approx(entry["expected"], rel=1e-8)


def test_the_pooled_test_from_moments_agrees_with_scipy() -> None:
    """On n₁ + n₂ − 2 degrees of freedom."""
    for entry in reference("two_sample_t"):
        if entry["test"] == "pooled":
            control, treatment = (Moments.of({"s": entry[name]}) for name in ("control", "treatment"))
            found = pooled(control, treatment, "s", unit="s")
            assert numbers(found) == pytest.approx(entry["expected"], rel=1e-8)


@given(VALUES, VALUES, st.sampled_from([0.0, 1e8]))
@settings(deadline=None)
def test_a_difference_does_not_depend_on_where_0_is(before: list[float], after: list[float], origin: float) -> None:
    """All values a hundred million higher: the same test; and swapped arms change its sign alone."""
    expected = stats.ttest_ind(after, before, equal_var=False)
    moved = difference(*(arm([value + origin for value in values]) for values in (before, after)))
    assert numbers(moved)[:3] == pytest.approx([expected.statistic, expected.df, expected.pvalue], rel=1e-6, abs=1e-6)
    found, swapped = difference(arm(before), arm(after)), difference(arm(after), arm(before))
    assert numbers(swapped)[1:3] == pytest.approx(numbers(found)[1:3])
    assert swapped.t == pytest.approx(-(found.t or 0.0))


@given(st.floats(1, 50), st.sampled_from([1.0, -1.0]), st.floats(0.01, 0.99), st.floats(0.01, 3), st.data())
@settings(deadline=None)
def test_a_quotients_ends_are_where_the_difference_is_0(
    size: float, sign: float, down: float, up: float, data: st.DataObject
) -> None:
    """Whatever the signs of both arms, and where an end is more than twice the value."""
    before, after = sign * size, data.draw(st.floats(-50, 50))
    low, high = sorted((before * (1.0 - down), before * (1.0 + up)))
    control = given_interval(before, low, high)
    treatment = given_interval(after, after - data.draw(DISTANCE), after + data.draw(DISTANCE))
    interval = quotient(control, treatment).interval
    assert interval is not None
    assert interval.low <= after / before <= interval.high
    assert_zero_at_both_ends(control, treatment, interval)


def test_fiellers_ends_of_two_means_are_those_of_the_arms_intervals() -> None:
    """Where the control's error is more than a tenth of it, each arm on its own degrees of freedom."""
    control, treatment = arm([5.0, 6.0, 9.0, 4.0, 3.0]), arm([5.0, 3.0, 8.0])
    interval = quotient(control, treatment).interval
    assert interval is not None
    assert_zero_at_both_ends(control, treatment, interval)


def assert_zero_at_both_ends(control: Arm, treatment: Arm, ends: Interval) -> None:
    """Assert that 0 is an end of the interval of treatment − ρ·control for both ends ρ."""
    below, value = control.estimate.interval, control.estimate.value
    assert below is not None
    assert value is not None
    for ratio, is_low in ((ends.low, value > 0.0), (ends.high, value < 0.0)):
        low, high = sorted((ratio * below.low, ratio * below.high))
        interval = Interval(low=low, high=high, level=below.level, method="scaled")
        scaled = Estimate(value=ratio * value, interval=interval, n=control.estimate.n, unit_of_measure="s")
        found = square_and_add_interval(treatment.estimate, scaled)
        assert found is not None
        zero = found.low if is_low else found.high
        assert zero == pytest.approx(0.0, abs=1e-9 * (found.high - found.low))


def test_a_quotient_of_sure_arms_is_the_delta_methods() -> None:
    """Three percent of error in the control: both methods agree to a hundredth of the width."""
    before, after = ([centre + 3.0 * math.sin(unit) for unit in range(40)] for centre in (10.0, 12.0))
    control, treatment = arm(before), arm(after)
    found = quotient(control, treatment)
    assert found.value is not None
    assert found.interval is not None
    assert found.interval.method == "delta"
    spread, degrees_of_freedom = satterthwaite(control, treatment, found.value) or (0.0, 0.0)
    mean = control.estimate.value or 0.0
    half = t_quantile(degrees_of_freedom, 0.95) * spread / mean
    assert (found.interval.low, found.interval.high) == pytest.approx((found.value - half, found.value + half))


def test_a_quotient_over_an_unsure_control_is_fiellers() -> None:
    """And where the control may be 0 there is no interval at all."""
    unsure = quotient(arm([1.0, 2.0, 9.0, 4.0] * 8), arm([5.0, 3.0, 8.0, 6.0] * 8))
    assert unsure.interval is not None
    assert unsure.interval.method == "fieller"
    assert unsure.value is not None
    assert unsure.interval.high - unsure.value > unsure.value - unsure.interval.low
    reason = "the control's value is not clearly different from 0"
    treatment = arm([5.0, 3.0, 8.0])
    for control in (arm([-1.0, 2.0, 1.0]), given_interval(4.0, 0.0, 9.0), given_interval(-4.0, -5.0, 0.1)):
        lost = quotient(control, treatment)
        assert (lost.interval, lost.reason) == (None, reason)


def test_a_constant_treatment_is_divided_by_what_varies() -> None:
    """All of the error is the control's: the ends are those of its reciprocal."""
    control = arm([1.0, 2.0, 9.0, 4.0, 3.0, 5.0])
    found, ends = quotient(control, arm([3.0, 3.0, 3.0])), control.estimate.interval
    assert found.interval is not None
    assert ends is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((3.0 / ends.high, 3.0 / ends.low))


@pytest.mark.parametrize(
    ("before", "after", "value", "reason"),
    [
        ([], [1.0, 2.0], None, "control: no values"),
        ([1.0, 2.0], [], None, "treatment: no values"),
        ([1.0, 1.0], [3.0], 2.0, "treatment: one value gives no interval"),
        ([2.0], [3.0, 5.0], 2.0, "control: one value gives no interval"),
        ([1.0, 1.0], [2.0, 2.0], 1.0, "neither arm varies: they say nothing of how sure the difference is"),
    ],
)
def test_a_difference_that_cannot_be_judged_names_the_arm(
    before: list[float], after: list[float], value: float | None, reason: str
) -> None:
    """The value is still given where there is one."""
    found = difference(arm(before), arm(after))
    assert (found.estimate.value, found.estimate.interval, found.t, found.p_value) == (value, None, None, None)
    assert found.estimate.reason == reason


@pytest.mark.parametrize(
    ("before", "after", "value", "reason"),
    [
        ([], [1.0, 2.0], None, "control: no values"),
        ([0.0, 0.0], [], None, "treatment: no values"),
        ([-1.0, 1.0], [2.0, 3.0], None, "the control's value is 0"),
        ([2.0], [3.0, 5.0], 2.0, "control: one value gives no interval"),
        ([1.0, 1.0], [2.0, 2.0], 2.0, "neither arm varies: they say nothing of how sure the ratio is"),
    ],
)
def test_a_quotient_that_cannot_be_judged_says_why(
    before: list[float], after: list[float], value: float | None, reason: str
) -> None:
    """Nothing is divided by 0, and no interval has width 0."""
    found = quotient(arm(before), arm(after))
    assert (found.value, found.interval, found.reason, found.unit_of_measure) == (value, None, reason, "ratio")


def test_an_interval_of_ends_has_no_t() -> None:
    """Where one arm's interval is Fieller's, the difference is made of both arms' ends, a constant arm's its value."""
    constant = difference(arm([1.0, 1.0, 1.0]), given_interval(8.0, 6.0, 13.0)).estimate.interval
    assert constant is not None
    assert (constant.low, constant.high) == (5.0, 12.0)
    control, treatment = arm([1.0, 2.0, 4.0, 3.0]), given_interval(8.0, 6.0, 13.0)
    found, ends = difference(control, treatment), square_and_add_interval(treatment.estimate, control.estimate)
    assert (found.t, found.degrees_of_freedom, found.p_value) == (None, None, None)
    assert found.estimate.interval == ends
    assert found.estimate.reason is None


def test_arms_that_do_not_match_are_refused() -> None:
    """An interval has one level, and seconds are no dollars."""
    dollars = arm_mean(Moments.of({"cost": [1.0, 2.0]}), "cost", unit="USD")
    for compare in (difference, quotient):
        with pytest.raises(ValueError, match="an arm in s and one in USD"):
            compare(arm([1.0, 2.0]), dollars)
        with pytest.raises(ValueError, match=r"0\.95 and 0\.9"):
            compare(arm([1.0, 2.0]), arm([1.0, 2.0], level=0.9))
    with pytest.raises(ValueError, match="between 0 and 1"):
        arm([1.0, 2.0], level=1.0)
