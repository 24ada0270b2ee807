"""What nobody foresaw: one line without a key in it, the traceback for whoever asks, and 4, which is no verdict."""

import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import typer

from arena.cli.screen import say
from arena.errors import ArenaError

EXIT_CODE = 4
VERBOSE = ("--verbose", "-v")
#: Parts of the names of variables that hold what no message may show.
SECRET = ("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "AUTH")
#: What Typer raises for its own purposes: usage errors, `--help`, an exit code.
OF_THE_COMMAND_LINE = (
    cast("type[Exception]", typer.BadParameter.__mro__[2]),
    typer.Exit,
    typer.Abort,
    KeyboardInterrupt,
)


class Unforeseen(Exception):
    """Carry an exception of any class past Typer, which would make an exit code of its own of some."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


@contextmanager
def carrying_the_unforeseen() -> Iterator[None]:
    """Carry out of a command whatever is neither a known error nor Typer's own.

    A library or a user's code that calls `sys.exit(0)` must not look like a proven pass.

    Raises:
        Unforeseen: with the exception.
    """
    try:
        yield
    except (ArenaError, *OF_THE_COMMAND_LINE):
        raise
    except BaseException as error:
        raise Unforeseen(error) from error


@contextmanager
def naming_the_run(folder: Path | None) -> Iterator[None]:
    """Let an unforeseen exception of the body say where the run is that it belongs to."""
    try:
        yield
    except Exception as error:
        if folder is not None and not isinstance(error, ArenaError):
            error.add_note(f"run folder: {folder}")
        raise


def report_crash(error: BaseException) -> int:
    """Say what happened, where the run is and how to see more; return the exit code."""
    verbose = any(word in sys.argv[1:] for word in VERBOSE)
    with suppress(Exception):  # out of memory, or a stream that takes nothing: the exit code says it
        more = [] if verbose else ["arena --verbose … shows the traceback"]
        say(f"error: {' · '.join([in_one_line(error), *_places(error), *more])}")
        if verbose:
            say(_without_keys(error))
    return EXIT_CODE


def in_one_line(error: BaseException) -> str:
    r"""Return the class of an exception and what it says, fit for a terminal and free of keys.

    >>> in_one_line(TypeError("no\nlines"))
    'unexpected TypeError: no lines'
    """
    from arena.providers.redaction import one_line

    try:
        text = f"{type(error).__name__}: {_said(error)}"
    except Exception:  # noqa: BLE001 - an exception may fail to say what it is
        text = type(error).__name__
    return one_line(f"unexpected {text}".removesuffix(": "), _secrets())


def _said(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup) and error.exceptions:
        first = error.exceptions[0]
        return f"{error}: {type(first).__name__}: {_said(first)}"
    return str(error)


def _places(error: BaseException) -> list[str]:
    from arena.reports.safe_text import safe_line

    return [safe_line(note) for note in getattr(error, "__notes__", ()) if note.startswith("run folder: ")][:1]


def _without_keys(error: BaseException) -> str:
    """Return the traceback, with every line that shows a key made safe."""
    from arena.reports.safe_text import safe

    text = safe("".join(traceback.format_exception(error)))
    for secret in _secrets():
        text = text.replace(secret, "***")
    return text


def _secrets() -> tuple[str, ...]:
    """Return the values of all variables that may hold a key, longest first."""
    from arena.providers.hosts import secrets
    from arena.providers.table import VENDORS

    environment = _environment()
    bound = {name: name for word in sys.argv[1:] if (name := word.rpartition("=")[2]) in environment}
    looking_so = {name: name for name in environment if any(part in name.upper() for part in SECRET)}
    try:
        return secrets(environment, VENDORS, bound | looking_so)
    except ArenaError:  # ARENA_HOSTS cannot be read
        return secrets({**environment, "ARENA_HOSTS": ""}, VENDORS, bound | looking_so)


def _environment() -> Mapping[str, str]:
    from arena.cli.environment import read_environment

    words = sys.argv[1:]
    files = [word.partition("=")[2] for word in words if word.startswith("--env-file=")]
    files += [words[at + 1] for at, word in enumerate(words[:-1]) if word == "--env-file"]
    for file in files[-1:]:
        with suppress(ArenaError):
            return read_environment(Path(file))
    return dict(os.environ)
