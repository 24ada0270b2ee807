"""A command at a real terminal: a pseudo-terminal of its own, keys in, text out."""

import codecs
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from command_line import clean, command
from patience import HANG_S

#: Makes the pseudo-terminal the one whose Ctrl-C reaches the command, then becomes the command.
LAUNCH = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
STYLES = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """What a person sees and types."""

    def __init__(self, descriptor: int, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.shown = ""  # everything so far
        self._descriptor = descriptor
        self._seen = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end inside a character

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._descriptor, keys.encode())

    def wait_for(self, text: str) -> str:
        """Wait until `text` is shown that was not waited for before; return what came until then, without styles."""
        end = time.monotonic() + HANG_S
        while (found := self._plain().find(text, self._seen)) < 0:
            goes_on = time.monotonic() < end and self._read()
            assert goes_on, f"{text!r} never came:\n{self._plain()[self._seen :]}"
        before, self._seen = self._seen, found + len(text)
        return self._plain()[before : self._seen]

    def end(self) -> int:
        """Wait for the command to end; return its exit code."""
        while self._read():
            pass
        return self.process.wait(HANG_S)

    def kill(self, number: signal.Signals) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.end()

    def _plain(self) -> str:
        return STYLES.sub("", self.shown).replace("\r\n", "\n")

    def _read(self) -> bool:
        """Take what is there within the time that a test has; False when nobody writes any more."""
        if not select.select([self._descriptor], [], [], HANG_S)[0]:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.shown += self._decoder.decode(data)
        return bool(data)


@contextmanager
def terminal(folder: Path, arguments: Sequence[str], *, width: int = 80, **environment: str) -> Iterator[Terminal]:
    """Run `arena ARGUMENTS` in `folder` at a terminal of this width."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, *command(*arguments)],
        cwd=folder,
        env=clean({"TERM": "xterm", **environment}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
