import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from arena.completions.store import cache as cache_module
from arena.completions.store.cache import Cache
from arena.completions.store.folder import DATABASE
from arena.errors import StorageFailed
from arena.records.call import Completion
from completion_parts import answer_to, request
from patience import HANG_S

ANSWERS = [answer_to(request(number), f"answer {number} " + "x" * 300) for number in range(40)]


def database_of(folder: Path) -> Path:
    """Return the database's path."""
    return next(folder.glob("completions-v*")) / DATABASE


@contextmanager
def sql(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as a person with an editor would."""
    with closing(sqlite3.connect(database_of(folder), isolation_level=None)) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _no_power_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk: nothing here tests what a power loss leaves."""
    monkeypatch.setitem(cache_module.SETTINGS, "sqlite_synchronous", 0)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Return a cache folder that holds ANSWERS."""
    folder = tmp_path / "cache"
    with Cache(folder) as cache:
        cache.put(ANSWERS)
    return folder


def held(folder: Path, **options: bool) -> tuple[list[Completion | None], list[str]]:
    """Return what the cache has for each of ANSWERS, and its warnings."""
    with Cache(folder, **options) as cache:
        return [cache.get(answer.request_key) for answer in ANSWERS], cache.warnings


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_put_is_there_when_it_is_opened_again(filled: Path) -> None:
    """Answers outlive the process that paid for them."""
    assert held(filled) == (ANSWERS, [])


def test_looking_for_what_is_not_there_makes_no_files(tmp_path: Path) -> None:
    """Opening and asking an empty cache writes nothing."""
    with Cache(tmp_path / "cache") as cache:
        assert cache.get("k") is None
        assert list(cache.items()) == []
    assert files_of(tmp_path) == {}


def test_a_second_answer_replaces_the_first(filled: Path) -> None:
    """An answer that was asked again is stored in the place of the old one."""
    again = answer_to(request(0), "another")
    with Cache(filled) as cache:
        cache.put([again])
        assert cache.get(again.request_key) == again
        assert len(list(cache.items())) == len(ANSWERS)


def test_deleted_entries_are_gone(filled: Path) -> None:
    """Deleting takes the named entries and no other."""
    with Cache(filled) as cache:
        cache.delete([ANSWERS[0].request_key, "not there"])
    answers, _ = held(filled)
    assert answers == [None, *ANSWERS[1:]]


KILLED_WHILE_DELETING = """
    import os, signal, sys
    from pathlib import Path
    from arena.completions.store.cache import Cache
    from completion_parts import request

    def keys():
        for number in range(20):
            yield request(number).key
        os.kill(os.getpid(), signal.SIGKILL)

    with Cache(Path(sys.argv[1])) as cache:
        cache.delete(keys())
"""


def test_killed_while_it_deletes_it_has_deleted_nothing(filled: Path) -> None:
    """Entries go together: no kill leaves half of them behind."""
    assert run_python(KILLED_WHILE_DELETING, filled).returncode == -signal.SIGKILL
    assert held(filled) == (ANSWERS, [])


def test_nothing_is_evicted(tmp_path: Path) -> None:
    """The cache never makes room by dropping what was paid for, whatever its size."""
    with Cache(tmp_path) as cache:
        store = cache.open_for_writing()
        assert (store.eviction_policy, store.cull_limit, store.size_limit) == ("none", 0, 2**62)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_the_cache_is_private_under_any_umask(tmp_path: Path, umask: int) -> None:
    """Folders are 0700, files 0600: prompts and answers are nobody else's business."""
    before = os.umask(umask)
    try:
        with Cache(tmp_path / "cache") as cache:
            cache.put(ANSWERS)
            cache.put(ANSWERS)
            modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache").rglob("*")}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {f"{DATABASE}-wal", f"{DATABASE}-shm"} <= {path.name for path in modes}


def test_an_open_folder_is_closed_to_others(filled: Path) -> None:
    """A cache that a checkout made readable for all becomes private when it is written."""
    database = database_of(filled)
    database.chmod(0o666)
    database.parent.chmod(0o777)
    with Cache(filled) as cache:
        cache.put(ANSWERS[:1])
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700


def link_cache_folder(folder: Path, outside: Path) -> None:
    """Make the cache folder itself a link."""
    shutil.rmtree(folder)
    folder.symlink_to(outside)


def link_inner_folder(folder: Path, outside: Path) -> None:
    """Make the folder of this version a link."""
    inner = database_of(folder).parent
    shutil.rmtree(inner)
    inner.symlink_to(outside)


def link_database(folder: Path, outside: Path) -> None:
    """Make the database a link."""
    database = database_of(folder)
    database.unlink()
    database.symlink_to(outside / "file")


def link_log(folder: Path, outside: Path) -> None:
    """Make the write-ahead log a link: SQLite would overwrite what it leads to."""
    Path(f"{database_of(folder)}-wal").symlink_to(outside / "file")


@pytest.mark.parametrize("link", [link_cache_folder, link_inner_folder, link_database, link_log])
@pytest.mark.parametrize("read_only", [True, False])
def test_a_link_is_refused(filled: Path, tmp_path: Path, link: Callable[[Path, Path], None], read_only: bool) -> None:
    """Nothing outside the cache is read, written or deleted because a name leads there."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"precious")
    link(filled, outside)
    with pytest.raises(StorageFailed, match="symbolic link"):
        Cache(filled, read_only=read_only).put(ANSWERS)
    assert files_of(outside) == {"file": b"precious"}


def test_a_linked_arena_folder_is_refused(tmp_path: Path) -> None:
    """A checkout whose `.arena` is a link gets no cache behind it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / ".arena").symlink_to(tmp_path / "outside")
    with pytest.raises(StorageFailed, match="symbolic link"):
        Cache(tmp_path / ".arena" / "cache").put(ANSWERS)
    assert files_of(tmp_path / "outside") == {}


class Planted:
    """Unpickled, this makes a file."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.proof),))


def test_a_planted_pickle_never_runs(filled: Path, tmp_path: Path) -> None:
    """A row that says it is a pickle is a damaged row: it is not loaded, not even to be replaced."""
    import pickle

    proof = tmp_path / "proof"
    with sql(filled) as connection:
        connection.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Planted(proof)),))
        connection.execute("UPDATE Cache SET key = ?, raw = 0 WHERE rowid = 1", (pickle.dumps(Planted(proof)),))
    answers, warnings = held(filled)
    assert answers == [None] * len(ANSWERS)
    assert len(warnings) == len(ANSWERS) - 1
    with Cache(filled) as cache:
        assert [completion for _, completion in cache.items()] == [None] * len(ANSWERS)
        store = cache.open_for_writing()
        with pytest.raises(ValueError, match="not inline raw bytes"):
            store.get(ANSWERS[3].request_key)
        with pytest.raises(ValueError, match="not a text key"):
            list(store)
        cache.put(ANSWERS)
    assert held(filled) == (ANSWERS, [])
    assert not proof.exists()


def test_a_named_file_is_neither_read_nor_deleted(filled: Path, tmp_path: Path) -> None:
    """A row whose value is said to stand in a file has no value; replacing or deleting it leaves the file."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    with sql(filled) as connection:
        for mode in (1, 2, 3, 4):
            row = (mode, "../../outside", ANSWERS[mode].request_key)
            connection.execute("UPDATE Cache SET mode = ?, filename = ? WHERE key = ?", row)
    with Cache(filled) as cache:
        assert [cache.get(ANSWERS[mode].request_key) for mode in (1, 2, 3, 4)] == [None] * 4
        cache.put(ANSWERS[:3])
        cache.delete([answer.request_key for answer in ANSWERS])
    assert outside.read_bytes() == b"precious"


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param("INSERT INTO Settings VALUES ('_directory', '/elsewhere')", id="an attribute of diskcache"),
        pytest.param("INSERT INTO Settings VALUES ('sqlite_temp_store_directory', '/elsewhere')", id="another PRAGMA"),
        pytest.param("UPDATE Settings SET value = 'delete' WHERE key = 'sqlite_journal_mode'", id="another value"),
        pytest.param("CREATE VIEW Extra AS SELECT 1", id="a view"),
        pytest.param("CREATE TABLE Extra (a)", id="a table"),
    ],
)
def test_a_database_with_planted_settings_is_rebuilt(filled: Path, plant: str) -> None:
    """Diskcache would obey the settings of a database: only what it writes itself gets that far; answers stay."""
    with sql(filled) as connection:
        connection.execute(plant)
    answers, warnings = held(filled)
    assert answers == ANSWERS
    assert "40 answers kept" in warnings[0]
    with sql(filled) as connection:
        assert connection.execute("SELECT 1 FROM Settings WHERE value IN ('/elsewhere', 'delete')").fetchall() == []
    assert held(filled) == (ANSWERS, [])


def test_a_view_in_the_place_of_the_table_is_not_read(filled: Path) -> None:
    """Entries that a view computes are not kept: it could compute for ever."""
    with sql(filled) as connection:
        connection.execute("DROP TABLE Cache")
        connection.execute("CREATE VIEW Cache AS SELECT 1 AS rowid, 'k' AS key, 1 AS raw")
    answers, warnings = held(filled)
    assert answers == [None] * len(ANSWERS)
    assert "0 answers kept" in warnings[0]


def test_a_planted_rollback_journal_is_moved_away(filled: Path) -> None:
    """SQLite would follow a journal to the files that it names; no journal ever lies beside a whole database."""
    journal = Path(f"{database_of(filled)}-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 4096)
    answers, _ = held(filled)
    assert answers == ANSWERS
    assert not journal.exists()
    assert list(journal.parent.glob("*.journal"))


@pytest.mark.parametrize("garbage", [b"no database at all, " * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_garbage_file_is_moved_aside(filled: Path, garbage: bytes) -> None:
    """The cache starts anew and says so; the garbage is kept for whoever wants to look at it."""
    database = database_of(filled)
    database.write_bytes(garbage)
    answers, warnings = held(filled)
    assert answers == [None] * len(ANSWERS)
    assert "0 answers kept" in warnings[0]
    assert (database.parent / "damaged-1.db").read_bytes() == garbage
    with Cache(filled) as cache:
        cache.put(ANSWERS)
    assert held(filled) == (ANSWERS, [])


def test_garbage_in_read_only_mode_is_a_warning(filled: Path) -> None:
    """Read-only, a broken cache is as good as an empty one, and stays as it is."""
    database_of(filled).write_bytes(b"no database at all")
    before = files_of(filled)
    answers, warnings = held(filled, read_only=True)
    assert answers == [None] * len(ANSWERS)
    assert "cannot be read" in warnings[0]
    assert files_of(filled) == before


def test_one_flipped_byte_costs_one_answer(filled: Path) -> None:
    """A byte flipped inside a stored answer is noticed, named, and costs that answer alone."""
    database = database_of(filled)
    content = bytearray(database.read_bytes())
    start = content.index(b"arena\x01")
    content[start + 60] ^= 1
    database.write_bytes(content)
    answers, warnings = held(filled)
    assert sum(answer is None for answer in answers) == 1
    assert len(warnings) == 1
    assert "damaged" in warnings[0]
    assert all(found in (None, answer) for found, answer in zip(answers, ANSWERS, strict=True))


@pytest.mark.parametrize("sixteenth", range(16))
def test_a_byte_flipped_anywhere_never_ends_in_a_wrong_answer(filled: Path, sixteenth: int) -> None:
    """Wherever a byte is flipped, what is read is right or missing, and every answer can be stored again."""
    database = database_of(filled)
    content = bytearray(database.read_bytes())
    for position in range(sixteenth * 37, len(content), max(1, len(content) // 5)):
        shutil.rmtree(filled)
        database.parent.mkdir(parents=True)
        flipped = bytearray(content)
        flipped[position] ^= 0x41
        database.write_bytes(flipped)
        answers, _ = held(filled)
        assert all(found in (None, answer) for found, answer in zip(answers, ANSWERS, strict=True))
        with Cache(filled) as cache:
            cache.put(ANSWERS)
            assert [cache.get(answer.request_key) for answer in ANSWERS] == ANSWERS


@pytest.mark.parametrize("page", [2, 3, 5, 8])
def test_a_wrecked_page_leaves_the_others(filled: Path, page: int) -> None:
    """A page full of noise costs at most what stood in it."""
    with Cache(filled) as cache:
        cache.put([answer_to(request(number), os.urandom(500).hex()) for number in range(100, 400)])
    database = database_of(filled)
    content = bytearray(database.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    database.write_bytes(content)
    with Cache(filled) as cache:
        kept = sum(completion is not None for _, completion in cache.items())
        cache.put(ANSWERS)
    assert kept > 300 or page in (2, 3)
    assert held(filled)[0] == ANSWERS


def test_a_damaged_page_of_a_large_cache_is_found_by_verify(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database too large to be checked on opening is repaired on request."""
    monkeypatch.setattr("arena.completions.store.database.CHECKED_ON_OPENING", 0)
    with Cache(filled) as cache:
        cache.put([answer_to(request(number), os.urandom(500).hex()) for number in range(100, 400)])
    content = bytearray(database_of(filled).read_bytes())
    content[20 * 4096 : 21 * 4096] = b"\xa5" * 4096
    database_of(filled).write_bytes(content)
    with Cache(filled) as cache:
        for number in range(100, 400):
            cache.get(request(number).key)
        with pytest.raises(StorageFailed, match="damaged"):
            list(cache.items())
        cache.repair()
        assert sum(completion is not None for _, completion in cache.items()) > 300
        cache.repair()
    with sql(filled) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_older_form_is_not_looked_at(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the stored form has a folder of its own, so the two never meet."""
    monkeypatch.setattr(cache_module, "VERSION", 2)
    assert held(filled) == ([None] * len(ANSWERS), [])


def test_read_only_writes_nothing_at_all(filled: Path) -> None:
    """Not an answer, not a lock, not a log: for CI and for folders that are somebody else's."""
    before, times = files_of(filled), {path: path.stat().st_mtime_ns for path in filled.rglob("*")}
    with Cache(filled, read_only=True) as cache:
        assert [cache.get(answer.request_key) for answer in ANSWERS] == ANSWERS
        with pytest.raises(StorageFailed, match="read-only"):
            cache.put(ANSWERS)
        with pytest.raises(StorageFailed, match="read-only"):
            cache.delete(["k"])
    assert files_of(filled) == before
    assert {path: path.stat().st_mtime_ns for path in filled.rglob("*")} == times


def test_read_only_sees_what_a_killed_process_left_in_the_log(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commits that stand in the write-ahead log alone are read, and the log is not touched."""
    with Cache(filled) as cache:
        cache.put([answer_to(request(99), "in the log")])
        shutil.copytree(filled, tmp_path / "left")
    left, scratch = tmp_path / "left", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = files_of(left)
    with Cache(left, read_only=True) as cache:
        found = cache.get(request(99).key)
    assert found is not None
    assert found.text == "in the log"
    assert files_of(left) == before
    assert list(scratch.iterdir()) == []


def test_a_log_that_cannot_be_copied_is_a_warning(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for the private copy, the cache counts as empty, with the reason."""
    log = Path(f"{database_of(filled)}-wal")
    log.write_bytes(b"x" * 100)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    answers, warnings = held(filled, read_only=True)
    assert answers == [None] * len(ANSWERS)
    assert "No space left" in warnings[0]


def run_python(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a script in a process of its own."""
    support = Path(__file__).parents[2] / "support"
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=HANG_S,
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name}
        | {"PYTHONPATH": str(support)},
        check=False,
    )


FULL_DISK = """
    import resource, signal, sys
    from pathlib import Path
    from arena.completions.store.cache import Cache
    from arena.errors import StorageFailed
    from completion_parts import answer_to, request
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    stored = 0
    try:
        with Cache(Path(sys.argv[1])) as cache:
            for number in range(1000, 2000):
                cache.put([answer_to(request(number), str(number) * 200)])
                stored += 1
    except StorageFailed as error:
        print(stored, error.message)
        sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("limit", [0, 4096, 40_000, 100_000, 200_000])
def test_a_full_disk_ends_the_run_and_loses_nothing(filled: Path, limit: int) -> None:
    """Where no file can grow, storing is exit 4 without a traceback; all that was acknowledged stays readable."""
    ended = run_python(FULL_DISK, filled, limit)
    assert ended.returncode == 4, ended.stderr
    assert ended.stderr == ""
    assert "cannot be written" in ended.stdout
    stored = int(ended.stdout.split()[0])
    with Cache(filled, read_only=True) as cache:
        assert [cache.get(answer.request_key) for answer in ANSWERS] == ANSWERS
        assert all(cache.get(request(number).key) is not None for number in range(1000, 1000 + stored))
    assert held(filled) == (ANSWERS, [])


READ_ONLY_FOLDER = """
    import os, sys
    from pathlib import Path
    from arena.completions.store.cache import Cache
    from arena.errors import StorageFailed
    from completion_parts import answer_to, request
    if os.getuid() == 0:
        os.setuid(65534)
    with Cache(Path(sys.argv[1])) as cache:
        print(cache.get(request(0).key).text.strip("x "))
        try:
            cache.open_for_writing()
        except StorageFailed as error:
            print(error.message)
"""


def test_a_read_only_folder_can_be_read(filled: Path) -> None:
    """A folder of somebody else's is read without a word; the wish to store is refused before anything is paid."""
    for parent in (filled, *filled.parents[:3]):
        parent.chmod(0o755)
    database_of(filled).parent.chmod(0o555)
    database_of(filled).chmod(0o444)
    (database_of(filled).parent / "in-use.lock").chmod(0o444)
    ended = run_python(READ_ONLY_FOLDER, filled)
    assert ended.stdout.splitlines()[0] == "answer 0", ended.stderr
    assert "cannot be written" in ended.stdout


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """A file in the place of the cache folder is exit 4, not a traceback."""
    (tmp_path / "cache").write_text("mine")
    with Cache(tmp_path / "cache") as cache, pytest.raises(StorageFailed, match="cannot be written"):
        cache.put(ANSWERS)
    assert (tmp_path / "cache").read_text() == "mine"


def test_a_name_that_diskcache_would_expand_is_refused(tmp_path: Path) -> None:
    """A folder named like a variable is not silently another folder."""
    with Cache(tmp_path / "$HOME") as cache, pytest.raises(StorageFailed, match="variable"):
        cache.put(ANSWERS)


def test_a_lock_that_is_never_given_back_ends_the_run(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that keeps the database locked is waited for, but not for ever."""
    monkeypatch.setattr(cache_module, "LOCK_TRIES", 2)
    monkeypatch.setattr(cache_module, "LOCK_PATIENCE_S", 0.05)
    with Cache(filled) as cache, sql(filled) as connection:
        cache.open_for_writing()
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFailed, match="locked"):
            cache.put(ANSWERS)
        assert cache.get(ANSWERS[0].request_key) == ANSWERS[0]
        with Cache(filled) as other, pytest.raises(StorageFailed, match="locked"):
            other.open_for_writing()
        connection.execute("ROLLBACK")
        cache.put(ANSWERS)


def test_a_lock_that_is_held_through_several_tries_is_waited_out(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may write for seconds: the lock that it gives back at the fifth try is taken then."""
    monkeypatch.setattr(cache_module, "LOCK_PATIENCE_S", 0.01)
    again = answer_to(request(0), "another")
    with Cache(filled) as cache, sql(filled) as connection:
        store = cache.open_for_writing()
        tries, transact = [], store.transact

        def seen_to_try() -> Any:
            tries.append(connection.in_transaction)
            if len(tries) == 5:
                connection.execute("ROLLBACK")
            return transact()

        monkeypatch.setattr(store, "transact", seen_to_try)
        connection.execute("BEGIN IMMEDIATE")
        cache.put([again])
        assert tries == [True] * 5
        assert cache.get(again.request_key) == again


def test_damage_is_not_repaired_under_another_process(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that another process uses is never moved away from under it."""
    monkeypatch.setattr("arena.completions.store.folder.InUse.repair.__kwdefaults__", {"patience_s": 0.1})
    with Cache(filled):
        database_of(filled).write_bytes(b"garbage")
        with pytest.raises(StorageFailed, match="another process"):
            Cache(filled)


class FailingConnection(sqlite3.Connection):
    """A connection of a disk that fails at the k-th operation, and at every one after it."""

    left = 0

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        FailingConnection.left -= 1
        if FailingConnection.left < 0:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return super().execute(*arguments)


@pytest.fixture
def swift(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is one: 150 caches are made in it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def test_a_store_that_fails_at_any_operation_is_whole(swift: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail at the first operation, at the second …: each transaction is there or not, nothing else raises."""
    real_connect = sqlite3.connect
    batches = [ANSWERS[:2], ANSWERS[2:4]]
    for operation in range(400):
        folder = swift / str(operation)
        FailingConnection.left = operation
        done = 0
        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", lambda *a, **k: real_connect(*a, **{"factory": FailingConnection, **k}))
            try:
                with Cache(folder) as cache:
                    for batch in batches:
                        cache.put(batch)
                        done += 1
            except StorageFailed:
                pass
        with Cache(folder) as cache:
            stored = [[cache.get(answer.request_key) for answer in batch] for batch in batches]
            assert stored[:done] == batches[:done]
            assert all(batch in (whole, [None] * 2) for batch, whole in zip(stored, batches, strict=True))
            assert cache.warnings == []
            cache.put(ANSWERS[:4])
        if done == len(batches) and FailingConnection.left >= 0:
            return
    pytest.fail("400 operations for two commits")


def test_the_signal_of_a_full_file_is_not_fatal() -> None:
    """Python ignores SIGXFSZ, so that a file that may not grow is an error of the write."""
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
