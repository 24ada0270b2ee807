"""The completions that were paid for, on disk: a hardened diskcache, verified on every read.

Everything is written through diskcache, in transactions; everything is read through one connection
that only reads. An answer is either whole or not there.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path

import diskcache

from arena.completions.store.codec import VERSION, decode, encode
from arena.completions.store.database import Reader, is_whole, open_live, open_snapshot, salvage
from arena.completions.store.folder import DATABASE, InUse, cannot_store, make_private, open_private, refuse_links
from arena.completions.store.raw_disk import CorruptEntry, RawDisk
from arena.errors import StorageFailed
from arena.records.call import Completion

#: Nothing is ever evicted; a commit survives the death of the process (WAL), and costs no fsync.
SETTINGS = {
    "eviction_policy": "none",
    "cull_limit": 0,
    "size_limit": 2**62,
    "statistics": 0,
    "tag_index": 0,
    "sqlite_journal_mode": "wal",
    "sqlite_synchronous": 1,
    "sqlite_mmap_size": 0,  # a file cut short under a memory map ends the process
}
LOCK_PATIENCE_S = 1.0  # for one try at a lock that another process holds
LOCK_TRIES = 10
SALVAGED_AT_ONCE = 500


class Cache:
    """Completions by request key. Opened, read and closed by one thread; `put` may be called from another.

    Args:
        folder: the cache's folder, e.g. `.arena/cache`; the entries stand in a folder of their own
            inside it, named by the version of their form.
        read_only: write nothing at all, not even a lock: for CI.

    Raises:
        StorageFailed: the folder is a link, or damaged and in use by another process.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder.absolute() / f"completions-v{VERSION}"
        self.read_only = read_only
        self.warnings: list[str] = []
        self._database = self.folder / DATABASE
        self._in_use: InUse | None = None
        self._store: diskcache.Cache | None = None
        refuse_links(self.folder)
        self._reader = self._open_reader() if self._database.exists() else None
        self.began_empty = self._reader is None

    def _open_reader(self) -> Reader | None:
        if not self.read_only:
            try:
                self._in_use = InUse(self.folder)
                self._in_use.repair(self._is_whole, self._rebuild)
                return open_live(self._database)
            except (OSError, sqlite3.Error):  # a folder that cannot be written can still be read
                self._leave()
        try:
            return open_snapshot(self._database)
        except (OSError, sqlite3.Error) as error:
            self._warn(f"the cache {self.folder} cannot be read: {error}")
            return None

    def _is_whole(self) -> bool:
        return is_whole(self._database)

    def get(self, key: str) -> Completion | None:
        """Return the completion stored for a request; None when there is none, or a damaged one (with a warning)."""
        if self._reader is None:
            return None
        try:
            blob = self._reader.blob(key)
            return None if blob is None else decode(key, blob)
        except CorruptEntry as error:
            self._warn(f"a cached answer is damaged and not used: {key[:12]} ({error})")
            return None

    def items(self) -> Iterator[tuple[str, Completion | None]]:
        """Yield every entry, None where it is damaged. Do not write while iterating.

        Raises:
            StorageFailed: a damaged page stands in the way.
        """
        if self._reader is None:
            return
        try:
            for key, blob in self._reader.rows():
                yield str(key), _verified(key, blob)
        except sqlite3.DatabaseError as error:
            raise StorageFailed(f"the cache {self.folder} is damaged: {error}") from None

    def put(self, completions: Sequence[Completion]) -> None:
        """Store completions in one transaction: all of them, or none.

        Raises:
            StorageFailed: disk full, folder read-only, or locked by another process for too long.
        """
        rows = [(completion.request_key, encode(completion)) for completion in completions]
        store = self.open_for_writing()
        self._commit(store, partial(_set_all, store, rows))

    def repair(self) -> None:
        """Check the database from end to end, and rebuild it from its whole entries where it is damaged.

        Raises:
            StorageFailed: it cannot be rebuilt, or another process uses it.
        """
        self.open_for_writing()
        if is_whole(self._database, thorough=True) or self._in_use is None:
            return
        self.leave_thread()
        self._store = None
        self._in_use.repair(partial(is_whole, self._database, thorough=True), self._rebuild)
        self.open_for_writing()

    def delete(self, keys: Collection[str]) -> None:
        """Delete entries in one transaction.

        Raises:
            StorageFailed: as `put`.
        """
        store = self.open_for_writing()
        self._commit(store, partial(_delete_all, store, keys))

    def _commit(self, store: diskcache.Cache, write: Callable[[], object]) -> None:
        for _ in range(LOCK_TRIES):
            try:
                with store.transact():
                    write()
                return
            except diskcache.Timeout:
                continue
            except (OSError, sqlite3.Error) as error:
                raise cannot_store(self.folder, _first(error)) from None
        raise cannot_store(self.folder, TimeoutError("another process keeps it locked, or the disk fails"))

    def open_for_writing(self) -> diskcache.Cache:
        """Make sure that an answer can be stored; call it before the first one is paid for.

        Raises:
            StorageFailed: it cannot.
        """
        if self._store is None:
            if self.read_only:
                raise StorageFailed(f"the cache {self.folder} is opened read-only")
            make_private(self.folder)
            try:
                self._store = self._open_store()
            except (OSError, sqlite3.Error) as error:
                raise cannot_store(self.folder, _first(error)) from None
        return self._store

    def _open_store(self) -> diskcache.Cache:
        if self._in_use is None:
            self._in_use = InUse(self.folder)
        self._in_use.repair(self._is_whole, self._rebuild)
        self._wait_for_lock()
        if self._reader is not None:
            self._reader.close()
        self._reader = open_live(self._database)  # first: the last connection to close makes SQLite sync the disk
        return self._diskcache(self.folder)

    def _wait_for_lock(self) -> None:
        """Meet a lock here: diskcache would wait a minute for each of its settings."""
        connection = sqlite3.connect(self._database, timeout=LOCK_PATIENCE_S * LOCK_TRIES, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def _diskcache(self, folder: Path) -> diskcache.Cache:
        directory = str(folder)
        if os.path.expandvars(directory) != directory:
            raise OSError(f"diskcache would expand the variable in the name of {directory}")
        return diskcache.Cache(directory, timeout=LOCK_PATIENCE_S, disk=RawDisk, **SETTINGS)

    def _rebuild(self) -> None:
        """Replace a damaged database by a new one that keeps every answer that is whole."""
        damaged = self._database.exists() and self._database.stat().st_size > 0
        aside = next(p for n in count(1) if not (p := self.folder / f"damaged-{n}.db").exists())
        journal = Path(f"{self._database}-journal")
        if journal.exists():  # never again beside a database: SQLite would act on it
            journal.rename(aside.with_suffix(".journal"))
        fresh = self.folder / "rebuild"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        kept = self._fill(fresh, _whole_rows(self._database) if damaged else ())
        if damaged:
            self._set_aside(aside)
            self._warn(f"the cache was damaged: {kept} answers kept, the damaged file is now {aside}")
        (fresh / DATABASE).rename(self._database)
        fresh.rmdir()

    def _fill(self, folder: Path, rows: Iterable[tuple[str, bytes]]) -> int:
        """Make a database in an empty folder, store rows in it, and return how many."""
        os.close(open_private(folder / DATABASE))
        store = self._diskcache(folder)
        kept = 0
        try:
            for chunk in _chunks(rows):
                self._commit(store, partial(_set_all, store, chunk))
                kept += len(chunk)
        finally:
            store.close()
        return kept

    def _set_aside(self, aside: Path) -> None:
        Path(f"{self._database}-shm").unlink(missing_ok=True)
        log = Path(f"{self._database}-wal")
        if log.exists():
            log.rename(f"{aside}-wal")
        self._database.rename(aside)

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def leave_thread(self) -> None:
        """Close the connection of the calling thread."""
        if self._store is not None:
            self._store.close()

    def close(self) -> None:
        """Close everything that this thread opened."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self.leave_thread()
        self._leave()

    def _leave(self) -> None:
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _set_all(store: diskcache.Cache, rows: Iterable[tuple[str, bytes]]) -> None:
    for key, blob in rows:
        store.set(key, blob)


def _delete_all(store: diskcache.Cache, keys: Iterable[str]) -> None:
    for key in keys:
        store.delete(key)


def _verified(key: object, blob: bytes | None) -> Completion | None:
    try:
        return None if blob is None else decode(str(key), blob)
    except CorruptEntry:
        return None


def _whole_rows(database: Path) -> Iterator[tuple[str, bytes]]:
    return ((key, blob) for key, blob in salvage(database) if _verified(key, blob) is not None)


def _chunks(rows: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, SALVAGED_AT_ONCE)):
        yield chunk


def _first(error: BaseException) -> Exception:
    """Return the error that began it: a failed ROLLBACK hides the failed write before it."""
    first = error
    while isinstance(first.__context__, (OSError, sqlite3.Error)):
        first = first.__context__
    return first if isinstance(first, Exception) else OSError(str(first))
