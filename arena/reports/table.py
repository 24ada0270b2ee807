"""The reports there are: a name for each, and the file endings that mean it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from arena.errors import UsageError
from arena.records.result import DuelResult
from arena.reports import json_report, terminal


class Renderer(Protocol):
    """A report: a result and the facts of its run, as text."""

    def __call__(
        self, result: DuelResult, manifest: Mapping[str, Any], *, width: int, colour: bool, unicode: bool
    ) -> str:
        """Return the report; a format that machines read ignores width, colour and unicode."""
        ...


def _json(result: DuelResult, manifest: Mapping[str, Any], *, width: int, colour: bool, unicode: bool) -> str:
    return json_report.render(result, manifest)


RENDERERS: Mapping[str, Renderer] = {"text": terminal.render, "json": _json}
ENDINGS: Mapping[str, str] = {".txt": "text", ".json": "json"}


def renderer(name: str) -> Renderer:
    """Return the report called `name`.

    Raises:
        UsageError: there is none; the message lists those there are.
    """
    if name not in RENDERERS:
        raise UsageError(f"--output-format {name}: no such format; there are {', '.join(RENDERERS)}")
    return RENDERERS[name]


def format_of(file: Path) -> str:
    """Return the format that the ending of `file` means.

    Raises:
        UsageError: the ending means none; the message lists those that do.
    """
    if file.suffix.lower() not in ENDINGS:
        raise UsageError(f"-o {file}: cannot tell the format from its ending; there are {', '.join(ENDINGS)}")
    return ENDINGS[file.suffix.lower()]
