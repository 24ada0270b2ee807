"""Quantities and limits in plain words: `71.7%`, `+2.1pp`, `300ms`, `max_drop 2pp`."""

import math

from arena.records.metric import Criterion

_NOISE = 1e-9  # the last bits of a sum round nothing up


def quantity(value: float, unit: str, *, difference: bool = False, outward: int = 0, like: float = 0.0) -> str:
    """Return a value in its unit, signed and in points of percent where it is a difference.

    Args:
        value: in the unit.
        unit: share, ratio, s, USD, points, tokens.
        difference: between the arms.
        outward: −1 for a lower end, 1 for an upper one: rounded away from the interval, never into it.
        like: a value beside which this one stands: no digit is shown that would be noise there.

    >>> quantity(0.717, "share"), quantity(0.021, "share", difference=True), quantity(0.3, "s")
    ('71.7%', '+2.1pp', '300ms')
    """
    scale, ending = _scale(max(abs(value), abs(like)), unit, difference=difference)
    size = _digits(scale * abs(value), -outward if value < 0 else outward, scale * abs(like))
    signed = (difference or unit == "ratio") and size != "0"
    sign = "-" if value < 0 and size != "0" else "+" if signed else ""
    return f"{sign}${size}" if unit == "USD" else f"{sign}{size}{ending}".rstrip()


def _scale(size: float, unit: str, *, difference: bool) -> tuple[float, str]:
    """Return by how much a value is multiplied to be shown, and what stands behind it."""
    match unit:
        case "share":
            return 100.0, "pp" if difference else "%"
        case "ratio":
            return 100.0, "%"
        case "s":
            return (1000.0, "ms") if size < 1.0 else (1.0, "s")
        case "USD":
            return 1.0, ""
        case _:
            return 1.0, f" {unit}"


def limit_label(criterion: Criterion) -> str:
    """Return a limit as one would write it in the experiment: `max_drop 2pp`, `above 50%`, `max_increase 10%`."""
    limit = criterion.limit
    if limit.relative:
        return f"{limit.kind} {_digits(100 * limit.value)}%"
    unit = criterion.metric.unit
    text = quantity(limit.value, unit, difference=unit == "share" and not criterion.is_alone)
    return f"{limit.kind} {text.removeprefix('+')}"


def _digits(size: float, away: int = 0, like: float = 0.0) -> str:
    """Return three significant digits of the greater of size and like; `away` −1 rounds down and 1 up."""
    greater = max(size, like)
    if greater == 0.0:
        return "0"
    scale = max(10.0 ** (2 - math.floor(math.log10(greater))), 1.0)
    end = size * scale
    whole = math.floor(end + _NOISE) if away < 0 else math.ceil(end - _NOISE) if away > 0 else round(end)
    places = max(round(math.log10(scale)), 0)
    return f"{whole / scale:.{places}f}".rstrip("0").rstrip(".") if places else f"{whole / scale:.0f}"
