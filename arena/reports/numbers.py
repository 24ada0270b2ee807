"""Numbers as people read them. Text, sign and unit only; nothing is estimated here."""

from collections.abc import Callable
from math import ceil, floor

from arena.stats.estimate import Interval

MINUS = "−"
UNKNOWN = "–"
CERTAIN = 1 - 1e-9  # a p-value of 1 but for the last bits of its sum


def significant(value: float, digits: int) -> str:
    """Return `value` with so many significant digits, without exponent, thousands separated.

    >>> significant(1234.6, 2), significant(0.0021, 2), significant(-3.14159, 3)
    ('1,235', '0.0021', '−3.14')
    """
    if value == 0:
        return "0"
    magnitude = int(f"{abs(value):.{digits - 1}e}".split("e")[1])
    places = max(digits - 1 - magnitude, 0)
    return minus(f"{value:,.{places}f}")


def minus(text: str) -> str:
    """Return a formatted number with a true minus sign."""
    return text.replace("-", MINUS)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "case"), counted(1200, "case")
    ('1 case', '1,200 cases')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def usd(value: float | None) -> str:
    """Return an amount of US dollars: cents from a cent up, two significant digits below.

    >>> usd(0.41), usd(0.0021), usd(1234.5), usd(0), usd(None)
    ('$0.41', '$0.0021', '$1,234.50', '$0', '–')
    """
    if value is None:
        return UNKNOWN
    if value == 0:
        return "$0"
    amount = f"{abs(value):,.2f}" if abs(value) >= 0.01 else significant(abs(value), 2)
    return f"{MINUS if value < 0 else ''}${amount}"


def duration(seconds: float | None) -> str:
    """Return a time in the unit in which people would say it.

    >>> duration(0.32), duration(1.94), duration(38.2), duration(250), duration(7300)
    ('320 ms', '1.9 s', '38 s', '4 min 10 s', '2 h 1 min')
    """
    if seconds is None:
        return UNKNOWN
    if abs(seconds) < 0.9995:
        return f"{minus(f'{seconds * 1000:.0f}')} ms"
    if abs(seconds) < 59.5:
        return f"{significant(seconds, 2)} s"
    minutes, rest = divmod(round(abs(seconds)), 60)
    sign = MINUS if seconds < 0 else ""
    if minutes < 60:
        return f"{sign}{minutes} min {rest} s"
    return f"{sign}{minutes // 60} h {minutes % 60} min"


def share(value: float | None) -> str:
    """Return a share of one as a percentage with one decimal.

    >>> share(0.717), share(1.0), share(None)
    ('71.7%', '100%', '–')
    """
    return UNKNOWN if value is None else f"{_percent(value, 1)}%"


def whole_share(value: float | None) -> str:
    """Return a share of one as a whole percentage.

    >>> whole_share(0.876)
    '88%'
    """
    return UNKNOWN if value is None else f"{minus(f'{value * 100:.0f}')}%"


def p_value(value: float | None) -> str:
    """Return a p-value with two significant digits and no leading zero.

    >>> p_value(0.00071), p_value(0.61), p_value(1.0), p_value(0.00001), p_value(None)
    ('.0007', '.61', '1', '<.0001', '–')
    """
    if value is None:
        return UNKNOWN
    if value < 0.0001:
        return "<.0001"
    places = 4 if value < 0.001 else 3 if value < 0.1 else 2
    text = f"{value:.{places}f}"
    if float(text) < 1:
        return text.removeprefix("0")
    return "1" if value > CERTAIN else ">.99"


def quantity(value: float | None, unit: str) -> str:
    """Return a value with its unit, as an arm's level is shown.

    >>> quantity(0.55, "share"), quantity(1.9, "s"), quantity(0.0021, "USD"), quantity(3.42, "points")
    ('55.0%', '1.9 s', '$0.0021', '3.4')
    >>> quantity(212.4, "tokens")
    '212'
    """
    if value is None:
        return UNKNOWN
    match unit:
        case "share":
            return share(value)
        case "ratio":
            return f"{_percent(value, 1)}%"
        case "USD":
            return usd(value)
        case "s":
            return duration(value)
        case "points":
            return minus(f"{value:.1f}")
        case _:
            return significant(value, 3)


def difference(value: float | None, unit: str) -> str:
    """Return a difference with its sign and unit; of shares in percentage points, of ratios in percent.

    >>> difference(-0.02, "share"), difference(0.04, "ratio"), difference(0.2, "s"), difference(-0.0001, "USD")
    ('−2.0pp', '+4.0%', '+200 ms', '−$0.00010')
    >>> difference(0.8, "points"), difference(0.0, "points")
    ('+0.8', '0.0')
    """
    if value is None:
        return UNKNOWN
    text = f"{_percent(value, 1)}pp" if unit == "share" else quantity(value, unit)
    return _signed(value, text)


def interval(bounds: Interval | None, unit: str) -> str:
    """Return the interval of a level in the unit that `quantity` shows.

    Shares are rounded outward: 49.96% is never printed as an end at 50.0 that it does not reach.

    >>> interval(Interval(low=0.4996, high=0.81201, level=0.95, method="gaffke"), "share")
    '[49.9, 81.3]'
    """
    return _bracketed(bounds, unit, signed=False)


def change(value: float | None, bounds: Interval | None, unit: str) -> tuple[str, str]:
    """Return a difference and its interval; the interval's ends are in the unit that the difference names.

    >>> change(0.18, Interval(low=-0.1, high=0.5, level=0.95, method="quantile"), "s")
    ('+180 ms', '[−100, +500]')
    >>> change(2.25, Interval(low=0.2, high=4.3, level=0.95, method="quantile"), "s")
    ('+2.25 s', '[+0.20, +4.30]')
    >>> change(0.8, Interval(low=-0.24, high=1.2, level=0.95, method="gaffke"), "points")
    ('+0.8', '[−0.2, +1.2]')
    """
    if unit == "s" and value is not None and bounds is not None:
        return _change_of_time(value, bounds)
    return difference(value, unit), _bracketed(bounds, unit, signed=True)


def _change_of_time(value: float, bounds: Interval) -> tuple[str, str]:
    in_ms = max(abs(value), abs(bounds.low), abs(bounds.high)) < 1
    scale, places, name = (1000, 0, "ms") if in_ms else (1, 2, "s")
    texts = [_signed(each, minus(f"{each * scale:.{places}f}")) for each in (value, bounds.low, bounds.high)]
    return f"{texts[0]} {name}", f"[{texts[1]}, {texts[2]}]"


def whole_interval(bounds: Interval | None) -> str:
    """Return the interval of a share in whole percent, rounded outward.

    >>> whole_interval(Interval(low=0.78, high=0.954, level=0.95, method="wilson"))
    '[78, 96]'
    """
    return "" if bounds is None else f"[{_outward(bounds.low, 0, floor)}, {_outward(bounds.high, 0, ceil)}]"


def _bracketed(bounds: Interval | None, unit: str, *, signed: bool) -> str:
    if bounds is None:
        return ""
    ends = []
    for end, direction in ((bounds.low, floor), (bounds.high, ceil)):
        text = _outward(end, 1, direction) if unit in ("share", "ratio") else quantity(end, unit)
        ends.append(_signed(end, text) if signed else text)
    return f"[{ends[0]}, {ends[1]}]"


def _outward(end: float, places: int, direction: Callable[[float], int]) -> str:
    scale = 10**places
    steps = direction(round(end * 100 * scale, 6))  # 60.49999999999999 is 60.5
    return minus(f"{steps / scale:,.{places}f}")


def _signed(value: float, text: str) -> str:
    is_zero = not any(digit in text for digit in "123456789")
    if is_zero:
        return text.replace(MINUS, "")
    return f"+{text}" if value > 0 else text


def _percent(value: float, places: int) -> str:
    percent = value * 100
    text = f"{percent:,.{places}f}"
    return "100" if text == "100.0" and value == 1 else minus(text)
