"""A run folder is private, whole or unfinished, and taken up again by the next run of the same experiment."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import sample_results
import sample_runs
from arena.errors import StorageFailed, UsageError
from arena.records.run_options import RunOptions
from arena.runs import folder
from arena.runs.folder import open_run
from arena.runs.lock import Lock, acquire, is_held
from arena.runs.provenance import git_state, versions
from arena.runs.saved import SavedRun, load
from arena.runs.storage import make_private_folder, write_whole

ENDLESS_RUN = """
import sys, time
from pathlib import Path
import sample_runs
from arena.records.run_options import RunOptions
from arena.runs.folder import open_run
run = open_run(sample_runs.experiment(Path(sys.argv[1])), options=RunOptions(limit=3), clock=sample_runs.clock())
print(run.id, flush=True)
time.sleep(600)
"""


def start_endless_run(root: Path) -> tuple["subprocess.Popen[str]", str]:
    """Start another process that begins a run and never ends; return it and the run's name."""
    support = Path(sample_runs.__file__).parent
    environment = os.environ | {"PYTHONPATH": str(support)}
    command = [sys.executable, "-c", ENDLESS_RUN, str(root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_finished_run_reads_back_whole(tmp_path: Path) -> None:
    """Result, answers, judgments, experiment and manifest are what was written."""
    saved = load(sample_runs.finished_run(tmp_path))
    assert saved.id == "20261122-1104-support-bot"
    assert saved.result.win_rate is not None
    assert saved.result.win_rate.value == 0.716666666667
    assert sorted(saved.completions, key=str) == sorted(sample_runs.answers(), key=str)
    assert sorted(saved.judgments, key=str) == sorted(sample_runs.judgments(), key=str)
    assert saved.experiment == sample_runs.experiment(tmp_path)


def test_the_manifest_says_what_was_run_with_what_and_what_it_cost(tmp_path: Path) -> None:
    """Hashes, versions, models requested and returned, settings honoured, calls, money and time."""
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=3), clock=sample_runs.clock()) as run:
        sample_runs.finish(run)
    manifest = json.loads((run.path / "manifest.json").read_text())
    assert manifest["experiment"] == {"name": "support-bot", "hash": "cafe" * 16, "path": "experiment.yaml"}
    assert manifest["files"] == {"experiment.yaml": "01" * 32}
    assert manifest["versions"]["arena"]
    assert manifest["models_requested"] == {"control": ["gpt-6-luna"], "treatment": ["gpt-6-luna"]}
    assert manifest["models_returned"]["control"] == ["gpt-6-luna-2026-09-01"]
    assert manifest["decoding"]["control"] == [
        {"name": "temperature", "requested": 0, "sent": 0, "honoured": "echoed_equal"}
    ]
    assert manifest["calls"] == {"made": 9, "cached": 0, "failed": 1}
    assert (manifest["paid_usd"], manifest["seconds"], manifest["replay"]) == (0.0126, 4.2, "live")
    assert manifest["options"] == {"limit": 3}
    assert manifest["started"] == manifest["finished"] == "2026-11-22T11:04:00.000000+00:00"
    assert manifest["git"] is None


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs differ in nothing but their manifests, also when the answers came in another order."""
    one, other = tmp_path / "one", tmp_path / "other"
    first = sample_runs.finished_run(one)
    with open_run(sample_runs.experiment(other), options=RunOptions(), clock=sample_runs.clock(9)) as run:
        sample_runs.finish(run, completions=sample_runs.answers()[::-1], judgments=sample_runs.judgments()[::-1])
    for name in (folder.RESULT, folder.COMPLETIONS, folder.JUDGMENTS, folder.EXPERIMENT):
        assert (first / name).read_bytes() == (run.path / name).read_bytes()


def test_no_path_of_this_machine_stands_in_a_run_folder(tmp_path: Path) -> None:
    """A run can be shared: files are named from the project root, and found again at another one."""
    with open_run(sample_runs.with_target(tmp_path), options=RunOptions(), clock=sample_runs.clock()) as run:
        sample_runs.finish(run)
    assert not any(str(tmp_path) in file.read_text() for file in run.path.iterdir())
    assert load(run.path).experiment == sample_runs.with_target(tmp_path)


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_only_the_user_can_read_a_run(tmp_path: Path, umask: int) -> None:
    """Folders are 0700 and files 0600 under any umask."""
    before = os.umask(umask)
    try:
        path = sample_runs.finished_run(tmp_path)
    finally:
        os.umask(before)
    folders = (tmp_path / ".arena", path.parent, path)
    files = (tmp_path / ".arena" / ".gitignore", *path.iterdir())
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_everything_below_dot_arena_is_kept_out_of_git(tmp_path: Path) -> None:
    """The folder ignores itself; a file that the user has changed stays."""
    sample_runs.finished_run(tmp_path)
    ignore = tmp_path / ".arena" / ".gitignore"
    assert ignore.read_text() == "*\n"
    ignore.write_text("runs\n")
    sample_runs.finished_run(tmp_path, minutes=1)
    assert ignore.read_text() == "runs\n"


def test_runs_of_the_same_minute_get_a_number(tmp_path: Path) -> None:
    """No run ever writes into the folder of a finished one."""
    names = [sample_runs.finished_run(tmp_path).name for _ in range(3)]
    assert names == [f"20261122-1104-support-bot{suffix}" for suffix in ("", "-2", "-3")]


@pytest.mark.parametrize(
    ("name", "folder_name"),
    [("Support Bot/../x", "support-bot-..-x"), ("退货", "experiment"), ("../..", "experiment"), ("a" * 99, "a" * 60)],
)
def test_a_name_never_leads_out_of_the_folder_of_runs(tmp_path: Path, name: str, folder_name: str) -> None:
    """Whatever an experiment is called, its run is one plain folder."""
    path = sample_runs.finished_run(tmp_path, name=name)
    assert path.name == f"20261122-1104-{folder_name}"
    assert path.parent == tmp_path / ".arena" / "runs"


def test_a_killed_run_is_taken_up_by_the_next_one(tmp_path: Path) -> None:
    """After SIGKILL the same experiment with the same options continues the same run."""
    process, name = start_endless_run(tmp_path)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=3), clock=sample_runs.clock(5)) as run:
        assert run.adopted
        assert run.id == name
        sample_runs.finish(run)
    facts = load(run.path).facts
    assert facts.finished is not None
    assert facts.started < facts.finished


def test_a_living_run_is_left_alone(tmp_path: Path) -> None:
    """A second process makes a run of its own while the first is still going on."""
    process, name = start_endless_run(tmp_path)
    try:
        assert is_held(tmp_path / ".arena" / "runs" / name)
        with pytest.raises(UsageError, match="still going on"):
            load(tmp_path / ".arena" / "runs" / name)
        with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=3), clock=sample_runs.clock()) as run:
            assert not run.adopted
            assert run.id == f"{name}-2"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("changes", [{"hash": "beef" * 16}, {}])
def test_another_experiment_or_other_options_begin_a_new_run(tmp_path: Path, changes: dict[str, str]) -> None:
    """Only the same question continues an unfinished run."""
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(limit=3), clock=sample_runs.clock()) as first:
        pass
    options = RunOptions(limit=3 if changes else 4)
    with open_run(sample_runs.experiment(tmp_path, **changes), options=options, clock=sample_runs.clock()) as run:
        assert not run.adopted
        assert run.id != first.id


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    """It has no result to show, but the command that takes it up."""
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock()) as run:
        pass
    with pytest.raises(UsageError, match="was interrupted") as raised:
        load(run.path)
    assert raised.value.hint == "arena duel experiment.yaml takes it up where it stopped"


def test_a_run_that_cannot_write_its_result_stays_unfinished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is StorageFailed; the manifest does not say complete, and the next run goes on."""
    run = open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock())
    (run.path / folder.RESULT).mkdir()
    with run, pytest.raises(StorageFailed, match=r"cannot write .*result\.json"):
        sample_runs.finish(run)
    assert SavedRun(run.path).facts.status == "running"
    (run.path / folder.RESULT).rmdir()
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock()) as again:
        assert again.adopted


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader meets the old text or the new one, never a half, and no temporary file stays."""
    file = tmp_path / "manifest.json"
    write_whole(file, ("ol", "d"))

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageFailed, match="No space left on device"):
        write_whole(file, ("new",))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """`.arena` may be a file by mistake."""
    (tmp_path / ".arena").write_text("")
    with pytest.raises(StorageFailed, match=r"\.arena"):
        sample_runs.finished_run(tmp_path)
    with pytest.raises(StorageFailed, match="in the way"):
        make_private_folder(tmp_path / ".arena")


@pytest.mark.parametrize("link", [".arena", ".arena/runs"])
def test_a_link_out_of_the_project_is_refused(tmp_path: Path, link: str) -> None:
    """A checkout cannot make arena write elsewhere."""
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    (project / link).parent.mkdir(parents=True)
    (project / link).symlink_to(outside)
    with pytest.raises(StorageFailed, match="link to somewhere else"):
        sample_runs.finished_run(project)
    assert list(outside.iterdir()) == []


def test_a_folder_taken_in_the_instant_before_its_lock_is_left_to_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making a folder and locking it another process may come first; then a new folder is made."""
    taken: list[Lock | None] = []

    def late(path: Path) -> object:
        if not taken:
            taken.append(acquire(path))
        return acquire(path)

    monkeypatch.setattr(folder, "acquire", late)
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock()) as run:
        assert run.id == "20261122-1104-support-bot-2"
    assert taken[0] is not None
    taken[0].release()


def test_a_run_finished_by_another_process_just_before_the_lock_is_not_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest is read again under the lock."""
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock()) as first:
        pass

    def finished_meanwhile(path: Path) -> object:
        if path == first.path:
            manifest = json.loads((path / "manifest.json").read_text())
            (path / "manifest.json").write_text(json.dumps(manifest | {"status": "complete"}))
        return acquire(path)

    monkeypatch.setattr(folder, "acquire", finished_meanwhile)
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=sample_runs.clock()) as run:
        assert not run.adopted


def test_a_lock_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    """A folder where the lock should stand is named, not overwritten."""
    (tmp_path / "lock").mkdir()
    with pytest.raises(StorageFailed, match="cannot lock"):
        acquire(tmp_path)
    assert not is_held(tmp_path / "nowhere")


def test_a_file_system_without_locks_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a lock another process could take the run away: it is not begun."""

    def refuse(descriptor: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("arena.locks.fcntl.flock", refuse)
    with pytest.raises(StorageFailed, match="No locks available"):
        acquire(tmp_path)


def test_the_commit_of_the_project_is_recorded(tmp_path: Path) -> None:
    """Commit and whether tracked files differ from it; None outside a repository."""
    assert git_state(tmp_path) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=arena", "-c", "user.email=arena@example.com"]
    (tmp_path / "a.txt").write_text("one")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    clean = git_state(tmp_path)
    (tmp_path / "a.txt").write_text("two")
    dirty = git_state(tmp_path)
    assert clean is not None
    assert dirty is not None
    assert len(clean.commit) == 40
    assert (clean.dirty, dirty.dirty) == (False, True)


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git runs all the same."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path) is None


def test_an_sdk_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions are read from the installed packages' records; nothing is imported for them."""
    monkeypatch.setattr("arena.runs.provenance.SDKS", ("openai", "no-such-package"))
    assert list(versions()) == ["arena", "python", "openai"]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("result.json", '{"schema_version": NaN}', "result.json was changed or damaged: NaN is no JSON"),
        ("result.json", "{}", "result.json was changed or damaged: DuelResult: schema_version is missing"),
        ("completions.jsonl", '\n{"case": 1}\n', "completions.jsonl:2 was changed or damaged"),
        ("manifest.json", "[]", "manifest.json was changed or damaged: expected an object"),
    ],
)
def test_a_damaged_file_is_named_with_its_place(tmp_path: Path, file: str, text: str, message: str) -> None:
    """What cannot be read is never guessed."""
    path = sample_runs.finished_run(tmp_path)
    (path / file).write_text(text)
    saved = SavedRun(path)
    with pytest.raises(StorageFailed) as raised:
        _ = (saved.result, saved.completions, saved.facts)
    assert message in raised.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A run folder without its result cannot be shown."""
    path = sample_runs.finished_run(tmp_path)
    (path / "result.json").unlink()
    with pytest.raises(StorageFailed, match=r"result\.json cannot be read"):
        _ = load(path).result


def test_a_clock_east_of_greenwich_names_the_folder_by_its_own_reading(tmp_path: Path) -> None:
    """People look for the time that their watch showed; the manifest has UTC."""
    east = datetime(2026, 11, 22, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    with open_run(sample_runs.experiment(tmp_path), options=RunOptions(), clock=lambda: east) as run:
        assert run.id.startswith("20261122-0030-")
        assert run.facts.started == east.astimezone(UTC).isoformat(timespec="microseconds")


def test_a_result_without_a_judge_is_saved_like_any_other(tmp_path: Path) -> None:
    """Null stands where there is no win rate."""
    path = sample_runs.finished_run(tmp_path, result=sample_results.without_judge())
    assert json.loads((path / "result.json").read_text())["win_rate"] is None
    assert load(path).result.judge is None
