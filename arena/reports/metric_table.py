"""The table of metrics: levels of both arms, the difference, its limit, and whether that is proved."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from arena.records.metric import Decision, Limit, Role
from arena.records.result import MetricResult
from arena.reports import numbers
from arena.reports.canvas import Align, Canvas, columns

MARKS: dict[Decision | None, tuple[str, str]] = {
    "pass": ("✓", "green"),  # proven
    "fail": ("✗", "red"),  # refuted
    "inconclusive": ("?", "yellow"),  # unknown
    None: (" ", ""),  # nothing was to be decided
}
TITLES: dict[Role, str] = {"primary": "Primary", "guardrail": "Guardrails", "secondary": "Secondary"}
ALIGN: tuple[Align, ...] = ("left", "right", "right", "right", "left", "left")
NOTE_INDENT = 3


def metric_lines(canvas: Canvas, metrics: Sequence[MetricResult]) -> list[Text]:
    """Return the metrics by role, each with a mark that reads without colour, and what would settle it."""
    table: list[tuple[list[Text], MetricResult | None]] = []
    for role, title in TITLES.items():
        chosen = [each for each in metrics if each.role == role]
        if chosen:
            table.append((_titles(title, chosen), None))
        table += [(_row(canvas, each), each) for each in chosen]
    whole = columns([row for row, _ in table], ALIGN)
    fits = all(line.cell_len < canvas.width for line in whole)
    if not fits:
        whole = columns([row[:-1] for row, _ in table], ALIGN[:-1])
    lines = []
    for line, (_, metric) in zip(whole, table, strict=True):
        lines += _with_note(canvas, Text.assemble(" ", line), _note(canvas, metric, with_last=not fits))
    return lines


def _titles(title: str, metrics: Sequence[MetricResult]) -> list[Text]:
    last = "limit" if any(each.limit for each in metrics) else "adj. p"
    names = ("control", "treatment", "difference", "", last if any(map(_last, metrics)) else "")
    return [Text(title, style="bold"), *(Text(name, style="dim") for name in names)]


def _last(metric: MetricResult) -> str:
    """Return what stands in the last column: the limit, or the adjusted p-value where there is none."""
    if metric.limit is not None:
        return limit_text(metric.limit, metric.unit)
    return "" if metric.p_adjusted is None else numbers.p_value(metric.p_adjusted)


def _row(canvas: Canvas, metric: MetricResult) -> list[Text]:
    mark, style = MARKS[metric.decision]
    change, bounds = numbers.change(
        metric.difference.value, metric.difference.interval, metric.difference.unit_of_measure
    )
    name = canvas.fit(Text(canvas.foreign_line(metric.label)), max(canvas.width // 4, 12))
    return [
        Text.assemble((mark, f"bold {style}".strip()), " ", name),
        Text(numbers.quantity(metric.control, metric.unit)),
        Text(numbers.quantity(metric.treatment, metric.unit)),
        Text(change),
        Text(bounds),
        Text(_last(metric)),
    ]


def _note(canvas: Canvas, metric: MetricResult | None, *, with_last: bool) -> str:
    if metric is None:
        return ""
    last = _last(metric) if with_last else ""
    parts = [f"{'limit' if metric.limit else 'adj. p'} {last}" if last else ""]
    if metric.level is not None:
        bounds = numbers.interval(metric.level.interval, metric.unit)
        parts.append(f"treatment alone {numbers.quantity(metric.level.value, metric.unit)} {bounds}".rstrip())
    parts.append(canvas.foreign_line(metric.note or metric.difference.reason or ""))
    return " · ".join(part for part in parts if part)


def _with_note(canvas: Canvas, line: Text, note: str) -> list[Text]:
    if not note:
        return [line]
    if line.cell_len + NOTE_INDENT + cell_len(note) <= canvas.width:
        return [Text.assemble(line, " " * NOTE_INDENT, (note, "yellow"))]
    return [line, *canvas.hang(Text(" " * NOTE_INDENT), Text(note, style="yellow"))]


def limit_text(limit: Limit | None, unit: str) -> str:
    """Return a limit as words and one number; above and below are of the difference from control.

    >>> limit_text(Limit(kind="max_increase", value=0.1, relative=True), "USD")
    'max +10%'
    >>> limit_text(Limit(kind="max_drop", value=0.02), "share"), limit_text(Limit(kind="above", value=0.05), "share")
    ('max −2pp', 'above +5pp')
    """
    if limit is None:
        return ""
    change = _round(numbers.difference(limit.value, "ratio" if limit.relative else unit))
    match limit.kind:
        case "max_increase":
            return f"max {change}"
        case "max_drop":
            return f"max {numbers.MINUS}{change.lstrip('+')}"
        case "not_worse":
            return f"worse by at most {change.lstrip('+')}"
        case "above" | "below":
            return f"{limit.kind} {change}"
        case "max" | "min":
            return f"{limit.kind} {_round(numbers.quantity(limit.value, unit))}"


def _round(text: str) -> str:
    """Return a number that somebody chose as they would have written it: 10%, not 10.0%."""
    return text.replace(".0%", "%").replace(".0pp", "pp").replace(".0 ", " ")
