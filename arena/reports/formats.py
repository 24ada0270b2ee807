"""The formats there are, by name and by file ending; `table` has the report of each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from arena.errors import UsageError

FORMATS = ("text", "json", "markdown", "html", "junit", "github")
#: Of what is no run: a tally, an audit.
PLAIN = ("text", "json")
ENDINGS: Mapping[str, str] = {
    ".txt": "text",
    ".json": "json",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xml": "junit",
}


def check_format(name: str, among: Sequence[str] = FORMATS) -> None:
    """Refuse a format that there is not.

    Args:
        name: of the format.
        among: those that there are for what is reported.

    Raises:
        UsageError: the message lists those there are.
    """
    if name not in among:
        raise UsageError(f"--output-format {name}: no such format; there are {', '.join(among)}")


def format_of(file: Path, among: Sequence[str] = FORMATS) -> str:
    """Return the format that the ending of `file` means.

    Args:
        file: to be written.
        among: the formats that there are for what is reported.

    Raises:
        UsageError: the ending means none; the message lists those that do.
    """
    found = ENDINGS.get(file.suffix.lower())
    if found is None or found not in among:
        endings = ", ".join(ending for ending, name in ENDINGS.items() if name in among)
        raise UsageError(f"-o {file}: cannot tell the format from its ending; there are {endings}")
    return found
