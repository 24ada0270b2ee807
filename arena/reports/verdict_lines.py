"""A gate's verdict at the head of its report: pass, fail or inconclusive, and one line a reason."""

from collections.abc import Mapping
from typing import TypeGuard

from rich.text import Text

from arena.records.gate import DuelOrGate, GateResult
from arena.records.metric import Decision
from arena.reports.canvas import Canvas
from arena.reports.metric_table import MARKS
from arena.reports.report import Found

WORDS: Mapping[Decision, tuple[str, str]] = {
    "pass": ("PASS", "bold green"),
    "fail": ("FAIL", "bold red"),
    "inconclusive": ("INCONCLUSIVE", "bold yellow"),
}


def is_gate(found: Found[DuelOrGate]) -> TypeGuard[Found[GateResult]]:
    """Return whether a verdict was found."""
    return isinstance(found.result, GateResult)


def verdict_lines(canvas: Canvas, found: Found[GateResult]) -> list[Text]:
    """Return the verdict, what follows from it, its reasons, and what is known of earlier attempts."""
    verdict, facts = found.result.verdict, found.facts
    word, style = WORDS[verdict.decision]
    lines = canvas.wrap(Text.assemble(" ", (word, style), f"  {canvas.foreign_line(summary(found))}"))
    for reason in verdict.reasons:
        mark, colour = MARKS[reason.decision]
        lines += canvas.hang(Text.assemble(" ", (mark, colour), " "), Text(canvas.foreign_line(reason.message)))
    if facts and facts.attempts:
        lines += canvas.hang(Text("   "), Text(canvas.foreign_line(facts.attempts.note), style="dim"))
    return lines


def summary(found: Found[GateResult]) -> str:
    """Return in one line what a verdict means, and what the command line made of it."""
    parts: list[str] = [found.result.verdict.advice]
    if not found.result.sent:
        parts.append("nothing was sent")
    if counted := found.counted_as:
        parts.append(f"--inconclusive {counted}: counted as a {counted}")
    return ": ".join(parts[:2]) + "".join(f" ({each})" for each in parts[2:])
