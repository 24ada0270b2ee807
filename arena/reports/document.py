"""What a report says to people, written once: text, markdown and a page are drawn from it.

Whatever stands in it may be foreign: each of the three ways to draw makes every text inert for its own medium.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from arena.records.metric import Decision
from arena.records.result import ArmDifference, FlaggedRecount, JudgeHealth
from arena.stats.estimate import Interval

if TYPE_CHECKING:
    from markupsafe import Markup

DOT = " · "
APART = "   "

Tone = Literal["", "quiet", "pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text with its meaning: said in words too, for colour alone says nothing."""

    text: str
    tone: Tone = ""
    strong: bool = False


Words = str | Span | tuple[str | Span, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Words beside each other; a line that is full is broken between them."""

    parts: tuple[Words, ...]
    between: str = DOT


Body = Words | Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share that a report is about, with its interval."""

    label: str
    value: float | None  # 0 to 1
    interval: Interval | None
    decision: Decision | None
    beside: tuple[Words, ...] = ()
    below: tuple[Body, ...] = ()
    outcomes: tuple[int, int, int] | None = None  # won, tied, lost
    mark: float | None = 0.5  # that it is held against
    barred: bool = True  # drawn in text too


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels, each with what stands beside it."""

    rows: tuple[tuple[str, tuple[Body, ...]], ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """What a reader must know besides."""

    bodies: tuple[str, ...]
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A difference drawn from the zero line, in a cell of a table."""

    value: float | None
    interval: Interval | None
    scale: float  # the size that fills one side
    label: str  # the same in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value drawn on a scale that all rows of a table share; a page alone has room for it."""

    value: float | None
    interval: Interval | None
    low: float
    high: float
    middle: float
    decision: Decision | None
    label: str  # the same in words


Cell = Words | Bar | Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under their heads. A column without a head goes on with the one before it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: tuple[int, ...] = (0,)  # columns that begin on the left; numbers end on the right
    name_share: float = 0.25  # of the width of text, at most, for the names in the first column
    label: str | None = None  # that stands beside the rows in text, in place of the heads
    more: tuple[str, ...] = ()  # what is left out, and how to read it


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a judge can be trusted."""

    judge: JudgeHealth
    label: str = "Judge"
    name: str | None = None
    recount: FlaggedRecount | None = None


@dataclass(frozen=True, slots=True)
class Differences:
    """How the arms differ."""

    found: tuple[ArmDifference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing on a page, once for each width; text and markdown have its numbers in a table."""

    wide: "Markup"
    narrow: "Markup"
    style: str  # name of the file of its style


Block = Figure | Facts | Notes | Table | Health | Differences | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks that belong together; a page and markdown give them a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report: what was found first, then what it rests on."""

    kind: str  # "Tally"
    name: str  # of what it is about; may be empty
    answer: tuple[Words, ...] = ()  # in sentences
    aside: Words | None = None  # what the answer leaves open
    tone: Tone = ""
    about: tuple[Words, ...] = ()  # what was looked at, and how much of it
    about_label: str | None = None  # in text; None: the name and these facts stand in the first line
    sections: tuple[Section, ...] = ()


def sections(*some: tuple[str, tuple[Block | None, ...]]) -> tuple[Section, ...]:
    """Return the sections that have something to say, of titles and blocks."""
    kept = ((title, tuple(block for block in blocks if block is not None)) for title, blocks in some)
    return tuple(Section(title, blocks) for title, blocks in kept if blocks)


def facts(*rows: tuple[str, tuple[Body, ...]]) -> Facts | None:
    """Return the rows that have something beside their label; None without any."""
    kept = tuple(row for row in rows if row[1])
    return Facts(kept) if kept else None


def notes(bodies: tuple[str, ...], tone: Tone = "") -> Notes | None:
    """Return notes; None without any."""
    return Notes(bodies, tone) if bodies else None


def grouped(table: Table) -> list[list[int]]:
    """Return the columns that stand in one: those without a head go on with the one before, but for drawings."""
    groups: list[list[int]] = []
    for place, head in enumerate(table.heads):
        before = groups[-1][0] if groups else None
        if head or before is None or is_drawn(table, place) or is_drawn(table, before):
            groups.append([place])
        else:
            groups[-1].append(place)
    return groups


def is_drawn(table: Table, place: int) -> bool:
    """Return whether a column holds drawings."""
    return isinstance(table.rows[0][place], Bar | Place)


def pieces(words: Words) -> tuple[Span, ...]:
    """Return words as spans."""
    some = words if isinstance(words, tuple) else (words,)
    return tuple(each if isinstance(each, Span) else Span(each) for each in some)


def plain_text(words: Words) -> str:
    """Return words without their meaning."""
    return "".join(each.text for each in pieces(words))
