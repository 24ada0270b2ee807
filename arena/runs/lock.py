"""A lock that dies with its process: how another process sees that a run is alive."""

import os
from dataclasses import dataclass
from pathlib import Path

from arena.locks import lock
from arena.runs.storage import storage_errors

LOCK_NAME = "lock"
NO_LINKS = getattr(os, "O_NOFOLLOW", 0)  # a link could lead out of the project


@dataclass(frozen=True, slots=True)
class Lock:
    """A held lock. The kernel lets go of it when the process ends, however it ends."""

    descriptor: int

    def release(self) -> None:
        """Let go."""
        os.close(self.descriptor)


def acquire(folder: Path) -> Lock | None:
    """Take the lock of `folder`; None when another process holds it.

    Raises:
        StorageFailed: the folder cannot be written to, or its file system knows no locks.
    """
    path = folder / LOCK_NAME
    with storage_errors(path, "lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINKS, 0o600)
        path.chmod(0o600)
        return _try(descriptor, alone=True)


def is_held(folder: Path) -> bool:
    """Return whether a living process holds the lock of `folder`."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDONLY | NO_LINKS)
    except OSError:
        return False
    shared = _try(descriptor, alone=False)
    if shared is None:
        return True
    shared.release()
    return False


def _try(descriptor: int, *, alone: bool) -> Lock | None:
    try:
        held = lock(descriptor, alone=alone)
    except OSError:
        os.close(descriptor)
        raise
    if not held:
        os.close(descriptor)
    return Lock(descriptor) if held else None
