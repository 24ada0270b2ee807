"""Writing that is whole or absent, and private: 0700 folders and 0600 files under any umask."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.errors import StorageFailed


@contextmanager
def storage_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError inside the block into a StorageFailed that names `path`.

    Raises:
        StorageFailed: the block raised an OSError.
    """
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"cannot {doing} {path}: {error.strerror or error}") from error


def make_private_folder(path: Path) -> None:
    """Create `path` and its missing parents, readable by the user alone.

    Raises:
        StorageFailed: it cannot be created, or is not a folder.
    """
    with storage_errors(path, "create"):
        for folder in [*reversed(path.parents), path]:
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
                folder.chmod(0o700)
    if not path.is_dir():
        raise StorageFailed(f"cannot create {path}: a file of that name is in the way")


def write_whole(path: Path, parts: Iterable[str]) -> None:
    """Write a text to `path`, part after part, so that a reader, or a power cut, meets the old file or the new one.

    Raises:
        StorageFailed: the disk is full, the folder read-only; the old file stays as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with storage_errors(path, "write"):
        try:
            _write_and_sync(temporary, parts)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)


def _write_and_sync(path: Path, parts: Iterable[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        path.chmod(0o600)
        file.writelines(part.encode() for part in parts)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
