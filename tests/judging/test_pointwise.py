"""Each answer is scored alone, and its scores are set into the judgments of its case."""

import json
from dataclasses import replace

import pytest

from arena.judging.pointwise import Appraisal, read, scorecard, with_appraisals
from arena.records.call import Finish
from arena.records.judgment import AxisScores
from arena.records.workspace import Workspace
from judge_parts import CASE, CONTROL, JUDGE, RUBRIC, TREATMENT, completion, failure, judgment

CARD = scorecard(JUDGE, RUBRIC, CASE, TREATMENT, workspace=Workspace())


def test_one_answer_is_shown_alone() -> None:
    """The other variant's answer is not in the prompt; the subject names variant and purpose."""
    user = CARD.request.messages[1].content
    assert TREATMENT.text in user
    assert CONTROL.text not in user
    assert CARD.request.subject == {"case": "late-package", "variant": "treatment", "check": "axes"}
    assert list(CARD.question.schema["properties"]) == ["reason", "axes"]
    assert (
        scorecard(JUDGE, RUBRIC, CASE, TREATMENT, judge_index=2, workspace=Workspace()).request.subject["judge"] == "2"
    )


def test_scores_are_read_by_axis() -> None:
    """Each axis has its level, with the cost of the call."""
    found = read(CARD, completion(json.dumps({"reason": "x", "axes": {"clarity": 4, "accuracy": 5}})))
    assert found == Appraisal(variant="treatment", axes={"clarity": 4.0, "accuracy": 5.0}, cost_usd=0.5)


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ('{"reason": "x", "axes": {"clarity": 9}}', {"clarity": None, "accuracy": None}),
        ('{"reason": "x", "axes": {"clarity": 4}}', {"clarity": 4.0, "accuracy": None}),
        ('{"reason": "x", "axes": 4}', {"clarity": None, "accuracy": None}),
        ("clarity: 4, accuracy: 5", {"clarity": None, "accuracy": None}),
    ],
)
def test_what_cannot_be_read_is_none_with_the_reason(text: str, axes: dict[str, float | None]) -> None:
    """A missing or impossible score is None, never a number."""
    found = read(CARD, completion(text))
    assert found.axes == axes
    assert found.error


def test_failed_or_cut_call_gives_no_scores() -> None:
    """A failure and a cut reply are errors of the appraisal."""
    assert read(CARD, failure()).error == "timeout: no answer in 120 s"
    assert set(read(CARD, completion('{"reason"', Finish.LENGTH)).axes.values()) == {None}


def test_appraisals_are_set_into_both_orders_and_paid_once() -> None:
    """Each judgment shows the axes by position, and the costs of all calls are in the first judgment."""
    one = Appraisal(variant="control", axes={"clarity": 2.0}, cost_usd=0.25)
    other = Appraisal(variant="treatment", axes={"clarity": 4.0}, cost_usd=0.5, error="accuracy: missing")
    orders = [replace(judgment(first, 1.0), cost_usd=1.0) for first in ("control", "treatment")]
    forward, backward = with_appraisals(orders, one, other)
    assert forward.axes == {"clarity": AxisScores(first=2.0, second=4.0)}
    assert backward.axes == {"clarity": AxisScores(first=4.0, second=2.0)}
    assert (forward.cost_usd, backward.cost_usd) == (1.75, 1.0)
    assert forward.error == "axes of treatment: accuracy: missing"


def test_unknown_cost_of_one_call_makes_the_sum_unknown() -> None:
    """A sum with an unknown part is None with that part's reason."""
    one = Appraisal(variant="control", axes={}, cost_usd=0.25)
    other = Appraisal(variant="treatment", axes={}, cost_reason="no price")
    (found,) = with_appraisals([replace(judgment("control", 1.0), cost_usd=1.0)], one, other)
    assert (found.cost_usd, found.cost_reason) == (None, "no price")


def test_judgments_without_appraisals_stay_as_they_are() -> None:
    """Axes of the pairwise call are not touched, and no judgments stay none."""
    given = (judgment("control", 0.0),)
    assert with_appraisals(given) == given
    assert with_appraisals([], Appraisal(variant="control", axes={})) == ()
