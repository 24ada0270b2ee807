"""An answer names its documents in any spelling of their names, and quotes what really stands there."""

from typing import Any

import pytest

from graded_answers import CASE, graded, outcome

BOTH = {"documents": ["shipping-policy", {"id": "faq_7", "aliases": "Frequent questions"}]}


@pytest.mark.parametrize(
    ("written", "text", "passed"),
    [
        ("shipping-policy", "Our Shipping Policy says so.", True),
        ("shipping-policy", "See [shipping_policy].", True),
        ("shipping-policy", "As SHIPPING\n POLICY has it", True),
        ("shipping-policy", "Our shipping policymaker left.", False),
        ("shipping-policy", "Our airshipping policy.", False),
        ("shipping-policy", "See “Delivery times” on our site.", True),
        (["shipping-policy", "faq_7"], "The shipping policy.", False),
        (BOTH, "The shipping policy and the frequent questions.", True),
        ({**BOTH, "any": True}, "FAQ 7 says so.", True),
        ({**BOTH, "any": True}, "I think so.", False),
        ("政策", "根据 政策 处理", True),
        ("shipping-policy", "", False),
    ],
)
def test_document_is_named_by_its_words(written: Any, text: str, passed: bool) -> None:
    """Case, hyphens and punctuation make no difference; whole words do. The heading of its text names it as well."""
    assert outcome("cites", written, text)[0] is passed


def test_reason_says_which_document_is_not_named() -> None:
    """Those that are named are not repeated."""
    assert outcome("cites", BOTH, "The shipping policy.")[1] == "does not name 'faq_7'"


@pytest.mark.parametrize(
    ("written", "text", "passed"),
    [
        (True, 'It says "arrive within 3-5 working days".', True),
        (True, "It says “Parcels   arrive\nwithin 3–5 working days.”", True),
        (True, "Es heißt „arrive within 3–5 working days“.", True),
        (True, "« we refund the postage »", True),
        (True, "> Parcels arrive within 3–5\n> working days.\n\nThat is it.", True),
        (True, 'It says "Parcels arrive … if they don\'t".', True),
        (True, 'It says "if they don\'t … Parcels arrive within".', False),
        (True, 'It says "arrive within 2 working days".', False),
        (True, '"arrive within 3-5 working days" and "within the hour or so"', False),
        (True, "No quotation at all.", False),
        (True, 'It is "late".', False),
        ({"min_words": 1}, 'It is "late".', False),
        ({"min_words": 1}, 'I see "postage".', True),
        (True, 'A 5" screen and a 6" screen, "arrive within 3–5 working days".', True),
        (True, '"Parcels arrive within', False),
    ],
)
def test_every_quotation_stands_in_the_context(written: Any, text: str, passed: bool) -> None:
    """Whitespace, case, dashes and the kind of quotation marks make no difference; a word does."""
    assert outcome("quotes", written, text)[0] is passed


def test_without_a_context_nothing_can_be_said_of_quotations() -> None:
    """It is an error of the check."""
    score = graded("quotes", True, '"a b c d"', case=type(CASE)(id="c", input="?"))
    assert (score.passed, score.error) == (None, "ValueError: the case has no context to quote from")


def test_reason_shows_a_wrong_quotation_without_obeying_it() -> None:
    """Control and bidi characters of an answer are escaped."""
    _, reason = outcome("quotes", True, '"one \x1b[31m\u202e two three"')
    assert reason == "the context does not say 'one \\x1b[31m\\u202e two three'"
