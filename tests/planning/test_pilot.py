"""Sizes by a pilot's own cases, drawn again and decided each time."""

from collections.abc import Callable

import numpy as np
import pytest

from arena.errors import UsageError
from arena.planning.duel_power import duel_power
from arena.planning.pilot import Drawn, Observed, Pilot, size_by_pilot, tilted
from arena.stats.bounded_mean import lower_tail_p_value

#: Sixteen wins and four losses: a true win rate of .8, no ties.
SCORES = np.repeat([1.0, 0.0], [16, 4])


def above(scores: np.ndarray, limit: float = 0.5) -> Callable[[Drawn], bool]:
    """Return the rule of a mean above a limit."""
    known: dict[float, bool] = {}

    def passes(drawn: Drawn) -> bool:
        found = scores[drawn.rows]
        if drawn.clusters is not None:
            return lower_tail_p_value(found, limit, drawn.clusters) < 0.025
        key = float(found.sum()) * 10_000 + len(found)
        if key not in known:
            known[key] = lower_tail_p_value(found, limit, None) < 0.025
        return known[key]

    return passes


def observed(pilot: Pilot, scores: np.ndarray, limit: float = 0.5, **changes: object) -> Observed:
    """Return the criterion of a mean above a limit, as the pilot saw it."""
    facts: dict[str, object] = {
        "label": f"mean above {limit:g}",
        "role": "primary",
        "at_best": 6,
        "assumed": "the pilot",
        "passes": above(scores, limit),
        "gap": pilot.mean(scores) - limit,
        "spread": pilot.spread(scores),
    }
    return Observed(**(facts | changes))  # type: ignore[arg-type]  # fields by name


def test_the_size_is_that_of_the_same_truth() -> None:
    """A pilot without ties or clusters needs what a duel of its win rate needs, within the noise of the samples."""
    pilot = Pilot(len(SCORES))
    plan = size_by_pilot(pilot, [observed(pilot, SCORES)], draws=2000)
    assert plan.total is not None
    assert plan.power is not None
    assert duel_power(plan.total, 0.8) == pytest.approx(plan.power, abs=0.04)
    assert plan.power >= 0.8
    assert plan.total <= 26
    assert dict(plan.power_curve)[plan.total] == plan.power


def test_the_same_seed_gives_the_same_plan_and_another_one_is_near() -> None:
    """Chance is an argument."""
    pilot = Pilot(len(SCORES))
    first, again, other = (size_by_pilot(pilot, [observed(pilot, SCORES)], seed=seed, draws=400) for seed in (1, 1, 2))
    assert first == again
    assert first.power_curve != other.power_curve


def test_clusters_are_drawn_whole_and_cost_cases() -> None:
    """Five cases that agree are worth one: sizes are whole clusters, and five times as many cases."""
    scores, clusters = np.repeat(SCORES, 5), [number // 5 for number in range(100)]
    pilot = Pilot(len(scores), clusters)
    drawn = pilot.draw(23, np.random.default_rng(0))
    assert drawn.clusters == [unit for unit in range(5) for _ in range(5)]
    assert {tuple(drawn.rows[5 * unit : 5 * unit + 5] // 5) for unit in range(5)} == {
        (row // 5,) * 5 for row in drawn.rows[::5]
    }
    alone = Pilot(len(SCORES))
    assert pilot.spread(scores) == pytest.approx(5**0.5 * alone.spread(SCORES))
    plan = size_by_pilot(pilot, [observed(pilot, scores)], draws=400)
    single = size_by_pilot(alone, [observed(alone, SCORES)], draws=400)
    assert plan.total is not None
    assert single.total is not None
    assert plan.total % 5 == 0
    assert plan.total == pytest.approx(5 * single.total, rel=0.15)


def test_another_win_rate_keeps_what_the_pilot_is_like() -> None:
    """Units are drawn with other chances: the mean is the one asked for, ties become neither all nor nothing."""
    scores = np.repeat([0.0, 0.5, 1.0], [2, 6, 12])
    pilot = tilted(scores, None, 0.6)
    assert pilot.mean(scores) == pytest.approx(0.6)
    assert 0.0 < pilot.mean((scores == 0.5).astype(float)) < 1.0
    draws = pilot.draw(200_000, np.random.default_rng(0))
    assert scores[draws.rows].mean() == pytest.approx(0.6, abs=0.005)
    for impossible in (1.0, 0.0):
        with pytest.raises(UsageError, match=f"win_rate {impossible:g}"):
            tilted(scores, None, impossible)


def test_what_depends_on_each_other_is_drawn_together() -> None:
    """Two criteria on the same cases pass together: no more than either needs. Opposite ones need far more."""
    pilot, mirrored = Pilot(40), np.tile([1.0, 1.0, 1.0, 0.0], 10)
    scores = np.tile([1.0, 1.0, 0.0, 1.0], 10)
    same = size_by_pilot(pilot, [observed(pilot, scores), observed(pilot, scores)], draws=800)
    assert same.total == pytest.approx(same.criteria[0].cases, rel=0.1)
    both = size_by_pilot(pilot, [observed(pilot, scores), observed(pilot, mirrored)], draws=800)
    assert (both.total or 0) > (same.total or 0)
    assert both.power is not None
    assert all(one.power is not None and one.power >= both.power for one in both.criteria)


def test_what_was_not_measured_is_taken_at_its_best() -> None:
    """Certain from its fewest cases on, and the one that drives the number where they are many."""
    pilot = Pilot(len(SCORES))
    unmeasured = observed(pilot, SCORES, passes=None, gap=float("inf"), spread=None, at_best=72)
    plan = size_by_pilot(pilot, [observed(pilot, SCORES), unmeasured], draws=400)
    assert plan.total == 72
    assert [one.drives for one in plan.criteria] == [False, True]
    assert dict(plan.power_curve)[54] == 0.0


def test_what_can_never_be_proved_says_why() -> None:
    """Out of reach of any data, on the wrong side, or too near the limit."""
    pilot = Pilot(len(SCORES))
    plan = size_by_pilot(
        pilot,
        [
            observed(pilot, SCORES),
            observed(pilot, SCORES, at_best=None),
            observed(pilot, SCORES, 0.9),
            observed(pilot, SCORES, 0.7999),
        ],
        draws=400,
    )
    assert plan.total is None
    assert [one.reason and one.reason.split(":")[0] for one in plan.criteria] == [
        None,
        "no number of cases could prove it",
        "the run is at the limit or beyond it",
        "the run is so near the limit that more than 100,000 cases would be needed",
    ]
    assert plan.criteria[0].cases is not None


def test_thousands_of_cases_are_sized_by_z() -> None:
    """Beyond 5,000 the pilot's variance stands in for samples; criteria add up by Bonferroni."""
    pilot = Pilot(len(SCORES))
    near = observed(pilot, SCORES, 0.79)
    plan = size_by_pilot(pilot, [near, observed(pilot, SCORES, passes=None)], draws=400)
    z = (1.959964 + 0.841621) * pilot.spread(SCORES) / near.gap
    assert plan.total == pytest.approx(z**2, rel=0.03)
    assert plan.formula.startswith("duel, z")
    assert plan.power is not None
    assert plan.power >= 0.8


def test_slow_rules_get_fewer_samples() -> None:
    """A fifth of them; together with quick ones the first samples are common to both."""
    pilot = Pilot(len(SCORES))
    plan = size_by_pilot(pilot, [observed(pilot, SCORES), observed(pilot, SCORES, slow=True)], draws=1000)
    assert "200 samples" in plan.formula
    assert plan.total is not None
