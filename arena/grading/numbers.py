"""The check that some number in an answer is the expected one.

Read are digits with a sign (the typographic minus too), thousands separators (`1,234,567.89`, `1.234.567,89`,
`1 234 567`, `1'234`), a decimal point or comma, an exponent, and a currency before or after. `15%` is 15. What can be
read in two ways (`1,234` or `1.234`) counts as both. Not read: numbers in words, the million of `1.2M`, and digits
that belong to a name (`SKU-1499`, `A4`, `1.2.3`).
"""

import math
import re
from collections.abc import Iterator
from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

SHOWN = 5  # numbers in a reason
LONGEST = 40  # characters of a number in a reason
#: Floating point's own error: 1.1 is 1.0 ± 0.1.
SLACK = 1e-12

_CURRENCY = r"(?:[$£€¥₹₩₽₺₫₴₦₪₱฿₿]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|BRL|Rs\.?)"
_BLANK = "[ \u00a0\u2009\u202f]"
_DIGITS = (
    rf"\d{{1,3}}(?:{_BLANK}\d{{3}})+(?!\d)(?:[.,]\d+)?|\d{{1,3}}(?:['’]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
)
_NUMBER = re.compile(
    r"(?<!\w)(?<!\w\.)(?<![^\W\d][-‐‑])"  # no letter before, nor a letter and a hyphen: a name's own digits
    rf"(?P<sign>(?<![\w)\]])[-+−－])?(?:{_CURRENCY}{_BLANK}?(?P<inner>[-−])?)?"
    rf"(?P<digits>{_DIGITS}|(?<!\d)\.\d+)(?P<exponent>[eE][-+−]?\d{{1,3}}(?!\w))?"
)
_BLANKS = re.compile(_BLANK)
_THREES = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+") for mark in ",."}
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")


def number(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when some number in the answer is the expected one, as near as the wider tolerance asks.

    The argument: {"value": float, "tolerance": float, in the number's own unit, "relative": float, a share of it}.
    """
    expected = argument["value"]
    room = max(argument["tolerance"], argument["relative"] * abs(expected))
    found = list(numbers_in(completion.text))
    near = next((n for n in found if abs(n - expected) <= room + SLACK * max(abs(n), abs(expected))), None)
    if near is not None:
        return Score(check="number", passed=True, reason=f"holds {near:.12g}", value=near)
    shown = ", ".join(f"{each:.12g}" for each in found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
    wanted = f"{expected:.12g}" + (f" ± {room:.6g}" if room else "")
    return Score(check="number", passed=False, reason=f"no number is {wanted}: found {shown or 'none'}")


def numbers_in(text: str) -> Iterator[float]:
    r"""Yield every number of a text, in order; one that can be read in two ways comes twice.

    >>> list(numbers_in("It was $1,299.00, now −5% off: 1\u202f234,50 €."))
    [1299.0, -5.0, 1234.5]
    >>> list(numbers_in("1,234"))
    [1234.0, 1.234]
    """
    for found in _NUMBER.finditer(text):
        sign = -1.0 if (found["sign"] or found["inner"] or "+") != "+" else 1.0
        exponent = (found["exponent"] or "").replace("−", "-")
        for digits in _readings(found["digits"]):
            value = sign * float(digits + exponent)
            if math.isfinite(value):
                yield value


def _readings(digits: str) -> Iterator[str]:
    """Yield what digits with separators can mean, as Python writes it."""
    parts = _BLANKS.split(digits)
    if len(parts) > 1:
        yield from _readings("".join(parts))
        if " " in digits:  # a plain blank may also part two numbers
            yield from (reading for part in parts for reading in _readings(part))
        return
    plain = digits.replace("'", "").replace("’", "")
    commas, dots = plain.count(","), plain.count(".")
    if not commas and not dots:
        yield plain
    elif commas and dots:
        yield from _two_marks(plain)
    else:
        yield from _one_mark(plain, "," if commas else ".", commas + dots)


def _two_marks(digits: str) -> Iterator[str]:
    """Yield the reading of `1,234.56` and `1.234,56`: the last mark is the decimal one, if it comes once."""
    decimal = max(",.", key=digits.rfind)
    whole, _, rest = digits.rpartition(decimal)
    grouping = "," if decimal == "." else "."
    if _THREES[grouping].fullmatch(whole) or (grouping == "," and _INDIAN.fullmatch(whole)):
        yield f"{whole.replace(grouping, '')}.{rest}"


def _one_mark(digits: str, mark: str, count: int) -> Iterator[str]:
    grouped = _THREES[mark].fullmatch(digits) or (mark == "," and _INDIAN.fullmatch(digits))
    if grouped:
        yield digits.replace(mark, "")
    if count == 1:
        yield digits.replace(mark, ".")
    elif not grouped and mark == ",":  # a list without blanks
        yield from digits.split(",")
