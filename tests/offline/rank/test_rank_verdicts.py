"""Strengths, rank sets, circles and faults, from judgments whose truth is known."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from arena.errors import UsageError
from arena.files import judgments
from arena.offline.rank.strengths import BY_PAIRS, DAVIDSON, HALVES
from arena.offline.rank.summarise import rank_judgments
from arena.records.ranking import RankedPair, RankResult
from arena.stats.preference import win_rate
from round_robins import Row, circle, decided, round_robin, write

CLEAR = {"A": 1.2, "B": 0.0, "C": -1.2}


def ranked(folder: Path, rows: Sequence[Row]) -> RankResult:
    """Return the ranking of judgments."""
    table = judgments.load([write(folder / "judgments.jsonl", rows)])
    return rank_judgments(table, source="judgments.jsonl", rng=np.random.default_rng(0))


def pair_of(result: RankResult, first: str, second: str) -> RankedPair:
    """Return the pair in which `first` stands first."""
    return next(pair for pair in result.pairs if (pair.first, pair.second) == (first, second))


def test_a_clear_order_is_found(tmp_path: Path) -> None:
    """One rank each, ratings around 1000, and the best one told."""
    found = ranked(tmp_path, round_robin(CLEAR, 80))
    assert [(one.name, one.rank_set) for one in found.variants] == [("A", (1,)), ("B", (2,)), ("C", (3,))]
    assert sum(one.rating or 0.0 for one in found.variants) == pytest.approx(3000)
    assert all(
        one.interval and one.rating and one.interval.low < one.rating < one.interval.high for one in found.variants
    )
    assert found.headline == "A is best of 3, sure at 95%"
    assert (found.method, found.fault, found.cycles, found.cases_needed_note) == (DAVIDSON, None, (), None)


def test_a_judge_that_is_not_fit_proves_no_order(tmp_path: Path) -> None:
    """Shown in one order only, the first may have won for its place: the sentence says so where it claims anything."""
    one_order = [row for row in round_robin(CLEAR, 80) if row["first"] < row["second"]]
    assert ranked(tmp_path, one_order).headline == ("A is best of 3, sure at 95%; but the judge is not fit to decide")
    equal = [row for row in round_robin({"A": 0.0, "B": 0.0, "C": 0.0}, 40, seed=3) if row["first"] < row["second"]]
    assert ranked(tmp_path, equal).headline == "Cannot tell: any of the 3 may be best"


def test_equal_variants_are_not_ranked(tmp_path: Path) -> None:
    """All ranks stay open, and the sentence says so."""
    found = ranked(tmp_path, round_robin({"A": 0.0, "B": 0.0, "C": 0.0}, 40, seed=3))
    assert {one.rank_set for one in found.variants} == {(1, 2, 3)}
    assert found.headline == "Cannot tell: any of the 3 may be best"


def test_a_pair_is_what_a_duel_of_it_would_say(tmp_path: Path) -> None:
    """The same win rate and p-value; the interval is wider, for that of all pairs holds at once."""
    rows = round_robin(CLEAR, 30)
    found = pair_of(ranked(tmp_path, rows), "A", "C").win_rate
    scores = []
    for case in range(30):
        shares = [
            {"first": 1.0, "tie": 0.5, "second": 0.0}[row["winner"]]
            if row["first"] == "A"
            else {"first": 0.0, "tie": 0.5, "second": 1.0}[row["winner"]]
            for row in rows
            if row["case"] == f"c{case}" and {row["first"], row["second"]} == {"A", "C"}
        ]
        scores.append(sum(shares) / 2)
    alone = win_rate(scores, level=1 - 0.05 / 3)
    assert (found.value, found.p_value) == pytest.approx((alone.value, alone.p_value))
    assert (found.wins, found.losses, found.ties) == (alone.wins, alone.losses, alone.ties)
    assert found.interval is not None
    assert alone.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (alone.interval.low, alone.interval.high), abs=1e-9
    )
    assert found.interval.level == pytest.approx(1 - 0.05 / 3)


def test_the_stronger_one_stands_first_in_every_pair(tmp_path: Path) -> None:
    """Whatever the file's order: the matrix and the pairs say the same."""
    found = ranked(tmp_path, round_robin({"C": -1.2, "A": 1.2, "B": 0.0}, 40))
    assert [(pair.first, pair.second) for pair in found.pairs] == [("A", "B"), ("A", "C"), ("B", "C")]
    for pair in found.pairs:
        value = pair.win_rate.value
        assert value == found.win_matrix[pair.first][pair.second]
        assert value == pytest.approx(1 - (found.win_matrix[pair.second][pair.first] or 0))
        assert pair.better == pair.first
        assert pair.win_rate.worst_case.low <= (value or 0) <= pair.win_rate.worst_case.high
    assert found.win_matrix["A"]["A"] is None


def test_what_was_not_read_can_undo_a_verdict(tmp_path: Path) -> None:
    """If all of it had gone the other way the pair would be open, so it is."""
    read = [row for case in range(20) for row in decided([("A", "B")], case=f"c{case}")]
    read += decided([("B", "A")], case="lost")
    unread = [{"case": f"u{i}", "first": "A", "second": "B", "winner": None} for i in range(8)]
    assert pair_of(ranked(tmp_path, read), "A", "B").better == "A"
    found = ranked(tmp_path, read + unread)
    assert found.judge is not None
    assert (found.judge.unparseable, found.judge.fit) == (8, False)
    assert pair_of(found, "A", "B").better is None
    assert pair_of(found, "A", "B").unparseable == 8
    assert any("8 of 50 judgments were not read" in note for note in found.notes)


def test_separated_variants_have_no_scale_but_their_order(tmp_path: Path) -> None:
    """The one that never lost is first where its pairs prove it; nothing is made up about how far."""
    rows = round_robin({"A": 9.0, "B": 0.3, "C": 0.0}, 20)
    found = ranked(tmp_path, rows)
    assert found.fault is not None
    assert (found.fault.kind, found.fault.groups) == ("separated", (("A",), ("B", "C")))
    assert found.fault.message == ("A won every one of 40 comparisons with B, C: how far above has no finite answer")
    assert found.method == BY_PAIRS
    assert {(one.rating, one.interval, one.reason) for one in found.variants} == {(None, None, found.fault.message)}
    assert found.variants[0].name == "A"
    assert found.variants[0].rank_set == (1,)
    assert found.headline == "A is best of 3, sure at 95%"


def test_variants_that_nothing_connects_are_named(tmp_path: Path) -> None:
    """Two groups without a pair between them have no common scale."""
    rows = round_robin({"A": 0.2, "B": 0.0}, 20) + round_robin({"P": 0.1, "Q": 0.0}, 20)
    found = ranked(tmp_path, rows)
    assert found.fault is not None
    assert (found.fault.kind, found.fault.groups) == ("disconnected", (("A", "B"), ("P", "Q")))
    assert found.fault.hint == "judge A against P, or rank each group by itself"
    assert found.win_matrix["A"]["P"] is None
    assert "4 of 6 pairs were never compared with each other" in found.notes


def test_ties_beside_too_few_wins_count_half(tmp_path: Path) -> None:
    """Their own share would be infinite; the method and a note say what was done instead."""
    tie = {"case": "c9", "first": "A", "second": "B", "winner": "tie"}
    rows = [row for case in range(9) for row in decided([("A", "B")], case=f"c{case}")] + [tie]
    found = ranked(tmp_path, rows)
    assert found.method == HALVES
    assert found.log_ties is None
    assert any("a tie counts half a win" in note for note in found.notes)


def test_too_few_cases_give_ratings_without_intervals(tmp_path: Path) -> None:
    """With the reason; the ranks are then open but for what the pairs prove."""
    found = ranked(tmp_path, circle(["A", "B", "C"], 2, share=1.0))
    assert found.variants[0].rating is not None
    assert found.variants[0].interval is None
    assert found.variants[0].reason == "intervals need at least 3 cases here, not 2"
    assert found.variants[0].rank_set == (1, 2, 3)
    assert (found.cases_needed, found.cases_needed_note) == (None, None)


def test_a_circle_is_named_and_how_sure_it_is(tmp_path: Path) -> None:
    """Each step proven: no order fits, whatever the scale says."""
    found = ranked(tmp_path, circle(["rock", "scissors", "paper"], 60))
    (found_circle,) = found.cycles
    assert found_circle.proven
    assert set(found_circle.variants) == {"rock", "scissors", "paper"}
    assert all(share > 0.7 for share in found_circle.win_rates)
    assert found_circle.p_value == max(pair.p_adjusted or 0 for pair in found.pairs)
    assert "rock beats scissors" in found.headline
    assert found.headline.startswith("No order fits: ")
    assert found.cases_needed_note is None


def test_a_circle_that_chance_makes_is_told_as_such(tmp_path: Path) -> None:
    """Three cases of it prove nothing."""
    found = ranked(tmp_path, circle(["A", "B", "C"], 3, share=1.0))
    assert [one.proven for one in found.cycles] == [False]
    assert found.headline == "Cannot tell: any of the 3 may be best"


def test_a_circle_through_pairs_that_were_compared_is_found(tmp_path: Path) -> None:
    """Four in a ring, each judged against its neighbours alone; the shortest circle is all four."""
    found = ranked(tmp_path, circle(["A", "B", "C", "D"], 40))
    assert [sorted(one.variants) for one in found.cycles] == [["A", "B", "C", "D"]]


def test_the_cases_that_would_tell_are_enough(tmp_path: Path) -> None:
    """So many cases of the same kind single out the best; the present number does not."""
    rows = round_robin({"A": 0.35, "B": 0.0, "C": -0.3}, 30, seed=4)
    found = ranked(tmp_path, rows)
    assert found.cases_needed is not None
    assert found.cases_needed > 30
    assert 1 in found.variants[1].rank_set
    assert found.cases_needed_note is not None
    assert found.cases_needed_note.startswith(f"about {found.cases_needed - 30:,} more case")
    again = math.ceil(found.cases_needed / 30) + 1
    many = ranked(tmp_path, [row | {"case": f"{row['case']} {copy}"} for copy in range(again) for row in rows])
    assert [one.name for one in many.variants if 1 in one.rank_set] == [found.variants[0].name]


def test_equals_are_never_told_apart(tmp_path: Path) -> None:
    """No number of cases is promised where the strengths are the same."""
    rows = [row for i in range(10) for row in decided([("A", "B") if i % 2 else ("B", "A")], case=f"c{i}")]
    found = ranked(tmp_path, rows)
    assert found.cases_needed is None
    assert found.cases_needed_note == "A and B are too close for any reasonable number of cases to tell them apart"


def test_copies_within_a_cluster_are_no_more_evidence(tmp_path: Path) -> None:
    """Three cases that say the same of one customer are one unit."""
    rows = round_robin({"A": 0.4, "B": 0.0, "C": -0.3}, 24, seed=2)
    once = ranked(tmp_path, rows)
    copies = [row | {"case": f"{row['case']} {i}", "cluster": row["case"]} for i in range(3) for row in rows]
    thrice = ranked(tmp_path, copies)
    assert (thrice.cases, thrice.clusters, once.clusters) == (72, 24, None)
    assert [one.rank_set for one in thrice.variants] == [one.rank_set for one in once.variants]
    for one, three in zip(once.variants, thrice.variants, strict=True):
        assert one.standard_error == pytest.approx(three.standard_error)


def test_one_order_alone_is_flagged(tmp_path: Path) -> None:
    """A judge that prefers a place would look like one that prefers a variant."""
    found = ranked(tmp_path, [row for row in round_robin(CLEAR, 20) if row["first"] < row["second"]])
    assert any("judged in one order only" in note for note in found.notes)
    assert all(pair.consistency is None for pair in found.pairs)


def test_several_judges_are_pooled_and_each_is_told(tmp_path: Path) -> None:
    """The one that always takes the first answer is seen."""
    rows = [row | {"judge": "fair"} for row in round_robin(CLEAR, 20)]
    rows += [row | {"judge": "lazy", "winner": "first"} for row in rows]
    found = ranked(tmp_path, rows)
    assert found.judge is not None
    assert found.judge.model == "2 judges pooled"
    assert [(one.model, one.first_slot_share.value) for one in found.judges][1] == ("lazy", 1.0)
    assert found.judges[0].length_controlled_win_rate is None


def test_ids_in_place_of_names_are_refused(tmp_path: Path) -> None:
    """More than a hundred variants are answers, not variants."""
    rows = [{"case": "c", "first": f"answer {i}", "second": f"answer {i + 1}", "winner": "tie"} for i in range(101)]
    with pytest.raises(UsageError, match="102 variants"):
        ranked(tmp_path, rows)


@pytest.mark.parametrize("seed", range(3))
def test_the_names_of_variants_change_nothing(tmp_path: Path, seed: int) -> None:
    """Renamed so that their order turns around, everyone has the same place."""
    rows = round_robin({"A": 0.4, "B": 0.0, "C": -0.2}, 25, seed=seed)
    names = {"A": "z", "B": "y", "C": "x"}
    turned = [row | {"first": names[row["first"]], "second": names[row["second"]]} for row in rows]
    found, other = ranked(tmp_path, rows), ranked(tmp_path, turned)
    assert [names[one.name] for one in found.variants] == [one.name for one in other.variants]
    assert [one.rank_set for one in found.variants] == [one.rank_set for one in other.variants]
    assert [one.rating for one in found.variants] == pytest.approx([one.rating for one in other.variants])
