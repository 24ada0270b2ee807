"""The size of a test in plain words, with its power curve. Loads no more than the standard library."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from arena.errors import UsageError
from arena.records.plans import CriterionSize, SizePlan
from arena.reports import numbers
from arena.reports.safe_text import safe_line
from arena.runs.codec import dumps, to_json

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FORMATS = ("text", "json", "svg", "html")
ENDINGS: Mapping[str, str] = {".txt": "text", ".json": "json", ".svg": "svg", ".html": "html"}

_BAR = 40  # columns of a power of 1
_NARROWEST_BAR = 10
_BESIDE_BAR = 22  # columns of the power, the mark of the plan and the gaps


def format_of(file: Path) -> str:
    """Return the format that the ending of `file` means.

    Raises:
        UsageError: the ending means none; the message lists those that do.
    """
    if file.suffix.lower() not in ENDINGS:
        raise UsageError(f"-o {file}: cannot tell the format from its ending; there are {', '.join(ENDINGS)}")
    return ENDINGS[file.suffix.lower()]


def render(plan: SizePlan, output_format: str, *, width: int) -> str:
    """Return the plan in one of the formats.

    Args:
        plan: what a test needs.
        output_format: text, json, svg (the power curve) or html (a page).
        width: columns of text.
    """
    if output_format == "json":
        return dumps(to_json(plan, sort=False), indent=2) + "\n"
    if output_format == "svg":
        from arena.reports.power_curve import render_svg

        return render_svg(plan)
    if output_format == "html":
        from arena.reports.power_curve_page import render_html

        return render_html(plan)
    return _text(plan, width=width)


def _text(plan: SizePlan, *, width: int) -> str:
    """Return the plan as text of at most `width` columns: size, duration, formula, criteria, notes, power curve."""
    power = "" if plan.power is None else f"{numbers.share(plan.power)} power; "
    lines = [
        *wrapped(headline(plan), width),
        *wrapped(f"{power}{plan.formula}", width),
        *(line for note in plan.notes for line in wrapped(note, width)),
        *_criteria(plan.criteria, width),
    ]
    if plan.power_curve:
        lines += ["", f"power by {axis_label(plan)}", *_curve(plan, width)]
    return "\n".join(lines) + "\n"


def _criteria(criteria: Sequence[CriterionSize], width: int) -> list[str]:
    """Return a paragraph a criterion: what it is, what it needs, and what that is based on."""
    lines = []
    for one in criteria:
        cases = f"{one.cases:,} cases" if one.cases is not None else "cannot be proved"
        power = "" if one.power is None else f", {numbers.share(one.power)} power in the plan"
        lines += [
            "",
            *wrapped(f"{one.criterion}: {cases}{power}{'  ← needs most' if one.drives else ''}", width),
            *(f"  {line}" for line in wrapped(_based_on(one), width - 2)),
        ]
    return lines


def _based_on(one: CriterionSize) -> str:
    if one.reason is not None:
        return f"{one.assumed}: {one.reason}"
    best = "" if one.at_best is None else f"; {one.at_best:,} at best"
    return f"{one.assumed}{best}"


def wrapped(text: str, width: int) -> list[str]:
    """Break a sentence into lines of at most `width` columns; the later ones are indented."""
    return textwrap.wrap(safe_line(text), width, subsequent_indent="  ", break_on_hyphens=False)


def headline(plan: SizePlan) -> str:
    """Return the plan in one sentence: units per arm, in total, and how long that takes."""
    if plan.total is None:
        return f"No number of {plan.unit} proves it: {plan.reason}"
    sizes = list(plan.per_arm.values())
    if _is_duel(plan):
        return f"{plan.total:,} {plan.unit}{' for all of it' if len(plan.criteria) > 1 else ''}"
    if len(set(sizes)) == 1:
        arms = f"{sizes[0]:,} {plan.unit} per arm"
    else:
        arms = _listed(f"{size:,} {plan.unit} in {name}" for name, size in plan.per_arm.items())
    return f"{arms}, {plan.total:,} in total{_duration(plan)}"


def _duration(plan: SizePlan) -> str:
    if plan.weeks is None:
        return ""
    per_day, share = plan.inputs["per_day"], plan.inputs["share"]
    weeks = _WORDS[plan.weeks] if plan.weeks < len(_WORDS) else f"{plan.weeks:,}"
    name = "week" if plan.weeks == 1 else "weeks"
    return f"; at {per_day:,g} a day and {_traffic(float(share or 0.0))}, {weeks} full {name}"


def _traffic(share: float) -> str:
    if share == 1.0:
        return "all of the traffic"
    return "half the traffic" if share == 0.5 else f"{100.0 * share:g}% of the traffic"


def _curve(plan: SizePlan, width: int) -> list[str]:
    size = max(len(f"{units:,}") for units, _ in plan.power_curve)
    bar = max(min(_BAR, width - size - _BESIDE_BAR), _NARROWEST_BAR)
    chosen = next(iter(plan.per_arm.values()))
    return [
        f"{units:>{size},}  {'█' * round(power * bar):┈<{bar}}  {numbers.share(power):>6}"
        f"{'  ← the plan' if units == chosen else ''}"
        for units, power in plan.power_curve
    ]


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def axis_label(plan: SizePlan) -> str:
    """Return what the curve is by: cases, or units of the control arm."""
    return plan.unit if _is_duel(plan) else f"{plan.unit} in control"


def _is_duel(plan: SizePlan) -> bool:
    return list(plan.per_arm) == ["cases"]
