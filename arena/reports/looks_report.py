"""Looks at a running test: boundaries, error spent, and what they cost."""

from collections.abc import Sequence

from arena.records.plans import Look, LooksCheck, LooksPlan
from arena.reports import numbers
from arena.reports.document import Document, Table, notes, sections
from arena.reports.numbers import counted
from arena.reports.report import Found

HEADS = ("information", "stop at |z| ≥", "p-value", "alpha spent")


def planned(found: Found[LooksPlan]) -> Document:
    """Return the boundaries of a plan, a line a look, and what the looks cost."""
    plan = found.result
    cost = f"{plan.inflation:.3f} times the units of a test of one look"
    return Document(
        kind="Looks",
        name=f"{counted(len(plan.looks), 'look')}, {plan.spending}",
        about=(cost, f"alpha {plan.alpha:g}", f"power {plan.power:g}"),
        sections=sections(("Boundaries", (_table(plan.looks),))),
    )


def checked(found: Found[LooksCheck]) -> Document:
    """Return what a typed schedule really does: its false-positive rate first."""
    check = found.result
    verdict = "within" if check.within else "above"
    return Document(
        kind="Looks",
        name="",
        answer=(f"true alpha {_error(check.alpha)}, {verdict} the intended {_plain(check.intended)}",),
        tone="pass" if check.within else "fail",
        sections=sections(
            ("", (notes(check.warnings, "inconclusive"),)),
            ("Schedule", (_table(check.looks),)),
        ),
    )


def _table(looks: Sequence[Look]) -> Table:
    rows = tuple(
        (numbers.share(look.fraction), f"{look.z:.3f}", _error(look.p_nominal), _error(look.alpha_spent))
        for look in looks
    )
    return Table(heads=HEADS, rows=rows, left=(2, 3))


def _plain(value: float) -> str:
    return f"{value:g}".removeprefix("0")


def _error(value: float) -> str:
    """Return an error rate: four decimals, or the power of ten where that shows nothing.

    >>> _error(0.0244), _error(2.4e-23), _error(0.0)
    ('.0244', '2e-23', '<1e-300')
    """
    if value < 1e-300:
        return "<1e-300"
    if value < 5e-5:
        return f"{value:.0e}"
    return f"{value:.4f}".removeprefix("0")
