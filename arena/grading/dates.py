"""The check that some date in an answer is the expected day.

Read are `2026-11-25` (also with slashes or dots), `25 November 2026`, `25th of Nov 2026`, `Nov 25, 2026`,
`25/11/2026` and `25.11.2026`, which is day first. `03/04/2026` is 3 April or 4 March: it proves nothing until `order`
says which. Not read: dates without a year or with two digits of it, and months in other languages than English.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 -- `date` is the check's own name
from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

SHOWN = 4  # dates in a reason
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)",
        rf"{_DAY}[\s-]{{1,3}}(?:day\s{{1,3}})?(?:of\s{{1,3}})?{_MONTH}[\s,-]{{1,3}}{_YEAR}",
        rf"\b{_MONTH}[\s-]{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,-]{{1,3}}{_YEAR}",
    )
)
_DIGITS = re.compile(r"(?<![\d/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """One date of a text: the days that it can be."""

    text: str
    days: tuple[Day, ...]  # one, or two where day and month cannot be told apart


def date(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when some date in the answer is the expected day, as near as `tolerance_days` asks.

    The argument: {"value": "YYYY-MM-DD", "tolerance_days": int, "order": "dmy", "mdy" or None}.

    Raises:
        ValueError: only a date that can be read in two ways could be the day.
    """
    expected = Day.fromisoformat(argument["value"])
    found = list(dates_in(completion.text, argument["order"]))
    near = [one for one in found if any(abs((day - expected).days) <= argument["tolerance_days"] for day in one.days)]
    certain = next((one for one in near if len(one.days) == 1), None)
    if certain is not None:
        return Score(check="date", passed=True, reason=f"holds {certain.text!r}")
    if near:
        raise ValueError(f"{near[0].text!r} can be read in two ways: say order: dmy or order: mdy")
    shown = ", ".join(repr(one.text) for one in found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
    return Score(check="date", passed=False, reason=f"no date is {expected}: found {shown or 'none'}")


def dates_in(text: str, order: str | None = None) -> Iterator[Read]:
    """Yield the dates of a text: those with their month by name or their year first, then those of digits alone.

    >>> [str(day) for one in dates_in("By 25 November 2026, or 03.04.2027.") for day in one.days]
    ['2026-11-25', '2027-04-03']
    """
    for form in _FORMS:
        for found in form.finditer(text):
            month = found["month"]
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
            if day := _day(int(found["year"]), number, int(found["day"])):
                yield Read(found[0], (day,))
    for found in _DIGITS.finditer(text):
        first, mark, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
        day_first, month_first = _day(year, second, first), _day(year, first, second)
        if order == "dmy" or (order is None and mark == "."):
            possible = {day_first or month_first}
        else:
            possible = {month_first or day_first} if order == "mdy" else {day_first, month_first}
        if days := tuple(sorted(day for day in possible if day is not None)):
            yield Read(found[0], days)


def _day(year: int, month: int, day: int) -> Day | None:
    try:
        return Day(year, month, day)
    except ValueError:
        return None
