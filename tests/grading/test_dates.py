"""A date is the same day in every form, and a form that can be read in two ways proves nothing."""

from typing import Any

import pytest

from graded_answers import graded, outcome

DAY = "2026-11-25"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25",
        "2026/11/25 or so",
        "Due 2026-11-25T10:00:00Z.",
        "25 November 2026",
        "the 25th of November, 2026",
        "on the 25th day of Nov 2026",
        "25-Nov-2026",
        "November 25, 2026",
        "Nov. 25th 2026",
        "NOVEMBER 25 2026",
        "25/11/2026",
        "11/25/2026",
        "25.11.2026",
        "25-11-2026",
    ],
)
def test_day_is_found_in_each_form(text: str) -> None:
    """By its month's name, its year first, or digits that leave one reading."""
    assert outcome("date", DAY, f"It comes by {text}.") == (True, outcome("date", DAY, text)[1])


@pytest.mark.parametrize(
    "text",
    [
        "24 November 2026",
        "2026-11-26",
        "25 November",
        "25/11/26",
        "31/02/2026",
        "12026-11-25",
        "2026-11-250",
        "",
        "25.11.2025",
    ],
)
def test_other_days_and_no_days_fail(text: str) -> None:
    """Without a year, or with two digits of it, it is no date; nor is the 31st of February."""
    assert outcome("date", DAY, text)[0] is False


def test_ambiguous_date_is_an_error_until_its_order_is_told() -> None:
    """03/04/2026 is 3 April or 4 March: only a certain date beside it, or `order`, decides."""
    april = "2026-04-03"
    score = graded("date", april, "By 03/04/2026.")
    assert (score.passed, score.error) == (
        None,
        "ValueError: '03/04/2026' can be read in two ways: say order: dmy or order: mdy",
    )
    assert outcome("date", {"value": april, "order": "dmy"}, "By 03/04/2026.")[0] is True
    assert outcome("date", {"value": april, "order": "mdy"}, "By 03/04/2026.")[0] is False
    assert outcome("date", april, "By 03/04/2026, that is 3 April 2026.")[0] is True
    assert outcome("date", "2026-05-06", "By 03/04/2026.")[0] is False
    assert outcome("date", april, "By 03.04.2026.")[0] is True
    assert outcome("date", "2026-03-03", "By 03/03/2026.")[0] is True


@pytest.mark.parametrize(("text", "passed"), [("2026-11-27", True), ("2026-11-23", True), ("2026-11-28", False)])
def test_tolerance_counts_days_in_both_directions(text: str, passed: bool) -> None:
    """Two days may be two days before."""
    written: Any = {"value": DAY, "tolerance_days": 2}
    assert outcome("date", written, text)[0] is passed


def test_reason_names_the_dates_that_were_found() -> None:
    """At most four."""
    text = " ".join(f"2026-01-0{day}" for day in range(1, 7))
    assert outcome("date", DAY, text)[1] == (
        "no date is 2026-11-25: found '2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', …"
    )
