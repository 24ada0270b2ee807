"""The environment of a command: the process's own, and a file of keys beneath it."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from arena.errors import FileError, Mistake, UsageError

if TYPE_CHECKING:
    from dotenv.parser import Binding


def read_environment(env_file: Path | None) -> Mapping[str, str]:
    r"""Return the process environment, with `env_file`'s values where it has none of its own.

    Args:
        env_file: `NAME=value` or `export NAME=value`, comments and blank lines, as python-dotenv reads them: in single
            quotes as it stands, in double quotes with `\n` and its kind, either over several lines. `$NAME` in a value
            is text: no other variable is put in its place. None: the process environment alone.

    Raises:
        FileError: every statement that is none, each with its place; no value is ever shown.
        UsageError: the file cannot be read.
    """
    if env_file is None:
        return dict(os.environ)
    from dotenv.parser import parse_stream  # few commands are given a file

    try:
        text = env_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--env-file {env_file}: {error.strerror if isinstance(error, OSError) else error}") from None
    statements = [each for each in parse_stream(StringIO(text)) if each.error or each.key is not None]
    if wrong := [each for each in statements if each.value is None or not (each.key or "").isidentifier()]:
        raise FileError([_mistake(env_file, each) for each in wrong])
    return {**{each.key or "": each.value or "" for each in statements}, **os.environ}


def _mistake(env_file: Path, binding: "Binding") -> Mistake:
    statement = binding.original.string.lstrip()
    before = binding.original.string.removesuffix(statement)
    line, column = binding.original.line + before.count("\n"), len(before) - before.rfind("\n")
    quoted = statement.partition("=")[2].lstrip().startswith(("'", '"'))
    message = "expected NAME=value" + (", the value's quote closed and nothing after it" if quoted else "")
    return Mistake(file=str(env_file), line=line, column=column, where="", message=message)
