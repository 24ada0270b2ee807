"""The command line as its user meets it: arguments in, exit code and both streams out."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGTERM, getsignal, signal

import pytest

from arena.cli import main

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that ended."""

    exit_code: int
    out: str
    err: str


Arena = Callable[..., Done]


def arena_in(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Arena:
    """Return a function that runs `arena ARGUMENTS…` in `folder`, without keys, on a plain terminal of 100 columns."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    for name in (*KEYS, "FORCE_COLOR", "ARENA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)

    def arena(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["arena", *arguments])
        handlers = {number: getsignal(number) for number in (SIGINT, SIGTERM)}
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as left:
                main.run()
        finally:
            for number, handler in handlers.items():
                signal(number, handler)
        captured = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Done(exit_code=left.value.code, out=captured.out, err=captured.err)

    return arena
