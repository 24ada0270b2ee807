"""The list of past runs."""

from arena.reports import numbers
from arena.reports.document import Cell, Document, Span, Table, Words, notes, sections
from arena.reports.metric_table import MARKS
from arena.reports.report import Found
from arena.runs.history import PastRun, PastRuns

HEADS = ("Run", "cases", "found", "", "paid")
HALF = 0.5  # of the width of text, for the names of runs


def document(found: Found[PastRuns]) -> Document:
    """Return the past runs, a line each, in the order given."""
    rows = tuple(map(_row, found.result.runs))
    table = Table(heads=HEADS, rows=rows, left=(0, 3), name_share=HALF) if rows else None
    return Document(kind="Runs", name="", sections=sections(("", (table or notes(("no runs yet",)),))))


def _row(run: PastRun) -> tuple[Cell, ...]:
    if run.status != "complete":
        return f"  {run.run}", "", Span(run.status, "inconclusive"), "", ""
    mark = Span(f"{MARKS[run.decision][0]} ", run.decision or "")
    cases = "" if run.cases is None else str(run.cases)
    return (mark, run.run), cases, *_headline(run), numbers.usd(run.paid_usd)


def _headline(run: PastRun) -> tuple[Words, Words]:
    if run.best is not None:
        return f"best: {run.best}", ""
    if run.headline is None or run.unit is None:
        return "", ""
    if run.is_level:
        return f"win rate {numbers.share(run.value)}", numbers.interval(run.interval, "share")
    change, bounds = numbers.change(run.value, run.interval, run.unit)
    return f"{run.headline} {change}", bounds
