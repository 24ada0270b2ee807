"""The only forms in which diskcache may hold something for us: text keys and inline raw bytes.

diskcache unpickles what a row tells it to (CVE-2025-69872, no release fixes it) and opens, or
deletes, whatever file a row names. Here neither can happen: a row in any other form is corrupt.
"""

import sqlite3
from typing import Any, Never

import diskcache
from diskcache.core import MODE_RAW, UNKNOWN


class CorruptEntry(ValueError):
    """An entry that is not what was stored. Not an OSError: diskcache would swallow that."""


def inline_bytes(mode: object, filename: object, value: object) -> bytes:
    """Return the bytes of one row.

    Args:
        mode: the row's column; must be diskcache's raw mode.
        filename: the row's column; must be NULL, so no file is ever opened.
        value: the row's column; must be a blob.

    Raises:
        CorruptEntry: the row has any other form.

    >>> inline_bytes(1, None, b"answer")
    b'answer'
    """
    if mode != MODE_RAW or filename is not None or type(value) is not bytes:
        raise CorruptEntry("not inline raw bytes")
    return value


class RawDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache ships no types
    """Serialise nothing: no pickle is loaded, no file beside the database is read, written or deleted."""

    def __init__(self, directory: str, **settings: object) -> None:
        super().__init__(directory)

    def put(self, key: object) -> tuple[str, bool]:
        """Return a text key as it is.

        Raises:
            TypeError: the key is not text.
        """
        if type(key) is not str:
            raise TypeError("cache keys are text")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Return a stored key.

        Raises:
            CorruptEntry: it is not text.
        """
        if not raw or type(key) is not str:
            raise CorruptEntry("not a text key")
        return key

    def store(self, value: object, read: bool, key: object = UNKNOWN) -> tuple[int, int, None, memoryview]:
        """Return bytes as the columns of an inline row, however many they are.

        Raises:
            TypeError: the value is not bytes.
        """
        if read or type(value) is not bytes:
            raise TypeError("cache values are bytes")
        return 0, MODE_RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: bool) -> bytes:
        """Return a stored value.

        Raises:
            CorruptEntry: the row is not inline raw bytes.
        """
        return inline_bytes(mode, filename, value)

    def filename(self, key: object = UNKNOWN, value: object = UNKNOWN) -> Never:
        """Refuse to name a file.

        Raises:
            TypeError: always.
        """
        raise TypeError("the cache keeps no files")

    def remove(self, file_path: Any) -> None:
        """Delete nothing: a file that a row names is not ours."""
