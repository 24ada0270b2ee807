"""What can be wrong with a template."""

from collections.abc import Mapping
from typing import Any

from arena.errors import UsageError
from arena.text.printable import printable

MOST_CHARACTERS = 4_000_000  # of one rendered prompt


class TemplateMistake(UsageError):
    """A template that is no template, or that a case cannot fill; `name` is the undefined name, if that is it."""

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


def undefined(name: str | None, values: Mapping[str, Any]) -> TemplateMistake:
    """Return the mistake of an undefined name; the message lists those that are defined."""
    known = ", ".join(sorted(printable(str(key)) for key in values if not str(key).startswith("__")))
    return TemplateMistake(f"'{printable(name or '')}' is undefined (defined: {known})", name=name)


def bounded(text: str) -> str:
    """Return a rendered text that is not too long.

    Raises:
        TemplateMistake: it is.
    """
    if len(text) > MOST_CHARACTERS:
        raise TemplateMistake(f"the rendered text is longer than {MOST_CHARACTERS:,} characters")
    return text
