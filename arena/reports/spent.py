"""What a run cost, as every report says it."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from arena.reports import numbers
from arena.reports.canvas import LABEL_WIDTH, Canvas

DOT = " · "


def spent_lines(
    canvas: Canvas, manifest: Mapping[str, Any], *, cost_usd: float | None, cost_reason: str | None
) -> list[Text]:
    """Return what a run paid and what its answers cost when they were first paid for, its calls, time and folder.

    Args:
        canvas: what is drawn on.
        manifest: the facts of the run.
        cost_usd: as first paid; None where it is unknown.
        cost_reason: why it is unknown.
    """
    calls = manifest.get("calls") or {}
    parts = [numbers.usd(manifest.get("paid_usd"))]
    if cost_usd is None:
        parts += [f"cost unknown: {canvas.foreign_line(cost_reason)}"] if cost_reason else []
    elif cost_usd != manifest.get("paid_usd"):
        parts.append(f"{numbers.usd(cost_usd)} as first paid")
    if calls:
        failed = f", {calls['failed']} failed" if calls.get("failed") else ""
        parts.append(f"{_counted(calls.get('made', 0), 'call')}, {calls.get('cached', 0)} cached{failed}")
    if manifest.get("seconds") is not None:
        parts.append(numbers.duration(manifest["seconds"]))
    bodies = [canvas.flow([Text(part) for part in parts], separator=DOT, width=canvas.width - LABEL_WIDTH)]
    if manifest.get("run"):
        bodies.append(Text(f".arena/runs/{canvas.foreign_line(str(manifest['run']))}", style="dim"))
    return canvas.labelled("Spent", bodies)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
