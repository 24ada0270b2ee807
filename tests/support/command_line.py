"""The command line as a user runs it: in this process for speed, or in one of its own for real kills."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.cli.main import run
from patience import HANG_S

#: What the machine, or the run of the tests, happens to have must not reach a test.
FOREIGN = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "ARENA_", "PYTEST_", "COLUMNS", "FORCE_COLOR", "NO_COLOR")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Return the result that was printed as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without what would change a test, and `environment` on top."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**own, **environment}


@contextlib.contextmanager
def _inside(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    before, place = dict(os.environ), Path.cwd()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(place)
        os.environ.clear()
        os.environ.update(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def arena(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    """Run `arena ARGUMENTS` in `folder`, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    argv = sys.argv
    code = 0
    with _inside(folder, clean(environment or {})), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.argv = ["arena", *arguments]
        try:
            run()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv = argv
    return Done(code=code, out=_written(out), err=_written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def command(*arguments: str) -> list[str]:
    """Return the command line of a real process."""
    return [sys.executable, "-m", "arena", *arguments]


def start(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start `arena ARGUMENTS` in `folder` as a process of its own."""
    return subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=clean(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def finish(process: "subprocess.Popen[str]") -> Done:
    """Wait for a process and return what it did."""
    out, err = process.communicate(timeout=HANG_S)
    return Done(code=process.returncode, out=out, err=err)
