"""Several judges: their verdicts become one by the rule, and a judge that fails never takes the case away."""

from dataclasses import replace

import pytest

from arena.evidence.merge import Panel
from arena.evidence.panel import panel_agreement
from arena.records.judgment import Comparison, Judgment
from judge_parts import judgment
from merged import evidence_from, merge_case


def said(judge: str, share: float | None, *, failed: bool = False) -> list[Judgment]:
    """Return one judge's two judgments that give the treatment this share in both orders."""
    both = [
        judgment("control", None if share is None else 1.0 - share, judge=judge),
        judgment("treatment", share, judge=judge),
    ]
    return [replace(one, outcome="failed") for one in both] if failed else both


def merged(panel: Panel, *groups: list[Judgment]) -> Comparison:
    """Merge the judgments of a panel."""
    return merge_case("c1", [one for group in groups for one in group], panel=panel)


@pytest.mark.parametrize(
    ("shares", "mean", "majority"),
    [
        ((1.0, 1.0, 0.0), 2 / 3, 1.0),
        ((0.0, 0.0, 1.0), 1 / 3, 0.0),
        ((1.0, 0.0, 0.5), 0.5, 0.5),
        ((0.5, 0.5, 1.0), 2 / 3, 1.0),
        ((1.0, 0.0), 0.5, 0.5),
    ],
)
def test_mean_weighs_and_majority_decides(shares: tuple[float, ...], mean: float, majority: float) -> None:
    """By mean a case is shared; by majority the side with more votes has it, ties have no vote."""
    groups = [said(f"j{index}", share) for index, share in enumerate(shares)]
    assert merged("mean", *groups).score == pytest.approx(mean)
    assert merged("majority", *groups).score == majority


def test_judge_that_contradicts_itself_has_no_vote() -> None:
    """One vote a judge: the outcome of the mean over its own orders."""
    torn = [judgment("control", 1.0, judge="torn"), judgment("treatment", 1.0, judge="torn")]
    assert merged("majority", torn, said("x", 1.0)).score == 1.0
    assert merged("majority", torn, said("x", 1.0), said("y", 0.0)).score == 0.5


@pytest.mark.parametrize("panel", ["mean", "majority"])
def test_judge_that_fails_leaves_the_case_with_bounds(panel: Panel) -> None:
    """The case counts; what the missing judge might have said stands in the bounds."""
    found = merged(panel, said("x", 1.0), said("y", None, failed=True))
    assert found.low < found.score <= found.high
    assert (found.low, found.high) == (0.5, 1.0)
    all_failed = merged(panel, said("x", None, failed=True), said("y", None, failed=True))
    assert (all_failed.low, all_failed.score, all_failed.high) == (0.0, 0.5, 1.0)


def test_majority_stands_where_the_missing_judge_could_not_change_it() -> None:
    """Two of three have decided."""
    found = merged("majority", said("x", 1.0), said("y", 1.0), said("z", None))
    assert (found.low, found.score, found.high) == (1.0, 1.0, 1.0)


def test_likelihood_and_labels_in_one_panel_are_merged_each_by_its_rule() -> None:
    """The judge by likelihood has the sign of both orders together, the other its own labels."""
    odds = {"control": 4.0, "treatment": 3.0}  # of the second over the first: a bias of 3.5, a lean of 0.5
    by_likelihood = [
        replace(judgment(first, 0.0, judge="odds"), winner="second", score_second=None, log_odds=value)
        for first, value in odds.items()
    ]
    assert merged("mean", by_likelihood).score == 1.0
    assert merged("mean", by_likelihood, said("x", 0.0)).score == 0.5
    assert merged("majority", by_likelihood, said("x", 0.0)).score == 0.5


def test_agreement_is_the_share_of_pairs_that_name_the_same_outcome() -> None:
    """Three judges are three pairs a case; the judge of whom nothing was read is left out and counted."""
    of_case = {
        "c1": [*said("x", 1.0), *said("y", 1.0), *said("z", 1.0)],
        "c2": [*said("x", 1.0), *said("y", 1.0), *said("z", 0.0)],
        "c3": [*said("x", 1.0), *said("y", 0.0), *said("z", None)],
    }
    judgments = [replace(one, case=case) for case, given in of_case.items() for one in given]
    found = panel_agreement(evidence_from(judgments).shares, rule="mean", judges=3)
    assert found.agreement.value == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert found.agreement.n == 3
    assert (found.split, found.incomplete, found.judges, found.rule) == (2, 1, 3, "mean")


def test_agreement_of_nothing_is_undefined() -> None:
    """Where no case was read by two judges there is no figure, and a reason."""
    found = panel_agreement(evidence_from(said("x", 1.0)).shares, rule="majority", judges=2)
    assert (found.agreement.value, found.agreement.reason) == (None, "no case was read by two judges")
    assert found.incomplete == 1
