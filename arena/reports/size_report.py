"""The size of a test in plain words, with its power curve. Loads no more than the standard library."""

import textwrap
from collections.abc import Iterable

from arena.records.plans import SizePlan
from arena.reports import numbers
from arena.runs.codec import dumps, to_json

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_BAR = 40  # columns of a power of 1
_NARROWEST_BAR = 10
_BESIDE_BAR = 24  # columns of the size, the power and the gaps


def render(plan: SizePlan, *, width: int) -> str:
    """Return the plan as text of at most `width` columns: size, duration, formula, notes, power curve."""
    lines = [
        *wrapped(_headline(plan), width),
        *wrapped(f"{numbers.share(plan.power)} power; {plan.formula}", width),
        *(line for note in plan.notes for line in wrapped(note, width)),
        "",
        f"power by {plan.unit} {'' if _is_duel(plan) else 'in control'}".rstrip(),
        *_curve(plan, width),
    ]
    return "\n".join(lines) + "\n"


def render_json(plan: SizePlan) -> str:
    """Return the plan as JSON, in the order in which people ask."""
    return dumps(to_json(plan, sort=False), indent=2) + "\n"


def wrapped(text: str, width: int) -> list[str]:
    """Break a sentence into lines of at most `width` columns; the later ones are indented."""
    return textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)


def _headline(plan: SizePlan) -> str:
    sizes = list(plan.per_arm.values())
    if _is_duel(plan):
        return f"{plan.total:,} {plan.unit}"
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
    bar = max(min(_BAR, width - _BESIDE_BAR), _NARROWEST_BAR)
    size = max(len(f"{units:,}") for units, _ in plan.power_curve)
    chosen = next(iter(plan.per_arm.values()))
    return [
        f"{units:>{size},}  {'█' * round(power * bar):┈<{bar}}  {numbers.share(power):>6}"
        f"{'  ← the plan' if units == chosen else ''}"
        for units, power in plan.power_curve
    ]


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _is_duel(plan: SizePlan) -> bool:
    return list(plan.per_arm) == ["cases"]
