"""Who asks what: two processes with one cache never pay for the same answer.

A claim is a lock on one byte of one file, at an offset made from the request's key. The system
gives it back when the process ends, however it ends.
"""

import hashlib
import os
from pathlib import Path

from arena.completions.store.folder import CLAIMS, open_private
from arena.locks import lock_byte, unlock_byte


class Claims:
    """This process's claims in one cache folder."""

    def __init__(self, folder: Path) -> None:
        self._descriptor: int | None = open_private(folder / CLAIMS)

    def take(self, key: str) -> bool:
        """Claim a request; False when another process holds it. Where files cannot be locked, all succeed."""
        return self._descriptor is None or lock_byte(self._descriptor, _offset(key))

    def release(self, key: str) -> None:
        """Give a claim back."""
        if self._descriptor is not None:
            unlock_byte(self._descriptor, _offset(key))

    def close(self) -> None:
        """Give every claim back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _offset(key: str) -> int:
    """Return 56 bits of the key's hash: 64 claims at once share an offset once in 10^13 runs."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7])
