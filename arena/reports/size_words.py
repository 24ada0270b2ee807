"""The size of a test in words."""

from collections.abc import Iterable

from arena.records.plans import SizePlan

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


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


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def axis_label(plan: SizePlan) -> str:
    """Return what the curve is by: cases, or units of the control arm."""
    return plan.unit if _is_duel(plan) else f"{plan.unit} in control"


def _is_duel(plan: SizePlan) -> bool:
    return list(plan.per_arm) == ["cases"]
