"""The report of label swaps: how often a decision cries wolf."""

from rich.text import Text

from arena.records.aa import AAResult
from arena.reports import numbers
from arena.reports.canvas import Canvas
from arena.reports.report import Found, Page
from arena.stats.estimate import Estimate


def render(found: Found[AAResult], page: Page) -> str:
    """Return the report as text."""
    canvas, result = Canvas.of(page), found.result
    units = f"{result.units:,} independent unit{'s' if result.units != 1 else ''}"
    how = f"all {result.draws:,} ways to swap the labels" if result.exact else f"{result.draws:,} random label swaps"
    header = [Text(canvas.foreign_line(result.experiment.name), style="bold"), Text(units), Text(how)]
    lines = [
        *canvas.wrap(canvas.flow(header, separator="   ")),
        Text(),
        *canvas.labelled("Cries wolf", [_line("passes", result.false_pass), _line("fails", result.false_fail)]),
        *canvas.labelled("Decided by", [Text(canvas.foreign_line(", ".join(result.criteria)))]),
    ]
    if result.policy is not None:
        rule = Text.assemble(f'"{canvas.foreign_line(result.policy.rule)}" ', _line("ships", result.policy.ships))
        lines += canvas.labelled("Your rule", [rule])
    notes = [Text(canvas.foreign_line(note), style="yellow") for note in result.notes]
    return canvas.draw([*lines, *canvas.labelled("Notes", notes)])


def _line(verb: str, rate: Estimate) -> Text:
    bounds = f" {numbers.interval(rate.interval, 'share')}" if rate.interval is not None else ""
    share = Text(numbers.share(rate.value), style="bold")
    return Text.assemble(f"{verb} a prompt that changes nothing in ", share, f"{bounds} of runs")
