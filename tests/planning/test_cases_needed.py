"""How many cases would settle it."""

import numpy as np
import pytest

from arena.deciding.decide import decide
from arena.planning.cases_needed import MOST, cases_needed_bounded, cases_needed_unbounded
from arena.stats.estimate import Estimate
from arena.stats.preference import win_rate
from criteria import criterion, estimate

BETTER = criterion("win_rate", "above", 0.5)


@pytest.mark.parametrize("scores", [[1] * 12 + [0] * 8, [1] * 30 + [0.5] * 10 + [0] * 20, [0] * 12 + [1] * 8])
def test_four_runs_in_five_settle_it_at_that_number(scores: list[float]) -> None:
    """Duels drawn from the observed scores, at the number named, decided by the rule itself; a loss is settled too."""
    needed = cases_needed_bounded(scores, BETTER).cases
    assert needed is not None
    rng = np.random.default_rng(4)
    settled = 0
    for _ in range(150):
        found = win_rate(rng.choice(scores, needed))
        drawn = Estimate(value=found.value, interval=found.interval, n=needed, unit_of_measure="share")
        settled += decide(drawn, BETTER, sign_flip_p=found.p_value).outcome != "inconclusive"
    assert 0.68 <= settled / 150 <= 0.92


def test_wins_without_a_loss_need_the_fewest_that_could_pass() -> None:
    """No variance was seen: six wins settle it."""
    assert cases_needed_bounded([1.0, 1.0], BETTER).cases == 6


def test_what_is_settled_needs_no_more() -> None:
    """Forty of forty."""
    assert cases_needed_bounded([1.0] * 40, BETTER).cases == 40


def test_a_coin_flip_is_never_settled() -> None:
    """The observed effect is none: no number, and the reason."""
    found = cases_needed_bounded([1, 0, 0.5], BETTER)
    assert (found.cases, found.reason) == (None, "win_rate is at its limit (above 50%): no number would settle it")


def test_a_tiny_effect_needs_more_than_a_plan_can_hold() -> None:
    """Capped."""
    found = cases_needed_bounded([1] * 501 + [0] * 500, BETTER)
    assert found.cases is None
    assert found.reason == f"win_rate is so near its limit that more than {MOST:,} cases would be needed"


def test_an_unchanged_guardrail_needs_what_is_provable() -> None:
    """Ten cases without a change: 183 of them rule out a drop of 2 points."""
    drop = criterion("check_pass_rate", "max_drop", 0.02)
    assert cases_needed_bounded([0.0] * 10, drop, low=-1, high=1).cases == 183


def test_clusters_keep_their_size() -> None:
    """Copies in clusters add cases, not evidence."""
    scores = [1, 1, 0, 1, 1, 0, 1, 0.5]
    once = cases_needed_bounded(scores, BETTER).cases
    clusters = [case for case in range(8) for _ in range(3)]
    thrice = cases_needed_bounded(np.repeat(scores, 3), BETTER, clusters=clusters).cases
    assert once is not None
    assert thrice == pytest.approx(3 * once, abs=3)


def test_clusters_are_never_fewer_than_a_verdict_asks() -> None:
    """Four clusters, all won, against an easy limit: six clusters."""
    easy = criterion("win_rate", "above", 0.2)
    clusters = [case // 5 for case in range(20)]
    assert cases_needed_bounded([1.0] * 20, easy, clusters=clusters).cases == 30


def test_no_cases_say_nothing() -> None:
    """Undefined is None with a reason."""
    assert cases_needed_bounded([], BETTER).reason == "no case was observed"


@pytest.mark.parametrize("value", [0.02, 0.08])
def test_an_unbounded_quantity_shrinks_with_the_root_of_n(value: float) -> None:
    """Half the gap to the limit needs four times the cases; both sides count."""
    limit = criterion("cost_usd", "max_increase", 0.05, relative=True)
    found = cases_needed_unbounded(estimate(value - 0.04, value + 0.04, value), limit, cases=50).cases
    halved = cases_needed_unbounded(estimate(value - 0.08, value + 0.08, value), limit, cases=50).cases
    assert found is not None
    assert found == pytest.approx(50 * (0.04 * (1 + 0.8416 / 1.96) / 0.03) ** 2, abs=1)
    assert halved == pytest.approx(4 * found, abs=4)


def test_an_unbounded_quantity_that_cannot_be_settled_says_why() -> None:
    """At its limit, next to it, or without an interval."""
    limit = criterion("cost_usd", "max_increase", 0.05, relative=True)
    at, near = estimate(0.01, 0.09, 0.05), estimate(0.01, 0.09, 0.0501)
    unknown = Estimate(value=None, interval=None, n=1, unit_of_measure="ratio", reason="one unit of evidence")
    assert "at its limit" in str(cases_needed_unbounded(at, limit, cases=50).reason)
    assert "so near" in str(cases_needed_unbounded(near, limit, cases=50).reason)
    assert cases_needed_unbounded(unknown, limit, cases=50).reason == "one unit of evidence"
