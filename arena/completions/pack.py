"""Sealed packs: one run's answers in one reviewable file, for CI and for other people.

A pack is plain text: a header line, then one line of JSON an answer, sorted by key. The header
holds the checksum of all that follows. Nothing in it is ever unpickled or used as a path.
"""

import hashlib
import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, BinaryIO

from arena.completions.store.cache import Cache
from arena.completions.store.codec import from_plain, to_text
from arena.completions.store.raw_disk import CorruptEntry
from arena.errors import CacheMiss, StorageFailed, UsageError
from arena.records.call import Completion

VERSION = 1
LONGEST_HEADER = 1024  # bytes
LONGEST_LINE = 64 * 2**20  # bytes
LARGEST_PACK = 256 * 2**20  # bytes
REQUEST_KEY = re.compile("[0-9a-f]{64}")


def pack(cache: Cache, keys: Collection[str], file: Path) -> int:
    """Write the answers of these requests to a pack; the same answers make the same bytes.

    Args:
        cache: where they are stored.
        keys: of the requests of one run.
        file: written whole or not at all.

    Returns:
        How many answers were packed.

    Raises:
        CacheMiss: an answer is not stored, or damaged; nothing is written.
        StorageFailed: the file cannot be written.
    """
    found = {key: cache.get(key) for key in sorted(set(keys))}
    missing = [key for key, completion in found.items() if completion is None]
    if missing:
        raise CacheMiss(f"{len(missing)} of {len(found)} answers are not in the cache, the first {missing[0][:12]}")
    lines = [_line(completion) for completion in found.values() if completion is not None]
    seal = hashlib.sha256()
    for line in lines:
        seal.update(line)
    header = {"arena_pack": VERSION, "answers": len(lines), "sha256": seal.hexdigest()}
    _write(file, [json.dumps(header).encode() + b"\n", *lines])
    return len(lines)


def _line(completion: Completion) -> bytes:
    return f'{{"key":{json.dumps(completion.request_key)},"completion":{to_text(completion)}}}\n'.encode("ascii")


def _write(file: Path, lines: list[bytes]) -> None:
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as stream:
            stream.writelines(lines)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StorageFailed(f"the pack {file} cannot be written: {error.strerror}") from None


def unpack(file: Path, cache: Cache) -> int:
    """Store the answers of a pack, all or none; what the cache holds already stays as it was first paid.

    Args:
        file: a pack, from anyone.
        cache: where the answers go.

    Returns:
        How many answers were new.

    Raises:
        UsageError: the file is no pack, too large, or not as it was sealed; nothing is stored.
        StorageFailed: the cache cannot be written.
    """
    try:
        with file.open("rb") as stream:
            sealed = _read(file, stream)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    answers = [completion for completion in sealed if cache.get(completion.request_key) is None]
    if answers:
        cache.put(answers)
    return len(answers)


def _read(file: Path, stream: BinaryIO) -> list[Completion]:
    header = _header(file, stream)
    if header.get("arena_pack") != VERSION:
        raise UsageError(f"{file}: not a pack of version {VERSION}")
    seal = hashlib.sha256()
    size, answers = 0, list[Completion]()
    while line := stream.readline(LONGEST_LINE):
        size += len(line)
        if size > LARGEST_PACK:
            raise UsageError(f"{file}: a pack of more than {LARGEST_PACK // 2**20} MB is refused")
        seal.update(line)
        answers.append(_answer(f"{file}:{len(answers) + 2}", line))
    if (header.get("sha256"), header.get("answers")) != (seal.hexdigest(), len(answers)):
        raise UsageError(f"{file}: the pack is not as it was sealed: its checksum differs")
    return answers


def _header(file: Path, stream: BinaryIO) -> dict[str, Any]:
    try:
        header = json.loads(stream.readline(LONGEST_HEADER))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise UsageError(f"{file}: not a pack")
    return header


def _answer(place: str, line: bytes) -> Completion:
    try:
        entry = json.loads(line)
        if not REQUEST_KEY.fullmatch(entry["key"]):
            raise CorruptEntry("not a request's key")
        return from_plain(entry["key"], entry["completion"])
    except CorruptEntry as error:
        raise UsageError(f"{place}: {error}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{place}: not an answer") from None
