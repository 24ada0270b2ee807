"""Where a report goes: to stdout in one format, to files in the format of each one's ending."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arena.cli.screen import give, screen_of
from arena.errors import StorageFailed

if TYPE_CHECKING:
    from arena.records.result import DuelResult

FILE_WIDTH = 100  # columns of a text report in a file


def check_formats(output_format: str, files: Sequence[Path]) -> None:
    """Refuse an unknown format or ending before any work is done.

    Raises:
        UsageError: naming the formats there are.
    """
    from arena.reports.formats import check_format, format_of

    check_format(output_format)
    for file in files:
        format_of(file)


def deliver(
    result: "DuelResult", manifest: Mapping[str, Any], *, output_format: str, files: Sequence[Path] = ()
) -> None:
    """Write the report to each file, then give it to stdout.

    Raises:
        UsageError: a format is unknown.
        StorageFailed: a file cannot be written.
    """
    from arena.reports.formats import format_of
    from arena.reports.table import renderer

    for file in files:
        text = renderer(format_of(file))(result, manifest, width=FILE_WIDTH, colour=False, unicode=True)
        write_file(file, text)
    screen = screen_of(sys.stdout, os.environ)
    give(renderer(output_format)(result, manifest, width=screen.width, colour=screen.colour, unicode=screen.unicode))


def write_file(file: Path, text: str) -> None:
    """Write a file that the user asked for, creating its folder.

    Raises:
        StorageFailed: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(f"cannot write {file}: {error.strerror or error}") from None
