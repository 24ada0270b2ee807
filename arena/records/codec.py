"""Records to plain JSON and back: one walk over the types, so that a record needs no code of its own."""

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

SIGNIFICANT_DIGITS = 12
_PLAIN = frozenset({str, int, bool, type(None)})  # most of a run, told apart at a quarter of the price of a match


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


def to_json(value: Any, *, sort: bool = True, defaults: bool = True, exact: bool = False) -> Any:
    """Return a record, or anything made of records, as plain JSON values.

    Args:
        value: dataclasses, enums, mappings, sequences, sets, strings, numbers, None, nested freely.
        sort: put mappings in the order of their keys; False keeps their own order.
        defaults: write fields that hold their default value, but those that are written only where set; False leaves
            all of them out.
        exact: write numbers with all their digits, also what is NaN or infinite.

    Raises:
        ValueError: a number is NaN or infinite.
        TypeError: a value is none of the above.
    """
    if type(value) in _PLAIN:
        return value
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return value if exact else rounded(value)
        case date():
            return value.isoformat()
        case Mapping():
            items = sorted(value.items(), key=lambda item: str(item[0])) if sort else value.items()
            return {str(key): to_json(each, sort=sort, defaults=defaults, exact=exact) for key, each in items}
        case list() | tuple():
            return [to_json(each, sort=sort, defaults=defaults, exact=exact) for each in value]
        case set() | frozenset():
            return sorted(to_json(each, exact=exact) for each in value)
        case _:
            return _record_to_json(value, sort=sort, defaults=defaults, exact=exact)


def _record_to_json(value: Any, *, sort: bool, defaults: bool, exact: bool) -> dict[str, Any]:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: part if type(part) in _PLAIN else to_json(part, sort=sort, defaults=defaults, exact=exact)
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


def from_json(kind: type[T], data: Any, *, strict: bool = False) -> T:
    """Return the record of type `kind` that `data` describes.

    Fields that are left out take their defaults; keys that the record does not know are passed over, so
    that a newer run folder is still readable.

    Args:
        kind: a record, or anything made of records.
        data: plain JSON values.
        strict: refuse keys that a record does not know.

    Raises:
        Undecodable: a required field is missing, or a value has the wrong type.
    """
    try:
        return cast("T", _reader(cast("Any", kind), strict)(data))
    except _Wrong as wrong:
        raise Undecodable(f"{kind.__name__}{wrong.place}: {wrong.problem}") from None


Reader = Callable[[Any], Any]


class _Wrong(Exception):
    """A value that does not fit; its place is put together while the readers around it are left."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = ""

    def inside(self, part: str) -> "_Wrong":
        """Return it as seen from the value around."""
        self.place = part + self.place
        return self


def _expected(wanted: str, found: Any) -> _Wrong:
    return _Wrong(f"expected {wanted}, found {json.dumps(found, default=str)[:80]}")


@cache
def _reader(kind: Any, strict: bool) -> Reader:
    """Return what reads a value of a type: made once a type, for a run is read ten thousand values at a time."""
    origin = get_origin(kind)
    if kind is Any:
        return lambda data: data
    if origin is Literal:
        return _reader_of_choices(get_args(kind))
    if origin in (Union, types.UnionType):
        return _reader_of_union(get_args(kind), strict)
    if origin is tuple:
        return _reader_of_list(_reader(get_args(kind)[0], strict))
    if origin is not None and issubclass(origin, Mapping):
        key, value = get_args(kind)
        return _reader_of_mapping(key, _reader(value, strict))
    if is_dataclass(kind):
        return _reader_of_record(kind, strict)
    if isinstance(kind, type) and issubclass(kind, Enum):
        read = _reader_of_choices(tuple(each.value for each in kind))
        return lambda data: kind(read(data))
    return _day if kind is date else _reader_of_plain(kind)


def _reader_of_record(kind: Any, strict: bool) -> Reader:
    hints = get_type_hints(kind)
    parts: list[tuple[str, Any, bool, Reader]] = []  # made at the first value: a record may hold records of its kind

    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _expected("an object", data)
        if not parts:
            parts.extend((each.name, hints[each.name], _is_required(each), _field(each)) for each in fields(kind))
        values = {}
        for name, hint, required, read_part in parts:
            part = data.get(name, MISSING)
            if type(part) is hint:
                values[name] = part  # most of a run: text and numbers
            elif part is not MISSING:
                values[name] = read_part(part)
            elif required:
                raise _Wrong(f"{name} is missing")
        if strict and len(values) < len(data):
            unknown = next(name for name in data if name not in values)
            raise _Wrong(f"unknown key {json.dumps(unknown)[:80]}")
        return kind(**values)

    def _field(each: "Field[Any]") -> Reader:
        return _at(f".{each.name}", _reader(hints[each.name], strict))

    return read


def _is_required(each: "Field[Any]") -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _at(part: str, read: Reader) -> Reader:
    def read_there(data: Any) -> Any:
        try:
            return read(data)
        except _Wrong as wrong:
            raise wrong.inside(part) from None

    return read_there


def _reader_of_list(read_one: Reader) -> Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, list):
            raise _expected("a list", data)
        done: list[Any] = []
        try:
            done.extend(map(read_one, data))
        except _Wrong as wrong:
            raise wrong.inside(f"[{len(done)}]") from None
        return tuple(done)

    return read


def _reader_of_mapping(key: Any, read_one: Reader) -> Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _expected("an object", data)
        done = {}
        for name, each in data.items():
            try:
                done[key(name)] = read_one(each)
            except _Wrong as wrong:
                raise wrong.inside(f".{name}") from None
            except ValueError:
                raise _expected(f"keys of type {key.__name__}", name) from None
        return done

    return read


def _reader_of_union(kinds: tuple[Any, ...], strict: bool) -> Reader:
    first, nullable = kinds[0], type(None) in kinds
    *readers, last = (_reader(kind, strict) for kind in kinds if kind is not type(None))

    def read(data: Any) -> Any:
        if type(data) is first or (data is None and nullable):
            return data
        for each in readers:
            try:
                return each(data)
            except _Wrong:
                continue
        return last(data)

    return read


def _reader_of_choices(allowed: tuple[Any, ...]) -> Reader:
    def read(data: Any) -> Any:
        if data not in allowed:
            raise _expected(f"one of {', '.join(map(str, allowed))}", data)
        return data

    return read


def _reader_of_plain(kind: Any) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is kind:
            return data
        if kind is float and type(data) is int:
            return float(data)
        raise _expected(kind.__name__, data)

    return read


def _day(data: Any) -> date:
    try:
        return date.fromisoformat(data)
    except (TypeError, ValueError):
        raise _expected("a day such as 2026-11-02", data) from None


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
