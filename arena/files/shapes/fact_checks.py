"""Checks of what an answer states: the document it names, passages, numbers, dates, values inside JSON.

Their resolved arguments (`Check.argument`), plain JSON:

    cites      {"documents": [{"id": str, "aliases": [str, …]}, …], "any": bool}
    quotes     {"min_words": int}
    number     {"value": float, "tolerance": float, "relative": float}
    date       {"value": "YYYY-MM-DD", "tolerance_days": int, "order": "dmy", "mdy" or None}
    json_path  [{"path": str, "any": bool, and of "equals", "tolerance", "exists", "matches", "one_of" the given}, …]
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from arena.files.reading.file_model import FileModel, OneOrMany, listed
from arena.files.shapes.check_parts import DeclaredCheck, NonEmpty, Pattern
from arena.text.printable import quoted


class CitedDocument(FileModel):
    """One document that must be named."""

    short: ClassVar[str | None] = "id"

    id: NonEmpty = Field(description="The document's id; its hyphens, underscores and blanks are equal.")
    aliases: Annotated[list[NonEmpty], OneOrMany] = Field(
        default_factory=list, description="Other names that count, such as its title."
    )


class CitesArgument(FileModel):
    """The documents that an answer must name."""

    expected: ClassVar[str] = "a document's id, a list of them, or {documents, any}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "string"}, {"type": "array"})

    documents: Annotated[
        list[CitedDocument],
        BeforeValidator(listed, json_schema_input_type=CitedDocument | list[CitedDocument]),
        Field(min_length=1),
    ] = Field(description="Ids of documents, or {id, aliases}.")
    any: bool = Field(False, description="true: one of them is enough.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {"documents": value} if isinstance(value, str | list) else value


class CitesCheck(DeclaredCheck):
    """The answer names the documents that it should rest on."""

    cites: CitesArgument = Field(description="A document's id, a list of them, or {documents, any}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.cites.model_dump()


class QuotesArgument(FileModel):
    """What counts as a quotation."""

    expected: ClassVar[str] = "true, or {min_words: 5}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"const": True},)

    min_words: int = Field(3, ge=1, le=1000, description="Shorter passages in quotation marks are not looked at.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {} if value is True else value


class QuotesCheck(DeclaredCheck):
    """The answer quotes its context, and quotes it rightly."""

    quotes: QuotesArgument = Field(description="true, or {min_words: 5}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.quotes.model_dump()


class NumberArgument(FileModel):
    """The number that is expected."""

    expected: ClassVar[str] = "a number, or {value, tolerance, relative}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "number"},)

    value: float = Field(description="The number; 15% in an answer is 15.")
    tolerance: float = Field(0.0, ge=0, description="How far off it may be.")
    relative: float = Field(0.0, ge=0, le=1, description="How far off it may be, as a share of the number: 0.01 is 1%.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {"value": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class NumberCheck(DeclaredCheck):
    """Some number in the answer equals the expected one."""

    number: NumberArgument = Field(description="A number, or {value, tolerance, relative}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.number.model_dump()


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"expected a day such as '2026-11-25', found {quoted(value)}") from None


class DateArgument(FileModel):
    """The day that is expected."""

    short: ClassVar[str | None] = "value"
    expected: ClassVar[str] = "a day such as '2026-11-25', or {value, tolerance_days, order}"

    value: Annotated[str, AfterValidator(_day)] = Field(description="The day, YYYY-MM-DD, in quotes.")
    tolerance_days: int = Field(0, ge=0, description="How many days off it may be.")
    order: Literal["dmy", "mdy"] | None = Field(
        None, description="How 03/04/2026 is read; without it such a date is nobody's evidence."
    )


class DateCheck(DeclaredCheck):
    """Some date in the answer is the expected day."""

    date: DateArgument = Field(description="A day such as '2026-11-25', or {value, tolerance_days, order}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.date.model_dump()


def _path(written: str) -> str:
    from arena.files.reading.json_paths import BadPath, parse  # few experiments have a path to read

    try:
        parse(written)
    except BadPath as error:
        raise ValueError(str(error)) from None
    return written


_CONDITIONS = ("equals", "exists", "matches", "one_of")


class JsonPathEntry(FileModel):
    """What must hold of the values at one path."""

    short: ClassVar[str | None] = "path"

    path: Annotated[str, AfterValidator(_path)] = Field(description="A JSONPath such as $.items[0].sku.")
    equals: Any = Field(None, description="The value that is expected: any JSON value, null included.")
    tolerance: float | None = Field(None, ge=0, description="How far off numbers in `equals` may be.")
    exists: bool | None = Field(None, description="true: the path leads to a value; false: it leads to none.")
    matches: Pattern | None = Field(None, description="A regular expression, searched for in the text at the path.")
    one_of: list[Any] | None = Field(None, description="The values that are allowed.", min_length=1)
    any: bool = Field(False, description="true: of several values at the path, one that fits is enough.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        given = [key for key in _CONDITIONS if key in written and (key == "equals" or written[key] is not None)]
        if len(given) > 1:
            yield f"'{given[0]}' and '{given[1]}' exclude each other: write one entry for each"
        if written.get("tolerance") is not None and "equals" not in written:
            yield "'tolerance' belongs to 'equals'"

    def plain(self) -> dict[str, Any]:
        """Return the entry with what was given, and `exists: true` where nothing was."""
        given = {k: v for k, v in self.model_dump(exclude_unset=True).items() if v is not None or k == "equals"}
        bare = not given.keys() & set(_CONDITIONS)
        return {"any": self.any, **given, **({"exists": True} if bare else {})}


class JsonPathCheck(DeclaredCheck):
    """The answer is JSON, and the values at a path are as expected."""

    json_path: Annotated[
        list[JsonPathEntry],
        BeforeValidator(listed, json_schema_input_type=JsonPathEntry | list[JsonPathEntry]),
        Field(min_length=1),
    ] = Field(description="{path, equals | exists | matches | one_of}, or a list of them.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return [entry.plain() for entry in self.json_path]
