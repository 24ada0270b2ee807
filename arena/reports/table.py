"""The reports there are: one for each format."""

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.reports import json_report, terminal
from arena.reports.formats import check_format
from arena.reports.shown import Shown


class Renderer(Protocol):
    """A report: a result and the facts of its run, as text."""

    def __call__(
        self, result: DuelResult, facts: RunFacts | None, shown: Shown, *, width: int, colour: bool, unicode: bool
    ) -> str:
        """Return the report; a format that machines read ignores width, colour and unicode."""
        ...


def _json(result: DuelResult, facts: RunFacts | None, shown: Shown, *, width: int, colour: bool, unicode: bool) -> str:
    return json_report.render(result, facts, counted_as=shown.counted_as)


def _of(module: str) -> Renderer:
    """Return the report of a module that is loaded when it is first asked for: most runs print text alone."""

    def render(
        result: DuelResult, facts: RunFacts | None, shown: Shown, *, width: int, colour: bool, unicode: bool
    ) -> str:
        found: Renderer = import_module(f"arena.reports.{module}").render
        return found(result, facts, shown, width=width, colour=colour, unicode=unicode)

    return render


RENDERERS: Mapping[str, Renderer] = {
    "text": terminal.render,
    "json": _json,
    "markdown": _of("markdown"),
    "html": _of("html"),
    "junit": _of("junit"),
    "github": _of("github"),
}


def renderer(name: str) -> Renderer:
    """Return the report called `name`.

    Raises:
        UsageError: there is none; the message lists those there are.
    """
    check_format(name)
    return RENDERERS[name]
