"""The formats there are, by name and by file ending; `table` has the report of each."""

from collections.abc import Mapping
from pathlib import Path

from arena.errors import UsageError

FORMATS = ("text", "json")
ENDINGS: Mapping[str, str] = {".txt": "text", ".json": "json"}


def check_format(name: str) -> None:
    """Refuse a format that there is not.

    Raises:
        UsageError: the message lists those there are.
    """
    if name not in FORMATS:
        raise UsageError(f"--output-format {name}: no such format; there are {', '.join(FORMATS)}")


def format_of(file: Path) -> str:
    """Return the format that the ending of `file` means.

    Raises:
        UsageError: the ending means none; the message lists those that do.
    """
    if file.suffix.lower() not in ENDINGS:
        raise UsageError(f"-o {file}: cannot tell the format from its ending; there are {', '.join(ENDINGS)}")
    return ENDINGS[file.suffix.lower()]
