"""The checks that people may declare: one argument model for each key, chosen by the key, never by trial.

Each entry is a mapping with a single key, and a `name` where a metric is to be of it. Its resolved argument
(`Check.argument`) is plain JSON:

    exact          {"text": str or None (the case's reference), "ignore_case": bool}
    contains       {"texts": [str, …], "ignore_case": bool}     all of them must stand in the answer
    not_contains   {"texts": [str, …], "ignore_case": bool}     none of them may
    regex          {"pattern": str, "ignore_case": bool}        found anywhere in the answer
    not_regex      {"pattern": str, "ignore_case": bool}
    json_valid     bool                                         whether the answer must be JSON
    json_schema    the JSON Schema, a mapping
    max_words      int
    refusal        bool                                         whether the answer must be a refusal
    empty          bool                                         whether the answer must be empty
    judge          str                                          a statement that a judge finds true or false

The others' stand in `fact_checks`, `conduct_checks`, `run_checks` and `judged_checks`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from arena.errors import FileError
from arena.files.reading.file_model import FileModel, FilePath
from arena.files.reading.json_source import load_json
from arena.files.reading.located import Path
from arena.files.reading.plain_text import decode
from arena.files.reading.reader import OpenFile, Reader
from arena.files.shapes.check_parts import DeclaredCheck, NonEmpty, Pattern, Texts
from arena.files.shapes.conduct_checks import (
    ConversationCheck,
    MaxCostCheck,
    MaxLatencyCheck,
    MaxTokensCheck,
    PiiCheck,
    ToolCallsCheck,
)
from arena.files.shapes.fact_checks import CitesCheck, DateCheck, JsonPathCheck, NumberCheck, QuotesCheck
from arena.files.shapes.judged_checks import FaithfulCheck, RelevantCheck
from arena.files.shapes.run_checks import CodeCheck, PythonCheck, SimilarCheck
from arena.text.printable import printable


class ExactArgument(FileModel):
    """The one right answer."""

    short: ClassVar[str | None] = "text"

    text: str | None = Field(None, description="The answer that is expected.")
    reference: bool = Field(False, description="true: the case's reference is the expected answer.")
    ignore_case: bool = Field(False, description="true: upper and lower case are equal.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if (written.get("text") is None) == (written.get("reference") is not True):
            yield "expected a text, or {reference: true}"


class TextsArgument(FileModel):
    """One or more texts to look for."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "string"}, {"type": "array"})

    text: Texts = Field(description="A text, or a list of them.")
    ignore_case: bool = Field(False, description="true: upper and lower case are equal.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {"text": value} if isinstance(value, str | list) else value


class PatternArgument(FileModel):
    """A regular expression."""

    short: ClassVar[str | None] = "pattern"

    pattern: Pattern = Field(description="A regular expression, searched for anywhere in the answer.")
    ignore_case: bool = Field(False, description="true: upper and lower case are equal.")


class SchemaArgument(FileModel):
    """A JSON Schema, written here or in a file."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "object"},)

    file: FilePath | None = Field(None, description="A JSON file that holds the schema.")
    inline: dict[str, Any] | None = Field(None, description="The schema itself.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        return {"inline": value} if isinstance(value, dict) and value.keys() != {"file"} else value

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the schema itself."""
        if "inline" in written and (problem := mistake_in_schema(written["inline"])):
            yield problem


def mistake_in_schema(schema: Any) -> str | None:
    """Return what is wrong with a JSON Schema (draft 2020-12 unless it names another), or None.

    A `$ref` may point into the schema only: nothing is fetched.
    """
    if not isinstance(schema, dict):
        return "not a JSON Schema: expected a mapping"
    import jsonschema  # 50 ms and 4 MB, for experiments that check a schema alone

    if foreign := _foreign_reference(schema):
        return f"not a usable JSON Schema: $ref '{printable(foreign)}' points outside it; only '#…' is followed"
    try:
        jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator).check_schema(schema)
    except jsonschema.SchemaError as error:
        return f"not a JSON Schema: {printable(error.message, 200)}"
    return None


def _foreign_reference(schema: Any) -> str | None:
    if isinstance(schema, list):
        return next((found for part in schema if (found := _foreign_reference(part))), None)
    if not isinstance(schema, dict):
        return None
    for key in ("$ref", "$dynamicRef"):
        target = schema.get(key)
        if isinstance(target, str) and not target.startswith("#"):
            return target
    return next((found for part in schema.values() if (found := _foreign_reference(part))), None)


class ExactCheck(DeclaredCheck):
    """The answer is exactly this text, blanks around it aside."""

    exact: ExactArgument = Field(description="The expected answer, or {reference: true}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return {"text": self.exact.text, "ignore_case": self.exact.ignore_case}


class _TextsCheck(DeclaredCheck):
    def _argument_of(self, argument: TextsArgument) -> Any:
        return {"texts": list(argument.text), "ignore_case": argument.ignore_case}


class ContainsCheck(_TextsCheck):
    """The answer holds every one of the texts."""

    contains: TextsArgument = Field(description="A text, a list of them, or {text, ignore_case}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self._argument_of(self.contains)


class NotContainsCheck(_TextsCheck):
    """The answer holds none of the texts."""

    not_contains: TextsArgument = Field(description="A text, a list of them, or {text, ignore_case}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self._argument_of(self.not_contains)


class RegexCheck(DeclaredCheck):
    """The pattern is found in the answer."""

    regex: PatternArgument = Field(description="A regular expression, or {pattern, ignore_case}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.regex.model_dump()


class NotRegexCheck(DeclaredCheck):
    """The pattern is not found in the answer."""

    not_regex: PatternArgument = Field(description="A regular expression, or {pattern, ignore_case}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.not_regex.model_dump()


class JsonValidCheck(DeclaredCheck):
    """The answer is JSON."""

    json_valid: bool = Field(description="true: the answer must be JSON; false: it must not.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.json_valid


class JsonSchemaCheck(DeclaredCheck):
    """The answer is JSON that fits a schema."""

    json_schema: SchemaArgument = Field(description="A JSON Schema, or {file: PATH}.")

    def argument(self) -> Any:
        """Return the plain argument; None while it stands in a file."""
        return self.json_schema.inline

    def with_files(self, at: OpenFile, where: Path, reader: Reader) -> Any:
        """Return the schema, also one that stands in a file."""
        name = self.json_schema.file
        return self.argument() if name is None else _schema_in(name, at, (*where, "file"), reader)


def _schema_in(name: str, at: OpenFile, where: Path, reader: Reader) -> Any:
    file = reader.named(name, at, where)
    if file is None:
        return {}
    try:
        schema = load_json(decode(file.data, str(file.path)), str(file.path))
    except FileError as error:
        reader.mistakes.extend(error.mistakes)
        return {}
    if problem := mistake_in_schema(schema):
        reader.mistakes.add(at.located, where, f"{printable(str(file.path))}: {problem}")
    return schema


class MaxWordsCheck(DeclaredCheck):
    """The answer has at most so many words."""

    max_words: int = Field(ge=1, description="The most words that the answer may have.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.max_words


class RefusalCheck(DeclaredCheck):
    """The answer is, or is not, a refusal."""

    refusal: bool = Field(description="false: the answer must not be a refusal; true: it must be one.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.refusal


class EmptyCheck(DeclaredCheck):
    """The answer is, or is not, empty."""

    empty: bool = Field(description="false: the answer must not be empty; true: it must be.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.empty


class JudgeCheck(DeclaredCheck):
    """A judge finds the statement true of the answer."""

    judge: NonEmpty = Field(description="A statement about the answer that must be true, e.g. Promises no refund.")

    def argument(self) -> Any:
        """Return the plain argument."""
        return self.judge


def check_key(entry: Any) -> str | None:
    """Return the single key of a check, authored or validated; None when there is not exactly one."""
    if isinstance(entry, DeclaredCheck):
        return entry.key()
    keys = [str(key) for key in entry if key != "name"] if isinstance(entry, dict) else []
    return keys[0] if len(keys) == 1 else None


#: Key to authored shape; `arena.grading` has one function for each key.
CHECKS: Mapping[str, type[DeclaredCheck]] = {
    shape.key(): shape
    for shape in (
        ExactCheck,
        ContainsCheck,
        NotContainsCheck,
        RegexCheck,
        NotRegexCheck,
        JsonValidCheck,
        JsonSchemaCheck,
        MaxWordsCheck,
        RefusalCheck,
        EmptyCheck,
        JudgeCheck,
        CitesCheck,
        QuotesCheck,
        NumberCheck,
        DateCheck,
        JsonPathCheck,
        ToolCallsCheck,
        ConversationCheck,
        PiiCheck,
        MaxTokensCheck,
        MaxLatencyCheck,
        MaxCostCheck,
        CodeCheck,
        PythonCheck,
        SimilarCheck,
        FaithfulCheck,
        RelevantCheck,
    )
}


class _ByKey:
    """One check, validated by the one model that its key names, which is built when the first of its kind is met."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_validated)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"oneOf": [handler(_schema_of(shape)) for shape in CHECKS.values()]}


#: A mistake in a check is one error, of the one model.
CheckEntry = Annotated[DeclaredCheck, _ByKey]


def _validated(value: Any, info: ValidationInfo) -> DeclaredCheck:
    key = check_key(value)
    if key is None:
        raise PydanticKnownError("union_tag_not_found", {"discriminator": "its key"})
    if key not in CHECKS:
        expected = ", ".join(f"'{known}'" for known in CHECKS)
        raise PydanticKnownError(
            "union_tag_invalid", {"discriminator": "its key", "tag": key, "expected_tags": expected}
        )
    return CHECKS[key].model_validate(value, context=info.context)


def _schema_of(shape: type[DeclaredCheck]) -> CoreSchema:
    shape.model_rebuild()
    return shape.__pydantic_core_schema__
