"""Where text goes: results to stdout, everything else to stderr."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from shutil import get_terminal_size
from typing import TextIO

from arena.errors import StorageFailed
from arena.reports.report import Page

#: Columns where nobody says how many there are: a pipe, a log.
NARROW = 80


def screen_of(stream: TextIO, environment: Mapping[str, str]) -> Page:
    """Find out what `stream` can show; NO_COLOR, FORCE_COLOR and COLUMNS decide where they are set."""
    tty = stream.isatty()
    colour = tty and environment.get("TERM") != "dumb"
    if environment.get("FORCE_COLOR"):
        colour = True
    if environment.get("NO_COLOR"):
        colour = False
    columns = environment.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        width = int(columns)
    else:
        width = get_terminal_size((NARROW, 24)).columns if tty else NARROW
    return Page(width=max(width, 40), colour=colour, unicode=_shows_unicode(stream))


def _shows_unicode(stream: TextIO) -> bool:
    try:
        "─●├┤→−✓✗½".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def say(text: str) -> None:
    """Write a line to stderr: progress, warnings, hints; nothing is lost where nobody can read them."""
    with suppress(OSError):
        _write(sys.stderr, text + "\n")


def give(text: str) -> None:
    """Write the result to stdout; where its reader is gone, as `head` is, the command ends as it would have ended.

    Raises:
        StorageFailed: the disk is full.
    """
    try:
        _write(sys.stdout, text if text.endswith("\n") else text + "\n")
    except BrokenPipeError:
        read_by_nobody(sys.stdout)
    except OSError as error:
        raise StorageFailed(f"the result cannot be written to stdout: {error.strerror or error}") from None


def read_by_nobody(stream: TextIO) -> None:
    """Lead a stream whose reader is gone to where all writing succeeds, what it still holds too."""
    with suppress(OSError):  # no file: nothing to lead
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
