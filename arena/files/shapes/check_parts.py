"""What the arguments of several checks are made of."""

from typing import Annotated, Any

import regex
from pydantic import AfterValidator, Field

from arena.files.reading.file_model import FileModel, Identifier, OneOrMany
from arena.files.reading.located import Path
from arena.files.reading.reader import OpenFile, Reader
from arena.records.case import Check
from arena.text.printable import printable


def _compiles(pattern: str) -> str:
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {printable(str(error), 200)}") from None
    return pattern


class DeclaredCheck(FileModel):
    """One check: a mapping of a single key, and a name where a metric is to be of it."""

    name: Identifier | None = Field(None, description="What a metric calls it: {name: policy, check: NAME}.")

    @classmethod
    def key(cls) -> str:
        """Return the key that tells it from the others."""
        return next(name for name in cls.model_fields if name != "name")

    def argument(self) -> Any:
        """Return the plain argument; what stands in a file is not in it yet."""
        raise NotImplementedError

    def resolve(self, at: OpenFile, where: Path, reader: Reader) -> Check:
        """Return the check with its files read in.

        Args:
            at: the file that it stands in.
            where: its place in that file.
            reader: of other files; it takes note of mistakes.
        """
        argument = self.with_files(at, (*where, self.key()), reader)
        return Check(key=self.key(), argument=argument, name=self.name)

    def with_files(self, at: OpenFile, where: Path, reader: Reader) -> Any:
        """Return the argument with its files read in: of a check that names a file."""
        return self.argument()


NonEmpty = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[NonEmpty], OneOrMany, Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
