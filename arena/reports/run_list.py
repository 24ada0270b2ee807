"""The list of past runs."""

from rich.text import Text

from arena.reports import numbers
from arena.reports.canvas import Align, Canvas, columns
from arena.reports.metric_table import MARKS
from arena.reports.report import Found, Page
from arena.runs.history import PastRun, PastRuns

TITLES = ("", "Run", "cases", "", "", "paid")
ALIGN: tuple[Align, ...] = ("left", "left", "right", "right", "left", "right")


def render(found: Found[PastRuns], page: Page) -> str:
    """Return the past runs as a table, a line each, in the order given."""
    canvas, runs = Canvas.of(page), found.result.runs
    rows = [[Text(title, style="dim") for title in TITLES], *(_row(canvas, each) for each in runs)]
    return canvas.draw(columns(rows, ALIGN))


def _row(canvas: Canvas, run: PastRun) -> list[Text]:
    mark, style = MARKS[run.decision]
    name = canvas.fit(Text(canvas.foreign_line(run.run)), max(canvas.width // 2, 20))
    if run.status != "complete":
        return [Text(), name, Text(), Text(run.status, style="yellow"), Text(), Text()]
    return [
        Text(mark, style=style),
        name,
        Text("" if run.cases is None else str(run.cases)),
        *_headline(canvas, run),
        Text(numbers.usd(run.paid_usd)),
    ]


def _headline(canvas: Canvas, run: PastRun) -> tuple[Text, Text]:
    if run.best is not None:
        return canvas.fit(Text(f"best: {canvas.foreign_line(run.best)}"), max(canvas.width // 4, 16)), Text()
    if run.headline is None or run.unit is None:
        return Text(), Text()
    if run.is_level:
        return Text(f"win rate {numbers.share(run.value)}"), Text(numbers.interval(run.interval, "share"))
    change, bounds = numbers.change(run.value, run.interval, run.unit)
    return Text(f"{canvas.foreign_line(run.headline)} {change}"), Text(bounds)
