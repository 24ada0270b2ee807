"""RUN is a folder, the beginning of a name, `latest` or `latest~1`; what is meant is never guessed."""

from pathlib import Path

import pytest

import sample_results
import sample_runs
from arena.errors import UsageError
from arena.records.run_options import RunOptions
from arena.runs.find import find
from arena.runs.folder import open_run
from arena.runs.history import past_runs


def three_runs(root: Path) -> list[Path]:
    """Make three finished runs, oldest first."""
    return [sample_runs.finished_run(root, minutes=minutes) for minutes in (0, 1, 2)]


def test_latest_is_the_run_that_ended_last(tmp_path: Path) -> None:
    """`latest~1` is the one before it."""
    runs = three_runs(tmp_path)
    assert [find(reference, root=tmp_path) for reference in ("latest", "latest~0", "latest~1", "latest~2")] == [
        runs[2],
        runs[2],
        runs[1],
        runs[0],
    ]
    with pytest.raises(UsageError, match=r"latest~3: there are only 3 finished runs"):
        find("latest~3", root=tmp_path)


def test_an_interrupted_run_is_latest_only_where_there_is_no_finished_one(tmp_path: Path) -> None:
    """Reports speak of results; an unfinished run has none."""
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=1), clock=sample_runs.clock(9)) as run:
        pass
    assert find("latest", root=tmp_path) == run.path
    finished = sample_runs.finished_run(tmp_path)
    assert find("latest", root=tmp_path) == finished
    assert find("20261122-1113", root=tmp_path) == run.path


def test_a_run_is_named_by_its_folder_its_name_or_the_beginning_of_it(tmp_path: Path) -> None:
    """A whole name is meant even where another one begins with it."""
    first = sample_runs.finished_run(tmp_path)
    second = sample_runs.finished_run(tmp_path)
    assert find(str(first), root=tmp_path / "elsewhere") == first
    assert find(first.name, root=tmp_path) == first
    assert find(f"{first.name}-", root=tmp_path) == second


def test_an_ambiguous_beginning_lists_the_runs(tmp_path: Path) -> None:
    """The user sees what to type."""
    three_runs(tmp_path)
    with pytest.raises(UsageError) as raised:
        find("2026", root=tmp_path)
    assert raised.value.message == (
        "2026 is the beginning of 3 runs:\n"
        "  20261122-1106-support-bot\n  20261122-1105-support-bot\n  20261122-1104-support-bot"
    )


def test_an_unknown_run_lists_those_there_are(tmp_path: Path) -> None:
    """Ten at most, the newest."""
    for minutes in range(12):
        sample_runs.finished_run(tmp_path, minutes=minutes)
    with pytest.raises(UsageError) as raised:
        find("1999", root=tmp_path)
    assert raised.value.message.startswith("no run is called 1999; there are:\n  20261122-1115-support-bot")
    assert raised.value.message.endswith("  … 2 more (arena runs)")


@pytest.mark.parametrize("reference", ["latest", "latest~1", "2026"])
def test_without_runs_the_first_command_is_named(tmp_path: Path, reference: str) -> None:
    """A new user learns what makes a run."""
    with pytest.raises(UsageError, match="no runs yet in") as raised:
        find(reference, root=tmp_path)
    assert raised.value.hint == "arena duel EXPERIMENT makes the first one"


def test_what_is_no_run_is_passed_over(tmp_path: Path) -> None:
    """Files, links, and folders without a readable manifest do not spoil the others."""
    run = sample_runs.finished_run(tmp_path)
    runs = run.parent
    (runs / "notes.txt").write_text("")
    (runs / "empty").mkdir()
    (runs / "torn").mkdir()
    (runs / "torn" / "manifest.json").write_text("{")
    (runs / "list").mkdir()
    (runs / "list" / "manifest.json").write_text("[]")
    (runs / "link").symlink_to(run)
    assert [each.run for each in past_runs(tmp_path).runs] == [run.name]


def test_the_list_of_runs_tells_how_each_ended(tmp_path: Path) -> None:
    """Newest first, with the number that decides, or why there is none."""
    sample_runs.finished_run(tmp_path)
    sample_runs.finished_run(tmp_path, minutes=1, result=sample_results.without_judge())
    sample_runs.finished_run(tmp_path, minutes=2, result=sample_results.result(win_rate=None, metrics=()))
    damaged = sample_runs.finished_run(tmp_path, minutes=3)
    (damaged / "result.json").write_text("{}")
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=1), clock=sample_runs.clock(4)):
        running = past_runs(tmp_path).runs[0]
    runs = past_runs(tmp_path).runs
    assert running.status == "running"
    assert [each.status for each in runs] == ["interrupted", "damaged", "complete", "complete", "complete"]
    assert [each.headline for each in runs] == [None, None, None, "check_pass_rate", "win_rate"]
    assert [each.value for each in runs[3:]] == [0.16, 0.716666666667]
    assert [each.decision for each in runs[3:]] == ["pass", "pass"]
    assert runs[-1].calls == 9
