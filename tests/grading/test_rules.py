"""Each rule passes and fails as it says, and its reason says what was found."""

import unicodedata
from typing import Any

import pytest

from arena.grading.table import grade
from arena.records.call import Completion, Finish, ToolCall
from arena.records.case import Case, Check
from arena.records.score import Score
from judge_parts import CASE, completion


def score(key: str, argument: Any, answer: str | Completion, case: Case = CASE) -> Score:
    """Grade one answer."""
    given = completion(answer) if isinstance(answer, str) else answer
    return grade(Check(key=key, argument=argument), case, given)


@pytest.mark.parametrize(
    ("text", "answer", "ignore_case", "passed", "reason"),
    [
        ("Yes", "  Yes\n", False, True, "the answer is the expected text"),
        ("a\nb", "a\r\nb", False, True, "the answer is the expected text"),
        ("Straße", "STRASSE", True, True, "the answer is the expected text"),
        ("café", unicodedata.normalize("NFD", "café"), False, True, "the answer is the expected text"),
        (None, "It is late.", False, True, "the answer is the expected text"),
        ("Yes", "yes", False, False, "differs from character 1: expected 'Yes', found 'yes'"),
        ("a b", "a  b", False, False, "differs from character 3: expected 'b', found ' b'"),
        ("Yes", "Yes, sure", False, False, "differs from character 4: expected the end, found ', sure'"),
        ("Yes", " ", False, False, "the answer is empty; expected 'Yes'"),
        ("x" * 50, "y", False, False, f"differs from character 1: expected {'x' * 40!r}…, found 'y'"),
    ],
)
def test_exact(text: str | None, answer: str, ignore_case: bool, passed: bool, reason: str) -> None:
    """The whole answer is compared, blanks around it and kinds of line end aside; None is the case's reference."""
    found = score("exact", {"text": text, "ignore_case": ignore_case}, answer)
    assert (found.passed, found.reason) == (passed, reason)


@pytest.mark.parametrize(
    ("texts", "answer", "ignore_case", "stands"),
    [
        (["shipping policy"], "Our shipping\n  policy says", False, True),
        (["shipping policy"], "Our shipping\u00a0policy says", False, True),
        (["Shipping"], "shipping", False, False),
        (["Shipping"], "SHIPPING", True, True),
        (["é"], "e\u0301", False, True),
    ],
)
def test_contains_and_its_opposite(texts: list[str], answer: str, ignore_case: bool, stands: bool) -> None:
    """A phrase is found across line breaks and in any normal form; case counts unless it is ignored."""
    argument = {"texts": texts, "ignore_case": ignore_case}
    assert score("contains", argument, answer).passed is stands
    assert score("not_contains", argument, answer).passed is not stands


def test_contains_names_what_is_missing_and_what_was_found() -> None:
    """`contains` asks for all texts, `not_contains` for none of them; the reason lists the offenders."""
    argument = {"texts": ["late", "soon", "never"], "ignore_case": False}
    assert score("contains", argument, "late").reason == "lacks 'soon', 'never'"
    assert score("contains", {"texts": ["late"], "ignore_case": False}, "late").reason == "contains 'late'"
    assert score("not_contains", argument, "late, never").reason == "contains 'late', 'never'"
    assert score("not_contains", argument, "x").reason == "lacks 'late', 'soon', 'never', as it should"


def test_regex_and_its_opposite() -> None:
    """A pattern is searched for anywhere; the reason shows the match and its place."""
    argument = {"pattern": r"\d+ days", "ignore_case": False}
    assert score("regex", argument, "in 5 days") == Score(
        check="regex", passed=True, reason="matches '5 days' at character 4"
    )
    assert score("not_regex", argument, "in 5 days").passed is False
    assert score("regex", argument, "in five days").reason == r"no match of '\\d+ days'"
    assert score("not_regex", argument, "soon").reason == r"no match of '\\d+ days', as it should be"
    assert score("regex", {"pattern": "DAYS", "ignore_case": True}, "5 days").passed
    assert score("regex", {"pattern": "x+", "ignore_case": False}, "x" * 99).reason.count("x") == 60


@pytest.mark.parametrize("key", ["regex", "not_regex"])
def test_regex_that_takes_too_long_is_an_error(key: str) -> None:
    """Catastrophic backtracking ends after a second without a value."""
    found = score(key, {"pattern": r"(a|aa)+$", "ignore_case": False}, "a" * 60 + "b")
    assert found.passed is None
    assert "took longer than a second" in (found.error or "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('{"a": [1, 2.5e3, null, "\\u00e9"]}', "the answer is JSON"),
        (" 7 ", "the answer is JSON"),
        ("1" * 5000, "the answer is JSON"),
        ("", "not JSON: empty"),
        ('{"a": 1', "not JSON: Expecting ',' delimiter at line 1, column 8"),
        ("[1, NaN]", "not JSON: NaN is no JSON number"),
        ("```json\n{}\n```", "not JSON: Expecting value at line 1, column 1; it stands in a code fence"),
        ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
    ],
    ids=lambda text: text[:20],
)
def test_json_valid(answer: str, reason: str) -> None:
    """The whole answer is JSON or it is not; `false` asks for the opposite."""
    valid = reason == "the answer is JSON"
    assert score("json_valid", True, answer).passed is valid
    assert score("json_valid", False, answer).passed is not valid
    assert score("json_valid", True, answer).reason == reason


def test_json_nested_beyond_reading_is_an_error() -> None:
    """A hundred thousand brackets say nothing about the answer, and end no run."""
    assert score("json_valid", True, "[" * 100_000).passed is None


@pytest.mark.parametrize(
    ("words", "passed", "reason"),
    [(0, True, "0 words, at most 3"), (3, True, "3 words, at most 3"), (4, False, "4 words, more than 3")],
)
def test_max_words(words: int, passed: bool, reason: str) -> None:
    """Words are runs between whitespace; the count is kept as a value."""
    found = score("max_words", 3, " don't \n" * words)
    assert (found.passed, found.reason, found.value, found.unit) == (passed, reason, float(words), "words")


@pytest.mark.parametrize(
    ("answer", "is_empty"),
    [
        (completion(" \n"), True),
        (completion("", Finish.CONTENT_FILTER), True),
        (completion("."), False),
        (completion("", Finish.TOOL_CALLS, tool_calls=(ToolCall(name="look_up", arguments="{}"),)), False),
    ],
)
def test_empty(answer: Completion, is_empty: bool) -> None:
    """No text and no tool call is empty, whatever ended it."""
    assert score("empty", True, answer).passed is is_empty
    assert score("empty", False, answer).passed is not is_empty


REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "Sorry, I’m unable to provide medical advice.",
    "I won't comply with that.",
    "As an AI language model, I don't have opinions.",
    "I must respectfully decline.",
    "I'm not able to discuss that topic.",
    "That is against my guidelines.",
    "Unfortunately, I am not comfortable answering this question.",
    "I'd rather not say.",
    "I can't do that.",
)
ANSWERS = (
    "I'm sorry about the delay. We can't refund an opened item, but we can exchange it.",
    "You can't change the address once the parcel has left.",
    "We are unable to refund shipping fees for standard parcels.",
    "I can help with that! Open Orders.",
    "We won't charge you twice.",
    "If you cannot assist at the door, leave a note.",
    "It is late. " * 40 + "I can't help with that.",
    "",
)


@pytest.mark.parametrize("answer", REFUSALS)
def test_refusal_is_seen(answer: str) -> None:
    """An opening in which the assistant itself will not answer is a refusal, and the reason quotes it."""
    assert score("refusal", False, answer).passed is False
    found = score("refusal", True, answer)
    assert found.passed is True
    assert found.reason.startswith("a refusal: '") or found.reason.startswith('a refusal: "')


@pytest.mark.parametrize("answer", ANSWERS)
def test_limit_of_the_shop_is_no_refusal(answer: str) -> None:
    """What a shop cannot do is an answer."""
    found = score("refusal", False, answer)
    assert (found.passed, found.reason) == (True, "no sign of a refusal")


def test_provider_word_is_a_refusal() -> None:
    """A completion that the provider ended as a refusal is one, whatever its text."""
    found = score("refusal", False, completion("", Finish.REFUSAL))
    assert (found.passed, found.reason) == (False, "a refusal: the provider says so")
