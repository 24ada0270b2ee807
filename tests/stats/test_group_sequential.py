"""Boundaries of tests with looks: against R's rpact, ldbounds and mvtnorm, and by what must hold."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.stats import group_sequential, spending
from arena.stats.group_sequential import Boundaries
from reference_values import reference


def design(name: str, fractions: list[float], alpha: float, sided: int, gamma: float | None = None) -> Boundaries:
    """Return a design by the name that rpact gives it."""
    tail = alpha / sided
    match name:
        case "OF":
            return group_sequential.obrien_fleming_boundaries(fractions, alpha, sided=sided)
        case "P":
            return group_sequential.pocock_boundaries(fractions, alpha, sided=sided)
        case "asOF":
            return group_sequential.spending_boundaries(fractions, spending.obrien_fleming(tail), sided=sided)
        case "asP":
            return group_sequential.spending_boundaries(fractions, spending.pocock(tail), sided=sided)
        case "asKD":
            assert gamma is not None
            return group_sequential.spending_boundaries(fractions, spending.power_family(tail, gamma), sided=sided)
        case _:
            assert gamma is not None
            return group_sequential.spending_boundaries(fractions, spending.hwang_shih_decani(tail, gamma), sided=sided)


@pytest.mark.parametrize("entry", reference("group_sequential_boundaries"))
def test_boundaries_agree_with_rpact(entry: dict[str, Any]) -> None:
    """Exact and spending designs, equal and unequal looks, and a first look at .05."""
    found = design(entry["design"], entry["fractions"], entry["alpha"], entry["sided"], entry["gamma"])
    assert found.z == pytest.approx(entry["z"], abs=entry["within"])
    assert found.spent[-1] == pytest.approx(entry["alpha"], rel=1e-9)


@pytest.mark.parametrize("entry", reference("group_sequential_by_recursion"))
def test_boundaries_and_inflation_agree_with_another_recursion(entry: dict[str, Any]) -> None:
    """Two to ten looks, crowded and late ones, one side and two, errors from .01 to .1, every spending function."""
    found = design(entry["design"], entry["fractions"], entry["alpha"], entry["sided"], entry["gamma"])
    assert found.z == pytest.approx(entry["z"], abs=1e-8)
    if "inflation_at_90" in entry:
        inflated = group_sequential.inflation(found, alpha=entry["alpha"], power=0.9)
        assert inflated == pytest.approx(entry["inflation_at_90"], abs=1e-8)


def test_boundaries_agree_with_ldbounds() -> None:
    """O'Brien–Fleming-type on both sides, and the power family on one."""
    for entry in reference("lan_demets_boundaries"):
        rho = entry["rho"]
        spend = spending.obrien_fleming(0.025) if rho is None else spending.power_family(0.025, rho)
        found = group_sequential.spending_boundaries(entry["fractions"], spend, sided=2 if rho is None else 1)
        assert found.z == pytest.approx(entry["z"], abs=2e-4)


def test_inflation_agrees_with_rpact() -> None:
    """Jennison and Turnbull's tables, too."""
    for entry in reference("group_sequential_inflation"):
        fractions = [(k + 1) / entry["looks"] for k in range(entry["looks"])]
        found = group_sequential.inflation(design(entry["design"], fractions, 0.05, 2), power=entry["power"])
        assert found == pytest.approx(entry["inflation"], abs=1e-6)


def test_the_true_error_of_a_schedule_agrees_with_mvtnorm() -> None:
    """A typed schedule, and 1.96 at every one of 2 … 20 looks."""
    for entry in reference("schedule_error"):
        found = group_sequential.schedule(entry["fractions"], entry["z"]).spent[-1]
        assert found == pytest.approx(entry["error"], abs=entry["within"])


def test_a_look_at_a_twentieth_is_finite() -> None:
    """9.955: 1.2e-23 is spent there; and at a thousandth 70.87, where no float holds what is spent."""
    spend = spending.obrien_fleming(0.025)
    assert group_sequential.spending_boundaries([0.05, 0.5, 1.0], spend).z[0] == pytest.approx(9.9551456, abs=1e-6)
    earliest = group_sequential.spending_boundaries([0.001, 0.002, 1.0], spend)
    assert earliest.z == pytest.approx([70.87, 50.11, 1.96], abs=0.01)


@given(st.lists(st.floats(0.02, 0.99), min_size=1, max_size=5, unique=True), st.sampled_from([0.01, 0.05, 0.2]))
@settings(max_examples=25)
def test_a_spending_design_spends_what_it_says(steps: list[float], alpha: float) -> None:
    """After every look, whatever the spacing; and the boundaries typed in again have that error."""
    fractions = [*sorted({round(each, 2) for each in steps}), 1.0]
    spend = spending.pocock(alpha / 2)
    found = group_sequential.spending_boundaries(fractions, spend)
    assert found.spent == pytest.approx([2 * math.exp(spend(t)) for t in fractions], rel=1e-7)
    assert group_sequential.schedule(fractions, found.z).spent == pytest.approx(found.spent, rel=1e-9)


def test_one_look_is_a_plain_test() -> None:
    """1.96, no inflation, and the power of z."""
    for found in (
        group_sequential.pocock_boundaries([1.0]),
        group_sequential.spending_boundaries([1.0], spending.hwang_shih_decani(0.025, 0.0)),
    ):
        assert found.z == pytest.approx([1.959963985])
        assert group_sequential.inflation(found) == pytest.approx(1.0, abs=1e-9)
        assert group_sequential.power(found, 0.0) == pytest.approx(0.025)
        assert found.nominal == pytest.approx([0.05])


def test_a_look_that_cannot_stop_changes_nothing() -> None:
    """An infinite boundary spends nothing."""
    found = group_sequential.schedule([0.5, 1.0], [math.inf, 1.959963985])
    assert found.spent == pytest.approx([0.0, 0.05], abs=1e-9)


def test_a_scaled_shape_keeps_to_alpha() -> None:
    """One-sided too."""
    found = group_sequential.scaled_boundaries([0.3, 1.0], [3.0, 2.0], 0.025, sided=1)
    assert found.z[0] / found.z[1] == pytest.approx(1.5)
    assert found.spent[-1] == pytest.approx(0.025, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: group_sequential.pocock_boundaries([]), "1 to 100"),
        (lambda: group_sequential.pocock_boundaries([0.5, 0.4]), "rise"),
        (lambda: group_sequential.pocock_boundaries([0.5, 1.2]), "at most 1"),
        (lambda: group_sequential.pocock_boundaries([math.nan]), "fractions rise"),
        (lambda: group_sequential.pocock_boundaries([1.0], sided=3), "sides"),
        (lambda: group_sequential.pocock_boundaries([1.0], 0.7), "alpha"),
        (lambda: group_sequential.schedule([1.0], [1.0, 2.0]), "2 boundaries for 1"),
        (lambda: group_sequential.schedule([1.0], [-1.0]), "above 0"),
        (lambda: group_sequential.schedule([1.0], [math.inf]), "finite"),
        (lambda: group_sequential.inflation(group_sequential.pocock_boundaries([1.0]), power=0.01), "power"),
        (lambda: spending.hwang_shih_decani(0.025, 30.0), "gamma"),
        (lambda: spending.power_family(0.025, 0.0), "power lies"),
        (lambda: spending.pocock(0.0), "error"),
    ],
)
def test_what_has_no_answer_is_refused(call: object, message: str) -> None:
    """Each says why."""
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
