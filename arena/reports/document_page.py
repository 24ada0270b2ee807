"""A document as one page that asks for nothing: no script, no address, light, dark and paper."""

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from itertools import groupby

from markupsafe import Markup

from arena.reports import numbers
from arena.reports.document import (
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
    pieces,
)
from arena.reports.page import arms, plots
from arena.reports.page.criteria import table
from arena.reports.page.judge import one_judge, recount
from arena.reports.page.markup import Content, join, tag
from arena.reports.page.shell import fill
from arena.reports.report import Page

STYLES = ("page.css", "report.css", "document.css")


def draw(document: Document, page: Page) -> str:
    """Return the document as a self-contained page; a reader's device chooses its width, light or dark."""
    drawn = [block.style for section in document.sections for block in section.blocks if isinstance(block, Picture)]
    return fill(
        "document.html",
        scripts=(),
        styles=(*STYLES, *drawn),
        title=tag("title", " · ".join(filter(None, (document.kind, document.name)))),
        body=join(_masthead(document), *_sections(document.sections)),
    )


def _masthead(document: Document) -> Markup:
    name = tag("span", document.name) if document.answer and document.name else None
    if document.answer:
        first, *rest = document.answer
        head = [
            tag("h1", _words(first), class_=document.tone or None),
            *(tag("p", _words(each), class_="hypothesis") for each in rest),
        ]
    else:
        head = [tag("h1", document.name or document.kind)]
    if document.aside is not None:
        head.append(tag("p", _words(document.aside), class_="hypothesis"))
    about = tag("ul", *(tag("li", _words(each)) for each in document.about), class_="facts") if document.about else None
    kind = tag("p", document.kind, name, class_="eyebrow") if document.answer or document.name else None
    return tag("header", kind, *head, about, class_="masthead")


def _sections(some: Sequence[Section]) -> Iterator[Markup]:
    """Yield the sections; figures stand beside each other where there is room, each with what belongs to it."""
    for is_hero, group in groupby(some, key=lambda each: isinstance(each.blocks[0], Figure)):
        if is_hero:
            yield tag("div", *(_card(each) for section in group for each in _cards(section)), class_="hero")
        else:
            yield from map(_section, group)


def _cards(section: Section) -> Iterator[list[Block]]:
    """Yield each figure of a section with the blocks that follow it."""
    card: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Figure) and card:
            yield card
            card = []
        card.append(block)
    yield card


def _card(blocks: Iterable[Block]) -> Markup:
    return tag("section", *(_block(each) for each in blocks))


def _section(section: Section) -> Markup:
    return tag(
        "section", tag("h2", section.title) if section.title else None, *(_block(each) for each in section.blocks)
    )


@singledispatch
def _block(block: Block) -> Markup | None:
    raise TypeError(block)


@_block.register
def _(block: Facts) -> Markup:
    rows = [
        tag("div", tag("dt", label), tag("dd", *(tag("p", _body(each)) for each in bodies)))
        for label, bodies in block.rows
    ]
    return tag("dl", *rows, class_="listed")


@_block.register
def _(block: Notes) -> Markup:
    return tag("ul", *(tag("li", note) for note in block.bodies), class_=block.tone or None)


@_block.register
def _(block: Figure) -> Markup:
    value, bounds = numbers.share(block.value), numbers.interval(block.interval, "share")
    line = plots.share_line(
        block.value,
        block.interval,
        decision=block.decision,
        label=f"{block.label} {value} {bounds}, from 0 to 100%",
        mark=block.mark,
    )
    parts: list[Content] = [
        tag("h2", block.label),
        tag("p", tag("strong", value), " ", tag("span", bounds), class_=f"figure {block.decision or 'undecided'}"),
        line,
        tag("p", tag("span", "0"), tag("span", ""), tag("span", "100%"), class_="scale", aria_hidden="true"),
    ]
    if block.outcomes is not None:
        won, tied, lost = block.outcomes
        label = f"{won} won, {tied} tied, {lost} lost"
        parts.append(plots.stacked([("win", won), ("tie", tied), ("loss", lost)], label=label))
    parts += [tag("p", join(*_between(map(_words, block.beside), " · ")))] if block.beside else []
    return join(*parts, *(tag("p", _body(each)) for each in block.below))


@_block.register
def _(block: Table) -> Markup | None:
    if not block.rows:
        return None
    groups = grouped(block)
    heads = [block.heads[group[0]] for group in groups]
    rows = [[join(*_between([_cell(row[place]) for place in group], " ")) for group in groups] for row in block.rows]
    return join(
        table(heads, rows, class_="pair" if len(heads) == 2 else None),
        *(tag("p", each, class_="fine") for each in block.more),
    )


def _cell(cell: Cell) -> Markup:
    match cell:
        case Bar():
            return plots.change(cell.value, cell.interval, scale=cell.scale, label=cell.label)
        case Place():
            return plots.on_scale(
                cell.value,
                cell.interval,
                ends=(cell.low, cell.high),
                middle=cell.middle,
                decision=cell.decision,
                label=cell.label,
            )
        case _:
            return _words(cell)


@_block.register
def _(block: Health) -> Markup:
    return join(one_judge(block.judge), recount(block.recount) if block.recount else None)


@_block.register
def _(block: Differences) -> Markup:
    return arms.difference_list(block.found)


@_block.register
def _(block: Picture) -> Markup:
    return tag("figure", tag("div", block.wide, class_="wide"), tag("div", block.narrow, class_="narrow"))


def _body(body: Body) -> Markup:
    if isinstance(body, Line):
        return join(*_between(map(_words, body.parts), " · "))
    return _words(body)


def _between(parts: Iterable[Markup], sign: str) -> Iterator[Content]:
    for number, part in enumerate(each for each in parts if each):
        yield from (sign, part) if number else (part,)


def _words(words: Words) -> Markup:
    return join(*(_piece(each) for each in pieces(words)))


def _piece(span: Span) -> Content:
    if not span.tone and not span.strong:
        return span.text
    return tag("b" if span.strong else "span", span.text, class_="fine" if span.tone == "quiet" else span.tone or None)
