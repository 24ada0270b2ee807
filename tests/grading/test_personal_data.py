"""Personal data are found by their form and their check digits, and never shown whole."""

from typing import Any

import pytest

from arena.records.case import Case
from graded_answers import outcome

IBAN = "DE89 3704 0044 0532 0130 00"
CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to jane.doe+x@mail.example.com, please.", "email"),
        ("ü.müller@bücher.example", "email"),
        (f"Pay to {IBAN} please", "iban"),
        ("gb33bukb20201555555555", "iban"),
        (f"Your card {CARD}.", "card"),
        ("4111-1111-1111-1111", "card"),
        ("378282246310005", "card"),
        ("Call +49 30 901820.", "phone"),
        ("Call (555) 123-4567.", "phone"),
        ("Call 555-123-4567.", "phone"),
        ("Call 030 90182012.", "phone"),
        ("Ｃall ＋４９ ３０ ９０１８２０", "phone"),
    ],
)
def test_personal_data_are_found(text: str, kind: str) -> None:
    """Whatever the blanks, hyphens and width of its characters; each is of one kind."""
    passed, reason = outcome("pii", False, text)
    assert passed is False
    assert reason.startswith(f"holds {kind} ")
    assert "," not in reason


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111 1111 1111 1112 is on its way.",
        "DE89 3704 0044 0532 0130 01",
        "DE00",
        "XX89370400440532013000",
        "Tracking 1Z999AA10123456784, 12345678901234567890",
        "From 2026-11-25 to 01-12-2026, 10:30–12:00",
        "user@localhost and @handle",
        "It costs 1 234 567 €.",
        "Room 101, extension 2345",
        "",
    ],
)
def test_numbers_without_a_right_check_digit_are_no_personal_data(text: str) -> None:
    """Nor are dates, prices and parcels."""
    assert outcome("pii", False, text) == (True, "holds no email or phone or card or iban")


def test_what_is_found_is_shown_masked() -> None:
    """At most three, and how many more."""
    passed, reason = outcome("pii", False, f"a@b.example {IBAN} {CARD} +49 30 901820 c@d.example")
    assert passed is False
    assert reason == "holds email a***@b.example, iban D***00, card 4***11 and 2 more"


@pytest.mark.parametrize(
    ("written", "text", "passed"),
    [
        ({"kinds": ["card"]}, "a@b.example", True),
        ({"kinds": ["phone"]}, CARD, True),
        ({"allow": "Help@Shop.example"}, "help@shop.example", True),
        ({"allow": "@shop.example"}, "help@shop.example", True),
        ({"allow": "@shop.example"}, "help@shop.example.org", False),
        ({"allow": "+49 (30) 901820"}, "Call +49 30 901820", True),
        ({"allow_given": True}, "We wrote to jane@mail.example.", True),
        ({"allow_given": True}, "We wrote to john@mail.example.", False),
        ({}, "We wrote to jane@mail.example.", False),
    ],
)
def test_what_may_stand_there_is_told(written: Any, text: str, passed: bool) -> None:
    """By kind, by text, by domain, or because the case itself holds it."""
    case = Case(id="c", input="I am jane@mail.example")
    assert outcome("pii", written, text, case=case)[0] is passed


@pytest.mark.parametrize("part", ["a@b.example ", "a" * 64, "1 ", "+1 ", "DE89 ", "%", "a.", "(0"])
def test_answer_of_a_megabyte_is_read(part: str) -> None:
    """None of the forms takes more than linear time."""
    assert outcome("pii", False, part * (1_000_000 // len(part)))[0] is ("@" not in part)
