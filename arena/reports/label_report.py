"""How far the raters of a run are."""

from rich.text import Text

from arena.records.labelling import LabelSummary, RaterProgress
from arena.reports.canvas import Align, Canvas, columns
from arena.reports.report import Found, Page

TITLES = ("Rater", "labelled", "skipped", "left", "")
ALIGN: tuple[Align, ...] = ("left", "right", "right", "right", "left")


def render(found: Found[LabelSummary], page: Page) -> str:
    """Return every rater's progress as text."""
    canvas, summary = Canvas.of(page), found.result
    pairs = f"{summary.cases:,} case{'s' if summary.cases != 1 else ''} with two answers"
    head = [Text(canvas.foreign_line(summary.run), style="bold"), Text(pairs)]
    if summary.without_pair:
        head.append(Text(f"{summary.without_pair:,} not shown: an answer failed", style="yellow"))
    lines = canvas.wrap(canvas.flow(head, separator="   "))
    if summary.imported is not None:
        counts = ", ".join(f"{count:,} {what}" for what, count in summary.imported.items() if count)
        lines += [Text(), *canvas.labelled("Read", [Text(counts)])]
    rows = [[Text(title, style="dim") for title in TITLES], *(_row(canvas, each) for each in summary.raters)]
    table = [Text.assemble(" ", line) for line in columns(rows, ALIGN)] if summary.raters else [Text(" no labels yet")]
    return canvas.draw([*lines, Text(), *table])


def _row(canvas: Canvas, rater: RaterProgress) -> list[Text]:
    sample = rater.sample
    drawn = f"sample of {sample.size:,} of {sample.of:,}, seed {sample.seed}" if sample else ""
    name = canvas.foreign_line(rater.rater) or "(unnamed)"
    counts = [Text(f"{count:,}") for count in (rater.labelled, rater.skipped, rater.left)]
    return [Text(name, style="bold"), *counts, Text(drawn, style="dim")]
