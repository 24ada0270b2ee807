"""What a run cost, as every report says it."""

from rich.text import Text

from arena.records.run import NOTHING_SPENT, RunFacts, Spending
from arena.reports import numbers
from arena.reports.canvas import LABEL_WIDTH, Canvas
from arena.reports.numbers import counted

DOT = " · "


def spent_by(facts: RunFacts | None) -> Spending:
    """Return what a run cost: nothing, where nothing was asked."""
    return (facts and facts.spending) or NOTHING_SPENT


def money(paid: float | None, *, cost_usd: float | None, cost_reason: str | None) -> list[str]:
    """Return what was paid, and what the answers cost when they were first paid for where that differs.

    >>> money(0.0, cost_usd=0.41, cost_reason=None)
    ['$0', '$0.41 as first paid']
    """
    if cost_usd is None:
        return [numbers.usd(paid), *([f"cost unknown: {cost_reason}"] if cost_reason else [])]
    return [numbers.usd(paid), *([f"{numbers.usd(cost_usd)} as first paid"] if cost_usd != paid else [])]


def spent_lines(
    canvas: Canvas, facts: RunFacts | None, *, cost_usd: float | None, cost_reason: str | None
) -> list[Text]:
    """Return what a run paid and what its answers cost when they were first paid for, its calls, time and folder.

    Args:
        canvas: what is drawn on.
        facts: of the run; None where nothing was asked.
        cost_usd: as first paid; None where it is unknown.
        cost_reason: why it is unknown.
    """
    spent = spent_by(facts)
    parts = [canvas.foreign_line(each) for each in money(spent.paid_usd, cost_usd=cost_usd, cost_reason=cost_reason)]
    failed = f", {spent.failed} failed" if spent.failed else ""
    parts.append(f"{counted(spent.made, 'call')}, {spent.cached} cached{failed}")
    if facts:
        parts.append(numbers.duration(spent.seconds))
    bodies = [canvas.flow([Text(part) for part in parts], separator=DOT, width=canvas.width - LABEL_WIDTH)]
    if facts:
        bodies.append(Text(f".arena/runs/{canvas.foreign_line(facts.run)}", style="dim"))
    return canvas.labelled("Spent", bodies)
