"""A completion as bytes that prove themselves: magic and version, checksum, compressed JSON.

The checksum covers the request key too, so an entry moved to another key is corrupt. What is read is
rebuilt field by field from plain JSON; anything unexpected is corrupt, never guessed at.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, get_args

from arena.completions.store.raw_disk import CorruptEntry
from arena.records.call import Completion, Finish, Honoured, SettingReport, ToolCall, Usage

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
    return json.dumps(_plain(completion), separators=(",", ":"), sort_keys=True, ensure_ascii=True)


def _plain(completion: Completion) -> dict[str, Any]:
    plain = {name: value for name in _READERS if (value := getattr(completion, name)) != _DEFAULTS[name]}
    if completion.usage is not None:
        plain["usage"] = _parts(completion.usage)
    for name in ("settings", "tool_calls"):
        if name in plain:
            plain[name] = [_parts(part) for part in plain[name]]
    if "logprobs" in plain:
        plain["logprobs"] = dict(completion.logprobs)
    return plain


def _parts(record: Usage | SettingReport | ToolCall) -> dict[str, Any]:
    """Return a flat record's fields; dataclasses.asdict would copy each value, at ten times the price."""
    return {name: getattr(record, name) for name in record.__slots__}


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
        return Completion(request_key=key, **{name: _READERS[name](value) for name, value in plain.items()})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorruptEntry(f"not of a completion's shape: {type(error).__name__}") from None


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not text")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError("not a number")
    number: float = value
    return number


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError("not true or false")
    return value


def _usage(value: Any) -> Usage:
    return Usage(**{_text(name): _count(tokens) for name, tokens in value.items()})


def _count(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def _settings(value: Any) -> tuple[SettingReport, ...]:
    reports = tuple(SettingReport(**report) for report in value)
    if any(type(r.name) is not str or r.honoured not in get_args(Honoured) for r in reports):
        raise ValueError("not a setting")
    return reports


def _tool_calls(value: Any) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(name=_text(call["name"]), arguments=_text(call["arguments"])) for call in value)


def _logprobs(value: Any) -> Mapping[str, float]:
    return {_text(token): _number(logprob) for token, logprob in value.items()}


#: Each stored field and how it is read back. `request_key` is the row's key.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "finish": Finish,
    "model_requested": _text,
    "model_returned": _text,
    "usage": _usage,
    "latency_s": _number,
    "ttft_s": _number,
    "tpot_s": _number,
    "itl_s": _number,
    "cost_usd": _number,
    "cost_reason": _text,
    "fingerprint": _text,
    "runtime": _text,
    "settings": _settings,
    "tool_calls": _tool_calls,
    "logprobs": _logprobs,
    "called_at": _text,
    "called_in": _text,
    "replayed": _flag,
    "authored": _flag,
}
_DEFAULTS: Mapping[str, Any] = {
    field.name: field.default_factory() if field.default_factory is not MISSING else field.default
    for field in fields(Completion)
}
