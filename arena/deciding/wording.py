"""Quantities and limits in plain words: `71.7%`, `+2.1pp`, `300ms`, `max_drop 2pp`."""

from arena.records.metric import Criterion

_LEVELS = ("max", "min")  # limits on the treatment alone


def quantity(value: float, unit: str, *, difference: bool = False) -> str:
    """Return a value in its unit, signed and in points of percent where it is a difference.

    >>> quantity(0.717, "share"), quantity(0.021, "share", difference=True), quantity(0.3, "s")
    ('71.7%', '+2.1pp', '300ms')
    """
    sign = "-" if value < 0 else "+" if difference or unit == "ratio" else ""
    size = abs(value)
    if unit == "share":
        return f"{sign}{_digits(100 * size)}{'pp' if difference else '%'}"
    if unit == "ratio":
        return f"{sign}{_digits(100 * size)}%"
    if unit == "s":
        return f"{sign}{_digits(1000 * size)}ms" if size < 1.0 else f"{sign}{_digits(size)}s"
    if unit == "USD":
        return f"{sign}${_digits(size)}"
    return f"{sign}{_digits(size)} {unit}".rstrip()


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


def _digits(size: float) -> str:
    """Return three significant digits, whole numbers whole."""
    return f"{size:.0f}" if size >= 100 else f"{float(f'{size:.3g}'):g}"
