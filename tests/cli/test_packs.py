"""A pack carries one run's answers to another machine, also of a run in which something failed."""

from pathlib import Path

from command_line import arena
from duel_files import cases, result_bytes, write_experiment
from loopback import Loopback, status


def test_a_run_with_failures_is_packed_and_replayed_elsewhere(tmp_path: Path) -> None:
    """What failed has no answer to carry; the rest replays --offline where the failed calls are not asked again."""
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        write_experiment(folder, cases=cases(6))
    with Loopback(faults=lambda received: status(400, "no") if "Question 4:" in received.text else None) as server:
        assert arena(here, "duel", "experiment.yaml", environment=server.environment).code == 0
        packed = arena(here, "cache", "pack", "-o", str(tmp_path / "run.pack"), environment=server.environment)
        unpacked = arena(there, "cache", "unpack", str(tmp_path / "run.pack"))
        asked = server.count
        replayed = arena(there, "duel", "experiment.yaml", "--offline", "--case", "c1", environment=server.environment)
        assert server.count == asked
    assert packed.code == 0, packed.err
    assert "20 answers" in packed.out + packed.err
    assert unpacked.code == 0, unpacked.err
    assert replayed.code == 0, replayed.err


def test_a_pack_of_a_whole_run_gives_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    """The same experiment and answers give the same result.json on another machine, without a call."""
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        write_experiment(folder, cases=cases(6))
    with Loopback() as server:
        assert arena(here, "duel", "experiment.yaml", environment=server.environment).code == 0
        arena(here, "cache", "pack", "-o", str(tmp_path / "run.pack"), environment=server.environment)
        arena(there, "cache", "unpack", str(tmp_path / "run.pack"))
        asked = server.count
        assert arena(there, "duel", "experiment.yaml", "--offline", environment=server.environment).code == 0
        assert server.count == asked
    assert result_bytes(here) == result_bytes(there)


def test_a_pack_made_under_another_address_says_what_is_missing(tmp_path: Path) -> None:
    """A base URL is part of every call: without the run's, its answers are not found, and the hint says so."""
    write_experiment(tmp_path, cases=cases(2))
    with Loopback() as server:
        assert arena(tmp_path, "duel", "experiment.yaml", environment=server.environment).code == 0
    missed = arena(tmp_path, "cache", "pack", "-o", "run.pack")
    assert missed.code == 4
    assert "a base URL is part of every call" in missed.err
