"""Signals and kills: nothing that was paid for is lost, and the end is the same as without them."""

import signal
from pathlib import Path

import numpy as np
import pytest

from command_line import finish, start
from duel_files import cases, result_bytes, write_experiment
from loopback import Fault, Loopback
from patience import wait_until

CONCURRENCY = 4
ARGUMENTS = ["duel", "experiment.yaml", "--concurrency", str(CONCURRENCY), "-q", "--output-format", "json"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_in_the_middle_and_keeps_what_was_paid(tmp_path: Path, number: int, code: int) -> None:
    """130 or 143, a hint how to go on, and the resumed run pays only for what was in flight."""
    write_experiment(tmp_path, cases=cases(40), judge=None, checks=[{"max_words": 99}])
    with Loopback(latency_s=0.05) as server:
        server.faults = lambda received: Fault("hang") if received.number > 60 else None  # it cannot end by itself
        process = start(tmp_path, ARGUMENTS, server.environment)
        wait_until(lambda: server.count >= 20)
        process.send_signal(number)
        stopped = finish(process)
        server.faults = ()
        resumed = finish(start(tmp_path, ARGUMENTS, server.environment))
        paid_twice = server.count - 80
    assert stopped.code == code
    assert "run the same command again" in stopped.err
    assert "Traceback" not in stopped.err
    assert resumed.code == 0
    assert 0 <= paid_twice <= CONCURRENCY


def killed_at(folder: Path, server: Loopback, points: list[int]) -> None:
    """Start the duel again and again, each time killing it when so many requests have arrived."""
    for point in points:
        process = start(folder, ARGUMENTS, server.environment)
        wait_until(lambda point=point: server.count >= point)  # type: ignore[misc]  # mypy knows no default of a lambda
        process.send_signal(signal.SIGKILL)
        finish(process)


def check_kills(folder: Path, kills: int, seed: int) -> None:
    """Kill a duel at random points, finish it, and compare with one that was left alone."""
    whole, broken = folder / "whole", folder / "broken"
    for place in (whole, broken):
        place.mkdir()
        write_experiment(place, cases=cases(30))
    with Loopback(latency_s=0.01) as server:
        assert finish(start(whole, ARGUMENTS, server.environment)).code == 0
        calls = server.count
        points = np.sort(np.random.default_rng(seed).integers(1, calls, size=kills))
        killed_at(broken, server, [calls + int(point) for point in points])
        ended = finish(start(broken, ARGUMENTS, server.environment))
        paid_twice = server.count - 2 * calls
    assert ended.code == 0, ended.err
    assert paid_twice <= kills * CONCURRENCY
    assert result_bytes(broken) == result_bytes(whole)
    assert len(list((broken / ".arena" / "runs").iterdir())) == 1, "a resumed run is one run"


def test_kills_at_random_points_lose_nothing(tmp_path: Path) -> None:
    """SIGKILL: at most the calls in flight are paid twice, and the result has the same bytes."""
    check_kills(tmp_path, kills=3, seed=1)


@pytest.mark.simulation
def test_twenty_kills_at_random_points_lose_nothing(tmp_path: Path) -> None:
    """The same rule with twenty kills."""
    check_kills(tmp_path, kills=20, seed=2)
