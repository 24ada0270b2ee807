"""The size of a test as markdown and as a page: in words, as a curve, and in tables."""

from arena.records.plans import CriterionSize, SizePlan
from arena.reports import numbers
from arena.reports.document import Cell, Document, Picture, Span, Table, Words, notes, sections
from arena.reports.power_curve import draw
from arena.reports.report import Found
from arena.reports.size_words import axis_label, headline


def document(found: Found[SizePlan]) -> Document:
    """Return what a test needs."""
    plan = found.result
    return Document(
        kind="Size",
        name="",
        answer=(headline(plan),),
        about=(*(() if plan.power is None else (f"{numbers.share(plan.power)} power",)), plan.formula),
        sections=sections(
            ("", (notes(plan.notes),)),
            ("What must be proved", (_criteria(plan),)),
            ("Power", (_picture(plan), _power(plan)) if plan.power_curve else ()),
            ("Inputs", (_inputs(plan),)),
        ),
    )


def _criteria(plan: SizePlan) -> Table | None:
    heads = ("Criterion", "cases", "power", "at best", "based on")
    return Table(heads=heads, rows=tuple(map(_criterion, plan.criteria)), left=(0, 4)) if plan.criteria else None


def _criterion(one: CriterionSize) -> tuple[Cell, ...]:
    name: Words = (one.criterion, Span("  ← needs most", strong=True)) if one.drives else one.criterion
    return (
        name,
        numbers.UNKNOWN if one.cases is None else f"{one.cases:,}",
        numbers.share(one.power),
        numbers.UNKNOWN if one.at_best is None else f"{one.at_best:,}",
        f"{one.assumed}: {one.reason}" if one.reason else one.assumed,
    )


def _picture(plan: SizePlan) -> Picture:
    return Picture(
        wide=draw(plan, width=880, height=420), narrow=draw(plan, width=358, height=320), style="power_curve.css"
    )


def _power(plan: SizePlan) -> Table:
    chosen = next(iter(plan.per_arm.values()))
    rows = tuple(
        (f"{units:,}", numbers.share(power), Span("← the plan", strong=True) if units == chosen else "")
        for units, power in plan.power_curve
    )
    return Table(heads=(axis_label(plan), "power", ""), rows=rows)


def _inputs(plan: SizePlan) -> Table:
    given = {name: value for name, value in plan.inputs.items() if value is not None}
    rows = tuple((name.replace("_", " "), _value(value)) for name, value in given.items())
    return Table(heads=("Input", "value"), rows=rows, left=(0, 1))


def _value(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
