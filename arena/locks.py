"""Locks that die with their process, on a whole file or on one byte of it.

Where the system has none (Windows) every lock is had: one process at a time is the user's care.
"""

from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # pragma: no cover -- Windows
    fcntl = None


def lock(descriptor: int, *, alone: bool, wait: bool = False) -> bool:
    """Lock an open file; False when another process holds it. The kernel lets go when the descriptor is closed.

    Args:
        descriptor: of the file.
        alone: whether no other process may share the lock.
        wait: until it can be had.

    Raises:
        OSError: the file system knows no locks.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Let go of a file that stays open."""
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def lock_byte(descriptor: int, offset: int) -> bool:
    """Lock one byte of an open file; False when another process holds it, True where the file system knows no locks."""
    if fcntl is None:
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
    except (BlockingIOError, PermissionError):  # POSIX allows either
        return False
    except OSError:
        return True
    return True


def unlock_byte(descriptor: int, offset: int) -> None:
    """Let go of one byte of a file."""
    if fcntl is not None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, offset)
