"""Log-odds of two letters are a verdict: a bias towards a slot cancels between the orders, and nothing is guessed."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import UsageError
from arena.judging.likelihood import UnlikelyReply, expected_level, log_odds
from arena.judging.pairwise import Ballot, ballots, read
from arena.records.call import FailureKind, Finish
from arena.records.experiment import Judge
from arena.records.judgment import Comparison, Judgment
from arena.records.variant import Decoding, Model
from arena.records.workspace import Workspace
from judge_parts import CASE, CONTROL, JUDGE, RUBRIC, TREATMENT, completion, failure
from merged import merge_case

BY_LIKELIHOOD = replace(JUDGE, method="likelihood", axes="none")
BIAS = st.floats(-30, 30, allow_nan=False)
LEAN = st.floats(0.001, 10, allow_nan=False)


def asked(judge: Judge = BY_LIKELIHOOD, **changes: Any) -> tuple[Ballot, ...]:
    """Return both ballots of one case."""
    return ballots(judge, RUBRIC, CASE, CONTROL, TREATMENT, **{"workspace": Workspace(), **changes})


def judged(odds_control_first: float | None, odds_treatment_first: float | None) -> list[Judgment]:
    """Return both orders' judgments; the odds are those of the letter B over A."""
    odds = (odds_control_first, odds_treatment_first)
    answers = [
        completion("?") if value is None else completion("A", Finish.LENGTH, logprobs={"A": -1.0, "B": -1.0 + value})
        for value in odds
    ]
    return [read(ballot, answer) for ballot, answer in zip(asked(), answers, strict=True)]


def merged(judgments: list[Judgment]) -> Comparison:
    """Merge one case."""
    return merge_case(CASE.id, judgments)


def test_one_token_is_asked_for_with_its_alternatives() -> None:
    """No schema binds the reply, temperature is 0, and twenty alternatives are reported; there is no tie to choose."""
    request = asked()[0].request
    assert request.body["max_tokens"] == 1
    assert (request.body["temperature"], request.body["logprobs"], request.body["top_logprobs"]) == (0.0, True, 20)
    assert "response_format" not in request.body
    system, user = (message.content for message in request.messages)
    assert "TIE" not in system
    assert user.endswith("Reply with one letter: A or B.")
    assert asked()[0].request.messages[0] == asked()[1].request.messages[0]


def test_the_responses_api_is_asked_for_the_fewest_tokens_that_it_takes() -> None:
    """It refuses a limit below 16; the first token is what is read."""
    model = Model(vendor="openai", name="gpt-5.1", api="responses")
    body = asked(replace(BY_LIKELIHOOD, model=model))[0].request.body
    assert (body["max_output_tokens"], body["top_logprobs"]) == (16, 20)


@pytest.mark.parametrize(
    "model", [Model(vendor="anthropic", name="claude-sonnet-5"), Model(vendor="openai", name="gpt-6-luna")], ids=str
)
def test_model_that_gives_no_log_probabilities_is_refused_before_anything_is_sent(model: Model) -> None:
    """The messages API has none, and a model that reasons gives none; both are told while the request is built."""
    with pytest.raises(UsageError, match="gives no log-probabilities"):
        asked(replace(BY_LIKELIHOOD, model=model))


def test_letter_with_the_greater_probability_wins() -> None:
    """The judgment names the winner by the sign, and keeps the odds; a cut reply is as good as any."""
    first, second = judged(0.7, -0.2)
    assert [one.winner for one in (first, second)] == ["second", "first"]
    assert [one.log_odds for one in (first, second)] == pytest.approx([0.7, -0.2])
    assert first.outcome == "read"
    assert first.reason == "ln p(B) − ln p(A) = +0.700"
    assert first.axes == {}
    assert judged(0.0, 0.0)[0].winner == "tie"


def test_blanks_around_a_label_are_the_label_and_case_is_not() -> None:
    """Tokenisers put a blank before a word; "a" is the article, not the answer."""
    assert log_odds({"A": math.log(0.2), " A": math.log(0.2), "B": math.log(0.4)}, ("A", "B")) == pytest.approx(0.0)
    assert log_odds({"A": -1.0, "a": -0.1, "B": -2.0}, ("A", "B")) == -1.0


def test_missing_letter_is_as_likely_as_the_least_alternative() -> None:
    """The sign is sure and the distance is not exaggerated."""
    assert log_odds({"A": -0.5, "The": -6.0, "I": -4.0}, ("A", "B")) == -5.5
    assert log_odds({"A": -0.5, "B": -math.inf, "I": -4.0}, ("A", "B")) == -3.5


@pytest.mark.parametrize(
    ("logprobs", "why"),
    [({}, "carries no log-probabilities"), ({"The": -0.1, "\x1b": -3.0}, "none of A, B is among the likeliest")],
)
def test_reply_without_a_letter_is_unparseable(logprobs: dict[str, float], why: str) -> None:
    """A text that names a letter is not read instead; the message is printable."""
    judgment = read(asked()[0], completion("A", logprobs=logprobs))
    assert (judgment.winner, judgment.log_odds, judgment.outcome) == (None, None, "unparseable")
    assert why in (judgment.error or "")
    assert (judgment.error or "").isprintable()


def test_failed_and_refused_calls_are_no_odds() -> None:
    """A failure stays a failure, and a refusal's first token is no verdict."""
    odds = {"A": -0.1, "B": -3.0}
    assert read(asked()[0], failure(FailureKind.SERVER)).outcome == "failed"
    refused = read(asked()[0], completion("No.", Finish.REFUSAL, logprobs=odds))
    assert (refused.outcome, refused.winner) == ("unparseable", None)


@given(BIAS, LEAN)
def test_bias_towards_a_slot_cancels_between_the_orders(bias: float, lean: float) -> None:
    """Whatever a judge adds to the slot B, the answer that it leans to wins the case, wholly."""
    for towards_treatment in (lean, -lean):
        judgments = judged(bias + towards_treatment, bias - towards_treatment)
        found = merged(judgments)
        assert found.score == found.low == found.high == float(towards_treatment > 0)
        assert found.outcome == ("win" if towards_treatment > 0 else "loss")
        orders_agree = {judgments[0].winner, judgments[1].winner} == {"first", "second"}
        assert found.consistent is orders_agree  # by presentation: the bias is not hidden


def test_equal_odds_are_a_tie() -> None:
    """A judge that sees only the slot says nothing of the answers."""
    found = merged(judged(3.0, 3.0))
    assert (found.score, found.outcome, found.consistent) == (0.5, "tie", False)


def test_one_order_alone_counts_as_it_is_with_bounds() -> None:
    """Where an order could not be read, nothing cancels: the other counts as any judgment does."""
    found = merged(judged(1.0, None))
    assert (found.low, found.score, found.high) == (0.5, 0.75, 1.0)
    assert found.consistent is None


def test_single_presentation_counts_by_its_sign() -> None:
    """With one order there is nothing to cancel with."""
    (ballot,) = asked(replace(BY_LIKELIHOOD, presentations="single"))
    judgment = read(ballot, completion("B", logprobs={"A": -2.0, "B": -0.2}))
    assert merged([judgment]).score == float(judgment.second == "treatment")


def test_configuration_tells_likelihood_from_labels() -> None:
    """Judgments of the two methods are not pooled; expected scores are a third configuration."""
    judges = (
        JUDGE,
        BY_LIKELIHOOD,
        replace(JUDGE, axes="pointwise"),
        replace(JUDGE, axes="pointwise", scores="expected"),
    )
    assert len({asked(judge)[0].judge_config for judge in judges}) == len(judges)


@given(st.dictionaries(st.sampled_from(["1", " 2", "3", "4", "5\n", "x"]), st.floats(-20, 0), min_size=1))
def test_expected_level_lies_between_the_levels_found(logprobs: dict[str, float]) -> None:
    """The mean of levels by probability never leaves them; without a level there is none."""
    levels = [int(token) for token in logprobs if token != "x"]
    if not levels:
        with pytest.raises(UnlikelyReply):
            expected_level(logprobs, (1, 2, 3, 4, 5))
    else:
        assert min(levels) <= expected_level(logprobs, (1, 2, 3, 4, 5)) <= max(levels)


def test_decoding_that_was_asked_for_stays() -> None:
    """A user's own limit is not overruled."""
    judge = replace(BY_LIKELIHOOD, decoding=Decoding(max_tokens=4))
    assert asked(judge)[0].request.body["max_tokens"] == 4
