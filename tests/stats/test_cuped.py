"""Differences adjusted for what was measured before: Lin's regression, from moments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.stats.cuped import Cuped, Target, cuped
from arena.stats.moments import Moments
from arena.stats.student import TTest
from reference_values import reference

UNITS = st.lists(st.tuples(st.floats(-9, 9), st.integers(-9, 9).map(float)), min_size=3, max_size=30).filter(
    lambda units: len({before for _, before in units}) > 1
)


def moments(values: list[float], before: list[float]) -> Moments:
    """Return an arm's moments."""
    return Moments.of({"value": values, "before": before})


def compare(control: Moments, treatment: Moments, *, target: Target = "population") -> Cuped:
    """Return the difference of two arms."""
    return cuped(control, treatment, "value", "before", unit="USD", target=target)


def error(test: TTest) -> float:
    """Return the standard error of a difference that is not 0."""
    assert test.t is not None
    assert test.estimate.value is not None
    return test.estimate.value / test.t


def numbers(test: TTest) -> list[float | None]:
    """Return the value, t, degrees of freedom, p and the interval's ends of a defined test."""
    interval = test.estimate.interval
    assert interval is not None
    return [test.estimate.value, test.t, test.degrees_of_freedom, test.p_value, interval.low, interval.high]


def test_both_differences_agree_with_statsmodels() -> None:
    """Different slopes, unequal arms, a covariate far from 0, arms of three and four units."""
    for entry in reference("lin_regression"):
        control, treatment = (moments(entry[arm]["value"], entry[arm]["before"]) for arm in ("control", "treatment"))
        found = compare(control, treatment, target="units")
        assert numbers(found.adjusted) == pytest.approx(entry["adjusted"], rel=1e-10)
        assert numbers(found.unadjusted)[1:4] == pytest.approx(entry["unadjusted"], rel=1e-10)


def test_in_a_population_the_place_of_the_lines_is_an_estimate_too() -> None:
    """(b₂ − b₁)²·s_x²/n of variance, with slopes by numpy: nothing where the lines are parallel."""
    for entry in reference("lin_regression"):
        arms = [entry[arm] for arm in ("control", "treatment")]
        one, other = (np.polyfit(arm["before"], arm["value"], 1)[0] for arm in arms)
        before = np.concatenate([arm["before"] for arm in arms])
        control, treatment = (moments(arm["value"], arm["before"]) for arm in arms)
        units, population = (
            error(compare(control, treatment, target=target).adjusted) for target in ("units", "population")
        )
        added = (other - one) ** 2 * before.var(ddof=1) / len(before)
        assert population**2 - units**2 == pytest.approx(added, rel=1e-9)


@given(UNITS, UNITS)
@settings(deadline=None)
def test_the_estimate_is_that_of_the_regression_with_interaction(
    control: list[tuple[float, float]], treatment: list[tuple[float, float]]
) -> None:
    """The coefficient of the arm in y on arm, x − x̄ and their product, by least squares."""
    y, x = np.array([*control, *treatment]).T
    arm, away = np.repeat([0.0, 1.0], [len(control), len(treatment)]), x - x.mean()
    expected = np.linalg.lstsq(np.column_stack([np.ones_like(arm), arm, away, arm * away]), y)[0][1]
    before, after = (
        Moments.of({"value": [y for y, _ in of], "before": [x for _, x in of]}) for of in (control, treatment)
    )
    found = compare(before, after).adjusted.estimate.value
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_estimate_keeps_fourteen_digits() -> None:
    """A thousand units an arm."""
    rng = np.random.default_rng(4)
    x = rng.normal(5.0, 2.0, (2, 1000))
    y = 1.0 + x * [[0.8], [1.1]] + rng.normal(0.0, 1.0, x.shape)
    arm, away = np.repeat([0.0, 1.0], 1000), (x - x.mean()).ravel()
    expected = np.linalg.lstsq(np.column_stack([np.ones_like(arm), arm, away, arm * away]), y.ravel())[0][1]
    found = compare(*(Moments.of({"value": y[k], "before": x[k]}) for k in range(2)))
    assert found.adjusted.estimate.value == pytest.approx(expected, rel=1e-14, abs=1e-14)


def test_what_was_the_same_before_adjusts_by_its_noise_alone() -> None:
    """A covariate that explains nine tenths of the variance removes about as much of it, and one of chance nothing."""
    rng = np.random.default_rng(5)
    before, chance = rng.normal(0.0, 3.0, (2, 400)), rng.normal(0.0, 3.0, (2, 400))
    values = before + rng.normal(0.0, 1.0, before.shape)
    told, untold = (
        compare(*(Moments.of({"value": values[k], "before": of[k]}) for k in range(2))).variance_removed
        for of in (before, chance)
    )
    assert told == pytest.approx(0.9, abs=0.02)
    assert untold == pytest.approx(0.0, abs=0.02)


def test_a_difference_before_the_test_is_taken_off() -> None:
    """Arms that differ by what they differed before, and by nothing else."""
    before = [1.0, 2.0, 4.0, 7.0, 5.0]
    control, treatment = (
        moments([2.1, 3.9, 8.0, 14.1, 9.9], before),
        moments([4.0, 6.1, 9.9, 16.0, 12.1], [2, 3, 5, 8, 6]),
    )
    found = compare(control, treatment)
    assert found.unadjusted.estimate.value == pytest.approx(2.02)
    assert found.adjusted.estimate.value == pytest.approx(0.05, abs=0.05)
    assert compare(treatment, control).adjusted.t == pytest.approx(-(found.adjusted.t or 0.0))


@pytest.mark.parametrize(
    ("before", "values", "reason"),
    [
        ([], [], "control: fewer than three units have no line"),
        ([1.0, 2.0], [3.0, 4.0], "control: fewer than three units have no line"),
        ([0.1, 0.1, 0.1], [3.0, 4.0, 1.0], "control: the covariate does not vary"),
    ],
)
def test_what_cannot_be_adjusted_is_still_compared(before: list[float], values: list[float], reason: str) -> None:
    """The adjusted difference says why it is missing; the plain one is there where it can be."""
    found = compare(moments(values, before), moments([1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 3.0, 1.0]))
    assert (found.adjusted.estimate.value, found.adjusted.p_value, found.variance_removed) == (None, None, None)
    assert found.adjusted.estimate.reason == reason
    assert (found.unadjusted.estimate.interval is None) == (not values)


def test_a_line_through_every_unit_proves_nothing() -> None:
    """No residual is left, so nothing says how sure the difference is."""
    found = compare(moments([2.0, 4.0, 6.0], [1.0, 2.0, 3.0]), moments([3.0, 5.0, 7.0], [1.0, 2.0, 3.0]))
    assert found.adjusted.estimate.value == pytest.approx(1.0)
    assert found.adjusted.estimate.interval is None
    assert found.adjusted.estimate.reason == "neither arm varies: they say nothing of how sure the difference is"
