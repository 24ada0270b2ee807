"""What a command loads, and where it connects to."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import arena, clean, finish, start
from duel_files import cases, write_experiment
from loopback import Loopback
from patience import HANG_S

RARE = ("jinja2", "jsonpath", "jsonschema", "dotenv")  # what most experiments do without
HEAVY = ("numpy", "scipy", "yaml", "pydantic", "openai", "anthropic", "diskcache", "genai_prices", "httpx2", *RARE)

LOADED = """
import atexit, sys
def report():
    names = {name.partition(".")[0] for name in sys.modules}
    sys.stderr.write("LOADED " + " ".join(sorted(names)) + "\\n")
atexit.register(report)
from arena.cli.main import run
run()
"""

CONNECTS = """
import sys
def watch(event, arguments):
    if event == "socket.connect":
        sys.stderr.write(f"CONNECT {arguments[1]!r}\\n")
    if event == "socket.getaddrinfo":
        sys.stderr.write(f"LOOKUP {arguments[0]!r}\\n")
sys.addaudithook(watch)
from arena.cli.main import run
run()
"""


def run_script(script: str, folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run the command line inside a script, in a process of its own, and return its stderr."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=clean(environment),
        capture_output=True,
        encoding="utf-8",
        timeout=HANG_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def loaded(stderr: str) -> set[str]:
    """Return the names of the packages that were loaded."""
    return set(next(line for line in stderr.splitlines() if line.startswith("LOADED")).split()[1:])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    """`arena --help` imports no statistics, no YAML, no validation, no SDK and no cache library."""
    assert not loaded(run_script(LOADED, tmp_path, {}, *arguments)) & set(HEAVY)


def test_a_warm_run_imports_no_sdk(tmp_path: Path) -> None:
    """What is answered from the cache needs nobody to ask."""
    write_experiment(tmp_path, cases=cases(3))
    with Loopback() as server:
        cold = loaded(run_script(LOADED, tmp_path, server.environment, "duel", "experiment.yaml", "-q"))
        warm = loaded(run_script(LOADED, tmp_path, server.environment, "duel", "experiment.yaml", "-q"))
    assert "openai" in cold
    assert not warm & {"openai", "anthropic", "aiohttp", "httpx2"}
    assert not cold & set(RARE)


def test_no_socket_opens_but_to_the_configured_endpoint(tmp_path: Path) -> None:
    """No telemetry, no update check, no price list from the net: one host is looked up and connected to."""
    write_experiment(tmp_path, cases=cases(3))
    with Loopback() as server:
        stderr = run_script(CONNECTS, tmp_path, server.environment, "duel", "experiment.yaml", "-q")
        connects = {line for line in stderr.splitlines() if line.startswith("CONNECT")}
        lookups = {line for line in stderr.splitlines() if line.startswith("LOOKUP")}
        assert connects == {f"CONNECT ('127.0.0.1', {server.port})"}
    assert lookups <= {"LOOKUP '127.0.0.1'", "LOOKUP b'127.0.0.1'"}


def test_every_command_has_one_screen_of_help(tmp_path: Path) -> None:
    """The overview fits 80 columns and 40 lines, and names every panel that there is."""
    done = finish(start(tmp_path, ["--help"], {"COLUMNS": "80"}))
    lines = done.out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert "Screen offline" in done.out
    assert "Housekeeping" in done.out


def test_a_command_called_from_python_leaves_the_interpreter_as_it_was(tmp_path: Path) -> None:
    """Only a process of its own is tuned for a run: frozen garbage of each run would stay for ever in another's."""
    write_experiment(tmp_path, cases=cases(4))
    before, frozen = (gc.isenabled(), gc.get_threshold(), sys.getswitchinterval()), gc.get_freeze_count()
    with Loopback() as server:
        assert arena(tmp_path, "duel", "experiment.yaml", "-q", environment=server.environment).code == 0
    assert (gc.isenabled(), gc.get_threshold(), sys.getswitchinterval()) == before
    assert gc.get_freeze_count() <= frozen  # what was frozen may be freed
