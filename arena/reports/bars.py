"""Little pictures of numbers, one line high. They show what was computed elsewhere."""

from arena.stats.estimate import Interval

TRACK = "┈"
SHORTEST_TRACK = 24


def share_bar(value: float, interval: Interval | None, *, width: int) -> str:
    """Draw a share and its interval on a line from 0 to 100 with 50 marked.

    Args:
        value: from 0 to 1.
        interval: of the value; None draws the value alone.
        width: columns of the whole bar, at least 24.

    >>> from arena.stats.estimate import Interval
    >>> share_bar(0.75, Interval(low=0.6, high=0.9, level=0.95, method="gaffke"), width=36)
    '0 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈50┈┈├───●────┤┈┈ 100'
    """
    track = max(width, SHORTEST_TRACK) - len("0  100")
    cells = [TRACK] * track
    middle = _cell(0.5, track)
    low, high = (_cell(end, track) for end in ((interval.low, interval.high) if interval else (value, value)))
    if high < middle - 1 or low > middle:
        cells[middle - 1 : middle + 1] = "50"
    cells[low : high + 1] = ["─"] * (high + 1 - low)
    if low < middle < high:
        cells[middle] = "┼"
    cells[low], cells[high] = "├", "┤"
    cells[_cell(value, track)] = "●"
    return f"0 {''.join(cells)} 100"


def _cell(share: float, track: int) -> int:
    return min(max(int(share * track), 0), track - 1)


def difference_bar(value: float, *, scale: float, half: int = 4) -> str:
    """Draw a difference as a bar to the right (above zero) or to the left of a zero line.

    Args:
        value: the difference.
        scale: the size of a difference that fills one side.
        half: columns of each side.

    >>> difference_bar(0.8, scale=1.0), difference_bar(-0.5, scale=1.0), difference_bar(0.0, scale=1.0)
    ('    ▕███ ', '  ██▕    ', '    ▕    ')
    """
    steps = min(round(abs(value) / scale * half * 2), half * 2) if scale > 0 else 0
    if steps == 0 and value:
        steps = 1
    whole, rest = divmod(steps, 2)
    if value < 0:
        return f"{('▐' * rest + '█' * whole):>{half}}▕{' ' * half}"
    return f"{' ' * half}▕{('█' * whole + '▌' * rest):<{half}}"


def rating_bar(
    value: float | None, interval: Interval | None, *, low: float, high: float, middle: float, width: int
) -> str:
    """Draw a rating and its interval on a line from `low` to `high` that others share, with `middle` marked.

    Args:
        value: from low to high; None draws the line alone.
        interval: of the value; None draws the value alone.
        low: what the first column stands for.
        high: what the last one stands for; above `low`.
        middle: what the mark stands for.
        width: columns, at least 3.

    >>> bounds = Interval(low=1010.0, high=1150.0, level=0.95, method="max |t|")
    >>> rating_bar(1080.0, bounds, low=800.0, high=1200.0, middle=1000.0, width=32)
    '┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈├─────●─────┤┈┈┈'
    >>> rating_bar(None, None, low=800.0, high=1200.0, middle=1000.0, width=32)
    '┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈│┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈'
    """
    cells = [TRACK] * width
    mark = rating_column(middle, low=low, high=high, width=width)
    cells[mark] = "│"
    if value is None:
        return "".join(cells)
    first, last = (
        rating_column(end, low=low, high=high, width=width)
        for end in ((interval.low, interval.high) if interval else (value, value))
    )
    cells[first : last + 1] = ["─"] * (last + 1 - first)
    if first < mark < last:
        cells[mark] = "┼"
    cells[first], cells[last] = "├", "┤"
    cells[rating_column(value, low=low, high=high, width=width)] = "●"
    return "".join(cells)


def rating_column(value: float, *, low: float, high: float, width: int) -> int:
    """Return the column, from 0, in which a rating stands on a line from `low` to `high`."""
    return _cell((value - low) / (high - low), width)
