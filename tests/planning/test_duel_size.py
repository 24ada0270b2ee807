"""Sizes of duels that decide several things at once, where nobody has compared the arms yet."""

import numpy as np
import pytest

from arena.deciding.decide import criteria, decide
from arena.errors import UsageError
from arena.planning.duel_power import ThreePoint, duel_power
from arena.planning.duel_size import Truth, size_duel, size_experiment
from arena.records.metric import Metric
from arena.stats.estimate import Estimate
from arena.stats.paired import binary_difference
from arena.stats.preference import win_rate
from criteria import fewest_cases, metric
from size_plans import total

WIN_RATE = metric("win_rate", "above", 0.5)
CHECKS = metric("check_pass_rate", "max_drop", 0.10)


def test_a_win_rate_alone_is_the_plain_duel() -> None:
    """The same number by either way."""
    plan = size_experiment([WIN_RATE], Truth(win_rate=0.75, ties=0.2))
    assert plan.total == size_duel(0.75, 0.2).total == 26
    assert [one.drives for one in plan.criteria] == [False]


def test_all_criteria_together_need_more_than_each() -> None:
    """The number keeps the sum of the chances to fail to 1 − power, and one case fewer does not; who drives is said."""
    plan = size_experiment([WIN_RATE, CHECKS], Truth(win_rate=0.65, ties=0.3, changed=0.1))
    win_rate, checks = plan.criteria
    assert plan.total is not None
    assert plan.total > max(win_rate.cases or 0, checks.cases or 0)
    assert (win_rate.drives, checks.drives) == (False, True)
    assert (win_rate.at_best, checks.at_best) == (6, 36)
    assert plan.power == pytest.approx((win_rate.power or 0) + (checks.power or 0) - 1.0)
    assert (plan.power or 0.0) >= 0.8
    assert dict(plan.power_curve)[plan.total] == plan.power


def test_a_guardrail_that_changes_is_sized_by_its_rule() -> None:
    """Simulated with the interval that decides: one case in ten changes, a drop of 10 points is to be ruled out."""
    guardrail = ThreePoint(better=0.05, same=0.9, limit=0.45, sign_flip=False)
    rng, runs, cases = np.random.default_rng(4), 400, 104
    passed = 0
    for _ in range(runs):
        change = rng.choice([-1, 0, 1], size=cases, p=[0.05, 0.9, 0.05])
        found = binary_difference(np.maximum(-change, 0), np.maximum(change, 0)).estimate.interval
        assert found is not None
        passed += found.low > -0.10
    expected = guardrail.power(cases)
    assert passed / runs == pytest.approx(expected, abs=4 * (expected * (1 - expected) / runs) ** 0.5)


def test_a_guardrail_without_changes_needs_what_perfect_data_need() -> None:
    """By `changed` 0 the number is that of the dry run."""
    plan = size_experiment([WIN_RATE, CHECKS], Truth(win_rate=1.0))
    assert plan.total == fewest_cases(CHECKS, criteria(CHECKS)[0]) == 36
    assert plan.criteria[1].assumed == "no case changes"


def test_what_has_no_spread_is_taken_at_its_best_and_says_so() -> None:
    """A cost, a p95, a limit on the treatment alone."""
    others = [
        metric("cost_usd", "max_increase", 0.1, relative=True),
        metric("latency_s_p95", "max_increase", 0.3),
        metric("error_rate", "max", 0.05),
        metric("check_pass_rate", "max_drop", 1.0),
    ]
    plan = size_experiment(others, Truth())
    assert [one.cases for one in plan.criteria] == [2, 72, 72, 1]
    assert [one.assumed.split(":")[0] for one in plan.criteria] == [
        "no spread is known",
        "no spread is known",
        "the treatment at its best in every case",
        "anything",
    ]
    assert plan.total == 72


def test_an_axis_moves_by_a_level() -> None:
    """Superiority of an axis by cases one level better; a drop of a fifth of a level is ruled out."""
    better = size_experiment([metric("axis.clarity", "above", 0.0)], Truth(win_rate=0.75, ties=0.3))
    drop = size_experiment([metric("axis.clarity", "max_drop", 0.2)], Truth(changed=0.3))
    assert better.criteria[0].assumed == "60% of cases one better, 30% the same"
    assert drop.total is not None
    assert drop.total > 72


def test_what_can_never_be_proved_says_so() -> None:
    """No total, no curve; the others keep their own numbers."""
    impossible = size_experiment([WIN_RATE, metric("check_pass_rate", "max_drop", 0.0)], Truth(win_rate=0.75))
    assert (impossible.total, impossible.power, impossible.power_curve) == (None, None, ())
    assert impossible.reason == "check_pass_rate max_drop 0pp: no number of cases could prove it"
    assert [one.cases for one in impossible.criteria] == [30, None]
    beyond = size_experiment([metric("win_rate", "above", 0.6)], Truth(win_rate=0.55))
    assert beyond.reason is not None
    assert "at the limit or beyond it" in beyond.reason
    near = size_experiment([WIN_RATE], Truth(win_rate=0.501))
    assert near.total is None


def test_not_worse_needs_no_better_treatment() -> None:
    """Without a win rate the treatment is no different; below 50% is sized too."""
    plan = size_experiment([metric("win_rate", "not_worse", 0.1)], Truth(ties=0.5))
    assert plan.criteria[0].assumed == "win rate 50%, 50% tied"
    below = size_experiment([metric("win_rate", "below", 0.5)], Truth(win_rate=0.25))
    assert below.total == size_experiment([WIN_RATE], Truth(win_rate=0.75)).total


@pytest.mark.parametrize(("ties", "bias", "agree"), [(0.0, 0.0, 1.0), (0.2, 0.0, 1.0), (0.2, 0.05, 0.7)])
def test_a_gate_passes_as_often_as_its_size_says(ties: float, bias: float, agree: float) -> None:
    """A true win rate of .75 in two presentations, some tied, the first favoured: PASS in 80% of duels or more."""
    cases, rng, runs = total(size_duel(0.75, ties)), np.random.default_rng(11), 600
    passed, known = 0, dict[bytes, bool]()
    for _ in range(runs):
        scores = _two_orders(cases, ties, bias, agree, rng)
        key = np.bincount((4 * scores).astype(int), minlength=5).tobytes()
        if key not in known:
            known[key] = _gate_passes(scores)
        passed += known[key]
    assert passed / runs >= 0.8 - 3.0 * (0.16 / runs) ** 0.5


def _two_orders(cases: int, ties: float, bias: float, agree: float, rng: np.random.Generator) -> np.ndarray:
    """Return scores of two presentations that say the same in a share `agree` of cases, and else go their own ways."""
    one = rng.random(cases)
    other = np.where(rng.random(cases) < agree, one, rng.random(cases))

    def shares(chance: np.ndarray, win_rate: float) -> np.ndarray:
        return np.select([chance < win_rate - ties / 2, chance < win_rate + ties / 2], [1.0, 0.5], 0.0)

    scores: np.ndarray = (shares(one, 0.75 + bias) + shares(other, 0.75 - bias)) / 2
    return scores


def _gate_passes(scores: np.ndarray) -> bool:
    found = win_rate(scores)
    share = Estimate(
        value=found.value, interval=found.interval, n=found.n, unit_of_measure="share", reason=found.reason
    )
    return decide(share, criteria(WIN_RATE)[0], sign_flip_p=found.p_value).outcome == "pass"


def test_power_at_the_edges_of_what_a_case_can_be() -> None:
    """Certain wins, nothing but ties, more cases than are enumerated."""
    assert duel_power(6, 1.0) == 1.0
    assert ThreePoint(better=0.0, same=1.0, limit=0.4, sign_flip=False).power(100) == 1.0
    assert ThreePoint(better=1.0, same=0.0).power(5000) == 1.0
    assert ThreePoint(better=0.0, same=1.0, limit=0.45, sign_flip=False).fewest() == 36


@pytest.mark.parametrize(
    ("metrics", "truth", "message"),
    [
        ([WIN_RATE], Truth(), "win_rate: say which"),
        ([metric("axis.clarity", "above", 0.0)], Truth(), "win_rate: say which"),
        ([WIN_RATE], Truth(win_rate=1.5), "win_rate 1.5"),
        ([WIN_RATE], Truth(win_rate=0.9, ties=0.5), "leaves room"),
        ([CHECKS], Truth(changed=1.5), "changed 1.5"),
        ([CHECKS], Truth(ties=1.0), "ties 1"),
        ([metric("win_rate", "above", 0.5, where="live")], Truth(), "decides nothing"),
    ],
)
def test_a_users_mistake_is_named(metrics: list[Metric], truth: Truth, message: str) -> None:
    """Exit 2, by the name of the option."""
    with pytest.raises(UsageError, match=message):
        size_experiment(metrics, truth)
