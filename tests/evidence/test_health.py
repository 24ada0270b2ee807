"""Whether a judge can be trusted."""

from typing import Any

import pytest

from arena.evidence.health import failing_arms, judge_health, unfit_for
from arena.records.judgment import Judgment
from arena.records.result import JudgeHealth
from merged import evidence_from


def said(case: int, first: str, winner: Any, **fields: Any) -> Judgment:
    """Return one judgment of a case, the other variant shown second."""
    second = {"control": "treatment", "treatment": "control"}[first]
    return Judgment(
        case=f"c{case}", first=first, second=second, winner=winner, judge="v:m", judge_config="f00d", **fields
    )


def both(case: int, when_control_first: Any, when_treatment_first: Any, **fields: Any) -> list[Judgment]:
    """Return both presentations of a case."""
    return [
        said(case, "control", when_control_first, **fields),
        said(case, "treatment", when_treatment_first, **fields),
    ]


def consistent(cases: int) -> list[Judgment]:
    """Return judgments that prefer the treatment wherever it stands."""
    return [judgment for case in range(cases) for judgment in both(case, "second", "first")]


def health(judgments: list[Judgment], **fields: Any) -> JudgeHealth:
    """Return the judge's health."""
    return judge_health(evidence_from(judgments).shares, model="v:m", config="f00d", **fields)


def test_a_judge_that_is_of_one_mind_is_fit() -> None:
    """Ten cases, both orders, the same winner."""
    found = health(consistent(10))
    assert (found.consistency.value, found.consistency.n) == (1.0, 10)
    assert (found.first_slot_share.value, found.position_p_value) == (0.5, 1.0)
    assert (found.fit, found.unfit_reasons, found.model, found.config) == (True, (), "v:m", "f00d")
    assert found.judgments == 20


def test_a_judge_that_always_takes_the_first_is_unfit() -> None:
    """Consistency 0, first slot 100%, and no doubt about its position effect."""
    found = health([judgment for case in range(10) for judgment in both(case, "first", "first")])
    assert found.consistency.value == 0.0
    assert found.first_slot_share.value == 1.0
    assert found.position_p_value == pytest.approx(2.0**-9)
    assert found.unfit_reasons == ("consistency 0% is below 70%",)


def test_a_tie_and_a_win_are_not_consistent() -> None:
    """The outcome must be the same."""
    found = health([*both(0, "tie", "first"), *both(1, "tie", "tie"), *both(2, "second", "first")])
    assert found.consistency.value == pytest.approx(2 / 3)


def test_consistency_is_averaged_inside_a_case_and_over_clusters() -> None:
    """Repeats and clusters add no units of evidence."""
    repeats = [
        *both(0, "second", "first", cluster="k"),
        *both(0, "second", "second", cluster="k", repeat=1),
        *both(1, "second", "first", cluster="k"),
        *both(2, "second", "first"),
    ]
    found = health(repeats)
    assert found.consistency.value == pytest.approx(2.5 / 3)
    assert (found.consistency.n, found.first_slot_share.n) == (2, 2)


def test_consistency_is_unknown_where_only_one_order_was_shown() -> None:
    """Nothing to compare: not fit to decide, and the reason is given."""
    found = health([said(case, "control", "second") for case in range(8)])
    assert (found.consistency.value, found.position_p_value) == (None, None)
    assert found.unfit_reasons == ("consistency is unknown: no case was read in both orders",)


def test_the_floor_of_consistency_is_the_users() -> None:
    """Four of five: enough at 70%, not at 90%."""
    judgments = [*consistent(4), *both(4, "first", "first")]
    assert health(judgments).fit
    assert health(judgments, min_consistency=0.9).unfit_reasons == ("consistency 80% is below 90%",)


def test_a_judge_exactly_at_its_floor_is_fit() -> None:
    """The floor is the least consistency that is enough, not the first that is too little."""
    judgments = [*consistent(3), *both(3, "first", "first")]
    assert health(judgments, min_consistency=0.75).consistency.value == 0.75
    assert health(judgments, min_consistency=0.75).fit


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("unparseable", "2 of 20 judgments could not be read: more than 5%"),
        ("failed", "2 of 20 judgments failed: more than 5%"),
    ],
)
def test_more_than_a_twentieth_lost_is_unfit(outcome: Any, reason: str) -> None:
    """One in twenty is borne, two are not; neither is ever a tie."""
    one = [*consistent(10)[:-1], said(9, "treatment", None, outcome=outcome)]
    two = [*consistent(9), *both(9, None, None, outcome=outcome)]
    assert health(one).fit
    assert health(two).unfit_reasons == (reason,)
    assert health(two).first_slot_share.n == 9


@pytest.mark.parametrize(
    ("failures", "cases", "reasons"),
    [
        ({"control": 5, "treatment": 5}, 100, ()),
        ({"control": 1}, 10, ("control: 1 of 10 answers failed: more than 5%",)),
        ({"treatment": 6, "control": 0}, 200, ("the arms fail unequally: control 0, treatment 6",)),
        ({"treatment": 3, "control": 0}, 200, ()),
    ],
)
def test_arms_that_fail_too_often_or_unequally_are_named(
    failures: dict[str, int], cases: int, reasons: tuple[str, ...]
) -> None:
    """More than 5% of an arm, or a difference beyond chance."""
    assert tuple(failing_arms(failures, "control", "treatment", cases)) == reasons
    unfit = unfit_for(health(consistent(10)), reasons)
    assert (unfit.unfit_reasons, unfit.fit) == (reasons, not reasons)


def test_the_longer_answer_is_counted_among_decided_judgments() -> None:
    """Three decided with lengths that differ, two of them for the longer one."""
    judgments = [
        said(0, "control", "second", length_first=10, length_second=90),
        said(1, "control", "first", length_first=80, length_second=20),
        said(2, "treatment", "first", length_first=10, length_second=30),
        said(3, "control", "tie", length_first=10, length_second=30),
        said(4, "control", "first", length_first=30, length_second=30),
        said(5, "control", "first"),
    ]
    assert health(judgments).longer_wins == pytest.approx(2 / 3)
    assert health(consistent(3)).longer_wins is None


def test_the_win_rate_at_equal_lengths_is_given_where_there_are_lengths() -> None:
    """The treatment's lead counts from either side; half a win at equal lengths."""
    judgments = []
    for case, lead in enumerate([40, -40, 30, -30, 20, -20, 10, -10]):
        winner = "second" if case % 4 in (0, 3) else "first"
        judgments.append(said(case, "control", winner, length_first=100, length_second=100 + lead))
        other = "first" if winner == "second" else "second"
        judgments.append(said(case, "treatment", other, length_first=100 + lead, length_second=100))
    found = health(judgments).length_controlled_win_rate
    assert found is not None
    assert found.value == pytest.approx(0.5, abs=0.05)
    assert found.interval is not None
    assert health(consistent(3)).length_controlled_win_rate is None


def test_a_share_is_an_outcome_too() -> None:
    """A judge that gives numbers: .8 and .7 for the treatment agree."""
    judgments = [
        said(0, "control", None, score_second=0.8),
        said(0, "treatment", None, score_second=0.3),
    ]
    assert health(judgments).consistency.value == 1.0


def test_no_judgments_are_no_judge() -> None:
    """Undefined is None with a reason."""
    found = health([])
    assert (found.fit, found.consistency.value, found.first_slot_share.value) == (False, None, None)


def test_health_does_not_depend_on_the_order_of_judgments() -> None:
    """The same judgments from the other end."""
    judgments = [*consistent(4), *both(4, "first", "tie"), *both(5, "tie", "tie")]
    assert health(judgments[::-1]) == health(judgments)
