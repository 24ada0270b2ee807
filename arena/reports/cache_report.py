"""What a cache holds."""

from rich.text import Text

from arena.completions.inspection import CacheInfo
from arena.reports import numbers
from arena.reports.canvas import Canvas
from arena.reports.report import Found, Page


def render(found: Found[CacheInfo], page: Page) -> str:
    """Return what a cache holds as text."""
    canvas, info = Canvas.of(page), found.result
    lines = [
        f"{info.entries} answers, {_intact(info)}, {info.size_bytes / 2**20:.1f} MB",
        f"first paid {numbers.usd(info.paid_usd)}",
        *(f"  {count:>8,}  {canvas.foreign_line(model)}" for model, count in info.models.items()),
    ]
    lines += [f"from {info.oldest} to {info.newest}"] if info.oldest else []
    return canvas.draw([Text(line) for line in [*lines, str(info.folder)]])


def _intact(info: CacheInfo) -> str:
    return f"{len(info.damaged)} damaged" if info.damaged else "all intact"
