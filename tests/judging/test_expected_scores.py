"""Expected axis scores: one question an axis, each level weighed by its probability."""

import math
from dataclasses import replace

import pytest

from arena.judging.pointwise import cards_each, read, scorecards, with_appraisals
from arena.records.call import Finish
from arena.records.judgment import AxisScores
from arena.records.workspace import Workspace
from judge_parts import CASE, CONTROL, JUDGE, RUBRIC, TREATMENT, completion, judgment

JUDGE_OF_SCORES = replace(JUDGE, axes="pointwise", scores="expected")
CARDS = scorecards(JUDGE_OF_SCORES, RUBRIC, CASE, TREATMENT, judge_index=1, workspace=Workspace())
FOUR = {"4": math.log(0.6), "5": math.log(0.2), "3": math.log(0.1), "The": math.log(0.1)}


def test_each_axis_is_one_call_of_one_token() -> None:
    """The axis alone is shown with its levels, the subject names it, and one digit is asked for."""
    assert cards_each(JUDGE_OF_SCORES, RUBRIC) == len(CARDS) == 2
    assert cards_each(JUDGE, RUBRIC) == 1
    clarity, accuracy = CARDS
    assert clarity.request.subject["check"] == "axis.clarity"
    assert clarity.request.subject["judge"] == "1"
    assert (clarity.request.body["max_tokens"], clarity.request.body["top_logprobs"]) == (1, 20)
    system = clarity.request.messages[0].content
    assert "Is it easy to follow?" in system
    assert "Is it true?" not in system
    assert clarity.request.key != accuracy.request.key


def test_stated_scores_are_one_call() -> None:
    """Without expected scores nothing changes: one card, all axes."""
    (card,) = scorecards(replace(JUDGE, axes="pointwise"), RUBRIC, CASE, TREATMENT, workspace=Workspace())
    assert card.request.subject["check"] == "axes"
    assert card.rubric == RUBRIC


def test_score_is_the_mean_level_by_probability() -> None:
    """(4 · .6 + 5 · .2 + 3 · .1) / .9, and what is no level has no weight."""
    found = read(CARDS[0], completion("4", Finish.LENGTH, logprobs=FOUR))
    assert found.axes == {"clarity": pytest.approx(3.7 / 0.9)}
    assert (found.error, found.cost_usd) == (None, 0.5)


def test_reply_without_a_level_has_no_score() -> None:
    """None with the reason, whatever the text says."""
    found = read(CARDS[0], completion("4", logprobs={"The": -0.1}))
    assert found.axes == {"clarity": None}
    assert "clarity: likelihood: none of 1, 2, 3, 4, 5" in (found.error or "")


def test_axes_that_were_asked_for_one_by_one_are_set_into_the_judgments_together() -> None:
    """Both answers' axes are gathered, the costs of all calls added."""
    other = scorecards(JUDGE_OF_SCORES, RUBRIC, CASE, CONTROL, workspace=Workspace())
    appraisals = [read(card, completion("4", logprobs=FOUR)) for card in (*other, *CARDS)]
    judgments = with_appraisals([replace(judgment("control", 0.0), cost_usd=0.5)], *appraisals)
    mean = appraisals[0].axes["clarity"]
    assert mean == pytest.approx(3.7 / 0.9)
    assert judgments[0].axes == {name: AxisScores(first=mean, second=mean) for name in ("accuracy", "clarity")}
    assert judgments[0].cost_usd == pytest.approx(0.5 * 5)
