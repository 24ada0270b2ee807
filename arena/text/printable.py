"""Texts and values of other people, as a message may show them."""

from typing import Any


def printable(text: str, limit: int = 60) -> str:
    r"""Return `text` on one line, cut to `limit`, with control, zero-width and direction characters spelled out.

    >>> printable("late\x1b[2Kpackage")
    'late\\x1b[2Kpackage'
    """
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: limit + 1])
    return shown if len(text) <= limit else shown[:limit] + "…"


def quoted(value: Any) -> str:
    """Return a value as a message names it: short, in quotes when it is text.

    >>> quoted("no"), quoted(0.5), quoted(True), quoted(None), quoted([1, 2])
    ("'no'", '0.5', 'true', 'nothing', 'a list')
    """
    match value:
        case str():
            return f"'{printable(value)}'"
        case bool():
            return str(value).lower()
        case None:
            return "nothing"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return printable(str(value))
