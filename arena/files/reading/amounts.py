"""Amounts as people write them: `10%`, `5pp`, `300ms`, `$0.01`, `0.5`."""

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

AmountUnit = Literal["", "%", "pp", "s", "USD"]

_AMOUNT = re.compile(r"(?P<dollar>\$)?(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)) ?(?P<unit>%|pp|ms|s|min|USD)?")
_UNITS: dict[str, tuple[AmountUnit, float]] = {
    "": ("", 1.0),
    "%": ("%", 0.01),
    "pp": ("pp", 0.01),
    "ms": ("s", 0.001),
    "s": ("s", 1.0),
    "min": ("s", 60.0),
    "USD": ("USD", 1.0),
}
_DURATION = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,9})?) ?(?P<unit>s|m|min|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXPECTED = "expected an amount such as 10%, 5pp, 300ms, 1.2s, $0.01 or 0.5"


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount: 10% is 0.1 in "%", 5pp is 0.05 in "pp", 300ms is 0.3 in "s"; a bare number has no unit."""

    value: float
    unit: AmountUnit
    text: str  # as it was written


def parse_amount(written: object) -> Amount:
    """Return the amount that was written as a number or a text.

    Raises:
        ValueError: not an amount, or not finite.

    >>> parse_amount("300ms")
    Amount(value=0.3, unit='s', text='300ms')
    >>> parse_amount(0.5).unit
    ''
    """
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(_EXPECTED)
    if not isinstance(written, str):
        return Amount(_finite(float(written)), "", f"{written:g}")
    match = _AMOUNT.fullmatch(written)
    if match is None or (match["dollar"] and match["unit"]):
        raise ValueError(_EXPECTED)
    unit, factor = _UNITS["USD" if match["dollar"] else match["unit"] or ""]
    # Decimal places survive the scaling: 0.1% is 0.001, not 0.0010000000000000000208.
    return Amount(_finite(round(float(match["number"]) * factor, 15)), unit, written)


def parse_share(written: object) -> float:
    """Return a share of 0 to 1, written as `60%` or `0.6`.

    Raises:
        ValueError: not a share.

    >>> parse_share("60%"), parse_share(0.6)
    (0.6, 0.6)
    """
    try:
        amount = parse_amount(written)
    except ValueError:
        raise ValueError("expected a share such as 60% or 0.6") from None
    if amount.unit not in ("", "%"):
        raise ValueError("expected a share such as 60% or 0.6")
    if not 0 <= amount.value <= 1:
        raise ValueError("expected a share from 0% to 100% (0 to 1)")
    return amount.value


def parse_duration(written: object) -> float:
    """Return the seconds of a duration, written as `30s`, `5m`, `24h` or `7d`.

    Raises:
        ValueError: not a duration.

    >>> parse_duration("24h"), parse_duration("1.5m")
    (86400.0, 90.0)
    """
    match = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError("expected a duration such as 30s, 5m, 24h or 7d")
    return _finite(float(match["number"]) * _SECONDS[match["unit"]])


def parse_day(written: object) -> date:
    """Return a day, written as `2026-11-02`.

    Raises:
        ValueError: not a day of the calendar.

    >>> parse_day("2026-11-02")
    datetime.date(2026, 11, 2)
    """
    try:
        if not isinstance(written, str) or not _DAY.fullmatch(written):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError("expected a day such as 2026-11-02, in quotes") from None


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("expected a finite amount")
    return value
