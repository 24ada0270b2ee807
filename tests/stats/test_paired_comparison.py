"""Bradley and Terry, Davidson: strengths, their errors over cases, rank sets, and contests that can rank nobody."""

import math
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from arena.stats.contests import Contest, DisconnectedVariants, SeparatedVariants, TiesUnidentified
from arena.stats.means import cluster_robust_standard_error
from arena.stats.paired_comparison import Ranking, bradley_terry, davidson
from reference_values import reference

Model = Callable[..., Ranking]
MODELS: tuple[Model, ...] = (bradley_terry, davidson)


def _contest(
    first: str, second: str, wins: float, losses: float, ties: float = 0.0, case: Hashable | None = None
) -> Contest:
    return Contest(first=first, second=second, wins=wins, losses=losses, ties=ties, case=case)


def _fit(model: Model, contests: list[Contest], *, draws: int = 2000, level: float = 0.95) -> Ranking:
    return model(contests, rng=np.random.default_rng(0), draws=draws, level=level)


def _logs(ranking: Ranking) -> dict[str, float]:
    return {strength.variant: strength.log_strength for strength in ranking.strengths}


def _round_robin(rng: np.random.Generator, strengths: dict[str, float], cases: int, ties: float = 0.0) -> list[Contest]:
    """Return one contest of each pair on each case, with Davidson's shares."""
    names, contests = sorted(strengths), []
    for case in range(cases):
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                half = (strengths[first] - strengths[second]) / 2
                shares = np.array([math.exp(half), math.exp(-half), ties])
                outcome = rng.choice(3, p=shares / shares.sum())
                contests.append(_contest(first, second, outcome == 0, outcome == 1, outcome == 2, case))
    return contests


def test_bradley_terry_agrees_with_choix() -> None:
    """Log-strengths that sum to 0."""
    for entry in reference("bradley_terry"):
        found = _logs(_fit(bradley_terry, [_contest(*row) for row in entry["contests"]]))
        assert [found[name] for name in sorted(found)] == pytest.approx(entry["log_strengths"], abs=1e-6)


def test_davidson_agrees_with_psychotools() -> None:
    """Log-strengths against C, and log ν."""
    for entry in reference("davidson"):
        ranking = _fit(davidson, [_contest(*row) for row in entry["contests"]])
        found = _logs(ranking)
        assert [found["A"] - found["C"], found["B"] - found["C"]] == pytest.approx(entry["log_strengths"], abs=1e-6)
        assert ranking.log_ties == pytest.approx(entry["log_ties"], abs=1e-6)


def test_two_variants_have_the_error_of_a_mean_over_cases() -> None:
    """D = logit(s̄), so its error is the cluster-robust one of s̄ over s̄(1 − s̄), and the interval Student's t."""
    rng = np.random.default_rng(4)
    scores, cases = rng.choice([0.0, 0.5, 1.0], 60, p=[0.3, 0.2, 0.5]), [int(case) for case in rng.integers(0, 25, 60)]
    ranking = _fit(
        bradley_terry,
        [_contest("A", "B", s == 1, s == 0, s == 0.5, case) for s, case in zip(scores, cases, strict=True)],
        draws=200_000,
    )
    error = cluster_robust_standard_error(scores, cases)
    mean = scores.mean()
    assert error is not None
    assert ranking.cases == len(set(cases))
    found = {strength.variant: strength for strength in ranking.strengths}["A"]
    assert 2 * found.log_strength == pytest.approx(math.log(mean / (1 - mean)))
    assert found.standard_error is not None
    assert found.interval is not None
    assert 2 * found.standard_error == pytest.approx(error.cr1 / (mean * (1 - mean)))
    half = (found.interval.high - found.interval.low) / 2
    assert half / found.standard_error == pytest.approx(stdtrit(ranking.cases - 1, 0.975), rel=0.02)


@pytest.mark.parametrize("model", MODELS)
def test_the_errors_are_those_of_simulation(model: Model) -> None:
    """The standard error is the scatter of the estimate over many experiments."""
    rng, strengths, ties = np.random.default_rng(3), {"A": 0.5, "B": 0.0, "C": -0.5}, 0.5
    rankings = [_fit(model, _round_robin(rng, strengths, 60, ties), draws=10) for _ in range(150)]
    for name in strengths:
        values = [_logs(ranking)[name] for ranking in rankings]
        errors = [s.standard_error or 0.0 for r in rankings for s in r.strengths if s.variant == name]
        assert np.mean(errors) == pytest.approx(np.std(values), rel=0.2)
    if model is davidson:
        logs = [ranking.log_ties or 0.0 for ranking in rankings]
        assert np.mean(logs) == pytest.approx(math.log(ties), abs=0.05)


def test_all_intervals_and_rank_sets_hold_at_once() -> None:
    """Four variants, two of them equal: simultaneous coverage of both is nominal."""
    rng, strengths, runs = np.random.default_rng(9), {"A": 0.6, "B": 0.0, "C": 0.0, "D": -0.6}, 150
    ranks = {"A": (1, 1), "B": (2, 3), "C": (2, 3), "D": (4, 4)}
    intervals_hold, ranks_hold = 0, 0
    for _ in range(runs):
        found = _fit(bradley_terry, _round_robin(rng, strengths, 50), draws=2000).strengths
        intervals_hold += all(
            s.interval is not None and s.interval.low <= strengths[s.variant] <= s.interval.high for s in found
        )
        ranks_hold += all(
            s.ranks is not None and s.ranks[0] <= ranks[s.variant][0] and s.ranks[1] >= ranks[s.variant][1]
            for s in found
        )
    fewest = runs * 0.95 - 2.6 * math.sqrt(runs * 0.95 * 0.05)
    assert intervals_hold >= fewest
    assert ranks_hold >= fewest


def test_repeating_the_contests_of_a_case_is_no_more_evidence() -> None:
    """Copies within cases change no error; copies as new cases narrow it."""
    contests = _round_robin(np.random.default_rng(1), {"A": 0.4, "B": 0.0, "C": -0.4}, 40, ties=0.4)
    renamed = [_contest(c.first, c.second, c.wins, c.losses, c.ties, ("again", c.case)) for c in contests]
    for model in MODELS:
        once, copied, fresh = (_fit(model, them) for them in (contests, contests * 3, contests + renamed))
        for one, two, three in zip(once.strengths, copied.strengths, fresh.strengths, strict=True):
            assert one.log_strength == pytest.approx(two.log_strength)
            assert one.standard_error == pytest.approx(two.standard_error)
            assert (three.standard_error or 1.0) < 0.75 * (one.standard_error or 0.0)


def test_a_clear_order_has_one_rank_each() -> None:
    """And equals share theirs."""
    rng = np.random.default_rng(2)
    clear = _fit(bradley_terry, _round_robin(rng, {"A": 1.2, "B": 0.0, "C": -1.2}, 200))
    assert [(s.variant, s.ranks) for s in clear.strengths] == [("A", (1, 1)), ("B", (2, 2)), ("C", (3, 3))]
    level = _fit(bradley_terry, _round_robin(rng, {"A": 0.0, "B": 0.0, "C": 0.0}, 50))
    assert {s.ranks for s in level.strengths} == {(1, 3)}


def test_elo_puts_odds_of_10_at_400_points() -> None:
    """Around 1000, with the interval on the same line."""
    found = _fit(
        bradley_terry, [_contest("A", "B", 10, 1, case=1), _contest("A", "B", 10, 1), _contest("A", "B", 9, 2)]
    )
    best, worst = found.strengths
    odds = 29 / 4
    assert best.elo - worst.elo == pytest.approx(400 * math.log10(odds))
    assert best.elo + worst.elo == pytest.approx(2000)
    assert best.interval is not None
    assert best.elo_interval is not None
    assert best.elo_interval.low == pytest.approx(1000 + 400 * best.interval.low / math.log(10))


def test_without_ties_both_models_are_one() -> None:
    """ν = 0, and no parameter is spent on it."""
    contests = _round_robin(np.random.default_rng(6), {"A": 0.3, "B": 0.0, "C": -0.3}, 30)
    assert _fit(davidson, contests) == _fit(bradley_terry, contests)


def test_the_covariance_is_that_of_centred_strengths_in_their_order() -> None:
    """Each row sums to 0; the diagonal holds the squared errors."""
    found = _fit(davidson, _round_robin(np.random.default_rng(8), {"A": -1.0, "B": 0.0, "C": 1.0}, 50, ties=0.3))
    assert [s.variant for s in found.strengths] == ["C", "B", "A"]
    assert found.covariance is not None
    for place, (row, strength) in enumerate(zip(found.covariance, found.strengths, strict=True)):
        assert sum(row) == pytest.approx(0.0, abs=1e-12)
        assert row[place] ** 0.5 == pytest.approx(strength.standard_error)


PLAYED = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=120)
@given(rows=PLAYED, model=st.sampled_from(MODELS))
def test_contests_are_ranked_or_refused_by_name(rows: list[tuple[str, str, int, int, int]], model: Model) -> None:
    """A ranking maximises the likelihood: expected and observed scores agree for each variant."""
    contests = [_contest(*row) for row in rows if row[0] != row[1] and any(row[2:])]
    assume(contests)
    try:
        ranking = _fit(model, contests, draws=50)
    except (DisconnectedVariants, SeparatedVariants, TiesUnidentified):
        return
    logs = _logs(ranking)
    nu = 0.0 if ranking.log_ties is None else math.exp(ranking.log_ties)
    left, left_ties = dict.fromkeys(logs, 0.0), 0.0
    for c in contests:
        size, half = c.wins + c.losses + c.ties, (logs[c.first] - logs[c.second]) / 2
        won, lost, tied = np.array([math.exp(half), math.exp(-half), nu]) / (math.exp(half) + math.exp(-half) + nu)
        left[c.first] += c.wins + c.ties / 2 - size * (won + tied / 2)
        left[c.second] += c.losses + c.ties / 2 - size * (lost + tied / 2)
        left_ties += c.ties - size * tied
    assert list(left.values()) == pytest.approx([0.0] * len(left), abs=1e-6)
    assert sum(logs.values()) == pytest.approx(0.0, abs=1e-9)
    assert (ranking.covariance is None) == (ranking.reason is not None)
    if model is davidson:
        assert left_ties == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=40)
@given(rows=PLAYED, model=st.sampled_from(MODELS))
def test_who_is_named_first_makes_no_difference(rows: list[tuple[str, str, int, int, int]], model: Model) -> None:
    """Nor does the order of the contests."""
    contests = [_contest(*row) for row in rows if row[0] != row[1] and any(row[2:])]
    turned = [_contest(c.second, c.first, c.losses, c.wins, c.ties) for c in contests[::-1]]

    def outcome(them: list[Contest]) -> dict[str, float] | str:
        try:
            return _logs(_fit(model, them, draws=10))
        except (DisconnectedVariants, SeparatedVariants, TiesUnidentified) as refusal:
            return str(refusal)

    one, other = outcome(contests), outcome(turned)
    assert one == (other if isinstance(other, str) else pytest.approx(other, abs=1e-7))


@pytest.mark.parametrize("model", MODELS)
def test_variants_that_nobody_connects_are_named(model: Model) -> None:
    """Two leagues have no common ranking."""
    with pytest.raises(DisconnectedVariants) as refused:
        _fit(model, [_contest("A", "B", 1, 1), _contest("C", "D", 1, 1), _contest("D", "E", 1, 1)])
    assert refused.value.groups == (("C", "D", "E"), ("A", "B"))
    assert str(refused.value) == "no contests connect C, D, E with A, B"


@pytest.mark.parametrize("model", MODELS)
def test_variants_that_never_lost_are_named(model: Model) -> None:
    """How far they are above the rest has no finite answer; one tie below would give one."""
    contests = [_contest("A", "B", 2, 1), _contest("A", "C", 3, 0), _contest("C", "D", 1, 1)]
    with pytest.raises(SeparatedVariants) as refused:
        _fit(model, contests)
    assert (refused.value.above, refused.value.below) == (("A", "B"), ("C", "D"))
    assert str(refused.value) == "A, B won every contest with C, D: how far above has no finite answer"
    assert isinstance(refused.value, ValueError)


def test_a_refusal_can_pass_through_a_context() -> None:
    """Raised inside a context manager it arrives as itself."""

    @contextmanager
    def context() -> Iterator[None]:
        yield

    with pytest.raises(SeparatedVariants), context():
        _fit(bradley_terry, [_contest("A", "B", 2, 0)])


@pytest.mark.parametrize(
    "contests",
    [
        [_contest("A", "B", 0, 0, 4)],
        [_contest("A", "B", 3, 0, 1)],
        [_contest("A", "B", 1, 0, 1), _contest("B", "C", 0, 1, 1)],
    ],
)
def test_ties_without_wins_that_contradict_each_other_are_refused(contests: list[Contest]) -> None:
    """The share of ties then grows without end; counted as half wins they can be ranked."""
    with pytest.raises(TiesUnidentified, match="no finite answer") as refused:
        _fit(davidson, contests)
    assert refused.value.variants == tuple(sorted({name for c in contests for name in (c.first, c.second)}))
    assert _fit(bradley_terry, contests).strengths


def test_ties_are_told_from_wins_along_a_cycle() -> None:
    """Wins of A over B and B over A suffice, though B and C only tied."""
    found = _logs(_fit(davidson, [_contest("A", "B", 2, 1), _contest("B", "C", 0, 0, 3)]))
    assert found["B"] == pytest.approx(found["C"])
    assert 0.0 < found["A"] - found["B"] < 5.0


def test_too_few_cases_give_strengths_alone() -> None:
    """As many cases as parameters fit perfectly."""
    found = _fit(bradley_terry, [_contest("A", "B", 2, 1, case="x"), _contest("A", "B", 1, 2, case="x")])
    assert (found.cases, found.reason) == (1, "intervals need at least 2 cases here, not 1")
    for strength in found.strengths:
        assert (strength.interval, strength.elo_interval, strength.ranks, strength.standard_error) == (None,) * 4
        assert strength.elo == pytest.approx(1000)


def test_all_ties_have_no_interval() -> None:
    """Nothing varies, and that is no certainty."""
    found = _fit(bradley_terry, [_contest("A", "B", 0, 0, 1)] * 20)
    assert set(_logs(found).values()) == {0.0}
    assert found.covariance is None
    assert "compare the same way in every case" in (found.reason or "")


def test_one_loss_in_a_million_is_still_finite() -> None:
    """Log 999,999."""
    found = _logs(_fit(bradley_terry, [_contest("A", "B", 999_999, 1)]))
    assert found["A"] - found["B"] == pytest.approx(math.log(999_999), rel=1e-9)


def test_nothing_compared_is_no_ranking() -> None:
    """With the reason."""
    for model in MODELS:
        found = _fit(model, [])
        assert (found.strengths, found.cases, found.reason) == ((), 0, "nothing was compared")


@pytest.mark.parametrize(
    "contest",
    [
        _contest("A", "A", 1, 0),
        _contest("A", "B", 0, 0),
        _contest("A", "B", -1, 2),
        _contest("A", "B", float("nan"), 1),
        _contest("A", "B", float("inf"), 1),
    ],
)
def test_a_contest_that_cannot_be_is_refused(contest: Contest) -> None:
    """By its variants' names."""
    with pytest.raises(ValueError, match="A"):
        _fit(bradley_terry, [contest])


def test_a_level_outside_0_and_1_is_refused() -> None:
    """It has no interval."""
    with pytest.raises(ValueError, match="level"):
        _fit(bradley_terry, [_contest("A", "B", 1, 1)], level=1.0)
