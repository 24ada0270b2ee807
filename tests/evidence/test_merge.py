"""Judgments of a case become one comparison by the rules of the statistics."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.evidence.merge import Panel
from arena.records.judgment import Comparison, Judgment
from judge_parts import judgment
from merge_by_fractions import merge_by_fractions
from merged import merge_case

SHARES = st.sampled_from([0.0, 0.5, 1.0])
Failed = Literal["control", "treatment", "both"]


def merged(*judgments: Judgment, **changes: object) -> Comparison:
    """Merge judgments of case c1."""
    return merge_case("c1", judgments, **changes)  # type: ignore[arg-type] # passed on as given


def both(forward: float | None, backward: float | None, repeat: int = 0) -> tuple[Judgment, Judgment]:
    """Return both orders from the treatment's shares in them."""
    return (
        judgment("control", None if forward is None else 1.0 - forward, repeat=repeat),
        judgment("treatment", backward, repeat=repeat),
    )


@pytest.mark.parametrize(
    ("forward", "backward", "score", "outcome", "consistent"),
    [
        (1.0, 1.0, 1.0, "win", True),
        (0.0, 0.0, 0.0, "loss", True),
        (0.5, 0.5, 0.5, "tie", True),
        (1.0, 0.0, 0.5, "tie", False),
        (1.0, 0.5, 0.75, "win", False),
        (0.5, 0.0, 0.25, "loss", False),
    ],
)
def test_orders_are_averaged(forward: float, backward: float, score: float, outcome: str, consistent: bool) -> None:
    """A tie and a win do not name the same outcome; a win in each slot is a tie that is not consistent."""
    found = merged(*both(forward, backward))
    assert (found.score, found.low, found.high) == (score, score, score)
    assert (found.outcome, found.consistent) == (outcome, consistent)


@given(SHARES)
def test_judgment_that_could_not_be_read_counts_half_with_bounds(share: float) -> None:
    """An order without a judgment counts ½, and 0 and 1 in the bounds; consistency is then unknown."""
    found = merged(*both(share, None))
    assert (found.score, found.low, found.high) == (share / 2 + 0.25, share / 2, share / 2 + 0.5)
    assert found.consistent is None
    assert not found.control_failed
    assert not found.treatment_failed


@pytest.mark.parametrize(
    ("control", "treatment", "expected"),
    [((0,), (), (1.0, 1.0, 1.0, "win")), ((), (0,), (0.0, 0.0, 0.0, "loss")), ((0,), (0,), (0.5, 0.0, 1.0, "tie"))],
)
def test_failed_call_is_that_arms_loss(
    control: tuple[int, ...], treatment: tuple[int, ...], expected: tuple[float, float, float, str]
) -> None:
    """One failed arm loses for certain; when both failed, nothing is known."""
    found = merged(control_failed=control, treatment_failed=treatment)
    assert (found.score, found.low, found.high, found.outcome) == expected
    assert (found.control_failed, found.treatment_failed) == (bool(control), bool(treatment))
    assert found.consistent is None


def test_case_that_nobody_judged_is_unknown() -> None:
    """No judgment is ½ with bounds 0 and 1; the case stays in n."""
    found = merged(cluster="k")
    assert (found.score, found.low, found.high, found.cluster) == (0.5, 0.0, 1.0, "k")


def test_failure_in_one_repeat_counts_in_that_repeat() -> None:
    """Repeats are averaged: a treatment that won one repeat and failed in the other has ½."""
    found = merged(*both(1.0, 1.0, repeat=1), repeats=2, treatment_failed=(0,))
    assert (found.score, found.low, found.high) == (0.5, 0.5, 0.5)
    assert found.treatment_failed


def test_repeats_that_only_the_judgments_know_count() -> None:
    """A file of judgments may hold more repeats than were announced."""
    assert merged(*both(1.0, 1.0), *both(0.0, 0.0, repeat=4)).score == 0.5


def test_thirds_make_an_exact_tie() -> None:
    """Sums are exact: three judges and six repeats that cancel are a tie, not nearly one."""
    given_judgments = []
    for repeat, wins in enumerate((0, 1, 2, 3, 1, 2)):
        for judge in range(3):
            share = 1.0 if judge < wins else 0.0
            given_judgments += [judgment("treatment", share, repeat=repeat, judge=str(judge))]
    assert merged(*given_judgments).outcome == "tie"


def test_judgment_of_another_case_is_refused() -> None:
    """What does not belong to the case is a mistake of the caller, not a silent extra row."""
    with pytest.raises(ValueError, match="judgment of c1, control/treatment: no such case or variant was asked"):
        merge_case("c2", [judgment("control", 1.0)])
    with pytest.raises(ValueError, match="judgment of c1, control/treatment: no such case or variant was asked"):
        merge_case("c1", [judgment("control", 1.0)], treatment="other")


REPEATS = st.lists(
    st.tuples(st.none() | SHARES, st.none() | SHARES, st.none() | st.sampled_from(["control", "treatment", "both"])),
    min_size=1,
    max_size=5,
)


@given(REPEATS, st.randoms(use_true_random=False))
def test_merging_keeps_its_bounds_and_knows_no_order(
    repeats: list[tuple[float | None, float | None, Failed | None]], shuffled: object
) -> None:
    """Bounds hold the score, meet when all is known, and do not depend on the order of the judgments."""
    rows = [row for n, (forward, backward, _) in enumerate(repeats) for row in both(forward, backward, repeat=n)]
    failed = {
        arm: tuple(n for n, (_, _, who) in enumerate(repeats) if who in (arm, "both"))
        for arm in ("control", "treatment")
    }
    options = {"repeats": len(repeats), "control_failed": failed["control"], "treatment_failed": failed["treatment"]}
    found = merged(*rows, **options)
    assert 0.0 <= found.low <= found.score <= found.high <= 1.0
    shuffled.shuffle(rows)  # type: ignore[attr-defined] # a random.Random of hypothesis
    assert merged(*rows, **options) == found
    known = all(who in ("control", "treatment") or (who is None and None not in (f, b)) for f, b, who in repeats)
    assert (found.low == found.high) == known


@given(REPEATS)
def test_arms_are_treated_alike(repeats: list[tuple[float | None, float | None, Failed | None]]) -> None:
    """Exchanging the names of the arms mirrors the comparison about ½."""
    rows = [row for n, (forward, backward, _) in enumerate(repeats) for row in both(forward, backward, repeat=n)]
    found = merged(*rows, repeats=len(repeats))
    mirror = merge_case("c1", rows, control="treatment", treatment="control", repeats=len(repeats))
    assert mirror.score == pytest.approx(1.0 - found.score, abs=1e-15)
    assert mirror.low == pytest.approx(1.0 - found.high)
    assert mirror.high == pytest.approx(1.0 - found.low)
    assert mirror.consistent == found.consistent
    assert {mirror.outcome, found.outcome} in ({"win", "loss"}, {"tie"})


def test_one_repeat_scores_on_quarters() -> None:
    """Without repeats every score is a multiple of ¼, the lattice of the exact tests."""
    shares = (None, 0.0, 0.5, 1.0)
    scores = {Fraction(merged(*both(f, b)).score) for f, b in product(shares, shares)}
    assert scores == {Fraction(k, 4) for k in range(5)}


#: Order, share, log-odds, judge, repeat: some judge in one order only, some twice, some not in every repeat.
SPOKEN = st.lists(
    st.tuples(
        st.sampled_from(["control", "treatment"]),
        st.none() | SHARES,
        st.none() | st.sampled_from([-2.5, -0.1, 0.1, 0.2, 0.3]),
        st.sampled_from(["x", "y", "z"]),
        st.integers(0, 3),
    ),
    max_size=14,
)


def spoken(rows: list[tuple[str, float | None, float | None, str, int]]) -> list[Judgment]:
    """Return judgments; those of z are by likelihood."""
    found = []
    for first, share, odds, judge, repeat in rows:
        if judge == "z":  # by likelihood: read where it has odds
            share = None if odds is None else 1.0 if (odds > 0) == (first == "control") else 0.0
        one = judgment(first, share, judge=judge, repeat=repeat)
        found.append(replace(one, log_odds=odds if judge == "z" else None))
    return found


@settings(max_examples=300)
@given(SPOKEN, st.sets(st.integers(0, 2)), st.sets(st.integers(0, 2)), st.sampled_from(["mean", "majority"]))
def test_columns_merge_as_exact_fractions_do(
    rows: list[tuple[str, float | None, float | None, str, int]], control: set[int], treatment: set[int], panel: Panel
) -> None:
    """Bit by bit: score, bounds, outcome and consistency of any judges, repeats, orders, odds and failed calls."""
    judgments = spoken(rows)
    options = {"repeats": 3, "control_failed": control, "treatment_failed": treatment, "panel": panel}
    expected = merge_by_fractions("c1", judgments, control="control", treatment="treatment", **options)  # type: ignore[arg-type] # passed on as given
    assert merged(*judgments, **options) == expected


@given(st.lists(st.tuples(st.sampled_from(["control", "treatment"]), st.floats(0, 1)), min_size=1, max_size=8))
def test_shares_that_are_no_halves_are_merged_to_rounding(rows: list[tuple[str, float]]) -> None:
    """A judge may give any number; what is nearer to ½ than sums are exact is a tie."""
    judgments = [judgment(first, share) for first, share in rows]
    found = merged(*judgments)
    expected = merge_by_fractions("c1", judgments, control="control", treatment="treatment")
    assert found.score == pytest.approx(expected.score, abs=1e-12)
    assert found.outcome == expected.outcome or abs(expected.score - 0.5) < 1e-12
