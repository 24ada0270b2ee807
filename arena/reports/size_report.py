"""The size of a test in plain words, with its power curve. Loads no more than the standard library."""

import textwrap
from collections.abc import Sequence

from arena.records.plans import CriterionSize, SizePlan
from arena.reports import numbers
from arena.reports.ascii_marks import in_ascii
from arena.reports.report import Found, Page
from arena.reports.safe_text import safe_line
from arena.reports.size_words import axis_label, headline

_BAR = 40  # columns of a power of 1
_NARROWEST_BAR = 10
_BESIDE_BAR = 22  # columns of the power, the mark of the plan and the gaps


def render(found: Found[SizePlan], page: Page) -> str:
    """Return the plan as text: size, duration, formula, criteria, notes, power curve."""
    plan, width = found.result, page.width
    power = "" if plan.power is None else f"{numbers.share(plan.power)} power; "
    lines = [
        *wrapped(headline(plan), width),
        *wrapped(f"{power}{plan.formula}", width),
        *(line for note in plan.notes for line in wrapped(note, width)),
        *_criteria(plan.criteria, width),
    ]
    if plan.power_curve:
        lines += ["", f"power by {axis_label(plan)}", *_curve(plan, width)]
    text = "\n".join(lines) + "\n"
    return text if page.unicode else in_ascii(text)


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


def _curve(plan: SizePlan, width: int) -> list[str]:
    size = max(len(f"{units:,}") for units, _ in plan.power_curve)
    bar = max(min(_BAR, width - size - _BESIDE_BAR), _NARROWEST_BAR)
    chosen = next(iter(plan.per_arm.values()))
    return [
        f"{units:>{size},}  {'█' * round(power * bar):┈<{bar}}  {numbers.share(power):>6}"
        f"{'  ← the plan' if units == chosen else ''}"
        for units, power in plan.power_curve
    ]
