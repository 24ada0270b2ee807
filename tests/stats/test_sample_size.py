"""Closed forms of size: they agree with R, and say no where there is no answer."""

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.stats import sample_size
from patience import HANG_S
from reference_values import reference


def test_two_proportions_agree_with_r() -> None:
    """power.prop.test."""
    for entry in reference("two_proportions_size"):
        found = sample_size.pooled_rates(*entry["p"]).control_size(alpha=entry["alpha"], power=entry["power"])
        assert found == pytest.approx(entry["n"], rel=1e-9)


def test_each_formula_agrees_with_itself_to_thirty_digits() -> None:
    """Unequal arms, one side and two, rates of 0 and 1."""
    formulas = {
        "pooled": sample_size.pooled_rates,
        "unpooled": sample_size.unpooled_rates,
        "arcsine": sample_size.arcsine_rates,
    }
    for entry in reference("rates_size"):
        comparison = formulas[entry["formula"]](entry["control"], entry["treatment"], ratio=entry["ratio"])
        found = comparison.control_size(alpha=entry["alpha"], power=entry["power"], sided=entry["sided"])
        assert found == pytest.approx(entry["n"], rel=1e-10)


def test_farrington_manning_agrees_with_the_likeliest_rates() -> None:
    """Found by bisection, not by the trigonometric root."""
    for entry in reference("farrington_manning_size"):
        comparison = sample_size.farrington_manning(
            entry["control"], entry["treatment"], entry["margin"], ratio=entry["ratio"]
        )
        found = comparison.control_size(alpha=entry["alpha"], power=entry["power"], sided=1)
        assert found == pytest.approx(entry["n"], rel=1e-9)


@pytest.mark.parametrize(("treatment", "per_arm"), [(0.65, 1471), (0.62, 9336)])
def test_the_sizes_that_people_quote(treatment: float, per_arm: int) -> None:
    """From .60: 2,942 and 18,672 in total."""
    assert sample_size.whole(sample_size.pooled_rates(0.60, treatment).control_size()) == per_arm


def test_the_power_of_five_units_agrees_with_r() -> None:
    """power.prop.test, upper tail only."""
    assert sample_size.pooled_rates(0.6, 0.65).power(5) == pytest.approx(0.0360041978324639, abs=1e-12)


def test_other_formulas_agree_with_their_sources() -> None:
    """R's rpact (allocation 3, Farrington–Manning), pwr (arcsine) and the closed form of Wald's."""
    unequal = sample_size.pooled_rates(0.6, 0.65, ratio=3.0).control_size()
    assert 4.0 * unequal == pytest.approx(3898.45247871347, rel=1e-9)
    assert sample_size.arcsine_rates(0.6, 0.65).control_size() == pytest.approx(1470.09012845563, rel=1e-5)
    exact = sample_size.farrington_manning(0.6, 0.6, 0.05).control_size(alpha=0.025, sided=1)
    assert 2.0 * exact == pytest.approx(3009.38809261774, rel=1e-6)
    wald = sample_size.wald_non_inferiority(0.6, 0.6, 0.05).control_size(alpha=0.025, sided=1)
    assert 2.0 * wald == pytest.approx(3013.96981799005, rel=1e-9)


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.floats(0.2, 5.0), st.floats(0.55, 0.99), st.floats(0.001, 0.2))
@settings(max_examples=80)
def test_the_size_is_where_the_power_is_reached(
    control: float, treatment: float, ratio: float, power: float, alpha: float
) -> None:
    """power(size(p)) = p, for every formula and allocation."""
    if abs(control - treatment) < 0.01:
        return
    for compare in (sample_size.pooled_rates, sample_size.unpooled_rates, sample_size.arcsine_rates):
        comparison = compare(control, treatment, ratio=ratio)
        size = comparison.control_size(alpha=alpha, power=power)
        assert comparison.power(size, alpha=alpha) == pytest.approx(power, abs=1e-9)


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0.0, 0.09), st.floats(0.3, 3.0))
@settings(max_examples=60)
def test_the_restricted_rates_are_the_likeliest_at_the_margin(
    control: float, treatment: float, margin: float, ratio: float
) -> None:
    """No neighbour on the line p_t − p_c = −margin has a greater likelihood."""
    rate = sample_size._restricted_rate(control, treatment, -margin, 1.0 / ratio)

    def likelihood(p: float) -> float:
        other = p + margin
        return ratio * (treatment * math.log(p) + (1 - treatment) * math.log(1 - p)) + (
            control * math.log(other) + (1 - control) * math.log(1 - other)
        )

    assert 0.0 < rate < 1.0 - margin
    for step in (-1e-3, 1e-3):
        assert likelihood(rate) >= likelihood(rate + step)


def test_tiny_errors_do_not_underflow() -> None:
    """An alpha of 1e-30 has a size, greater than that of 1e-15."""
    comparison = sample_size.pooled_rates(0.6, 0.65)
    assert comparison.control_size(alpha=1e-30) > 1.5 * comparison.control_size(alpha=1e-15)


def test_rates_without_variance() -> None:
    """From 0 to 1 pooled z still has a null variance, and the power is none or all."""
    certain = sample_size.pooled_rates(0.0, 1.0)
    assert certain.alternative_sd == 0.0
    size = certain.control_size()
    assert (certain.power(size * 0.99), certain.power(size * 1.01)) == (0.0, 1.0)
    with pytest.raises(ValueError, match="no variance"):
        sample_size.unpooled_rates(0.0, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_size.pooled_rates(0.5, 0.5), "difference of 0"),
        (lambda: sample_size.pooled_rates(-0.1, 0.5), "between 0 and 1"),
        (lambda: sample_size.pooled_rates(0.4, 0.5, ratio=0.0), "ratio"),
        (lambda: sample_size.means(1.0, 0.0), "above 0"),
        (lambda: sample_size.means(0.0, 1.0), "finds a difference of 0"),
        (lambda: sample_size.farrington_manning(0.6, 0.5, 0.1), "at the margin"),
        (lambda: sample_size.farrington_manning(0.6, 0.6, 1.0), "margin"),
        (lambda: sample_size.design_effect(0.5, 0.1), "at least 1"),
        (lambda: sample_size.cuped_factor(1.0), "correlation"),
        (lambda: sample_size.bonferroni_alpha(0.05, 1), "2 arms"),
        (lambda: sample_size.days_of_traffic(10, 0.0), "traffic"),
        (lambda: sample_size.pooled_rates(0.4, 0.5).control_size(alpha=0.0), "alpha"),
        (lambda: sample_size.pooled_rates(0.4, 0.5).control_size(power=0.02), "power"),
        (lambda: sample_size.pooled_rates(0.4, 0.5).control_size(sided=3), "sides"),
        (lambda: sample_size.pooled_rates(0.4, 0.5).power(-1), "-1 units"),
    ],
)
def test_what_has_no_answer_is_refused(call: object, message: str) -> None:
    """Each says why."""
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()


def test_closed_forms_load_neither_numpy_nor_scipy() -> None:
    """They stand at the start of a command that must be quick."""
    script = "import sys, arena.stats.sample_size; sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=HANG_S).returncode == 0
