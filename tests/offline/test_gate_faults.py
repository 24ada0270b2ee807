"""The gate as a process of its own, when the machine or the user takes something away from it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import arena, clean, finish, start
from duel_files import cases, write_experiment
from loopback import Fault, Loopback
from patience import HANG_S, wait_until

CLEAR = {"control": "Be helpful. quality=0.40", "treatment": "Be kind. quality=0.62"}
GATE = ["gate", "experiment.yaml", "--concurrency", "4", "-q", "--output-format", "json"]
SMALL_DISK = """
import atexit, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), most))
atexit.register(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))  # what measures coverage writes at the end
sys.argv = ["arena", *sys.argv[2:]]
from arena.cli.main import main
main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_gate_is_no_verdict(tmp_path: Path, number: int, code: int) -> None:
    """Ctrl-C is 130; the same command goes on and decides."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(40))
    with Loopback(spread=0.5, latency_s=0.03) as server:
        server.faults = lambda received: Fault("hang") if received.number > 100 else None  # it cannot end by itself
        process = start(tmp_path, GATE, server.environment)
        wait_until(lambda: server.count >= 20)
        process.send_signal(number)
        stopped = finish(process)
        server.faults = ()
        resumed = finish(start(tmp_path, GATE, server.environment))
    assert (stopped.code, stopped.out) == (code, "")
    assert resumed.code == 0, resumed.err


@pytest.mark.parametrize("kilobytes", [1, 40, 120])
def test_a_full_disk_is_no_verdict(tmp_path: Path, kilobytes: int) -> None:
    """No file may grow beyond so much: exit 4 in one line, whichever write it is that fails; then it goes on."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(80))
    with Loopback(spread=0.5) as server:
        limited = subprocess.run(
            [sys.executable, "-c", SMALL_DISK, str(kilobytes * 1024), *GATE],
            cwd=tmp_path,
            env=clean(server.environment),
            capture_output=True,
            encoding="utf-8",
            timeout=HANG_S,
            check=False,
        )
        resumed = finish(start(tmp_path, GATE, server.environment))
    assert limited.returncode == 4, limited.stderr
    assert limited.stdout == ""
    assert "Traceback" not in limited.stderr
    assert resumed.code == 0, resumed.err


def test_a_folder_that_cannot_be_written_is_no_verdict(tmp_path: Path) -> None:
    """Where `.arena` should be stands a file: exit 4, and nothing is sent."""
    write_experiment(tmp_path, variants=CLEAR, cases=cases(40))
    (tmp_path / ".arena").write_text("in the way")
    with Loopback(spread=0.5) as server:
        done = arena(tmp_path, *GATE, environment=server.environment)
        assert server.count == 0
    assert done.code == 4
    assert "Traceback" not in done.err


def edit_cache(folder: Path) -> int:
    """Change a byte of every stored answer, and return how many there were."""
    changed = 0
    for path in sorted((folder / ".arena" / "cache").rglob("*.db")):
        content = bytearray(path.read_bytes())
        for found in re.finditer(rb"arena\x01", bytes(content)):
            content[found.start() + 60] ^= 1
            changed += 1
        path.write_bytes(content)
    return changed


def test_a_hand_edited_cache_is_not_believed(tmp_path: Path) -> None:
    """What was changed in the cache is missing: exit 4 offline; online it is asked again, for the same verdict."""
    worse = {"control": CLEAR["treatment"], "treatment": CLEAR["control"]}
    write_experiment(tmp_path, variants=worse, cases=cases(40))
    with Loopback(spread=0.5) as server:
        assert arena(tmp_path, *GATE, environment=server.environment).code == 1
        assert edit_cache(tmp_path) >= 160
        offline = arena(tmp_path, *GATE, "--offline", environment=server.environment)
        asked = server.count
        online = arena(tmp_path, *GATE, environment=server.environment)
    assert offline.code == 4
    assert online.code == 1
    assert server.count > asked
