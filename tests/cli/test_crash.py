"""What nobody foresaw: exit 4, never a verdict; one line that names the run; a JUnit error where one was asked for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never
from xml.etree import ElementTree

import pytest

from arena.engine import execute
from arena.reports import html, markdown
from command_line import arena
from duel_files import cases, write_experiment
from loopback import Loopback

VARIANTS = {"control": "Be helpful. quality=0.40", "treatment": "Be kind. quality=0.62"}
GATE = ("gate", "experiment.yaml", "-q", "-o", "gate.xml")
KEY = "sk-proj-4f9a8b7c6d5e4f3a2b1c"


def raising(error: BaseException) -> Callable[..., Never]:
    """Return a function that raises."""

    def function(*_: Any, **__: Any) -> Never:
        raise error

    return function


def error_of(file: Path) -> str:
    """Return the message of the one error in a JUnit file."""
    (found,) = ElementTree.parse(file).getroot().iter("error")
    return found.attrib["message"]


@pytest.mark.parametrize("where", ["asking", "page.html", "page.md"])
def test_a_crash_of_a_gate_is_4_names_the_run_and_leaves_a_junit_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A clear pass whose tasks or reports raise a TypeError is neither pass nor fail, and says where its run is."""
    write_experiment(tmp_path, variants=VARIANTS, cases=cases(40))
    broken: dict[str, tuple[Any, str]] = {
        "asking": (execute, "scores_of"),
        "page.md": (markdown, "render"),
        "page.html": (html, "render"),
    }
    monkeypatch.setattr(*broken[where], raising(TypeError("no\nsuch thing")))
    with Loopback(spread=0.5) as server:
        done = arena(tmp_path, *GATE, "-o", "page.html", "-o", "page.md", environment=server.environment)
    (run,) = (tmp_path / ".arena" / "runs").iterdir()
    assert (done.code, done.out) == (4, "")
    assert done.err.endswith(
        f"error: unexpected TypeError: no such thing · run folder: {run} · arena --verbose … shows the traceback\n"
    )
    assert "Traceback" not in done.err
    assert error_of(tmp_path / "gate.xml") == "unexpected TypeError: no such thing"


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(0),
        asyncio.CancelledError(),
        GeneratorExit(),
        ExceptionGroup("several", [ValueError("one")]),
        RecursionError("too deep"),
        MemoryError(),
        BrokenPipeError(32, "Broken pipe"),
        EOFError(),
        UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_ends_a_task_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Also what is no `Exception`, and what Typer would make an exit code of its own of, leaves with 4."""
    write_experiment(tmp_path, variants=VARIANTS, cases=cases(40))
    monkeypatch.setattr(execute, "scores_of", raising(error))
    with Loopback(spread=0.5) as server:
        done = arena(tmp_path, *GATE, environment=server.environment)
    assert done.code == 4
    assert "error: unexpected " in done.err
    assert str(tmp_path / ".arena" / "runs") in done.err
    assert error_of(tmp_path / "gate.xml")


def test_an_interrupt_from_elsewhere_stays_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A KeyboardInterrupt that no signal of ours brought is a stop, not a crash."""
    write_experiment(tmp_path, variants=VARIANTS, cases=cases(40))
    monkeypatch.setattr(execute, "scores_of", raising(KeyboardInterrupt()))
    with Loopback(spread=0.5) as server:
        assert arena(tmp_path, *GATE, environment=server.environment).code == 130


@pytest.mark.parametrize("option", [("--verbose",), ()], ids=["verbose", "short"])
def test_a_crash_shows_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...]) -> None:
    """Keys of the environment and of --env-file stand neither in the line nor in the traceback nor in JUnit."""
    write_experiment(tmp_path, variants=VARIANTS, cases=cases(40))
    other = "hf-0123456789abcdef"
    (tmp_path / "keys.env").write_text(f"MY_GATEWAY_TOKEN={other}\n")
    monkeypatch.setattr(execute, "scores_of", raising(RuntimeError(f"refused: {KEY} {other}\x1b[31m")))
    with Loopback(spread=0.5) as server:
        environment = {**server.environment, "OPENAI_API_KEY": KEY}
        done = arena(tmp_path, *GATE, *option, "--env-file", "keys.env", environment=environment)
    told = done.err + done.out + (tmp_path / "gate.xml").read_text()
    assert done.code == 4
    assert ("Traceback" in done.err) == bool(option)
    assert not any(hidden in told for hidden in (KEY, other, "\x1b"))


@pytest.mark.parametrize(
    ("arguments", "broken"),
    [
        (("runs",), "arena.runs.history.past_runs"),
        (("check", "experiment.yaml"), "arena.files.experiments.load"),
        (("looks", "plan", "--looks", "4"), "arena.planning.looks.plan_looks"),
        (("tally", "8-2"), "arena.offline.tally.summarise.tally_score"),
    ],
)
def test_every_command_leaves_with_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], broken: str
) -> None:
    """A crash is 4 in commands that ask nothing as well; `--verbose` before the command shows the traceback."""
    write_experiment(tmp_path, variants=VARIANTS, cases=cases(4))
    monkeypatch.setattr(broken, raising(AttributeError("width")))
    done = arena(tmp_path, "--verbose", *arguments)
    assert done.code == 4
    assert done.err.startswith("error: unexpected AttributeError: width\nTraceback")
