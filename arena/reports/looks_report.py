"""Looks at a running test as text: boundaries, error spent, and what they cost."""

from collections.abc import Sequence

from arena.records.plans import Look, LooksCheck, LooksPlan
from arena.reports import numbers
from arena.reports.ascii_marks import in_ascii
from arena.reports.report import Found, Page
from arena.reports.size_report import wrapped

_TITLE = "information  stop at |z| ≥  p-value   alpha spent"


def render_plan(found: Found[LooksPlan], page: Page) -> str:
    """Return the boundaries of a plan as text, a line a look."""
    plan = found.result
    many = len(plan.looks)
    name = "look" if many == 1 else "looks"
    cost = f"{many} {name}, {plan.spending}: {plan.inflation:.3f} times the units of a test of one look"
    lines = [
        *_table(plan.looks),
        "",
        *wrapped(f"{cost} (alpha {plan.alpha:g}, power {plan.power:g})", page.width),
    ]
    return _shown("\n".join(lines) + "\n", page)


def render_check(found: Found[LooksCheck], page: Page) -> str:
    """Return what a typed schedule really does as text: its false-positive rate first."""
    check = found.result
    verdict = "within" if check.within else "above"
    lines = [
        *wrapped(f"true alpha {_error(check.alpha)}, {verdict} the intended {_plain(check.intended)}", page.width),
        *(line for warning in check.warnings for line in wrapped(warning, page.width)),
        "",
        *_table(check.looks),
    ]
    return _shown("\n".join(lines) + "\n", page)


def _shown(text: str, page: Page) -> str:
    return text if page.unicode else in_ascii(text)


def _table(looks: Sequence[Look]) -> list[str]:
    rows = [
        f"{numbers.share(look.fraction):>11}  {look.z:>13.3f}  {_error(look.p_nominal):<8}  {_error(look.alpha_spent)}"
        for look in looks
    ]
    return [_TITLE, *rows]


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
