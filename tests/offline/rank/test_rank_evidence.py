"""What each case says of each pair: the same as a duel's comparison of that pair says."""

import itertools
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pytest

from arena.evidence.merge import Comparisons, merge
from arena.evidence.run_table import FailedCall, columns_of, failed_calls
from arena.evidence.shares import shares_of_all
from arena.offline.rank.strengths import contests_of
from arena.records.answered import Answered
from arena.records.call import CallFailure, FailureKind
from arena.records.case import Case
from arena.records.judgment import Judgment
from merge_by_fractions import merge_by_fractions

NAMES = ("b", "a", "c")
Winner = Literal["first", "second", "tie"] | None
WINNERS: tuple[Winner, ...] = (None, "first", "second", "tie")


def evidence(
    judgments: Sequence[Judgment], failed: Sequence[tuple[str, str, int]] = (), panel: Any = "mean"
) -> Comparisons:
    """Return the evidence of judgments of the cases that they name, and of failed (case, variant, repeat)."""
    ids = sorted({one.case for one in judgments} | {case for case, _, _ in failed})
    clusters = {one.case: one.cluster for one in judgments}
    cases = [Case(id=name, input="?", cluster=clusters.get(name)) for name in ids]
    table = columns_of(NAMES, cases, judgments)
    rows = [
        Answered(
            case=case,
            variant=variant,
            repeat=repeat,
            answer=CallFailure(request_key="", kind=FailureKind.TIMEOUT, message="late"),
        )
        for case, variant, repeat in failed
    ]
    return merge(table, shares_of_all(table), failed_calls(rows, table), panel=panel)


def said(winner: Winner, *, first: str = "b", second: str = "a", **more: Any) -> Judgment:
    """Return one judgment; None was not read."""
    outcome: Literal["read", "unparseable"] = "unparseable" if winner is None else "read"
    return Judgment(**{"case": "c1", "first": first, "second": second, "winner": winner, "outcome": outcome} | more)


@pytest.mark.parametrize(
    ("winners", "expected"),
    [
        (("first", "second"), (1.0, 0.0, 0.0, 1.0, 1.0)),
        (("first", "first"), (0.5, 0.5, 0.0, 0.5, 0.5)),
        (("first", "tie"), (0.5, 0.0, 0.5, 0.75, 0.75)),
        (("tie", "tie"), (0.0, 0.0, 1.0, 0.5, 0.5)),
        ((None, "second"), (0.5, 0.0, 0.5, 0.5, 1.0)),
        ((None, None), (0.0, 0.0, 1.0, 0.0, 1.0)),
    ],
)
def test_both_orders_of_a_case_are_one_entry(winners: tuple[Winner, Winner], expected: tuple[float, ...]) -> None:
    """Wins, losses and ties of the pair's first variant, and its share if all that is missing went one way."""
    found = evidence([said(winners[0]), said(winners[1], first="a", second="b")])
    columns = (found.wins, found.losses, (1.0 - found.wins - found.losses), found.lows, found.highs)
    assert [column.tolist() for column in columns] == [[value] for value in expected]


def test_a_judge_that_gives_a_share_gives_part_of_a_win() -> None:
    """0.8 for the second is 60% of its win and 40% of a tie."""
    found = evidence([said(None, outcome="read", score_second=0.8)])
    assert [found.losses[0], (1.0 - found.wins - found.losses)[0], found.scores[0]] == pytest.approx([0.6, 0.4, 0.2])


def test_a_failed_call_is_lost_against_whoever_answered() -> None:
    """Against another failure it is a tie that may have been anything."""
    found = evidence([said("first", first="a", second="c")], failed=[("c1", "b", 0), ("c2", "a", 0), ("c2", "c", 0)])
    entries = {
        (NAMES[first], NAMES[second], int(case)): (score, low, high, int(who))
        for first, second, case, score, low, high, who in zip(
            found.treatment,
            found.control,
            found.case,
            found.scores,
            found.lows,
            found.highs,
            found.treatment_failed + 2 * found.control_failed,
            strict=True,
        )
    }
    assert entries == {
        ("b", "a", 0): (0.0, 0.0, 0.0, 1),
        ("b", "c", 0): (0.0, 0.0, 0.0, 1),
        ("a", "c", 0): (1.0, 1.0, 1.0, 0),
        ("b", "a", 1): (1.0, 1.0, 1.0, 2),
        ("b", "c", 1): (1.0, 1.0, 1.0, 2),
        ("a", "c", 1): (0.5, 0.0, 1.0, 3),
    }


@pytest.mark.parametrize("panel", ["mean", "majority"])
@pytest.mark.parametrize("seed", range(12))
def test_an_entry_is_the_comparison_of_a_duel(seed: int, panel: Literal["mean", "majority"]) -> None:
    """Repeats, judges, both orders, missing judgments and failed calls: score and bounds of `merge`, pair by pair."""
    rng = np.random.default_rng(seed)
    repeats, judges = int(rng.integers(1, 4)), [f"judge-{i}" for i in range(int(rng.integers(1, 4)))]
    cases = ["c0", "c1", "c2", "c3"]
    slots = itertools.product(cases, NAMES, range(repeats))
    failed = [slot for slot in slots if rng.random() < 0.15]
    judgments = []
    for case, pair, repeat in itertools.product(cases, itertools.combinations(NAMES, 2), range(repeats)):
        if any((case, name, repeat) in failed for name in pair):
            continue
        for judge, (first, second) in itertools.product(judges, (pair, pair[::-1])):
            winner = WINNERS[int(rng.integers(0, 4))]
            judgments.append(said(winner, case=case, first=first, second=second, repeat=repeat, judge=judge))
    found = evidence(judgments, failed, panel)
    ids = sorted({one.case for one in judgments} | {case for case, _, _ in failed})
    entries = zip(found.treatment, found.control, found.case, found.scores, found.lows, found.highs, strict=True)
    for first, second, number, *shares in entries:
        case, pair = ids[number], (NAMES[first], NAMES[second])
        expected = merge_by_fractions(
            case,
            [one for one in judgments if one.case == case and {one.first, one.second} == set(pair)],
            treatment=pair[0],
            control=pair[1],
            repeats=repeats,
            treatment_failed=[repeat for where, name, repeat in failed if (where, name) == (case, pair[0])],
            control_failed=[repeat for where, name, repeat in failed if (where, name) == (case, pair[1])],
            panel=panel,
        )
        assert shares == pytest.approx([expected.score, expected.low, expected.high])


def test_judgments_by_likelihood_count_as_in_a_duel() -> None:
    """Both orders of a judge are one verdict: the sign of its mean log-odds."""
    judgments = [
        said("second", log_odds=3.0),
        said("second", first="a", second="b", log_odds=1.0),
    ]
    found = evidence(judgments)
    assert found.scores.tolist() == [merge_by_fractions("c1", judgments, treatment="b", control="a").score] == [0.0]


def test_the_case_or_its_cluster_is_the_unit() -> None:
    """Two cases of one cluster are one unit, and no two others are."""
    found = evidence([said("first", case=name, cluster=label) for name, label in (("x", "k"), ("y", "k"), ("z", None))])
    assert len(set(found.units.tolist())) == 2
    assert contests_of(found).case_count == 2


def test_a_failure_named_twice_counts_once() -> None:
    """The same call of the same repeat."""
    table = columns_of(NAMES, [Case(id="c1", input="?")], [])
    call = FailedCall(case=0, repeat=0, variant=0)
    found = merge(table, shares_of_all(table), [call, call])
    assert found.losses.tolist() == [1.0, 1.0]
