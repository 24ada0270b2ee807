"""The simulation study: no interval misses and no gate errs more often than it says, but for chance."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from arena.stats.anytime_win_rate import anytime_win_rate
from arena.stats.confidence_sequences import betting_interval
from arena.stats.mean_test import MeanTest
from arena.stats.paired import binary_difference, mean_difference, quantile_difference, ratio_of_means
from arena.stats.prediction_powered import corrected_mean
from arena.stats.preference import win_rate
from null_duels import BETTER_THAN_EVEN, Draw, Duel, failing_calls, skewed_clusters, telling_gaps, verdict
from simulation_study import FAMILIES
from simulations import corrected_means, differences, independent_arms, sequences, win_rates
from simulations.errors import Errors, Family, Task

HELD = [family for family in FAMILIES if not family.approximate]
PAGE = Path(__file__).parents[2] / "docs" / "simulation-study.md"


def too_many(family: Family, tasks: Iterable[Task], share: float) -> str | None:
    """Return the point whose errors chance does not explain, if there is one among so many families and points."""
    points = [(task, task.run(int(task.runs * share))) for task in tasks]
    probability, task, errors = family.least_probable(points)
    allowed = 1e-3 / len(points) / len(HELD)
    return None if probability > allowed else f"{task.name}: {errors}, probability {probability:.2g}"


@pytest.mark.parametrize("family", HELD, ids=lambda family: family.name)
def test_no_point_errs_more_than_it_may(family: Family) -> None:
    """A few points of every kind, with a part of their runs."""
    assert too_many(family, [task for task in family.tasks if task.quick], share=0.15) is None


@pytest.mark.simulation
@pytest.mark.parametrize("family", HELD, ids=lambda family: family.name)
def test_no_point_of_the_grid_errs_more_than_it_may(family: Family) -> None:
    """Every point with all of its runs, as docs/simulation-study.md shows them."""
    assert too_many(family, family.tasks, share=1.0) is None


@pytest.mark.simulation
def test_approximate_intervals_of_unbounded_means_cover_nearly() -> None:
    """From n = 200 on, within a point and a half of what they say."""
    for task in (task for task in differences.COSTS.tasks if task.column in ("n = 200", "n = 1,000", "n = 5,000")):
        assert task.run().coverage > 0.935, task.name


def test_intervals_of_independent_arms_cover_nearly() -> None:
    """A point of every kind, with a part of its runs: within three points of what they say."""
    for task in independent_arms.ARMS.tasks:
        if task.quick:
            assert task.run(int(task.runs * 0.1)).coverage > 0.92, task.name


@pytest.mark.simulation
def test_intervals_of_independent_arms_cover_nearly_at_every_point() -> None:
    """Within two and a half points of what they say, with ten units or six clusters an arm too."""
    for task in independent_arms.ARMS.tasks:
        assert task.run().coverage > 0.925, task.name


def test_a_broken_interval_would_be_noticed() -> None:
    """The same criterion refuses z intervals that are a third too short."""

    def short(rng: np.random.Generator, runs: int) -> Errors:
        away = np.abs(rng.binomial(400, 0.5, (2, runs)) / 400 - 0.5) * 40
        above, below = (int((side > 1.96 / 1.5).sum()) // 2 for side in away)
        return Errors(runs=runs, above=above, below=below)

    tasks = [Task(family="short", row="z", column=f"{n}", runs=10_000, simulate=short) for n in range(6)]
    assert too_many(Family(name="short", about="", tasks=tasks), tasks, share=0.15) is not None


def test_the_page_has_every_point() -> None:
    """docs/simulation-study.md is of this grid: each family with each of its rows and columns."""
    text = PAGE.read_text(encoding="utf-8")
    for family in FAMILIES:
        section = text.split(f"## {family.name}\n")[1].split("\n## ")[0]
        assert family.about in section
        assert f"of {len(family.tasks)} points" in section
        for task in family.tasks:
            assert f"\n| {task.row} | " in section
            assert f" {task.column} |" in section


SOME: dict[str, Draw] = {
    "skewed clusters": skewed_clusters(lambda rng: rng.integers(2, 26, 12)),
    "failing calls": failing_calls(12, 0.2),
    "losses missing": telling_gaps(30, 0.4),
    "losses missing in clusters": telling_gaps(40, 0.4, groups=10),
    "lost and won": lambda rng: Duel(rng.choice([0.0, 0.25, 0.5, 0.75, 1.0], 40, p=[0.1, 0.1, 0.2, 0.3, 0.3])),
}


@pytest.mark.parametrize("name", SOME)
def test_the_p_value_against_one_mean_is_the_interval(name: str) -> None:
    """What is missed is what the ends of `win_rate` miss, and the gate decides nothing where neither end does."""
    rng, truth = np.random.default_rng(5), BETTER_THAN_EVEN.threshold[1]
    for _ in range(30):
        duel = SOME[name](rng)
        found = win_rate(duel.scores, clusters=duel.clusters, lows=duel.lows, highs=duel.highs)
        assert found.worst_case_low is not None
        assert found.worst_case_high is not None
        for at in (truth, 0.45, 0.6):
            assert win_rates.misses(duel, at) == (found.worst_case_low > at, found.worst_case_high < at)
        if win_rates.misses(duel, truth) == (False, False):
            assert verdict(duel) == "inconclusive"


def test_a_judged_duel_is_merged_as_its_judgments_say() -> None:
    """Both orders, an unread one, one arm failed, both failed."""
    assert win_rates.merged(("second", "first"), (False, False)) == (1.0, 1.0, 1.0)
    assert win_rates.merged(("first", "first"), (False, False)) == (0.5, 0.5, 0.5)
    assert win_rates.merged((None, "first"), (False, False)) == (0.75, 0.5, 1.0)
    assert win_rates.merged(("tie", "tie"), (True, False)) == (1.0, 1.0, 1.0)
    assert win_rates.merged(("tie", "tie"), (True, True)) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize("name", win_rates.JUDGED)
def test_equals_are_equal_before_every_judge(name: str) -> None:
    """Between their bounds the true mean score is ½; without gaps it is just that."""
    kinds = win_rates.JUDGED[name]
    assert kinds.shares.sum() == pytest.approx(1.0)
    score, low, high = kinds.shares @ kinds.recorded
    assert low <= 0.5 + 1e-12
    assert high >= 0.5 - 1e-12
    if low == high:
        assert score == pytest.approx(0.5)


def test_many_sequences_at_once_are_as_one_by_one() -> None:
    """The vectorised bets are those of `MeanTest`, of `betting_interval` and of `anytime_win_rate`."""
    rng = np.random.default_rng(6)
    scores = rng.choice([0.0, 0.25, 0.5, 1.0], (40, 80), p=[0.2, 0.1, 0.2, 0.5])
    above, below = sequences.ever_refuted(scores, 0.5)
    assert 0 < above[:, -1].sum() < 40
    for row, ups, downs in zip(scores, above, below, strict=True):
        test = MeanTest(0.5, alpha=0.05)
        for score, up, down in zip(row.tolist(), ups.tolist(), downs.tolist(), strict=True):
            test.add(score)
            assert (test.above, test.below) == (up, down)
        interval = betting_interval(row)
        assert (interval.low > 0.5, interval.high < 0.5) == (ups[-1], downs[-1])
        assert anytime_win_rate(row.tolist()).interval == interval


def test_many_corrected_means_at_once_are_as_one_by_one() -> None:
    """λ, both ends and the choice between the judge and the labels alone."""
    rng = np.random.default_rng(7)
    judge = corrected_means.JUDGES["wrong towards the treatment"]
    counts, unlabelled = corrected_means.draw(0.75, 0.1, judge, 220, 600, rng, 25)
    power, low, high = corrected_means.shortcut(counts.astype(float), unlabelled.astype(float))
    used = 0
    for run, (table, rest) in enumerate(zip(counts, unlabelled, strict=True)):
        labels = np.repeat(corrected_means.LABELS, table.sum(axis=1))
        judged = np.concatenate([np.repeat(corrected_means.SCORES, row) for row in table])
        found = corrected_mean(labels, judged, np.repeat(corrected_means.SCORES, rest)).interval
        assert found is not None
        if found.method == "gaffke":
            ends = win_rate(labels).interval
            assert ends is not None
            assert power[run] == 0.0 or high[run] - low[run] >= ends.high - ends.low
        else:
            used += 1
            assert (found.low, found.high) == pytest.approx((low[run], high[run]), abs=1e-12)
    assert used > 0


def test_intervals_of_differences_are_those_of_the_study() -> None:
    """Rates as shares of [−1, 1]; ratios, means and p95 by their functions of `paired`."""
    rng = np.random.default_rng(8)
    control, treatment = (rng.random((2, 60)) < [[0.6], [0.9]]).astype(float)
    rates = binary_difference(control, treatment).estimate.interval
    assert rates is not None
    shares = Duel((treatment - control + 1.0) / 2.0)
    for truth in (-0.1, 0.1, 0.2, 0.3, 0.6):
        assert win_rates.misses(shares, (truth + 1.0) / 2.0) == (rates.low > truth, rates.high < truth)
    for arms in (differences.paired_costs(0.6, 0.3, 90, rng), differences.clustered_costs(12, 8, rng)):
        before, after, clusters = arms
        ratio = ratio_of_means(before, after, clusters=clusters).estimate.interval
        own = differences.ratio(arms)
        assert ratio is not None
        assert own is not None
        assert (ratio.low + 1.0, ratio.high + 1.0) == pytest.approx((own.low, own.high))
        assert mean_difference(before, after, unit="USD", clusters=clusters).estimate.interval == differences.mean(arms)
    arms = differences.equal_tails(0.2, 90, rng)
    assert quantile_difference(arms[0], arms[1], 0.95, unit="s").estimate.interval == differences.p95(arms)
