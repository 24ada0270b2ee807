"""How the two arms differ, as a reader of a patch would want to see it."""

from collections.abc import Iterator
from difflib import unified_diff

from rich.text import Text

from arena.records.result import ArmDifference
from arena.reports.canvas import Canvas

MOST_LINES = 30
SHORT = 40
CONTEXT_LINES = 2


def difference_lines(canvas: Canvas, differences: tuple[ArmDifference, ...]) -> list[Text]:
    """Return a unified diff for each text that differs and one line for each setting."""
    if not differences:
        return [Text(" the arms do not differ: there is nothing to compare", style="yellow")]
    lines = []
    for each in differences:
        lines += _diff(canvas, each) if _is_text(each) else _setting(canvas, each)
        if not each.declared:
            lines += canvas.hang(Text("   "), Text(f"! {each.what} differs, but not as declared", style="red"))
    return lines


def _is_text(each: ArmDifference) -> bool:
    sides = [side for side in (each.control, each.treatment) if side is not None]
    return each.what in ("system", "user") or any("\n" in side or len(side) > SHORT for side in sides)


def _setting(canvas: Canvas, each: ArmDifference) -> list[Text]:
    sides = [canvas.foreign_line(side) if side else "not set" for side in (each.control, each.treatment)]
    return canvas.hang(Text(f" {canvas.foreign_line(each.what)}  "), Text(f"{sides[0]} → {sides[1]}"))


def _diff(canvas: Canvas, each: ArmDifference) -> list[Text]:
    lines = [Text(f" {canvas.foreign_line(each.what)}", style="bold")]
    for line in _changed_lines(each.control or "", each.treatment or ""):
        style = {"-": "red", "+": "green", "@": "dim"}.get(line[0], "")
        lines += canvas.hang(Text(f" {line[0]} ", style=style), Text(canvas.foreign(line[1:]), style=style))
    if len(lines) <= MOST_LINES:
        return lines
    left_out = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], Text(f" … {left_out} more lines", style="dim")]


def _changed_lines(control: str, treatment: str) -> Iterator[str]:
    """Yield lines that begin with -, + or a space; @ stands for lines left out between two hunks."""
    old, new = control.splitlines(), treatment.splitlines()
    hunks = 0
    for line in list(unified_diff(old, new, lineterm="", n=CONTEXT_LINES))[2:]:
        if not line.startswith("@@"):
            yield line
            continue
        hunks += 1
        if hunks > 1:
            yield "@…"
