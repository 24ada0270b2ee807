"""The cache's folder: private, without links, and locked while it is repaired."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from arena.errors import StorageFailed
from arena.locks import lock, unlock

DATABASE = "cache.db"
LOCK = "in-use.lock"
CLAIMS = "claims.lock"
#: Files of one SQLite database.
SIDE_FILES = ("-wal", "-shm", "-journal")

HINT = "`cache_dir` or ARENA_CACHE_DIR moves the cache; what it holds stays readable with `offline`"


def refuse_links(folder: Path) -> None:
    """Refuse a cache that leads elsewhere: a link would let a checkout read or delete files outside it.

    Raises:
        StorageFailed: the folder, its parent named `.arena` or anything in it is a symbolic link.
    """
    own = [folder, folder.parent, *(p for p in folder.parents if p.name == ".arena")]
    inside = list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
    for path in (*own, *inside):
        if path.is_symlink():
            raise StorageFailed(f"the cache is refused: {path} is a symbolic link", hint="remove the link")


def make_private(folder: Path) -> None:
    """Create the folder for its owner alone, under any umask; close it to others if it was open.

    Raises:
        StorageFailed: it cannot be created.
    """
    refuse_links(folder)
    try:
        if not folder.parent.is_dir():
            folder.parent.mkdir(parents=True, mode=0o700, exist_ok=True)  # another process may have been first
            folder.parent.chmod(0o700)
        folder.mkdir(mode=0o700, exist_ok=True)
        _close_to_others(folder, 0o700)
        for path in folder.iterdir():
            _close_to_others(path, 0o700 if path.is_dir() else 0o600)
        if not (folder / DATABASE).exists():  # closing it under an open connection would drop SQLite's locks
            os.close(open_private(folder / DATABASE))  # SQLite gives its side files the same mode
    except OSError as error:
        raise cannot_store(folder, error) from None


def _close_to_others(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError):  # another process has just removed its side files
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)


def open_private(path: Path) -> int:
    """Open a file of the cache for reading and writing, created 0600 under any umask, never through a link."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    if os.fstat(descriptor).st_mode & 0o777 != 0o600:
        os.chmod(path, 0o600)  # noqa: PTH101  # beside os.open: one style for one descriptor
    return descriptor


def cannot_store(folder: Path, error: Exception) -> StorageFailed:
    """Return the error of the run for an error of the disk or the database."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return StorageFailed(f"the cache {folder} cannot be written: {text.lower()}", hint=HINT)


class InUse:
    """One process's stake in a folder: shared while it is used, exclusive while it is repaired.

    Locks of this kind end with the process, however it ends.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = open_private(folder / LOCK)
        self.share()

    def share(self) -> None:
        """Say that the folder is in use; waits while another process repairs it."""
        lock(self._descriptor, alone=False, wait=True)

    def alone(self) -> bool:
        """Take the folder for this process alone; False when another one uses it."""
        unlock(self._descriptor)
        try:
            return lock(self._descriptor, alone=True)
        except OSError:
            return False

    def repair(self, is_whole: Callable[[], bool], repair: Callable[[], None], *, patience_s: float = 10.0) -> None:
        """Run `repair` alone, unless another process has made the folder whole meanwhile.

        Raises:
            StorageFailed: other processes kept the folder in use for `patience_s` seconds.
        """
        give_up = time.monotonic() + patience_s
        while not is_whole():
            if self.alone():
                try:
                    if not is_whole():
                        repair()
                    return
                finally:
                    self.share()
            time.sleep(0.02)
            self.share()
            if time.monotonic() > give_up:
                raise StorageFailed("the cache is damaged and another process uses it", hint="end the other process")

    def close(self) -> None:
        """Give the folder up."""
        os.close(self._descriptor)
