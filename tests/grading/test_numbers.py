"""Numbers are found however people write them, and nothing that is none counts as one."""

from typing import Any

import pytest

from arena.grading.numbers import numbers_in
from graded_answers import outcome


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It costs $14.99.", [14.99]),
        ("USD14.99, EUR 1.234,56 and Rs. 500", [14.99, 1234.56, 500]),
        ("14,99 €", [14.99]),
        ("1,234,567.89", [1234567.89]),
        ("12,34,567.5", [1234567.5]),
        ("1'234.5 and 1’234’567", [1234.5, 1234567]),
        ("1\u00a0234\u202f567,5", [1234567.5]),
        ("1 234", [1234, 1, 234]),
        ("1,234", [1234, 1.234]),
        ("−5, -$5, $-5.25, (−3) and +7", [-5, -5, -5.25, -3, 7]),
        ("3-5 days, 15%", [3, 5, 15]),
        ("2026-11-25", [2026, 11, 25]),
        ("1e3, 2.5E−2", [1000, 0.025]),
        (".5 and 5kg", [0.5, 5]),
        ("1,2,3", [1, 2, 3]),
        ("SKU-1499 A4 v1.2 1.2.3 x_5 B52", []),
        ("1e999 " + "9" * 400, []),
        ("٤٢", [42]),
        ("NaN, Infinity and nothing", []),
    ],
)
def test_numbers_of_a_text(text: str, numbers: list[float]) -> None:
    """Currencies, separators of several countries, signs and exponents are read; names and infinity are not."""
    assert list(numbers_in(text)) == numbers


@pytest.mark.parametrize(
    ("written", "text", "passed"),
    [
        (14.99, "It was $19.99 and is $14.99 now.", True),
        (14.99, "15", False),
        ({"value": 14.99, "tolerance": 0.01}, "15.00", True),
        ({"value": 1.0, "tolerance": 0.1}, "1.1", True),
        ({"value": 1.0, "tolerance": 0.1}, "1.11", False),
        ({"value": 200, "relative": 0.01}, "198", True),
        ({"value": 200, "relative": 0.01}, "197.9", False),
        ({"value": -5, "relative": 0.2}, "-4", True),
        (0, "There are 0 left.", True),
        (5, "", False),
    ],
)
def test_some_number_is_the_expected_one(written: Any, text: str, passed: bool) -> None:
    """The wider of the two tolerances counts, and floating point's own error never decides."""
    assert outcome("number", written, text)[0] is passed


def test_reason_names_what_was_found_instead() -> None:
    """At most five numbers."""
    reason = outcome("number", {"value": 9, "tolerance": 0.5}, "1 2 3 4 5 6")[1]
    assert reason == "no number is 9 ± 0.5: found 1, 2, 3, 4, 5, …"
    assert outcome("number", 9, "none")[1] == "no number is 9: found none"


def test_answer_of_a_megabyte_is_read() -> None:
    """Digits without end, and numbers without end."""
    assert outcome("number", 7, "1" * 1_000_000 + " 7")[0]
    assert outcome("number", 7, "12 345 " * 140_000 + "7")[0]
