"""The reports there are: one for each format."""

from collections.abc import Mapping
from typing import Any, Protocol

from arena.records.result import DuelResult
from arena.reports import json_report, terminal
from arena.reports.formats import check_format


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


def renderer(name: str) -> Renderer:
    """Return the report called `name`.

    Raises:
        UsageError: there is none; the message lists those there are.
    """
    check_format(name)
    return RENDERERS[name]
