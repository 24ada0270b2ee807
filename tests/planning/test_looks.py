"""Looks by name: the design of each, and what a typed schedule does."""

import pytest

from arena.errors import UsageError
from arena.planning.looks import DESIGNS, boundaries, check_looks, equal_fractions, plan_looks


@pytest.mark.parametrize(
    ("name", "z"),
    [
        ("obrien-fleming", [4.333, 2.963, 2.359, 2.014]),
        ("exact-obrien-fleming", [4.049, 2.863, 2.337, 2.024]),
        ("exact-pocock", [2.361, 2.361, 2.361, 2.361]),
    ],
)
def test_designs_are_found_by_name(name: str, z: list[float]) -> None:
    """The figures that textbooks print for four looks."""
    plan = plan_looks(equal_fractions(4), name)
    assert [round(look.z, 3) for look in plan.looks] == z
    assert plan.looks[-1].alpha_spent == pytest.approx(0.05)


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_every_design_costs_something_and_spends_alpha(name: str) -> None:
    """More looks, more units; never a higher false-positive rate."""
    few, many = plan_looks(equal_fractions(2), name, alpha=0.1), plan_looks(equal_fractions(6), name, alpha=0.1)
    assert 1.0 < few.inflation < many.inflation < 1.4
    assert many.looks[-1].alpha_spent == pytest.approx(0.1)


def test_a_parameter_changes_what_is_spent() -> None:
    """γ = 1 spends earlier than −4."""
    early = boundaries([0.5, 1.0], "hwang-shih-decani", parameter=1.0)
    assert early.z[0] < boundaries([0.5, 1.0], "hwang-shih-decani").z[0]
    assert boundaries([0.5, 1.0], "power", parameter=1.0).z[0] < boundaries([0.5, 1.0], "power").z[0]


def test_a_schedule_that_errs_too_often_is_warned_of() -> None:
    """.0626, 1 in 16, and the boundaries of its shape that hold."""
    found = check_looks([0.25, 0.5, 0.75, 1.0], [3.47, 2.45, 2.14, 2.01])
    assert found.alpha == pytest.approx(0.0626434572575937, abs=1e-9)
    assert not found.within
    assert "1 of 16" in found.warnings[0]
    assert found.factor is not None
    held = check_looks([0.25, 0.5, 0.75, 1.0], [found.factor * z for z in (3.47, 2.45, 2.14, 2.01)])
    assert held.alpha == pytest.approx(0.05)


def test_a_schedule_that_holds_is_not_warned_of() -> None:
    """Three printed decimals are enough; a stricter one is said to be stricter."""
    found = check_looks([0.25, 0.5, 0.75, 1.0], [4.333, 2.963, 2.359, 2.014])
    assert (found.within, found.warnings, found.factor) == (True, (), None)
    strict = check_looks([0.5, 1.0], [3.0, 2.5])
    assert strict.within
    assert "stricter" in strict.warnings[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: equal_fractions(0), "1 to 100"),
        (lambda: plan_looks([0.5, 1.0], "peeking"), "no such design"),
        (lambda: plan_looks([0.5, 1.0], "pocock", parameter=2.0), "has none"),
        (lambda: plan_looks([0.5, 1.0], alpha=0.9, power=0.95), "alpha"),
        (lambda: plan_looks([0.5, 1.0], power=0.01), "power"),
        (lambda: plan_looks([0.5, 0.9]), "must be at 1"),
        (lambda: plan_looks([0.9, 0.5]), "rise"),
        (lambda: plan_looks([0.5, 1.0], "power", parameter=-1.0), "above 0"),
        (lambda: check_looks([0.5, 1.0], [2.0]), "1 boundaries"),
        (lambda: check_looks([1.0], [-2.0]), "z"),
        (lambda: check_looks([1.0], [2.0], intended=0.0), "alpha 0"),
    ],
)
def test_a_users_mistake_is_named(call: object, message: str) -> None:
    """Exit 2, nothing computed."""
    assert callable(call)
    with pytest.raises(UsageError, match=message):
        call()
