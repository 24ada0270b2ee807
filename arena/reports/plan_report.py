"""The report of a planned run: what it will ask, cost, and be able to prove."""

from rich.text import Text

from arena.records.outlook import Band, Outlook
from arena.reports import numbers
from arena.reports.arms import difference_lines
from arena.reports.canvas import Canvas
from arena.reports.report import Found, Page

DOT = " · "


def render(found: Found[Outlook], page: Page) -> str:
    """Return the plan as text."""
    canvas, outlook = Canvas.of(page), found.result
    differences = [] if outlook.variants else difference_lines(canvas, outlook.differences)
    sections = [_header(canvas, outlook), differences, _facts(canvas, outlook)]
    lines = [line for section in sections if section for line in (*section, Text())]
    return canvas.draw(lines[:-1])


def _header(canvas: Canvas, outlook: Outlook) -> list[Text]:
    parts = [
        Text(canvas.foreign_line(outlook.experiment.name), style="bold"),
        Text(_compared(canvas, outlook)),
        Text(f"{outlook.cases:,} case{'s' if outlook.cases != 1 else ''}, {outlook.repeats} × each"),
        Text("planned: nothing was sent", style="yellow"),
    ]
    return canvas.wrap(canvas.flow(parts, separator="   "))


def _compared(canvas: Canvas, outlook: Outlook) -> str:
    if outlook.variants:
        return DOT.join(map(canvas.foreign_line, outlook.variants))
    return f"{canvas.foreign_line(outlook.control)} → {canvas.foreign_line(outlook.treatment)}"


def _facts(canvas: Canvas, outlook: Outlook) -> list[Text]:
    calls = f"{outlook.calls:,} to {', '.join(map(canvas.foreign_line, outlook.models)) or 'nobody'}"
    tokens = f"{_band(outlook.input_tokens)} in{DOT}{_band(outlook.output_tokens)} out"
    lines = [
        *canvas.labelled("Calls", [Text(calls + (", less what is cached" if outlook.calls else ""))]),
        *canvas.labelled("Tokens", [Text(tokens)]),
        *canvas.labelled("Price", [Text(_price(canvas, outlook))]),
        *canvas.labelled("Can prove", [_reach(canvas, *one) for one in _reaches(outlook)]),
    ]
    notes = [outlook.selection] if outlook.selection else []
    return lines + canvas.labelled("Notes", [Text(canvas.foreign_line(note)) for note in (*notes, *outlook.notes)])


def _reaches(outlook: Outlook) -> list[tuple[str, bool]]:
    return [(one.message, one.within_reach) for one in outlook.provable]


def _reach(canvas: Canvas, message: str, within: bool) -> Text:
    return Text.assemble(("✓ ", "green") if within else ("✗ ", "red"), canvas.foreign_line(message))


def _band(band: Band) -> str:
    return f"{band.low:,.0f}–{band.high:,.0f}"


def _price(canvas: Canvas, outlook: Outlook) -> str:
    if outlook.usd is None:
        names = ", ".join(map(canvas.foreign_line, outlook.unpriced))
        return f"unknown: no price of {names} is known; the cap is not enforced"
    return f"{numbers.usd(outlook.usd.low)}–{numbers.usd(outlook.usd.high)}{DOT}cap {numbers.usd(outlook.cap_usd)}"
