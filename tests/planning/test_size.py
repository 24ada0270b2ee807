"""Sizes of live tests and of duels, with everything that multiplies them."""

import numpy as np
import pytest

from arena.errors import UsageError
from arena.planning.duel_power import duel_power
from arena.planning.duel_size import size_duel
from arena.planning.searched_size import size_mean, size_rate_exactly
from arena.planning.size import Circumstances, size_rate
from arena.stats.bounded_mean import gaffke_interval
from arena.stats.sign_flip import sign_flip
from size_plans import total

PLAIN = Circumstances()


def test_the_plain_test_of_a_rate() -> None:
    """1,471 per arm; five full weeks at 210 a day and half the traffic."""
    plan = size_rate(0.60, 0.05, Circumstances(per_day=210, share=0.5))
    assert (dict(plan.per_arm), plan.total) == ({"control": 1471, "treatment": 1471}, 2942)
    assert (plan.weeks, plan.days) == (5, 35)
    assert size_rate(0.60, 0.02, PLAIN).total == 18672
    assert total(size_rate(0.60, -0.05, PLAIN)) > 0


def test_the_curve_rises_through_the_plan() -> None:
    """The size itself is on it, at the power asked for."""
    plan = size_rate(0.60, 0.05, Circumstances(icc=0.02, cluster_size=5, cuped_rho=0.3))
    curve = dict(plan.power_curve)
    assert list(curve.values()) == sorted(curve.values())
    assert curve[total(plan) // 2] == pytest.approx(0.8, abs=0.001)
    assert (plan.power or 0.0) >= 0.8


def test_circumstances_multiply() -> None:
    """Clusters 1.18, CUPED .75, looks 1.02, in any order; three arms at half the alpha each."""
    base = total(size_rate(0.60, 0.05, PLAIN))
    all_of_them = Circumstances(icc=0.02, cluster_size=10, cuped_rho=0.5, looks=4, inflation=1.02)
    found = size_rate(0.60, 0.05, all_of_them)
    assert found.total == pytest.approx(base * 1.18 * 0.75 * 1.02, rel=0.002)
    assert len(found.notes) == 3
    arms = size_rate(0.60, 0.05, Circumstances(arms=3))
    assert list(arms.per_arm) == ["control", "treatment_1", "treatment_2"]
    assert arms.per_arm["control"] == size_rate(0.60, 0.05, Circumstances(alpha=0.025)).per_arm["control"]


def test_arms_may_differ_in_size() -> None:
    """Three units of treatment for each of control: rpact's 3,898.5, in whole units."""
    plan = size_rate(0.60, 0.05, Circumstances(ratio=3.0))
    assert dict(plan.per_arm) == {"control": 975, "treatment": 2924}


def test_a_margin_asks_for_non_inferiority() -> None:
    """Farrington–Manning by default, Wald by name; the formula is named."""
    plan = size_rate(0.60, 0.0, PLAIN, margin=0.05)
    assert (plan.total, "Farrington" in plan.formula) == (3010, True)
    assert size_rate(0.60, 0.0, PLAIN, margin=0.05, formula="wald").total == 3014


def test_a_mean_is_sized_by_t() -> None:
    """R's 63.77 a side; far below a hundredth of a standard deviation by z, where both agree."""
    assert size_mean(2.0, 1.0, PLAIN).total == 128
    assert size_mean(1.0, 0.0, PLAIN, margin=0.2).total == 788
    tiny, small = size_mean(1.0, 0.009999, PLAIN), size_mean(1.0, 0.010001, PLAIN)
    assert ("z" in tiny.formula, "noncentral t" in small.formula) == (True, True)
    assert tiny.total == pytest.approx(small.total, rel=1e-3)


def test_small_arms_can_be_sized_exactly() -> None:
    """Fisher's test needs more than z says."""
    exact = size_rate_exactly(0.1, 0.4, PLAIN)
    assert (exact.power or 0.0) >= 0.8
    assert total(exact) > total(size_rate(0.1, 0.4, PLAIN))


def test_an_exact_curve_goes_on_where_enumeration_ends() -> None:
    """Twice 200 a side is beyond what is enumerated."""
    curve = size_rate_exactly(0.1, 0.1, PLAIN).power_curve
    assert curve[-1][0] > 300
    assert curve[-1][1] > 0.95


@pytest.mark.parametrize(("win_rate", "ties", "cases"), [(0.75, 0.0, 30), (0.8, 0.3, 7), (0.7, 0.4, 23)])
def test_the_power_of_a_duel_is_that_of_its_rule(win_rate: float, ties: float, cases: int) -> None:
    """Simulated with the interval and the test themselves, within 4 standard errors."""
    rng, runs = np.random.default_rng(2), 1500
    chances = [1.0 - win_rate - ties / 2.0, ties, win_rate - ties / 2.0]
    verdicts: dict[tuple[int, int], bool] = {}
    passed = 0
    for losses, tied, _ in rng.multinomial(cases, chances, size=runs):
        key = (int(losses), int(tied))
        if key not in verdicts:
            scores = np.repeat([0.0, 0.5, 1.0], [key[0], key[1], cases - sum(key)])
            verdicts[key] = gaffke_interval(scores).low > 0.5 and sign_flip(scores - 0.5).p_value <= 0.05
        passed += verdicts[key]
    expected = duel_power(cases, win_rate, ties)
    assert passed / runs == pytest.approx(expected, abs=4 * (expected * (1 - expected) / runs) ** 0.5)


def test_the_size_of_a_duel_has_its_power_and_one_case_fewer_has_not() -> None:
    """But for the sawtooth, which is searched."""
    plan = size_duel(0.65, 0.2)
    assert duel_power(total(plan), 0.65, 0.2) >= 0.8 > duel_power(total(plan) - 1, 0.65, 0.2)
    assert total(size_duel(0.65, 0.4)) < total(plan)


def test_duels_at_the_edges() -> None:
    """Six wins of six; nothing but ties and wins; a win rate that needs thousands."""
    assert size_duel(1.0).total == 6
    assert total(size_duel(0.75, 0.5)) < 30
    many = size_duel(0.52, 0.1)
    assert total(many) > 2000
    assert "Var" in many.formula


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: size_rate(1.2, 0.1, PLAIN), "baseline"),
        (lambda: size_rate(0.6, 0.5, PLAIN), "mde"),
        (lambda: size_rate(0.6, 0.0, PLAIN), "difference of 0"),
        (lambda: size_rate(0.6, 1e-9, PLAIN), "too small"),
        (lambda: size_rate(0.6, 0.1, PLAIN, formula="bayes"), "no such formula"),
        (lambda: size_rate(0.6, 0.0, PLAIN, margin=2.0), "margin 2"),
        (lambda: size_rate(0.6, 0.1, Circumstances(alpha=0.0)), "alpha"),
        (lambda: size_rate(0.6, 0.1, Circumstances(power=0.01)), "power"),
        (lambda: size_rate(0.6, 0.1, Circumstances(ratio=0.0)), "ratio"),
        (lambda: size_rate(0.6, 0.1, Circumstances(icc=0.1)), "cluster_size"),
        (lambda: size_rate(0.6, 0.1, Circumstances(share=0.5)), "share"),
        (lambda: size_rate(0.6, 0.1, Circumstances(cuped_rho=1.0)), "correlation"),
        (lambda: size_mean(0.0, 0.1, PLAIN), "standard deviation"),
        (lambda: size_mean(1.0, -0.3, PLAIN, margin=0.2), "margin 0.2"),
        (lambda: size_rate_exactly(0.6, 0.05, PLAIN), "enumerated"),
        (lambda: size_rate_exactly(0.6, 0.3, Circumstances(cuped_rho=0.5)), "no exact test"),
        (lambda: size_duel(0.5), "win_rate"),
        (lambda: size_duel(0.7, 1.0), "ties 1"),
        (lambda: size_duel(0.9, 0.5), "leaves room"),
    ],
)
def test_a_users_mistake_is_named(call: object, message: str) -> None:
    """Exit 2, by the name of the option where there is one."""
    assert callable(call)
    with pytest.raises(UsageError, match=message):
        call()
