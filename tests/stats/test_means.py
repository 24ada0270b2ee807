"""The t tests: one mean, paired means, two independent means."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena.stats.means import mean_estimate, paired_t_test, pooled_t_test, t_test, welch_test
from arena.stats.student import TTest
from reference_values import reference

VALUES = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=30).filter(lambda values: len(set(values)) > 1)


def numbers(test: TTest) -> list[float]:
    """Return t, degrees of freedom, p and the interval's ends of a defined test."""
    assert test.t is not None
    assert test.degrees_of_freedom is not None
    assert test.p_value is not None
    assert test.estimate.interval is not None
    return [test.t, test.degrees_of_freedom, test.p_value, test.estimate.interval.low, test.estimate.interval.high]


def test_welch_agrees_with_r() -> None:
    """t.test(treatment, control)."""
    for entry in reference("welch"):
        found = welch_test(entry["control"], entry["treatment"], unit="s")
        assert numbers(found) == pytest.approx(entry["expected"], rel=1e-9)


def test_two_sample_tests_agree_with_scipy_on_awkward_arms() -> None:
    """Two values an arm, 0/1, means of a million, one outlier, an arm that hardly varies."""
    tests = {"welch": welch_test, "pooled": pooled_t_test}
    for entry in reference("two_sample_t"):
        found = tests[entry["test"]](entry["control"], entry["treatment"], unit="s")
        assert numbers(found) == pytest.approx(entry["expected"], rel=1e-8)


def test_the_paired_t_test_agrees_with_r() -> None:
    """Two pairs are enough for a test, though for nothing else."""
    for entry in reference("paired_t"):
        found = paired_t_test([0.0] * len(entry["differences"]), entry["differences"], unit="s")
        assert numbers(found) == pytest.approx([*entry["expected"], *entry["interval"]], rel=1e-9)


@given(VALUES, VALUES)
def test_two_independent_means_agree_with_scipy(control: list[float], treatment: list[float]) -> None:
    """With and without equal variances; unequal arms."""
    for test, equal in ((welch_test, False), (pooled_t_test, True)):
        expected = stats.ttest_ind(treatment, control, equal_var=equal)
        interval = expected.confidence_interval(0.95)
        wanted = [expected.statistic, expected.df, expected.pvalue, interval.low, interval.high]
        assert numbers(test(control, treatment, unit="s")) == pytest.approx(wanted, rel=1e-7, abs=1e-9)


@given(VALUES)
def test_one_mean_agrees_with_scipy_and_with_its_interval(values: list[float]) -> None:
    """The p-value is below .05 exactly where 0 is outside the interval."""
    found, expected = t_test(values, unit="s"), stats.ttest_1samp(values, 0.0)
    assert numbers(found)[:3] == pytest.approx([expected.statistic, expected.df, expected.pvalue], rel=1e-7, abs=1e-12)
    assert found.estimate == mean_estimate(values, unit="s")
    _, _, p_value, low, high = numbers(found)
    assert (p_value < 0.05) == (low > 0.0 or high < 0.0)


def test_clusters_are_the_units_of_a_t_test() -> None:
    """Copies of a case in its cluster add no evidence."""
    once = t_test([1.0, 2.0, 4.0], unit="s")
    again = t_test([1.0, 1.0, 2.0, 2.0, 4.0, 4.0], unit="s", clusters=["a", "a", "b", "b", "c", "c"])
    assert numbers(again) == pytest.approx(numbers(once))


@pytest.mark.parametrize("differences", [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5]])
def test_differences_that_do_not_vary_have_no_t(differences: list[float]) -> None:
    """Neither a not-a-number for all ties nor an infinite t for four equal differences."""
    found = t_test(differences, unit="points")
    assert (found.t, found.degrees_of_freedom, found.p_value, found.estimate.interval) == (None, None, None, None)
    assert found.estimate.reason == "the values do not vary: they say nothing of how sure the mean is"


@pytest.mark.parametrize(
    ("control", "treatment", "value", "reason"),
    [
        ([], [], None, "control: no values"),
        ([1.0], [2.0, 3.0], 1.5, "control: one value gives no interval"),
        ([1.0, 1.0], [2.0, 2.0], 1.0, "neither arm varies: they say nothing of how sure the difference is"),
        ([0.0, 0.0], [0.0, 0.0], 0.0, "neither arm varies: they say nothing of how sure the difference is"),
    ],
)
@pytest.mark.parametrize("test", [welch_test, pooled_t_test])
def test_arms_that_cannot_be_compared_say_why(
    test: Callable[..., TTest], control: list[float], treatment: list[float], value: float | None, reason: str
) -> None:
    """The difference is still given where there is one."""
    found = test(control, treatment, unit="s")
    assert (found.estimate.value, found.estimate.interval, found.p_value) == (value, None, None)
    assert found.estimate.reason == reason


def test_one_constant_arm_leaves_a_welch_test() -> None:
    """All the variance is the other arm's, and so are the degrees of freedom."""
    assert welch_test([1.0, 1.0, 1.0], [1.0, 2.0, 4.0, 5.0], unit="s").degrees_of_freedom == pytest.approx(3.0)


def test_small_arms_are_labelled_approximate() -> None:
    """The smaller of the two arms counts."""
    found = welch_test([1.0, 2.0], [float(value) for value in range(50)], unit="s").estimate.interval
    assert found is not None
    assert found.method == "welch t, approximate below n = 30"


def test_a_p_value_is_never_0() -> None:
    """Ten standard deviations, five thousand times."""
    found = t_test([10.0 + value % 2 for value in range(5000)], unit="s")
    assert found.p_value is not None
    assert 0.0 < found.p_value < 1e-300


def test_wrong_arms_are_refused() -> None:
    """Pairs need partners, and a not-a-number is no value."""
    with pytest.raises(ValueError, match="1 control values for 2 of the treatment"):
        paired_t_test([1.0], [1.0, 2.0], unit="s")
    with pytest.raises(ValueError, match="finite"):
        welch_test([1.0, float("nan")], [1.0, 2.0], unit="s")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_not_finite_has_no_mean(value: float) -> None:
    """Nor any test of it; and certainty is no level."""
    for test in (welch_test, pooled_t_test, paired_t_test):
        with pytest.raises(ValueError, match="finite"):
            test([1.0, 2.0], [3.0, value], unit="s")
        with pytest.raises(ValueError, match="between 0 and 1"):
            test([1.0, 2.0], [3.0, 5.0], unit="s", level=1.0)
    with pytest.raises(ValueError, match="finite"):
        mean_estimate([1.0, value], unit="s")
    with pytest.raises(ValueError, match="between 0 and 1"):
        t_test([1.0, 2.0], unit="s", level=0.0)
