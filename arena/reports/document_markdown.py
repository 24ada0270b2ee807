"""A document as GitHub-flavoured markdown, in which nothing that a model or a file says is obeyed."""

from collections.abc import Iterable, Iterator
from functools import singledispatch

from arena.reports import numbers
from arena.reports.document import (
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
    Span,
    Table,
    Words,
    grouped,
    is_drawn,
    pieces,
)
from arena.reports.inert_markdown import plain
from arena.reports.markdown_parts import difference_lines, judge_lines, recount_lines
from arena.reports.report import Page


def draw(document: Document, page: Page) -> str:
    """Return the document as markdown; whoever shows it breaks its lines."""
    title = DOT.join(plain(each) for each in (document.kind, document.name) if each)
    parts = [[f"## {title}"], _answer(document), *(_section(each) for each in document.sections)]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _answer(document: Document) -> list[str]:
    said = " ".join(_words(each) for each in document.answer)
    lines = [f"**{said}**" if said and "**" not in said else said] if said else []
    lines += [_words(document.aside)] if document.aside is not None else []
    about = DOT.join(_words(each) for each in document.about)
    return [line for paragraph in [*lines, *([about] if about else [])] for line in (paragraph, "")][:-1]


def _section(section: Section) -> list[str]:
    title = [f"### {plain(section.title)}"] if section.title else []
    parts = [title, *(list(_block(each)) for each in section.blocks)]
    return [line for part in parts if part for line in (*part, "")][:-1]


@singledispatch
def _block(block: Block) -> Iterable[str]:
    raise TypeError(block)


@_block.register
def _(block: Facts) -> Iterator[str]:
    for label, bodies in block.rows:
        first, *rest = [_body(each) for each in bodies]
        yield f"- {plain(label)}: {first}" if label else f"- {first}"
        yield from (f"  - {each}" for each in rest)


@_block.register
def _(block: Notes) -> Iterator[str]:
    yield from (f"- {plain(note)}" for note in block.bodies)


@_block.register
def _(block: Figure) -> Iterator[str]:
    bounds = numbers.interval(block.interval, "share")
    value = f"**{plain(block.label)} {numbers.share(block.value)}{f' {bounds}' if bounds else ''}**"
    yield DOT.join([value, *(_words(each) for each in block.beside)])
    if block.below:
        yield ""
    yield from (f"- {_body(each)}" for each in block.below)


@_block.register
def _(block: Table) -> Iterator[str]:
    if not block.rows:
        return
    groups = [group for group in grouped(block) if not is_drawn(block, group[0])]
    yield _row([plain(block.heads[group[0]]) for group in groups])
    yield _row(["---" if group[0] in block.left else "--:" for group in groups])
    for row in block.rows:
        yield _row([" ".join(filter(None, (_cell(row[place]) for place in group))) for group in groups])
    for each in block.more:
        yield f"\n{plain(each)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return "" if isinstance(cell, Bar | Place) else _words(cell)


@_block.register
def _(block: Health) -> Iterator[str]:
    yield from judge_lines(block.judge)
    yield from recount_lines(block.recount)


@_block.register
def _(block: Differences) -> Iterator[str]:
    yield from difference_lines(block.found)


@_block.register
def _(block: Picture) -> Iterator[str]:
    yield from ()


def _body(body: Body) -> str:
    return DOT.join(_words(each) for each in body.parts) if isinstance(body, Line) else _words(body)


def _words(words: Words) -> str:
    return "".join(_piece(each) for each in pieces(words))


def _piece(span: Span) -> str:
    """Return a span; blanks at its ends stay outside of what makes it strong."""
    text = plain(span.text)
    if not text:
        return " " if span.text else ""
    before, after = (" " if span.text[end].isspace() else "" for end in (0, -1))
    return f"{before}{f'**{text}**' if span.strong else text}{after}"
