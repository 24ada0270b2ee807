"""p-values adjusted for their number, and the error rate of not doing so."""

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.multiplicity import (
    benjamini_hochberg,
    benjamini_yekutieli,
    bonferroni,
    family_wise_error_rate,
    holm,
    hommel,
)
from reference_values import reference

Adjust = Callable[..., list[float | None]]
ALL = (benjamini_hochberg, benjamini_yekutieli, bonferroni, holm, hommel)
P_VALUES = st.lists(st.floats(0.0, 1.0), max_size=7)


@pytest.mark.parametrize(("adjust", "family"), [(bonferroni, "bonferroni"), (holm, "holm"), (hommel, "hommel")])
def test_adjusted_p_values_agree_with_r(adjust: Adjust, family: str) -> None:
    """p.adjust, and statsmodels' multipletests."""
    for entry in reference(family):
        assert adjust(entry["p"]) == pytest.approx(entry["adjusted"], abs=1e-12)


def test_the_articles_corrections() -> None:
    """For p = .001, .020, .12, .42."""
    p_values = [0.001, 0.020, 0.12, 0.42]
    assert bonferroni(p_values) == pytest.approx([0.004, 0.080, 0.480, 1.000])
    assert benjamini_hochberg(p_values) == pytest.approx([0.004, 0.040, 0.160, 0.420])


def test_twenty_tests_cry_wolf_in_64_of_100_experiments() -> None:
    """1 − .95²⁰."""
    for entry in reference("family_wise_error_rate"):
        assert family_wise_error_rate(entry["tests"], entry["alpha"]) == pytest.approx(entry["rate"], abs=1e-12)


def test_the_error_rate_keeps_its_digits_and_its_ends() -> None:
    """Two tests at 1e-20; no test; a level of 1; nonsense."""
    assert family_wise_error_rate(2, 1e-20) == pytest.approx(2e-20)
    assert (family_wise_error_rate(0), family_wise_error_rate(0, 1.0), family_wise_error_rate(3, 1.0)) == (
        0.0,
        0.0,
        1.0,
    )
    for tests, alpha in ((-1, 0.05), (3, 1.5)):
        with pytest.raises(ValueError, match="no error rate"):
            family_wise_error_rate(tests, alpha)


@given(P_VALUES)
def test_hommel_is_simes_test_of_every_intersection(p_values: list[float]) -> None:
    """The largest Simes p-value of the subsets that hold the hypothesis, by all 2ᵐ of them."""
    simes = {
        subset: min(len(subset) * p / rank for rank, p in enumerate(sorted(p_values[i] for i in subset), 1))
        for size in range(1, len(p_values) + 1)
        for subset in combinations(range(len(p_values)), size)
    }
    expected = [max(value for subset, value in simes.items() if i in subset) for i in range(len(p_values))]
    assert hommel(p_values) == pytest.approx(expected, rel=1e-12)


@given(P_VALUES)
def test_adjustments_are_ordered_as_their_guarantees(p_values: list[float]) -> None:
    """As given ≤ BH ≤ Hommel ≤ Holm ≤ Bonferroni ≤ 1."""
    steps = [adjust(p_values) for adjust in (list, benjamini_hochberg, hommel, holm, bonferroni)]
    for lesser, greater in zip(steps, [*steps[1:], [1.0] * len(p_values)], strict=True):
        assert all(a <= b + 1e-12 for a, b in zip(lesser, greater, strict=True) if a is not None and b is not None)


@given(P_VALUES, st.sampled_from(ALL))
def test_a_missing_test_does_not_count_and_places_are_kept(p_values: list[float], adjust: Adjust) -> None:
    """None stays None; reversed questions get reversed answers."""
    adjusted = adjust(p_values)
    assert adjust([None, *p_values]) == [None, *adjusted]
    assert adjust(p_values[::-1]) == pytest.approx(adjusted[::-1])


@pytest.mark.parametrize("adjust", ALL)
def test_a_p_value_outside_its_range_is_refused(adjust: Adjust) -> None:
    """1.2 is not a p-value, nor is a not-a-number."""
    for p_values in ([0.5, 1.2], [float("nan")]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            adjust(p_values)
