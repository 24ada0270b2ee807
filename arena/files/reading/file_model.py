"""What all authored shapes share: strict models, short forms, and pydantic's errors as located mistakes."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

from arena.files.reading.amounts import Amount, parse_amount, parse_share
from arena.files.reading.identifiers import mistake_in
from arena.files.reading.located import MOST_ROWS, MOST_SHOWN, LocatedFile, Mistakes, Path, step
from arena.text.printable import printable, quoted

#: Entries of any list but the long ones: cases, and rows of a file.
MOST_ENTRIES = 1000
#: Long lists are validated in parts, so that a file of nothing but mistakes is refused early.
PART = 100


def _problem(text: str) -> PydanticCustomError:
    return PydanticCustomError("problem", "{text}", {"text": text})


def in_parts(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Validate a long list part by part; stop where more mistakes are found than are shown."""
    if not isinstance(value, list) or len(value) <= PART:
        return handler(value)
    if len(value) > MOST_ROWS:
        raise _problem(f"has {len(value):,} entries: at most {MOST_ROWS:,} are taken; split the file")
    done: list[Any] = []
    errors: list[InitErrorDetails] = []
    for start in range(0, len(value), PART):
        try:
            done += handler(value[start : start + PART])
        except ValidationError as invalid:
            errors += [_reraised(details, start) for details in invalid.errors(include_url=False)]
        if len(errors) > MOST_SHOWN:
            break
    if errors:
        raise ValidationError.from_exception_data("parts", errors)
    return done


def _reraised(details: ErrorDetails, start: int | None = None) -> InitErrorDetails:
    """Return an error to raise once more, its list index counted from `start`."""
    first, *rest = details["loc"] or ("",)
    loc = details["loc"] if start is None or not isinstance(first, int) else (first + start, *rest)
    # A custom error must be made anew; pydantic's own are known by their name.
    kind = _problem(details["ctx"]["text"]) if details["type"] == "problem" else details["type"]
    return InitErrorDetails(type=kind, loc=loc, input=details["input"], ctx=details.get("ctx", {}))


class FileModel(BaseModel):
    """A mapping that people write: nothing is guessed, nothing unknown is ignored.

    A subclass with a `short` field may be written as that field's text alone.
    """

    #: Built when they are first met: most experiments use a few of all shapes, and each costs 0.1 MB.
    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True, defer_build=True
    )

    short: ClassVar[str | None] = None
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ()  # other short forms, as JSON Schema
    expected: ClassVar[str] = "a mapping"
    known: ClassVar[frozenset[str]] = frozenset()
    long: ClassVar[frozenset[str]] = frozenset()  # fields that may hold more than MOST_ENTRIES

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.known = frozenset(field.alias or name for name, field in cls.model_fields.items())
        if cls.short and "expected" not in cls.__dict__:
            cls.expected = "text or a mapping"

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {cls.short: value} if cls.short and isinstance(value, str) else value

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys of one mapping; `written` is not validated yet."""
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _validate(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        written = cls.written_out(value)
        if isinstance(written, cls):
            return handler(written)
        if not isinstance(written, dict):
            raise _problem(f"expected {cls.expected}, found {quoted(written)}{_quoting_hint(cls.short, written)}")
        if not written.keys() <= cls.known:
            if info.context is not None:
                info.context[id(written)] = [field.alias or name for name, field in cls.model_fields.items()]
            if len(written) > MOST_ENTRIES:
                raise _problem(f"has {len(written):,} keys (known: {', '.join(cls.model_fields)})")
        for key, inner in written.items():
            if type(inner) is list and len(inner) > MOST_ENTRIES and key not in cls.long:
                raise _problem(f"'{printable(key)}' has {len(inner):,} entries: at most {MOST_ENTRIES:,} are taken")
        problems = list(cls.problems(written))
        return _with_problems(problems, written, handler) if problems else handler(written)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        forms = [*cls.short_forms, *([{"type": "string"}] if cls.short else [])]
        return {"anyOf": [*forms, schema]} if forms else schema


AnyFileModel = TypeVar("AnyFileModel", bound=FileModel)


def _with_problems(problems: list[str], written: Any, handler: ModelWrapValidatorHandler[AnyFileModel]) -> AnyFileModel:
    """Report the problems between the keys beside those of each key, all at once."""
    errors = [InitErrorDetails(type=_problem(text), input=written) for text in problems]
    try:
        handler(written)
    except ValidationError as invalid:
        errors += [_reraised(details) for details in invalid.errors(include_url=False)]
    raise ValidationError.from_exception_data("problems", errors)


@dataclass(frozen=True)
class WrittenAs:
    """The rule that a text has a form: the message names it, JSON Schema holds its pattern."""

    pattern: str
    form: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._fitting, handler(source))

    def __get_pydantic_json_schema__(self, inner: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(inner), "pattern": f"^(?:{self.pattern})$"}

    def _fitting(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"expected {self.form}, found {quoted(value)}")
        return value


def _label(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _identifier(value: str) -> str:
    if problem := mistake_in(value):
        raise ValueError(f"'{printable(value)}' {problem}")
    return value


def _amount(value: Any) -> Amount:
    return value if isinstance(value, Amount) else parse_amount(value)


def one_of(written: Mapping[str, Any], first: str, second: str) -> bool:
    """Tell whether exactly one of the keys is given."""
    return (written.get(first) is None) != (written.get(second) is None)


def listed(value: Any) -> Any:
    """Return a list of one for a single value, for keys that take one or many."""
    return value if value is None or isinstance(value, list) else [value]


#: One text, or a list of them.
OneOrMany = BeforeValidator(listed, json_schema_input_type=str | list[str])

_NUMBER_OR_TEXT: dict[str, Any] = {"type": ["number", "string"]}
_TEXT_OR_INTEGER: dict[str, Any] = {"type": ["string", "integer"]}

#: A name that people tell apart by eye; a whole number stands for its digits.
Identifier = Annotated[str, BeforeValidator(_label), AfterValidator(_identifier), WithJsonSchema(_TEXT_OR_INTEGER)]
#: A version: text, or a whole number that stands for its digits.
Version = Annotated[str, BeforeValidator(_label), AfterValidator(_identifier), WithJsonSchema(_TEXT_OR_INTEGER)]
#: `10%`, `5pp`, `300ms`, `$0.01` or a bare number.
AmountText = Annotated[Amount, BeforeValidator(_amount), WithJsonSchema(_NUMBER_OR_TEXT)]
#: `60%` or `0.6`.
Share = Annotated[float, BeforeValidator(parse_share), WithJsonSchema(_NUMBER_OR_TEXT)]
#: A path, relative to the file that names it.
FilePath = Annotated[str, Field(min_length=1)]


class Text(FileModel):
    """A text, or the file that holds it."""

    short: ClassVar[str | None] = "text"
    expected: ClassVar[str] = "text, or {file: PATH}"

    text: str | None = Field(None, description="The text itself.")
    file: FilePath | None = Field(None, description="A file that holds the text, relative to this file.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "text", "file"):
            yield f"expected {cls.expected}"


Shape = TypeVar("Shape")


def validate(shape: type[Shape], file: LocatedFile, mistakes: Mistakes) -> Shape | None:
    """Return the file's value in its authored shape; None, with every mistake noted, when it does not fit."""
    shapes: dict[int, list[str]] = {}
    try:
        return TypeAdapter(shape).validate_python(file.value, context=shapes)
    except ValidationError as error:
        found = error.errors(include_url=False)
        paths = [details["loc"] for details in found if _is_unknown(details)]
        unknown = {path: _known_beside(path, file, shapes) for path in paths}
        meant = {(*path[:-1], nearest(str(path[-1]), known)) for path, known in unknown.items()}
        for details in found:
            if details["type"] != "missing" or details["loc"] not in meant:  # else a misspelt key is two mistakes
                _note(details, file, unknown, mistakes)
    return None


#: Longer words are not compared with known ones: the comparison takes quadratic time.
LONGEST_GUESS = 100


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)`, or nothing when no known word is near."""
    near = nearest(word, known)
    return f" (did you mean '{printable(near)}'?)" if near else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`; None when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1) if len(word) <= LONGEST_GUESS else []
    return near[0] if near else None


def _is_unknown(details: ErrorDetails) -> bool:
    return details["type"] == "extra_forbidden"


def _note(details: ErrorDetails, file: LocatedFile, unknown: Mapping[Path, list[str]], mistakes: Mistakes) -> None:
    path: Path = details["loc"]
    if _is_unknown(details):
        known, key = unknown[path], str(path[-1])
        hint = did_you_mean(key, known) or (f" (known: {', '.join(known)})" if known else "")
        mistakes.add(file, path, f"unknown key '{printable(key)}'{hint}", at_key=True)
    elif details["type"] == "missing":
        mistakes.add(file, path[:-1], f"required key '{path[-1]}' is missing")
    else:
        mistakes.add(file, path, message_of(details))


def _known_beside(path: Path, file: LocatedFile, shapes: Mapping[int, list[str]]) -> list[str]:
    """Return the keys that the mapping of an unknown key may have; parts that are not there belong to a short form."""
    value = file.value
    for part in path[:-1]:
        value = step(value, part, missing=value)
    return shapes.get(id(value), [])


_EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "list_type": "expected a list",
    "dict_type": "expected a mapping",
    "finite_number": "expected a finite number",
    "none_required": "expected nothing (null)",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def message_of(details: ErrorDetails) -> str:
    """Return one of pydantic's errors in the words of these messages: what was expected, what was found."""
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    if kind in _EXPECTED:
        return f"{_EXPECTED[kind]}, found {quoted(found)}{_quoting_hint(kind, found)}"
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"expected {words} {context[key]:g}, found {quoted(found)}"
    match kind:
        case "problem":
            return str(context["text"])
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"expected {context['expected']}, found {quoted(found)}"
        case "too_short" if context["min_length"] == 1:
            return "is empty: expected at least one"
        case "too_short":
            return f"expected at least {context['min_length']}, found {context['actual_length']}"
        case "string_too_short":
            return "is empty: expected text"
        case "union_tag_invalid":
            return f"unknown check {quoted(context['tag'])}{_tag_hint(context)}"
        case "union_tag_not_found":
            return f"expected a check: a mapping with one key, such as {{contains: text}}, found {_keys(found)}"
        case _:
            return f"{printable(details['msg'], 200)}, found {quoted(found)}"


def _quoting_hint(kind: str | None, found: Any) -> str:
    """Return how to write what was meant; `kind` is pydantic's, or the field that takes a text alone."""
    if kind in ("string_type", "text", "input", "system") and isinstance(found, bool | int | float):
        return ": write it in quotes to make it text"
    if kind in ("int_type", "float_type", "bool_type") and isinstance(found, str):
        return " (text): write it without quotes and units"
    return ""


def _tag_hint(context: dict[str, Any]) -> str:
    known = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
    return did_you_mean(context["tag"], known) or f" (known: {', '.join(known)})"


def _keys(found: Any) -> str:
    if isinstance(found, dict):
        return f"{len(found)} keys: write one check for each" if found else "an empty mapping"
    return quoted(found)
