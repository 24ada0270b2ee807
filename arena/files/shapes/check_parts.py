"""What the arguments of several checks are made of."""

from typing import Annotated

import regex
from pydantic import AfterValidator, Field

from arena.files.reading.file_model import OneOrMany
from arena.text.printable import printable


def _compiles(pattern: str) -> str:
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {printable(str(error), 200)}") from None
    return pattern


NonEmpty = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[NonEmpty], OneOrMany, Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
