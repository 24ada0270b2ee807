"""What a person answers: single keys on a terminal, a line each from anything else."""

import os
import re
import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

termios: Any
tty: Any
try:
    import termios
    import tty
except ImportError:  # pragma: no cover -- Windows: a line each, there too
    termios = tty = None

#: What a key or a word means.
COMMANDS: Mapping[str, str] = {
    **dict.fromkeys(("1", "l", "left", "\x1b[D", "\x1bOD"), "left"),
    **dict.fromkeys(("2", "r", "right", "\x1b[C", "\x1bOC"), "right"),
    **dict.fromkeys(("t", "=", "tie"), "tie"),
    **dict.fromkeys(("s", "skip"), "skip"),
    **dict.fromkeys(("u", "undo"), "undo"),
    **dict.fromkeys(("n", "note"), "note"),
    **dict.fromkeys(("d", "differences"), "differences"),
    **dict.fromkeys(("q", "quit", "\x04"), "quit"),
    **dict.fromkeys(("?", "h", "help"), "help"),
}
ESCAPE = "\x1b"
#: What a key sends that is no character (ECMA-48 § 5.4: CSI, parameters, a final byte; SS3; or a key with Alt).
SEQUENCE = re.compile(rb"\x1b(\[[\x20-\x3f]*[\x40-\x7e]|O.|[^\[O])", re.DOTALL)
#: How long the rest of such a key may take.
ESCAPE_S = 0.05
LONGEST_LINE = 65536  # bytes


class Answers(Protocol):
    """Where answers come from."""

    def command(self) -> tuple[str, str]:
        """Return a command of `COMMANDS` and what stands behind it; an unknown one is `("", what was said)`."""
        ...

    def line(self) -> str:
        """Return one line of text."""
        ...


class Lines:
    """Answers of a file, a pipe or a script: a word or a letter a line, `note TEXT` with its text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def command(self) -> tuple[str, str]:
        """Return the next line's command; the end of the input is `quit`."""
        while line := self._stream.readline():
            word, _, rest = line.strip().partition(" ")
            if word:
                known = COMMANDS.get(word.lower(), "")
                return known, rest.strip() if known else line.strip()
        return "quit", ""

    def line(self) -> str:
        """Return the next line."""
        return self._stream.readline().strip()


class Keys:
    """Answers of a person at a terminal: one key each, without Return."""

    def __init__(self, descriptor: int, cooked: "list[Any]") -> None:
        self._descriptor = descriptor
        self._cooked = cooked  # the terminal's own ways

    def command(self) -> tuple[str, str]:
        """Return what the next key means; a terminal that is gone means `quit`."""
        key = self._key()
        command = COMMANDS.get(key if key.startswith(ESCAPE) else key.lower(), "") if key else "quit"
        return command, "" if command else key

    def line(self) -> str:
        """Return a line that is typed, with the terminal's own editing."""
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._cooked)
        try:
            return self._read(LONGEST_LINE).decode("utf-8", "replace").strip()
        finally:
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)

    def _key(self) -> str:
        """Return one key; an arrow or a function key is a sequence of which no part is a key of its own."""
        data = self._read(1)
        while data[:1] == ESCAPE.encode() and not SEQUENCE.fullmatch(data) and self._more():
            data += self._read(1)
        return data.decode("utf-8", "replace")

    def _more(self) -> bool:
        return bool(select.select([self._descriptor], [], [], ESCAPE_S)[0])

    def _read(self, size: int) -> bytes:
        try:
            return os.read(self._descriptor, size)
        except OSError:  # the terminal was closed
            return b""


@contextmanager
def answering(stream: TextIO) -> Iterator[Answers]:
    """Take single keys where a person sits at `stream`, else lines; the terminal is left as it was."""
    if termios is None or not stream.isatty():
        yield Lines(stream)
        return
    descriptor = stream.fileno()
    cooked = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        yield Keys(descriptor, cooked)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, cooked)
