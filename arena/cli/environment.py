"""The environment of a command: the process's own, and a file of keys beneath it."""

import os
from collections.abc import Mapping
from pathlib import Path

from arena.errors import UsageError


def read_environment(env_file: Path | None) -> Mapping[str, str]:
    """Return the process environment, with `env_file`'s values where it has none of its own.

    Args:
        env_file: lines `NAME=value`, `export NAME=value`, comments and blank lines; values may be
            quoted. None: the process environment alone.

    Raises:
        UsageError: the file cannot be read or a line is not NAME=value; the value is never shown.
    """
    if env_file is None:
        return dict(os.environ)
    try:
        lines = env_file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--env-file {env_file}: {error.strerror if isinstance(error, OSError) else error}") from None
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"{env_file}:{number}: expected NAME=value")
        values[name.strip()] = _unquoted(value.strip())
    return {**values, **os.environ}


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()
