"""How far the raters of a run are."""

from arena.records.labelling import LabelSummary, RaterProgress
from arena.reports.document import Cell, Document, Span, Table, Words, facts, notes, sections
from arena.reports.numbers import counted
from arena.reports.report import Found

HEADS = ("Rater", "labelled", "skipped", "left", "sample")


def document(found: Found[LabelSummary]) -> Document:
    """Return every rater's progress."""
    summary = found.result
    about: list[Words] = [f"{counted(summary.cases, 'case')} with two answers"]
    if summary.without_pair:
        about.append(Span(f"{summary.without_pair:,} not shown: an answer failed", "inconclusive"))
    read = ", ".join(f"{count:,} {what}" for what, count in (summary.imported or {}).items() if count)
    raters = Table(heads=HEADS, rows=tuple(map(_row, summary.raters)), left=(0, 4)) if summary.raters else None
    return Document(
        kind="Labels",
        name=summary.run,
        about=tuple(about),
        sections=sections(
            ("", (facts(("Read", (read,))) if read else None,)),
            ("Raters", (raters or notes(("no labels yet",)),)),
        ),
    )


def _row(rater: RaterProgress) -> tuple[Cell, ...]:
    sample = rater.sample
    drawn = f"{sample.size:,} of {sample.of:,}, seed {sample.seed}" if sample else "all"
    counts = (f"{count:,}" for count in (rater.labelled, rater.skipped, rater.left))
    return Span(rater.rater or "(unnamed)", strong=True), *counts, Span(drawn, "quiet")
