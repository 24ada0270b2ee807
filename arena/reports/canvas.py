"""What a report is drawn on: lines of styled text, measured in columns of a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from arena.reports.ascii_marks import ASCII, in_ascii
from arena.reports.report import Page
from arena.reports.safe_text import safe, safe_line

LABEL_WIDTH = 12
GAP = "  "

Align = Literal["left", "right"]
Part = str | tuple[str, str] | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A terminal's, a file's or a log's way of showing text."""

    width: int  # columns; no line is longer
    colour: bool
    unicode: bool

    @classmethod
    def of(cls, page: Page) -> "Canvas":
        """Return a canvas of a page."""
        return cls(width=page.width, colour=page.colour, unicode=page.unicode)

    def foreign(self, text: str) -> str:
        """Return text of a model or a file, safe to show here; line feeds stay."""
        return self._shown(safe(text))

    def foreign_line(self, text: str) -> str:
        """Return text of a model or a file as one line that is safe to show here."""
        return self._shown(safe_line(text))

    def _shown(self, text: str) -> str:
        return text if self.unicode else in_ascii(text)

    def wrap(self, text: Text, width: int | None = None) -> list[Text]:
        """Break `text` into lines of at most `width` columns, between words where it can."""
        lines = text.wrap(self._console(StringIO()), max(width or self.width, 2), overflow="fold")
        return [_without_end(line) for line in lines]

    def hang(self, head: Text, body: Text) -> list[Text]:
        """Put `body` beside `head`, broken into lines that stand under its first."""
        indent = cell_len(head.plain)
        lines = self.wrap(body, self.width - indent)
        return [Text.assemble(head if i == 0 else " " * indent, line) for i, line in enumerate(lines or [Text()])]

    def labelled(self, label: str, bodies: Iterable[Text]) -> list[Text]:
        """Put `bodies` into the second column, each hanging, the first beside `label`."""
        lines: list[Text] = []
        for body in bodies:
            name = "" if lines else label
            lines += self.hang(Text(f" {name:<{LABEL_WIDTH - 1}}", style="bold"), body)
        return lines

    def flow(self, parts: Iterable[Text], *, separator: str, width: int | None = None) -> Text:
        """Join `parts` by `separator`; where a line is full the next part begins a new one."""
        limit = width or self.width
        text, used = Text(), 0
        for part in parts:
            size = cell_len(part.plain)
            if used and used + cell_len(separator) + size > limit:
                text.append("\n")
                used = 0
            elif used:
                text.append(separator, style="dim")
                used += cell_len(separator)
            text.append_text(part)
            used += size
        return text

    def fit(self, text: Text, width: int) -> Text:
        """Return `text` cut to `width` columns, with an ellipsis where something is missing."""
        short = text.copy()
        short.truncate(max(width, 1), overflow="ellipsis")
        return short

    def draw(self, lines: Iterable[Text]) -> str:
        """Return the lines as one string, with colour codes where this canvas has colour.

        Foreign text that was not made safe on its way here is made safe now.
        """
        file = StringIO()
        console = self._console(file)
        for line in lines:
            whole = line.copy() if safe(line.plain) == line.plain else Text(self.foreign(line.plain))
            whole.rstrip()
            console.print(self.fit(whole, self.width), soft_wrap=True)
        text = file.getvalue()
        return text if self.unicode else text.translate(ASCII)

    def _console(self, file: StringIO) -> Console:
        return Console(
            file=file,
            width=self.width,
            force_terminal=self.colour,
            color_system="standard" if self.colour else None,
            no_color=not self.colour,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )


def columns(rows: Sequence[Sequence[Text]], align: Sequence[Align]) -> list[Text]:
    """Put rows of cells into columns as wide as their widest cell."""
    widths = [max((cell_len(row[i].plain) for row in rows), default=0) for i in range(len(align))]
    lines = []
    for row in rows:
        line = Text()
        for cell, width, side in zip(row, widths, align, strict=True):
            padding = " " * (width - cell_len(cell.plain))
            line.append_text(
                Text.assemble(padding, cell, GAP) if side == "right" else Text.assemble(cell, padding, GAP)
            )
        line.rstrip()
        lines.append(line)
    return lines


def beside(left: Text, right: Text, width: int) -> Text:
    """Put `right` after `left` padded to `width` columns."""
    return Text.assemble(left, " " * max(width - cell_len(left.plain), 0), right)


def _without_end(line: Text) -> Text:
    line.end = ""
    return line
