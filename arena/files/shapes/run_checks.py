"""Checks that run something: the answer's code, a user's own function, a model of meaning.

Their resolved arguments (`Check.argument`), plain JSON:

    code     {"tests": str, "entry": str or None, "timeout_s": float, "memory_mb": int}
    python   {"file": path relative to the root, "function": str, "sha256": of the file}
    similar  {"to": str or None (the case's reference), "min": float, "method": "cosine", "bertscore" or "rouge_l",
              "model": "local" or "vendor:model", and "base_url", "price" where given}
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from arena.files.reading.file_model import FileModel, Text, WrittenAs
from arena.files.reading.located import Path
from arena.files.reading.python_files import named_function
from arena.files.reading.reader import OpenFile, Reader
from arena.files.shapes.check_parts import DeclaredCheck, NonEmpty


class CodeArgument(FileModel):
    """The tests that an answer's code must pass, and what they may use."""

    tests: Text = Field(description="Python tests, or {file: PATH}.")
    entry: Annotated[str, WrittenAs(r"[^\W\d]\w*", "a function's name")] | None = Field(
        None,
        description="The function that the code must define; given to the tests' `check`, where they have one.",
    )
    timeout_s: float = Field(5.0, gt=0, le=300, description="The most seconds, of the processor and of the clock.")
    memory_mb: int = Field(256, ge=64, le=65536, description="The most memory, in MiB.")


class CodeCheck(DeclaredCheck):
    """The answer's code passes the tests; runs only with --allow-code."""

    code: CodeArgument = Field(description="{tests, entry, timeout_s, memory_mb}.")

    def argument(self) -> Any:
        """Return the plain argument; the tests are None while they stand in a file."""
        return {**self.code.model_dump(exclude={"tests"}), "tests": self.code.tests.text}

    def with_files(self, at: OpenFile, where: Path, reader: Reader) -> Any:
        """Return the argument with its tests."""
        return {**self.argument(), "tests": reader.text(self.code.tests, at, (*where, "tests"))}


class PythonCheck(DeclaredCheck):
    """A function of your own says whether the answer passes."""

    python: Annotated[str, WrittenAs(r"[^:]+\.py:[^\W\d]\w*", "FILE.py:FUNCTION")] = Field(
        description="FILE.py:FUNCTION of a function (case, completion); the file's path is relative to this file."
    )

    def argument(self) -> Any:
        """Return the plain argument, as it stands before the file is read."""
        file, _, function = self.python.rpartition(":")
        return {"file": file, "function": function}

    def with_files(self, at: OpenFile, where: Path, reader: Reader) -> Any:
        """Return the argument with the file's path from the root, and its hash."""
        plain = self.argument()
        file = named_function(plain["file"], plain["function"], at, where, reader)
        return {**plain, "file": str(file.path), "sha256": file.sha256} if file else plain


class SimilarPrice(FileModel):
    """A price in USD per million tokens."""

    input: float = Field(ge=0, description="USD per million input tokens.")
    output: float = Field(0.0, ge=0, description="USD per million output tokens: none for embeddings.")


class SimilarArgument(FileModel):
    """What an answer is compared with, and how."""

    to: NonEmpty = Field("reference", description="reference: the case's; anything else is the text itself.")
    min: float = Field(gt=0, le=1, description="The least similarity that passes.")
    method: Literal["cosine", "bertscore", "rouge_l"] = Field(
        "cosine", description="cosine of both texts; bertscore: greedy matching of words; rouge_l: no model is used."
    )
    model: Annotated[str, WrittenAs(r"local|[\w-]+:\S.*", "local or vendor:model")] = Field(
        "local", description="local (the extra `embed`), or vendor:model of an embeddings API."
    )
    base_url: NonEmpty | None = Field(None, description="An OpenAI-compatible server of embeddings.")
    price: SimilarPrice | None = Field(None, description="The model's price, where none is known.")

    @classmethod
    def problems(cls, written: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong between the keys."""
        model = written.get("model", "local")
        if model == "local" and any(written.get(key) is not None for key in ("base_url", "price")):
            yield "'base_url' and 'price' belong to a model of a vendor"


class SimilarCheck(DeclaredCheck):
    """The answer means what the reference means."""

    similar: SimilarArgument = Field(description="{to, min, method, model}.")

    def argument(self) -> Any:
        """Return the plain argument."""
        plain = self.similar.model_dump(exclude_none=True)
        return {**plain, "to": None if plain["to"] == "reference" else plain["to"]}
