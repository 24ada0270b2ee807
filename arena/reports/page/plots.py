"""Small drawings of what was computed elsewhere: they stretch with the page, and colour says nothing alone.

Places along a drawing are percentages, so that neither text nor marks are stretched with it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup

from arena.records.metric import Decision
from arena.reports.page.markup import Attribute, Content, tag
from arena.stats.estimate import Interval

#: One shape a decision, around the middle of a drawing: a disc, a cross, a ring; a small disc where nothing is decided.
_SHAPES: dict[Decision | None, Markup] = {
    "pass": tag("circle", r=5.5),
    "fail": tag("path", d="M-5-5L5 5M-5 5L5-5"),
    "inconclusive": tag("circle", r=4.5),
    None: tag("circle", r=4),
}
Place = Callable[[float], float]  # a value to per cent of the width
ROW = 28  # height of a drawing of one row
_LINE = 38.0  # per cent of the width at which every limit stands
MARGIN = 0.92  # of the room on either side of a line that the farthest mark may take


def drawing(*inside: Content, label: str, height: int = ROW, class_: str = "plot") -> Markup:
    """Return a drawing as wide as there is room, with what it shows in words."""
    return tag(
        "svg", *inside, class_=class_, role="img", aria_label=label, width="100%", height=height, focusable="false"
    )


def share_line(
    value: float | None,
    interval: Interval | None,
    *,
    decision: Decision | None,
    label: str,
    mark: float | None = 0.5,
) -> Markup:
    """Draw a share and its interval on a line from 0 to 100%.

    Args:
        value: from 0 to 1.
        interval: of the value.
        decision: about it.
        label: the same in words.
        mark: that it is held against; None: nothing is marked.
    """
    return drawing(
        tag("line", class_="axis", x1="0%", x2="100%", y1=17, y2=17),
        *(_upright(100 * at, 11, 23, "tick") for at in (0.0, 1.0)),
        None if mark is None else _upright(100 * mark, 4, 30, "limit"),
        *_whisker(value, interval, place=lambda share: 100 * share, decision=decision, middle=17),
        label=label,
        height=34,
        class_="plot share",
    )


def against_limit(
    value: float | None,
    interval: Interval | None,
    *,
    limit: float,
    above: bool,
    unchanged: float | None,
    decision: Decision | None,
    label: str,
) -> Markup:
    """Draw an estimate against its limit: what keeps to the limit lies to the right of the line, in the shaded part.

    Args:
        value: of the estimate.
        interval: of the value.
        limit: that the estimate must be beyond.
        above: whether keeping to it means being above.
        unchanged: what no change is, on the same scale; None where the limit is on a level.
        decision: about the criterion.
        label: the same in words.
    """
    known = [each for each in (value, unchanged, *_ends(interval)) if each is not None]
    sides = [(each - limit if above else limit - each) for each in known]
    scale = _scale(short=max([0.0, *(-side for side in sides)]), long=max([0.0, *sides]))

    def place(each: float) -> float:
        return _LINE + scale * (each - limit if above else limit - each)

    return drawing(
        tag("rect", class_="within", x=f"{_LINE}%", width=f"{100 - _LINE}%", y=0, height=ROW),
        None if unchanged is None else _upright(place(unchanged), 2, ROW - 2, "unchanged"),
        _upright(_LINE, 0, ROW, "limit"),
        *_whisker(value, interval, place=place, decision=decision),
        label=label,
    )


def _scale(*, short: float, long: float) -> float:
    """Return per cent of the width for one unit, so that both sides have room."""
    room = [(MARGIN * _LINE, short), (MARGIN * (100 - _LINE), long)]
    return min([space / most for space, most in room if most > 0], default=1.0)


def change(value: float | None, interval: Interval | None, *, scale: float, label: str) -> Markup:
    """Draw a difference as a bar from the zero line in the middle, with its interval.

    Args:
        value: the difference; None draws the line alone.
        interval: of the difference.
        scale: the size that fills one side.
        label: the same in words.
    """

    def place(each: float) -> float:
        return 50 + MARGIN * 50 * each / scale

    bar = None
    if value is not None:
        left, right = sorted((50.0, place(value)))
        bar = tag("rect", class_="bar", x=_percent(left), width=_percent(right - left), y=8, height=ROW - 16)
    whisker = [] if interval is None else _span(interval, place)
    return drawing(bar, _upright(50, 2, ROW - 2, "zero"), *whisker, label=label)


def on_scale(
    value: float | None,
    interval: Interval | None,
    *,
    ends: tuple[float, float],
    middle: float,
    decision: Decision | None,
    label: str,
) -> Markup:
    """Draw a value and its interval on a scale that others share.

    Args:
        value: None draws the scale alone.
        interval: of the value.
        ends: what the left and the right end stand for.
        middle: that is marked.
        decision: about it.
        label: the same in words.
    """
    low, high = ends

    def place(each: float) -> float:
        return 100 * (each - low) / (high - low)

    return drawing(
        tag("line", class_="axis", x1="0%", x2="100%", y1=ROW // 2, y2=ROW // 2),
        _upright(place(middle), 2, ROW - 2, "zero"),
        *_whisker(value, interval, place=place, decision=decision),
        label=label,
    )


def stacked(parts: Sequence[tuple[str, int]], *, label: str) -> Markup:
    """Draw counts beside each other, each as wide as its share of all.

    Args:
        parts: kind and count.
        label: the same in words.
    """
    total = sum(count for _, count in parts)
    ends = [0.0]
    for _, count in parts:
        ends.append(ends[-1] + (100 * count / total if total else 0.0))
    bars = [
        tag("rect", class_=f"part {kind}", x=_percent(start), width=_percent(end - start), y=0, height=12)
        for (kind, count), (start, end) in zip(parts, pairwise(ends), strict=True)
        if count
    ]
    return drawing(*bars, label=label, height=12, class_="plot stacked")


def cloud(kinds: Sequence[tuple[str, Iterable[tuple[float, float]]]]) -> Markup:
    """Draw points of several kinds, one path each: thousands of them cost a page nothing.

    Args:
        kinds: name, and places from 0 to 1 to the right and down.
    """
    paths = [
        tag("path", class_=f"dots {kind}", d="".join(f"M{1000 * x:.0f} {1000 * y:.0f}h0" for x, y in points))
        for kind, points in kinds
    ]
    return stretched(*paths)


def columns(counts: Sequence[int], *, most: int, kind: str) -> Markup:
    """Draw counts as columns beside each other, the highest possible one `most`."""
    width = 1000 / max(len(counts), 1)
    d = "".join(
        f"M{i * width + 1:.1f} 1000v{-max(1000 * count / most, 25):.0f}h{width - 2:.1f}V1000z"
        for i, count in enumerate(counts)
        if count
    )
    return stretched(tag("path", class_=f"columns {kind}", d=d))


def stretched(*inside: Content, **attributes: Attribute) -> Markup:
    """Return a part of a drawing that is 1,000 wide and high, whatever room it has."""
    box: dict[str, Attribute] = {"viewBox": "0 0 1000 1000", "preserveAspectRatio": "none"}
    return tag("svg", *inside, width="100%", height="100%", **box, **attributes)


def _whisker(
    value: float | None,
    interval: Interval | None,
    *,
    place: Place,
    decision: Decision | None,
    middle: int = ROW // 2,
) -> list[Content]:
    kind = decision or "undecided"
    parts: list[Content] = [] if interval is None else [tag("g", *_span(interval, place, middle), class_=kind)]
    if value is not None:
        shape = tag("svg", _SHAPES[decision], class_=f"point {kind}", x=_percent(place(value)), y=middle)
        parts.append(shape)
    return parts


def _span(interval: Interval, place: Place, middle: int = ROW // 2) -> list[Content]:
    low, high = sorted(place(end) for end in _ends(interval))
    line = tag("line", class_="span", x1=_percent(low), x2=_percent(high), y1=middle, y2=middle)
    return [line, *(_upright(end, middle - 5, middle + 5, "span") for end in (low, high))]


def _upright(at: float, top: int, bottom: int, kind: str) -> Markup:
    return tag("line", class_=kind, x1=_percent(at), x2=_percent(at), y1=top, y2=bottom)


def _ends(interval: Interval | None) -> tuple[float, ...]:
    return () if interval is None else (interval.low, interval.high)


def _percent(value: float) -> str:
    return f"{min(max(value, 0.0), 100.0):.2f}%"
