"""The power curve of a plan as a drawing: SVG that needs nothing else, for light, dark and paper."""

import textwrap
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import floor, log10

from arena.records.plans import SizePlan
from arena.reports import numbers
from arena.reports.report import Found, Page
from arena.reports.safe_text import safe_line
from arena.reports.size_words import axis_label, headline

#: Colours by meaning; every mark is told from the others by its shape too.
STYLE = """
svg.power{max-width:100%;height:auto}
.power{--ink:#1b1f24;--muted:#59636e;--grid:#d8dee4;--curve:#0b62c4;--mark:#b35900;--paper:#ffffff;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media (prefers-color-scheme:dark){.power{--ink:#e6edf3;--muted:#9aa5b1;--grid:#353c45;--curve:#62aaff;--mark:#ffa657;
--paper:#0f141a}}
@media print{.power{--ink:#000;--muted:#333;--grid:#bbb;--curve:#000;--mark:#000;--paper:#fff}}
.power .paper{fill:var(--paper)}.power text{fill:var(--muted);font-size:13px}
.power .title{fill:var(--ink);font-size:15px;font-weight:600}.power .grid{stroke:var(--grid);stroke-width:1}
.power .axis{stroke:var(--muted);stroke-width:1}.power .asked{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:6 4}
.power .curve{fill:none;stroke:var(--curve);stroke-width:2.5}.power .point{fill:var(--paper);stroke:var(--curve);
stroke-width:1.5}.power .chosen{fill:var(--mark);stroke:var(--paper);stroke-width:2}
.power .said{fill:var(--mark);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
"""
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
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + draw(
        found.result, width=540, height=380, titled=True, styled=True
    )


def draw(plan: SizePlan, *, width: int, height: int, titled: bool = False, styled: bool = False) -> str:
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
    parts = [
        f'<svg class="power" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" width="{width}" '
        f'height="{whole}" role="img" aria-label="{escape(_described(plan), quote=True)}">',
        f"<style>{STYLE}</style>" if styled else "",
        f'<rect class="paper" width="{width}" height="{whole}"/>',
        *(_text(16, 28 + _LINE * i, line, kind="title") for i, line in enumerate(above)),
        *_axes(plan, frame, width),
        *(_curve(plan, frame) if plan.power_curve else []),
        *(_text(16, top + height - 20 + _LINE * i, line) for i, line in enumerate(below)),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _described(plan: SizePlan) -> str:
    points = ", ".join(f"{units:,}: {numbers.share(power)}" for units, power in plan.power_curve)
    return safe_line(f"{headline(plan)}. Power by {axis_label(plan)}: {points or 'none'}")


def _axes(plan: SizePlan, frame: _Frame, width: int) -> list[str]:
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
        f'<text x="16" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 16 {middle:.1f})">power</text>',
    ]


def _curve(plan: SizePlan, frame: _Frame) -> list[str]:
    points = [(frame.x(units), frame.y(power)) for units, power in plan.power_curve]
    chosen = next(iter(plan.per_arm.values()))
    asked, power = plan.inputs.get("power"), plan.power
    assert chosen is not None
    assert power is not None
    parts = [f'<path class="curve" d="{_smooth(points)}"/>']
    parts += [f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    x, y = frame.x(chosen), frame.y(power)
    if isinstance(asked, float):
        parts.append(_line(frame.left, frame.y(asked), frame.right, frame.y(asked), "asked"))
        parts.append(_text(frame.left + 6, frame.y(asked) - 7, f"{numbers.share(asked)} asked for", kind="said"))
    parts += [
        _line(x, y, x, frame.bottom, "asked"),
        f'<circle class="chosen" cx="{x:.1f}" cy="{y:.1f}" r="6"/>',
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


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
