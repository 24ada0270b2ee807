"""Real processes: killed, interrupted, and two at a time on one cache."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from arena.completions.interrupts import LAST_RESORT_S
from arena.completions.store.cache import Cache
from arena.completions.store.claims import Claims
from arena.completions.store.folder import make_private
from completion_parts import request
from loopback import Fault, Loopback
from patience import HANG_S, wait_until

SUPPORT = Path(__file__).parents[1] / "support"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SUPPORT)}
CONCURRENCY = 4
REQUESTS = 120


class Asking:
    """One process that asks, over and over, of one server with one cache."""

    def __init__(self, folder: Path, server: Loopback, *, requests: int = REQUESTS) -> None:
        self.folder = folder
        self.server = server
        self.requests = requests
        self.acknowledged = folder / "acknowledged"

    def start(self, run_id: str = "run-1") -> "subprocess.Popen[str]":
        """Start a process."""
        script = str(SUPPORT / "asking_process.py")
        arguments = (self.folder / "cache", self.server.url, self.requests, CONCURRENCY, self.acknowledged, run_id)
        return subprocess.Popen(
            [sys.executable, script, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )

    def numbers(self) -> set[int]:
        """Return the requests whose answers were acknowledged."""
        text = self.acknowledged.read_text() if self.acknowledged.exists() else ""
        return {int(line) for line in text.splitlines()}

    def asked_again(self) -> int:
        """Return how many requests arrived beyond one for each."""
        return sum(times - 1 for times in self.server.repeats.values())


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    """Return a folder and a server that takes a hundredth of a second."""
    with Loopback(latency_s=0.01) as server:
        yield Asking(tmp_path, server)


def test_killed_at_random_points_it_pays_at_most_what_was_in_flight(asking: Asking) -> None:
    """SIGKILL, five times: no answer that was acknowledged is asked for again, and the cache stays whole."""
    rng = np.random.default_rng()
    for kill in range(5):
        process = asking.start()
        point = int(rng.integers(1, REQUESTS // 6))
        before = asking.server.count
        wait_until(lambda before=before, point=point: asking.server.count >= before + point)  # type: ignore[misc]
        time.sleep(rng.uniform(0, 0.02))
        process.kill()
        process.communicate()
        acknowledged = asking.numbers()
        with Cache(asking.folder / "cache", read_only=True) as cache:
            assert all(cache.get(request(number, base_url=asking.server.url).key) for number in acknowledged)
            assert cache.warnings == []
        assert asking.asked_again() <= kill * CONCURRENCY
    out, err = asking.start().communicate(timeout=HANG_S)
    assert err == ""
    assert out.endswith(" 0 failed\n")
    assert asking.numbers() == set(range(REQUESTS))
    assert asking.server.count <= REQUESTS + 5 * CONCURRENCY


def test_two_processes_never_pay_for_the_same_answer(asking: Asking) -> None:
    """The same experiment, the same cache, at the same time: every request arrives once, and nobody hangs."""
    processes = [asking.start(f"run-{number}") for number in (1, 2)]
    counts = []
    for process in processes:
        out, err = process.communicate(timeout=HANG_S)
        assert (process.returncode, err) == (0, "")
        counts.append([int(word) for word in out.split() if word.isdigit()])
    assert asking.asked_again() == 0
    assert asking.server.count == REQUESTS
    assert sum(made for made, _, _ in counts) == REQUESTS
    assert [made + cached for made, cached, _ in counts] == [REQUESTS, REQUESTS]


def test_the_claims_of_a_killed_process_are_free(asking: Asking) -> None:
    """One process hangs on its calls and is killed: the other asks them itself, without waiting for anything."""
    asking.server.faults = lambda received: Fault("hang") if received.number < CONCURRENCY else None
    first = asking.start("run-1")
    wait_until(lambda: asking.server.count >= CONCURRENCY)
    second = asking.start("run-2")
    time.sleep(1.0)
    assert asking.server.count == CONCURRENCY
    first.kill()
    first.communicate()
    out, err = second.communicate(timeout=HANG_S)
    assert (second.returncode, err) == (0, "")
    assert out == f"{REQUESTS} made 0 cached 0 failed\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("hangs", [False, True], ids=["answering", "hanging"])
def test_a_signal_ends_it_in_the_middle(asking: Asking, number: int, code: int, hangs: bool) -> None:
    """130 or 143 before all is asked, a hint how to go on, no traceback; then only what was in flight is repeated."""
    unanswered = 20 if hangs else 100  # so that it cannot end before the signal comes
    asking.server.faults = lambda received: Fault("hang") if received.number > unanswered else None
    process = asking.start()
    wait_until(lambda: asking.server.count >= 24)
    process.send_signal(number)
    process.send_signal(number)  # as wrappers do
    _, err = process.communicate(timeout=HANG_S)
    assert process.returncode == code
    assert err == f"stopped by {signal.Signals(number).name}\nhint: run it again\n"
    assert asking.server.count < REQUESTS
    asking.server.faults = ()
    out, err = asking.start().communicate(timeout=HANG_S)
    assert err == ""
    assert asking.asked_again() <= CONCURRENCY
    assert out.endswith(" 0 failed\n")


def test_a_claim_is_held_against_other_processes_only(tmp_path: Path) -> None:
    """A lock of the operating system: this process may take it again, another may not until it is released."""
    claims = Claims(tmp_path)
    code = "import sys; from pathlib import Path; from arena.completions.store.claims import Claims; "
    code += "print(Claims(Path(sys.argv[1])).take('k'))"

    def others_may() -> str:
        command = [sys.executable, "-c", code, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANG_S).stdout.strip()

    assert claims.take("k")
    assert claims.take("k")
    assert others_may() == "False"
    claims.release("k")
    assert others_may() == "True"
    assert claims.take("k")
    claims.close()
    claims.close()
    assert others_may() == "True"


def test_where_files_cannot_be_locked_there_are_no_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform or a file system without locks costs the protection, not the run."""

    def no_locks(*_: object) -> None:
        raise OSError(95, "not supported")

    claims = Claims(tmp_path)
    monkeypatch.setattr("arena.locks.fcntl.lockf", no_locks)
    assert claims.take("k")
    monkeypatch.setattr("arena.locks.fcntl", None)
    without = Claims(tmp_path)
    assert without.take("k")
    without.release("k")
    without.close()
    claims.close()


SLOW_THREAD = """
import asyncio, sys, time
from arena.completions.interrupts import interruptible
async def main():
    async with interruptible(hint="later", last_resort=True):
        print("ready", flush=True)
        await asyncio.to_thread(time.sleep, 3600)
asyncio.run(main())
"""


def test_a_thread_that_blocks_does_not_keep_the_process_alive() -> None:
    """A user's function that cannot be cancelled is left behind, by a last resort that stands within two seconds."""
    assert LAST_RESORT_S < 2
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_THREAD], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=HANG_S)
    assert (process.returncode, err) == (143, "stopped by SIGTERM\nhint: later\n")


def test_many_may_create_the_folder_at_once(tmp_path: Path) -> None:
    """Whoever comes second finds it there: two first runs that begin together both go on."""
    with ThreadPoolExecutor(8) as pool:
        for number in range(100):
            together, folder = Barrier(8), tmp_path / f"{number}" / "cache" / "completions"

            def create(_: int, together: Barrier = together, folder: Path = folder) -> None:
                together.wait()
                make_private(folder)

            list(pool.map(create, range(8)))
            assert folder.is_dir()
