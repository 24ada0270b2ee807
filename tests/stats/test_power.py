"""Power of small-sample tests: against R, scipy, and by what must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats import power
from reference_values import reference


def test_t_tests_agree_with_r() -> None:
    """power.t.test and pwr.t2n.test, and rpact's non-inferiority of means."""
    both = power.t_size(0.3, both_tails=True)
    assert both == pytest.approx(175.38466947047476, rel=1e-6)  # statsmodels 0.15.0 TTestIndPower.solve_power
    assert power.t_size(0.5) == pytest.approx(63.7657637248441, rel=1e-7)
    assert power.t_size(3.0) == pytest.approx(3.07000974696853, rel=1e-7)
    assert power.paired_t_size(0.5) == pytest.approx(33.3672039788043, rel=1e-7)
    assert power.paired_t_power(3, 1.0) == pytest.approx(0.178610055248087, abs=1e-9)
    assert power.t_power(100, 300, 0.3, both_tails=True) == pytest.approx(0.736256444964746, abs=1e-9)
    assert 2 * power.t_size(0.2, alpha=0.025, sided=1) == pytest.approx(786.813312456317, rel=1e-6)


def test_the_power_of_t_agrees_with_its_integral() -> None:
    """Arms of two, one and two tails, and effects at which a series for the wrong side gives no number."""
    for entry in reference("t_power"):
        arguments = (entry["control"], entry["treatment"], entry["effect"])
        found = power.t_power(*arguments, alpha=entry["alpha"], sided=entry["sided"], both_tails=entry["both_tails"])
        assert found == pytest.approx(entry["power"], rel=1e-8)


def test_the_size_for_t_agrees_with_statsmodels() -> None:
    """Unequal arms, both tails counted; pairs, one-sided."""
    for entry in reference("t_size"):
        found = power.t_size(
            entry["effect"], alpha=entry["alpha"], power=entry["power"], ratio=entry["ratio"], both_tails=True
        )
        assert found == pytest.approx(entry["n"], rel=1e-5)
    for entry in reference("paired_t_size"):
        found = power.paired_t_size(entry["effect"], alpha=entry["alpha"], power=entry["power"], sided=1)
        assert found == pytest.approx(entry["n"], rel=1e-5)


@given(st.floats(2, 1e6), st.floats(2, 1e6), st.floats(1e-3, 1e3), st.floats(1e-8, 0.5), st.sampled_from([1, 2]))
def test_power_is_a_chance_that_both_tails_raise(
    control: float, treatment: float, effect: float, alpha: float, sided: int
) -> None:
    """At any size, effect and error; never below the error itself where both tails count."""
    one, both = (
        power.t_power(control, treatment, effect, alpha=alpha, sided=sided, both_tails=tails) for tails in (False, True)
    )
    assert 0.0 <= one <= both <= 1.0
    assert both >= alpha * (1.0 - 1e-6)


def test_the_size_of_unequal_arms_has_its_power() -> None:
    """Both arms have two units at least."""
    size = power.t_size(0.4, ratio=0.5, power=0.9)
    assert power.t_power(size, size / 2, 0.4) == pytest.approx(0.9, abs=1e-6)
    assert power.t_size(50.0, ratio=4.0) == pytest.approx(2.0, abs=0.2)


def test_power_is_a_number_where_critical_values_are_huge() -> None:
    """An alpha of 1e-12 with two degrees of freedom; effects that nothing could miss."""
    powers = [power.t_power(2, 2, effect, alpha=1e-12) for effect in (1e2, 3e5, 5e5, 1e6, 2e6, 5e6, 1e300)]
    assert powers == sorted(powers)
    assert powers[2] == pytest.approx(0.2212, abs=1e-3)  # 1 − exp(−¼): the effect is half the critical value
    assert powers[-1] == 1.0
    assert power.t_size(1e300) == 2.0


def test_fisher_agrees_with_scipy() -> None:
    """Every table of both binomials."""
    for entry in reference("fisher_power"):
        arguments = (entry["n1"], entry["n2"], entry["p1"], entry["p2"])
        assert power.fisher_power(*arguments, alpha=entry.get("alpha", 0.05)) == pytest.approx(entry["power"], abs=1e-9)


def test_boschloo_agrees_with_every_table_and_common_rate() -> None:
    """One-sided tests at alpha/2 on either side."""
    for entry in reference("boschloo_power"):
        found = power.boschloo_power(entry["n1"], entry["n2"], entry["p1"], entry["p2"], alpha=entry["alpha"])
        assert found == pytest.approx(entry["power"], abs=1e-9)


def test_boschloo_keeps_its_level_and_beats_fisher() -> None:
    """On equal rates it errs at most at alpha; elsewhere it finds at least as much."""
    for n1, n2 in ((8, 8), (10, 23)):
        for rate in (0.02, 0.1, 0.3, 0.5, 0.77, 0.9):
            assert power.boschloo_power(n1, n2, rate, rate) <= 0.05
            assert power.boschloo_power(n1, n2, rate, 0.6) >= power.fisher_power(n1, n2, rate, 0.6)


def test_the_exact_size_is_the_first_that_has_the_power() -> None:
    """One unit fewer does not."""
    size = power.exact_size(0.1, 0.5)
    assert size is not None
    assert power.fisher_power(size, size, 0.1, 0.5) >= 0.8 > power.fisher_power(size - 1, size - 1, 0.1, 0.5)


def test_sign_tests_agree_with_r() -> None:
    """The binomial quantile and tail; five cases prove nothing."""
    assert power.sign_test_power(200, 0.6) == pytest.approx(0.78684782420424, abs=1e-12)
    assert power.sign_test_power(5, 1.0) == 0.0
    assert power.sign_test_power(6, 1.0) == 1.0
    assert power.sign_test_power(0, 0.5) == 0.0
    assert (power.fewest_wins(0), power.fewest_wins(6), power.fewest_wins(1000)) == (None, 6, 532)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_certain_rates_have_a_power(rate: float) -> None:
    """Nothing to find, and all to find."""
    assert power.fisher_power(10, 10, rate, rate) == 0.0
    assert power.fisher_power(10, 10, rate, 1.0 - rate) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: power.t_power(1, 5, 0.5), "2 units"),
        (lambda: power.paired_t_power(1, 0.5), "2 pairs"),
        (lambda: power.t_size(0.0), "too small"),
        (lambda: power.t_size(0.5, power=0.01), "power"),
        (lambda: power.t_size(0.5, ratio=0.0), "ratio"),
        (lambda: power.t_power(5, 5, 0.5, sided=0), "sides"),
        (lambda: power.t_power(5, 5, 0.5, alpha=1.0), "alpha"),
        (lambda: power.fisher_power(0, 5, 0.5, 0.5), "enumerated"),
        (lambda: power.fisher_power(5, 5, 1.5, 0.5), "between 0 and 1"),
        (lambda: power.sign_test_power(-1, 0.5), "cannot be"),
    ],
)
def test_what_has_no_answer_is_refused(call: object, message: str) -> None:
    """Each says why."""
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
