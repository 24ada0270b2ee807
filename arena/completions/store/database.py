"""Read the cache's database without trusting it: what is ours, what is whole, what can be saved."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from diskcache.core import DEFAULT_SETTINGS, METADATA

from arena.completions.store.raw_disk import CorruptEntry, inline_bytes

#: A larger database is checked entry by entry as it is read; SQLite's own check takes 1 ms a megabyte.
CHECKED_ON_OPENING = 128 * 2**20  # bytes

_ONE = "SELECT mode, filename, value FROM Cache WHERE key = ? AND raw = 1"
_ALL = "SELECT rowid, key, mode, filename, value FROM Cache ORDER BY rowid"


class Reader:
    """One connection that only reads. Used by the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection, scratch: Path | None = None) -> None:
        self._connection = connection
        self._scratch = scratch

    def blob(self, key: str) -> bytes | None:
        """Return the bytes stored for a key; None when there are none.

        Raises:
            CorruptEntry: the row, or the page that it stands in, is damaged.
        """
        try:
            row = self._connection.execute(_ONE, (key,)).fetchone()
        except sqlite3.DatabaseError as error:
            raise CorruptEntry(str(error)) from None
        return None if row is None else inline_bytes(*row)

    def rows(self, *, backwards: bool = False) -> Iterator[tuple[object, bytes | None]]:
        """Yield every key with its bytes, None where the row is corrupt.

        Raises:
            sqlite3.DatabaseError: a damaged page stands in the way.
        """
        for _, key, *columns in self._connection.execute(_ALL + (" DESC" if backwards else "")):
            try:
                yield key, inline_bytes(*columns)
            except CorruptEntry:
                yield key, None

    def has_plain_table(self) -> bool:
        """Return whether the entries stand in an ordinary table, not in a view or a virtual table."""
        schema = self._connection.execute("SELECT type, sql FROM sqlite_master WHERE name = 'Cache'").fetchall()
        return [kind for kind, sql in schema if "VIRTUAL" not in str(sql).upper()] == ["table"]

    def close(self) -> None:
        """Close the connection and delete the copy that a snapshot may have needed."""
        self._connection.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def open_live(database: Path) -> Reader:
    """Open a database that other processes may be writing to.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    return Reader(_connect(database, "mode=rw"))


def open_snapshot(database: Path) -> Reader:
    """Open a database and write nothing beside it.

    Where a write-ahead log waits to be read in, a private copy is read instead: SQLite would write
    to read it. Not for a process that writes to the same database: closing the files that were
    copied would drop SQLite's locks on them.

    Raises:
        sqlite3.Error, OSError: it cannot be opened.
    """
    log = Path(f"{database}-wal")
    if not log.exists() or not log.stat().st_size:
        return Reader(_connect(database, "mode=ro&immutable=1"))
    scratch = Path(tempfile.mkdtemp(prefix="arena-cache-"))
    try:
        for file in (log, database):
            shutil.copyfile(file, scratch / file.name, follow_symlinks=False)
        return Reader(_connect(scratch / database.name, "mode=rw"), scratch)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _connect(database: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(database))}?{options}", uri=True, isolation_level=None, timeout=5.0)
    try:
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def is_whole(database: Path, *, thorough: bool = False) -> bool:
    """Return whether a database can be trusted to work: ours in form, and whole as far as SQLite can tell.

    A rollback journal counts as damage: this database uses none once it is made, and SQLite would
    follow a planted one to files outside.

    Args:
        database: the file.
        thorough: let SQLite check it whatever its size.
    """
    if Path(f"{database}-journal").exists() or not database.exists() or not database.stat().st_size:
        return False
    try:
        with closing(_connect(database, "mode=rw")) as connection:
            return _is_ours(connection) and (
                (not thorough and database.stat().st_size > CHECKED_ON_OPENING) or _passes_check(connection)
            )
    except sqlite3.DatabaseError as error:
        return not _tells_damage(error)


def _tells_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether an error is the file's fault; a lock, a full or a failing disk is not."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _passes_check(connection: sqlite3.Connection) -> bool:
    return list(connection.execute("PRAGMA quick_check(1)")) == [("ok",)]


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Return whether the schema has only plain tables and the settings only what diskcache writes.

    diskcache turns each setting into an attribute or a PRAGMA as it opens a database.
    """
    schema = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    tables = {name for kind, name, _ in schema if kind == "table"}
    plain = all(kind != "view" and "VIRTUAL" not in str(sql).upper() for kind, _, sql in schema)
    if not plain or tables != {"Settings", "Cache"}:
        return False
    settings = dict(connection.execute("SELECT key, value FROM Settings"))
    known = settings.keys() <= DEFAULT_SETTINGS.keys() | METADATA.keys()
    return known and all(isinstance(v, int) or v in ("wal", "none") for v in settings.values())


def salvage(database: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what can be read of a damaged database, from both ends up to the damage.

    Nothing is promised of the bytes: they are verified as every entry is.
    """
    seen: set[str] = set()
    for backwards in (False, True):
        try:
            with closing(open_live(database)) as reader:
                if not reader.has_plain_table():
                    return
                for key, blob in reader.rows(backwards=backwards):
                    if type(key) is str and blob is not None and key not in seen:
                        seen.add(key)
                        yield key, blob
                return
        except sqlite3.DatabaseError:
            continue
