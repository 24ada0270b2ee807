"""The authored shape of a golden set."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, WrapValidator

from arena.files.reading.file_model import FileModel, FilePath, Identifier, OneOrMany, Text, Version, in_parts, one_of
from arena.files.shapes.checks import CheckEntry

#: Names that templates hold already.
RESERVED = frozenset({"input", "context", "reference", "vars"})


class DocumentEntry(FileModel):
    """One retrieved document or policy."""

    short: ClassVar[str | None] = "text"

    id: Identifier | None = Field(None, description="Its id, shown before its text.")
    text: str | None = Field(None, description="The document's text.")
    file: FilePath | None = Field(None, description="A file that holds the text.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "text", "file"):
            yield "expected either 'text' or 'file'"


class ContextEntry(FileModel):
    """What the candidate may rely on: a text, a list of documents, or a file."""

    expected: ClassVar[str] = "a text, a list of {id, text}, or {file: PATH}"
    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "string"}, {"type": "array"})

    documents: list[DocumentEntry] | None = Field(None, description="The documents.", min_length=1)
    file: FilePath | None = Field(None, description="A text; or .jsonl, .yaml, .json: case id to its documents.")

    @classmethod
    def written_out(cls, value: Any) -> Any:
        """Return the value in its long form."""
        if isinstance(value, str):
            return {"documents": [{"text": value}]}
        return {"documents": value} if isinstance(value, list) else value

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "documents", "file"):
            yield f"expected {cls.expected}"


class MessageEntry(FileModel):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"] = Field(description="Who speaks.")
    content: Text = Field(description="What is said.")


class CaseEntry(FileModel):
    """One case; a bare text is its input."""

    short: ClassVar[str | None] = "input"

    id: Identifier | None = Field(
        None, description="The case's name; by default 8 hex digits of the sha256 of its content."
    )
    input: Text | None = Field(None, description="What the user says.")
    messages: list[MessageEntry] | None = Field(
        None, description="A whole conversation instead of `input`; its last turn is the user's.", min_length=1
    )
    context: ContextEntry | None = Field(None, description="Retrieved documents or policy: text, [{id, text}], {file}.")
    vars: dict[str, Any] = Field(default_factory=dict, description="Values for templates, by name.")
    reference: Text | None = Field(None, description="The golden answer, for exact checks and judges.")
    tags: Annotated[list[Identifier], OneOrMany] = Field(
        default_factory=list, description="Segments that were known before any answer."
    )
    cluster: Identifier | None = Field(None, description="Cases that depend on each other share one.")
    checks: list[CheckEntry] = Field(default_factory=list, description="What must hold of each answer to this case.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        if not one_of(written, "input", "messages"):
            yield "a case has either 'input' or 'messages'"
        match written.get("messages"):
            case [*_, {"role": str(last)}] if last != "user":
                yield "the last of 'messages' must be a user turn: it is the one that gets answered"
        given = written.get("vars")
        if isinstance(given, dict) and (taken := sorted(RESERVED & given.keys())):
            yield f"'vars' must not redefine {', '.join(repr(name) for name in taken)}: rename it"


Cases = Annotated[list[CaseEntry], WrapValidator(in_parts)]


class GoldenFile(FileModel):
    """A named, versioned set of cases."""

    name: Identifier | None = Field(None, description="The set's name; by default the file's.")
    version: Version | None = Field(None, description="The set's version.")
    long: ClassVar[frozenset[str]] = frozenset({"cases"})

    cases: Cases = Field(description="The cases, in the order of reports.", min_length=1)
