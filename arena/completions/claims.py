"""Who asks what: two processes with one cache never pay for the same answer.

A claim is a lock on one byte of one file, at an offset made from the request's key. The system
gives it back when the process ends, however it ends.
"""

import hashlib
import os
from pathlib import Path

from arena.completions.folder import CLAIMS, fcntl, open_private


class Claims:
    """This process's claims in one cache folder."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = None if fcntl is None else open_private(folder / CLAIMS)

    def take(self, key: str) -> bool:
        """Claim a request; False when another process holds it. Where files cannot be locked, all succeed."""
        if self._descriptor is None:
            return True
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _offset(key))
        except (BlockingIOError, PermissionError):  # POSIX allows either
            return False
        except OSError:  # a file system without locks
            return True
        return True

    def release(self, key: str) -> None:
        """Give a claim back."""
        if self._descriptor is not None:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, _offset(key))

    def close(self) -> None:
        """Give every claim back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _offset(key: str) -> int:
    """Return 56 bits of the key's hash: 64 claims at once share an offset once in 10^13 runs."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7])
