"""A reply is held against the conversation that it continues."""

from typing import Any

import pytest

from graded_answers import CASE, conversation, outcome

TALK = conversation(
    "My order 4711 is late.",
    "I am sorry to hear that. Your parcel left our warehouse on Monday and should be with you soon.",
    "It is not here.",
)


@pytest.mark.parametrize(
    ("written", "text", "passed"),
    [
        (
            {"no_repeat": True},
            "I am sorry to hear that! Your parcel left our warehouse on Monday and should be there.",
            False,
        ),
        ({"no_repeat": True}, "I have now asked the carrier to look for order 4711.", True),
        (
            {"no_repeat": True},
            "I am sorry. The carrier lost it, so we send another parcel today, free of charge.",
            True,
        ),
        ({"no_repeat": True}, "", True),
        ({"remembers": "order 4711"}, "I looked up Order\n4711.", True),
        ({"remembers": ["4711", "Monday"]}, "I looked up 4711.", False),
        ({"does_not_ask": "order number"}, "Thanks. What is your order number?", False),
        ({"does_not_ask": "order number"}, "I have your order number. Is the address right?", True),
        ({"max_questions": 1}, "Is it late? Is it lost?", False),
        ({"max_questions": 1}, "Is it late?", True),
        ({"max_questions": 0}, "遅れていますか？", False),
        ({"max_questions": 0}, "It is late.", True),
    ],
)
def test_reply_fits_its_conversation(written: Any, text: str, passed: bool) -> None:
    """It says nothing twice, takes up what was said, and asks no more than it may."""
    assert outcome("conversation", written, text, case=TALK)[0] is passed


def test_case_of_one_turn_has_nothing_to_repeat() -> None:
    """The check passes."""
    assert outcome("conversation", {"no_repeat": True}, "Hello there.", case=CASE) == (True, "fits the conversation")


@pytest.mark.parametrize(
    ("written", "text", "reason"),
    [
        ({"no_repeat": True}, TALK.messages[1].content, "says again what turn 2 said"),
        ({"remembers": "4711"}, "Hm.", "does not take up '4711'"),
        ({"does_not_ask": "number"}, "Your number?\x1b", "asks 'Your number?'"),
        ({"max_questions": 0}, "Why? When?", "asks 2 questions, more than 0"),
    ],
)
def test_reason_names_the_first_thing_that_is_wrong(written: Any, text: str, reason: str) -> None:
    """In words for a person."""
    assert outcome("conversation", written, text, case=TALK)[1] == reason
