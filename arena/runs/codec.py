"""Records to plain JSON and back: one walk over the types, so that a record needs no code of its own."""

import json
import math
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

SIGNIFICANT_DIGITS = 12


class Undecodable(ValueError):
    """Report JSON that is not the record it should be; the message names the place."""


def rounded(number: float) -> float:
    """Return `number` with 12 significant digits, so that the last bits of a sum change no byte.

    Raises:
        ValueError: it is NaN or infinite; what is undefined is None with a reason.

    >>> rounded(0.1 + 0.2)
    0.3
    """
    if not math.isfinite(number):
        raise ValueError(f"{number} cannot be written: what is undefined is null with a reason")
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")


def to_json(value: Any, *, sort: bool = True, defaults: bool = True) -> Any:
    """Return a record, or anything made of records, as plain JSON values.

    Args:
        value: dataclasses, enums, mappings, sequences, sets, strings, numbers, None, nested freely.
        sort: put mappings in the order of their keys; False keeps their own order.
        defaults: write fields that hold their default value, but those that are written only where set; False leaves
            all of them out.

    Raises:
        ValueError: a number is NaN or infinite.
        TypeError: a value is none of the above.
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value  # most of a run, and four times as fast as asking what it matches
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return rounded(value)
        case date():
            return value.isoformat()
        case Mapping():
            items = sorted(value.items(), key=lambda item: str(item[0])) if sort else value.items()
            return {str(key): to_json(each, sort=sort, defaults=defaults) for key, each in items}
        case list() | tuple():
            return [to_json(each, sort=sort, defaults=defaults) for each in value]
        case set() | frozenset():
            return sorted(to_json(each) for each in value)
        case _:
            return _record_to_json(value, sort=sort, defaults=defaults)


def _record_to_json(value: Any, *, sort: bool, defaults: bool) -> dict[str, Any]:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: to_json(part, sort=sort, defaults=defaults)
            for name, default, always in _defaults(type(value))
            if (part := getattr(value, name)) != default or (defaults and always)
        }
    raise TypeError(f"{type(value).__name__} is not a record")


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Return each field of a record, its default (what equals nothing, where it has none), whether that is written."""
    return tuple((each.name, _default(each), "only_where_set" not in each.metadata) for each in fields(kind))


def _default(each: "Field[Any]") -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return object() if each.default is MISSING else each.default


def from_json(kind: type[T], data: Any) -> T:
    """Return the record of type `kind` that `data` describes.

    Fields that are left out take their defaults; keys that the record does not know are passed over, so
    that a newer run folder is still readable.

    Raises:
        Undecodable: a required field is missing, or a value has the wrong type.
    """
    return cast("T", _decode(kind, data, kind.__name__))


def _decode(kind: Any, data: Any, where: str) -> Any:
    if type(data) is kind:
        return data  # most of a run: text and numbers
    origin = get_origin(kind)
    if kind is Any:
        return data
    if origin is Literal:
        return _one_of(get_args(kind), data, where)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(kind), data, where)
    if origin is tuple:
        _expect(isinstance(data, list), "a list", data, where)
        return tuple(_decode(get_args(kind)[0], each, f"{where}[{i}]") for i, each in enumerate(data))
    if origin is not None and issubclass(origin, Mapping):
        return _decode_mapping(get_args(kind), data, where)
    if is_dataclass(kind):
        return _decode_record(cast("type[Any]", kind), data, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(_one_of([each.value for each in kind], data, where))
    return _decode_plain(kind, data, where)


def _decode_record(kind: type[Any], data: Any, where: str) -> Any:
    _expect(isinstance(data, dict), "an object", data, where)
    values = {
        name: each if type(each) is hint else _decode(hint, each, f"{where}.{name}")
        for name, hint in _hints(kind).items()
        if (each := data.get(name, MISSING)) is not MISSING
    }
    for name in _required(kind):
        if name not in values:
            raise Undecodable(f"{where}: {name} is missing")
    return kind(**values)


_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)


def _without_default(kind: Any) -> tuple[str, ...]:
    every = fields(kind)
    return tuple(each.name for each in every if each.default is MISSING and each.default_factory is MISSING)


_required: Callable[[Any], tuple[str, ...]] = cache(_without_default)


def _decode_mapping(kinds: tuple[Any, ...], data: Any, where: str) -> dict[Any, Any]:
    key, kind = kinds
    _expect(isinstance(data, dict), "an object", data, where)
    return {key(name): _decode(kind, each, f"{where}.{name}") for name, each in data.items()}


def _decode_union(kinds: Iterable[Any], data: Any, where: str) -> Any:
    kinds = tuple(kinds)
    if type(data) is kinds[0]:
        return data
    if data is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    for kind in rest[:-1]:
        try:
            return _decode(kind, data, where)
        except Undecodable:
            continue
    return _decode(rest[-1], data, where)


def _decode_plain(kind: Any, data: Any, where: str) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    if kind is date:
        return _day(data, where)
    _expect(type(data) is kind, kind.__name__, data, where)
    return data


def _day(data: Any, where: str) -> date:
    try:
        return date.fromisoformat(data)
    except (TypeError, ValueError):
        raise Undecodable(f"{where}: expected a day such as 2026-11-02, found {str(data)[:80]}") from None


def _one_of(allowed: Iterable[Any], data: Any, where: str) -> Any:
    _expect(data in allowed, f"one of {', '.join(map(str, allowed))}", data, where)
    return data


def _expect(holds: bool, wanted: str, found: Any, where: str) -> None:
    if not holds:
        raise Undecodable(f"{where}: expected {wanted}, found {json.dumps(found, default=str)[:80]}")


def dumps(value: Any, *, indent: int | None = None) -> str:
    r"""Return plain JSON as text of printable ASCII: no control, bidi or zero-width byte can hide in it.

    Raises:
        ValueError: a number is NaN or infinite.

    >>> dumps({"text": "\u202e\x1b[2J\x7f"})
    '{"text": "\\u202e\\u001b[2J\\u007f"}'
    """
    return json.dumps(value, indent=indent, ensure_ascii=True, allow_nan=False).replace("\x7f", "\\u007f")


def loads(text: str) -> Any:
    """Return the JSON value that `text` holds.

    Raises:
        Undecodable: it is no JSON, or holds NaN or Infinity, which JSON does not know.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Undecodable(str(error)) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
