"""A document as text for a terminal, a log or a file."""

from collections.abc import Iterable, Sequence
from functools import singledispatch

from rich.text import Text

from arena.reports import numbers
from arena.reports.arms import difference_lines
from arena.reports.bars import SHORTEST_TRACK, difference_bar, share_bar
from arena.reports.canvas import LABEL_WIDTH, Align, Canvas, columns
from arena.reports.document import (
    APART,
    DOT,
    Bar,
    Block,
    Body,
    Cell,
    Differences,
    Document,
    Facts,
    Figure,
    Health,
    Line,
    Notes,
    Picture,
    Place,
    Section,
    Table,
    Words,
    grouped,
    is_drawn,
    pieces,
)
from arena.reports.judge_lines import judge_lines, recount_lines
from arena.reports.report import Page

LONGEST_BAR = 64
SHORTEST_NAME, SHORT_NAME = 12, 24
COLOURS = {"": "", "quiet": "dim", "pass": "green", "fail": "red", "inconclusive": "yellow"}


def draw(document: Document, page: Page) -> str:
    """Return the document as text, no line of it wider than the page."""
    canvas = Canvas.of(page)
    parts = [_head(canvas, document), *(_section(canvas, each) for each in document.sections)]
    if document.about_label is not None and len(parts) > 1:
        about = canvas.labelled(document.about_label, [_flow(canvas, document.about, DOT, LABEL_WIDTH)])
        parts[1] = [*about, *parts[1]]
    lines: list[Text] = []
    for part in parts:
        if part:
            lines += [Text(), *part] if lines else part
    return canvas.draw(lines)


def _head(canvas: Canvas, document: Document) -> list[Text]:
    if document.answer:
        answer = Text(style=f"bold {COLOURS[document.tone]}".strip() if document.tone else "")
        answer.append_text(Text(" ").join(_words(canvas, each) for each in document.answer))
        aside = [] if document.aside is None else canvas.wrap(_words(canvas, document.aside))
        return [*canvas.wrap(answer), *aside]
    if not document.name:
        return []
    name = Text(canvas.foreign_line(document.name), style="bold")
    return canvas.wrap(canvas.flow([name, *(_words(canvas, each) for each in document.about)], separator=APART))


def _section(canvas: Canvas, section: Section) -> list[Text]:
    lines: list[Text] = []
    for block in section.blocks:
        drawn = _block(block, canvas)
        apart = isinstance(block, Table) and block.label is None and lines
        lines += [Text(), *drawn] if apart and drawn else drawn
    return lines


@singledispatch
def _block(block: Block, canvas: Canvas) -> list[Text]:
    raise TypeError(block)


@_block.register
def _(block: Facts, canvas: Canvas) -> list[Text]:
    return [line for label, bodies in block.rows for line in canvas.labelled(label, _bodies(canvas, bodies))]


@_block.register
def _(block: Notes, canvas: Canvas) -> list[Text]:
    style = COLOURS[block.tone]
    return canvas.labelled("Notes", [Text(canvas.foreign_line(note), style=style) for note in block.bodies])


@_block.register
def _(block: Figure, canvas: Canvas) -> list[Text]:
    room = canvas.width - LABEL_WIDTH
    bounds = numbers.interval(block.interval, "share")
    value = Text.assemble((numbers.share(block.value), "bold"), f" {bounds}" if bounds else "")
    beside = [_words(canvas, each) for each in block.beside]
    bodies = [canvas.flow([value, *beside], separator=APART, width=room)]
    if block.barred and block.value is not None and room >= SHORTEST_TRACK:
        bar = share_bar(block.value, block.interval, width=min(room, LONGEST_BAR))
        bodies.append(Text(bar, style=COLOURS[block.decision or ""]))
    return canvas.labelled(block.label, [*bodies, *_bodies(canvas, block.below)])


@_block.register
def _(block: Table, canvas: Canvas) -> list[Text]:
    if not block.rows:
        return []
    if block.label is not None:
        return canvas.labelled(block.label, _columns(block, _rows(canvas, block, canvas.width), _kept(block)))
    more = [line for each in block.more for line in canvas.hang(Text("  "), Text(canvas.foreign_line(each), "dim"))]
    return [*(Text.assemble(" ", line) for line in _fitted(canvas, block)), *more]


def _fitted(canvas: Canvas, table: Table) -> list[Text]:
    """Return a table: without its bars where it is too wide with them, then with shorter names, then row by row."""
    room = canvas.width - 1
    widest = max(int(canvas.width * table.name_share), SHORTEST_NAME)
    for width in (widest, min(widest, SHORT_NAME)):
        rows = [_heads(canvas, table, width), *_rows(canvas, table, width)]
        for bars in (True, False):
            lines = _columns(table, rows, _kept(table, bars=bars))
            if max(line.cell_len for line in lines) <= room:
                return lines
    return [line for row in table.rows for line in _stacked(canvas, table, row)]


def _stacked(canvas: Canvas, table: Table, row: Sequence[Cell]) -> list[Text]:
    """Return a row as lines: its name, then every figure after its head."""
    name, *groups = (group for group in grouped(table) if not is_drawn(table, group[0]))
    parts = []
    for group in groups:
        cells = [text for place in group if (text := _cell(canvas, row[place])).plain]
        if cells:
            parts.append(
                Text.assemble((f"{canvas.foreign_line(table.heads[group[0]])} ".lstrip(), "dim"), Text(" ").join(cells))
            )
    head = Text(" ").join(_cell(canvas, row[place]) for place in name)
    return [
        *canvas.wrap(head, canvas.width - 1),
        *canvas.hang(Text("  "), canvas.flow(parts, separator=DOT, width=canvas.width - 3)),
    ]


def _heads(canvas: Canvas, table: Table, widest: int) -> list[Text]:
    styles = ("bold", *("dim" for _ in table.heads[1:]))
    texts = [Text(canvas.foreign_line(head), style=style) for head, style in zip(table.heads, styles, strict=True)]
    return [canvas.fit(text, widest) for text in texts]


def _rows(canvas: Canvas, table: Table, widest: int) -> list[list[Text]]:
    cells = [[_cell(canvas, each) for each in row] for row in table.rows]
    return [[canvas.fit(name, widest), *rest] for name, *rest in cells]


def _kept(table: Table, *, bars: bool = True) -> list[int]:
    """Return the columns that text shows: no places on a scale, and bars where there is room for them."""
    left_out = Place if bars else (Bar, Place)
    return [place for place in range(len(table.heads)) if not isinstance(table.rows[0][place], left_out)]


def _columns(table: Table, rows: Sequence[Sequence[Text]], kept: Sequence[int]) -> list[Text]:
    sides: list[Align] = ["left" if place in table.left else "right" for place in kept]
    return columns([[row[place] for place in kept] for row in rows], sides)


def _cell(canvas: Canvas, cell: Cell) -> Text:
    match cell:
        case Bar():
            return Text("" if cell.value is None else difference_bar(cell.value, scale=cell.scale))
        case Place():
            return Text()
        case _:
            return _words(canvas, cell)


@_block.register
def _(block: Health, canvas: Canvas) -> list[Text]:
    lines = judge_lines(canvas, block.judge, name=block.name)
    return canvas.labelled(block.label, [*lines, *recount_lines(canvas, block.recount)])


@_block.register
def _(block: Differences, canvas: Canvas) -> list[Text]:
    return difference_lines(canvas, block.found)


@_block.register
def _(block: Picture, canvas: Canvas) -> list[Text]:
    return []


def _bodies(canvas: Canvas, bodies: Iterable[Body]) -> list[Text]:
    return [
        _flow(canvas, body.parts, body.between, LABEL_WIDTH) if isinstance(body, Line) else _words(canvas, body)
        for body in bodies
    ]


def _flow(canvas: Canvas, parts: Iterable[Words], between: str, indent: int) -> Text:
    texts = [_words(canvas, each) for each in parts]
    return canvas.flow(texts, separator=between, width=canvas.width - indent)


def _words(canvas: Canvas, words: Words) -> Text:
    spans = [(canvas.foreign(each.text).replace("\n", " "), each) for each in pieces(words)]
    styled = [(text, f"{'bold ' if each.strong else ''}{COLOURS[each.tone]}".strip()) for text, each in spans]
    return Text.assemble(*styled)
