"""A completion as bytes that prove themselves: magic and version, checksum, compressed JSON.

The checksum covers the request key too, so an entry moved to another key is corrupt. What is read is
rebuilt field by field from plain JSON; anything unexpected is corrupt, never guessed at.
"""

import hashlib
import json
import zlib
from typing import Any

from arena.completions.store.raw_disk import CorruptEntry
from arena.records.call import Completion
from arena.records.codec import Undecodable, from_json, to_json

VERSION = 1  # of the stored form: a new one starts a new folder
MAGIC = b"arena" + bytes([VERSION])
DIGEST_SIZE = 32
LARGEST = 64 * 2**20  # bytes of one completion's JSON: a compressed bomb stops here


def encode(completion: Completion) -> bytes:
    """Return a completion as self-checking bytes."""
    packed = zlib.compress(to_text(completion).encode("ascii"), 1)
    return MAGIC + _digest(completion.request_key, packed) + packed


def decode(key: str, blob: bytes) -> Completion:
    """Return the completion that `encode` made for this request key.

    Raises:
        CorruptEntry: a byte differs, or it belongs to another key.

    >>> from arena.records.call import Completion, Finish
    >>> answer = Completion(request_key="k", text="Hello.", finish=Finish.STOP, model_requested="m")
    >>> decode("k", encode(answer)) == answer
    True
    """
    start = len(MAGIC) + DIGEST_SIZE
    packed = blob[start:]
    if not blob.startswith(MAGIC) or blob[len(MAGIC) : start] != _digest(key, packed):
        raise CorruptEntry("checksum differs")
    return from_text(key, _inflate(packed))


def _digest(key: str, packed: bytes) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "backslashreplace") + b"\0" + packed).digest()


def _inflate(packed: bytes) -> str:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(packed, LARGEST)
        if not inflater.eof:
            raise CorruptEntry("too long or cut short")
        return text.decode("ascii")
    except (zlib.error, UnicodeDecodeError) as error:
        raise CorruptEntry(f"not compressed text: {error}") from None


def to_text(completion: Completion) -> str:
    """Return a completion as one line of ASCII JSON, defaults left out; equal completions, equal bytes."""
    plain = to_json(completion, sort=False, defaults=False, exact=True)
    del plain["request_key"]  # the row's own
    return json.dumps(plain, separators=(",", ":"), sort_keys=True, ensure_ascii=True)


def from_text(key: str, text: str) -> Completion:
    """Return the completion that `to_text` wrote.

    Raises:
        CorruptEntry: it is not JSON, or not of a completion's shape.
    """
    try:
        return from_plain(key, json.loads(text))
    except (ValueError, RecursionError) as error:
        raise CorruptEntry(f"not a completion: {error}") from None


def from_plain(key: str, plain: Any) -> Completion:
    """Return the completion of a value that `to_text` wrote and JSON read.

    Raises:
        CorruptEntry: it is not of a completion's shape.
    """
    try:
        return from_json(Completion, plain | {"request_key": key} if isinstance(plain, dict) else plain, strict=True)
    except Undecodable as error:
        raise CorruptEntry(f"not of a completion's shape: {error}") from None
