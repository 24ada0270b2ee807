"""The power curve of a plan as a drawing: SVG that needs nothing else, for light, dark and paper."""

import textwrap
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

from markupsafe import Markup

from arena.records.plans import SizePlan
from arena.reports import numbers
from arena.reports.page.markup import tag
from arena.reports.page.shell import read
from arena.reports.report import Found, Page
from arena.reports.safe_text import safe_line
from arena.reports.size_words import axis_label, headline

_LETTER = 7.4  # pixels of an average letter of 13 px, generously
_TITLE_LETTER = 8.6
_LINE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where units and powers lie on the drawing."""

    left: float
    right: float
    top: float
    bottom: float
    most: float  # units at the right edge

    def x(self, units: float) -> float:
        return self.left + (self.right - self.left) * units / self.most

    def y(self, power: float) -> float:
        return self.bottom - (self.bottom - self.top) * power


def render(found: Found[SizePlan], page: Page) -> str:
    """Return the power curve as an SVG file, with the plan in words above it."""
    drawing = draw(found.result, width=540, height=380, titled=True, styled=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawing}\n'


def draw(plan: SizePlan, *, width: int, height: int, titled: bool = False, styled: bool = False) -> Markup:
    """Return the power curve as an SVG element.

    Args:
        plan: whose curve it is.
        width: of the drawing, in pixels; letters have 13 of them at any width.
        height: of the curve with its axes, in pixels.
        titled: write the plan in words above, and the formula below.
        styled: bring the style along; a page has it once.
    """
    title = [safe_line(headline(plan))]
    above = textwrap.wrap(title[0], int((width - 32) / _TITLE_LETTER)) if titled else []
    formula = safe_line(plan.formula)
    below = textwrap.wrap(formula, int((width - 32) / _LETTER)) if titled else []
    top = 24 + (_LINE * len(above) + 14 if above else 0)
    frame = _Frame(left=58, right=width - 30, top=top, bottom=top + height - 84, most=_most(plan))
    whole = top + height - 24 + _LINE * len(below)
    return tag(
        "svg",
        tag("style", Markup(read("power_curve.css"))) if styled else None,
        tag("rect", class_="paper", width=width, height=whole),
        *(_text(16, 28 + _LINE * i, line, kind="title") for i, line in enumerate(above)),
        *_axes(plan, frame, width),
        *(_curve(plan, frame) if plan.power_curve else []),
        *(_text(16, top + height - 20 + _LINE * i, line) for i, line in enumerate(below)),
        class_="power",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {whole}",
        width=width,
        height=whole,
        role="img",
        aria_label=_described(plan),
    )


def _described(plan: SizePlan) -> str:
    points = ", ".join(f"{units:,}: {numbers.share(power)}" for units, power in plan.power_curve)
    return safe_line(f"{headline(plan)}. Power by {axis_label(plan)}: {points or 'none'}")


def _axes(plan: SizePlan, frame: _Frame, width: int) -> list[Markup]:
    parts = []
    for step in range(6):
        power, y = step / 5, frame.y(step / 5)
        parts += [
            _line(frame.left, y, frame.right, y, "axis" if step == 0 else "grid"),
            _text(frame.left - 8, y + 4, f"{100 * power:.0f}%", anchor="end"),
        ]
    for units in _ticks(frame.most, 4 if width < 500 else 7):
        x = frame.x(units)
        parts += [
            _line(x, frame.bottom, x, frame.bottom + 5, "axis"),
            _text(x, frame.bottom + 20, f"{units:,}", anchor="middle"),
        ]
    middle = (frame.top + frame.bottom) / 2
    return [
        *parts,
        _text((frame.left + frame.right) / 2, frame.bottom + 42, axis_label(plan), anchor="middle"),
        tag("text", "power", x="16", y=f"{middle:.1f}", text_anchor="middle", transform=f"rotate(-90 16 {middle:.1f})"),
    ]


def _curve(plan: SizePlan, frame: _Frame) -> list[Markup]:
    points = [(frame.x(units), frame.y(power)) for units, power in plan.power_curve]
    chosen = next(iter(plan.per_arm.values()))
    asked, power = plan.inputs.get("power"), plan.power
    assert chosen is not None
    assert power is not None
    parts = [tag("path", class_="curve", d=_smooth(points)), *(_disc("point", x, y, 3) for x, y in points)]
    x, y = frame.x(chosen), frame.y(power)
    if isinstance(asked, float):
        parts.append(_line(frame.left, frame.y(asked), frame.right, frame.y(asked), "asked"))
        parts.append(_text(frame.left + 6, frame.y(asked) - 7, f"{numbers.share(asked)} asked for", kind="said"))
    parts += [
        _line(x, y, x, frame.bottom, "asked"),
        _disc("chosen", x, y, 6),
        _text(x + 10, y + 26, f"{chosen:,}", kind="said"),
        _text(x + 10, y + 44, numbers.share(power), kind="said"),
    ]
    return parts


def _smooth(points: list[tuple[float, float]]) -> str:
    """Return a path through all points that rises and falls only where they do (Fritsch & Carlson 1980)."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points)]
    inner = [0.0 if a * b <= 0.0 else 2.0 * a * b / (a + b) for a, b in pairwise(slopes)]  # harmonic mean
    tangents = [slopes[0], *inner, slopes[-1]] if slopes else []
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (a, b), (here, there) in zip(pairwise(points), pairwise(tangents), strict=True):
        third = (b[0] - a[0]) / 3
        path += (
            f"C{a[0] + third:.1f} {a[1] + here * third:.1f} "
            f"{b[0] - third:.1f} {b[1] - there * third:.1f} {b[0]:.1f} {b[1]:.1f}"
        )
    return path


def _most(plan: SizePlan) -> float:
    return 1.02 * max((units for units, _ in plan.power_curve), default=1)


def _ticks(most: float, wanted: int) -> list[int]:
    """Return round numbers of units from 0 on, about as many as wanted.

    >>> _ticks(3000.0, 6)
    [0, 500, 1000, 1500, 2000, 2500, 3000]
    """
    rough = max(most / wanted, 1.0)
    power = 10 ** floor(log10(rough))
    step = next(
        int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough * (1.0 - 1e-9) or factor == 10
    )
    return list(range(0, int(most) + 1, step))


def _disc(kind: str, x: float, y: float, radius: int) -> Markup:
    return tag("circle", class_=kind, cx=f"{x:.1f}", cy=f"{y:.1f}", r=radius)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return tag("line", class_=kind, x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}")


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str | None = None) -> Markup:
    return tag("text", words, class_=kind, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
