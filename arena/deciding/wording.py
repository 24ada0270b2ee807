"""Quantities and limits in plain words: `71.7%`, `+2.1pp`, `300ms`, `max_drop 2pp`."""

import math

from arena.records.metric import Criterion

_NOISE = 1e-9  # the last bits of a sum round nothing up
_LEVELS = ("max", "min")  # limits on the treatment alone


def quantity(value: float, unit: str, *, difference: bool = False, outward: int = 0) -> str:
    """Return a value in its unit, signed and in points of percent where it is a difference.

    Args:
        value: in the unit.
        unit: share, ratio, s, USD, points, tokens.
        difference: between the arms.
        outward: −1 for a lower end, 1 for an upper one: rounded away from the interval, never into it.

    >>> quantity(0.717, "share"), quantity(0.021, "share", difference=True), quantity(0.3, "s")
    ('71.7%', '+2.1pp', '300ms')
    """
    sign = "-" if value < 0 else "+" if difference or unit == "ratio" else ""
    size, away = abs(value), -outward if value < 0 else outward
    if unit == "share":
        return f"{sign}{_digits(100 * size, away)}{'pp' if difference else '%'}"
    if unit == "ratio":
        return f"{sign}{_digits(100 * size, away)}%"
    if unit == "s":
        return f"{sign}{_digits(1000 * size, away)}ms" if size < 1.0 else f"{sign}{_digits(size, away)}s"
    if unit == "USD":
        return f"{sign}${_digits(size, away)}"
    return f"{sign}{_digits(size, away)} {unit}".rstrip()


def limit_label(criterion: Criterion) -> str:
    """Return a limit as one would write it in the experiment: `max_drop 2pp`, `above 50%`, `max_increase 10%`."""
    limit = criterion.limit
    if limit.relative:
        return f"{limit.kind} {_digits(100 * limit.value)}%"
    points = criterion.unit == "share" and is_difference(criterion)
    text = quantity(limit.value, criterion.unit, difference=points)
    return f"{limit.kind} {text.removeprefix('+')}"


def is_difference(criterion: Criterion) -> bool:
    """Whether the limit is on treatment − control rather than on a level: a win rate above a threshold, max or min."""
    level = criterion.limit.kind in _LEVELS or (
        criterion.metric == "win_rate" and criterion.limit.kind in ("above", "below")
    )
    return not level


def _digits(size: float, away: int = 0) -> str:
    """Return three significant digits, whole numbers whole; `away` −1 rounds down and 1 up."""
    if away and size > 0.0:
        scale = 10.0 ** max(2 - math.floor(math.log10(size)), 0)
        end = size * scale
        size = (math.floor(end + _NOISE) if away < 0 else math.ceil(end - _NOISE)) / scale
    return f"{size:.0f}" if size >= 100 else f"{float(f'{size:.3g}'):g}"
