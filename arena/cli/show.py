"""`arena show`: the cases of a run, or one of them with both answers and what the judge said."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.options import Root, RunArgument
from arena.cli.project import project_root
from arena.cli.screen import give, screen_of
from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.offline.run_cases import RunCases

MOST_NAMED = 10

CaseArgument = Annotated[str | None, typer.Argument(metavar="CASE", help="A case's id; without it, all are listed.")]


def show(run: RunArgument = "latest", case: CaseArgument = None, root: Root = None) -> None:
    """Show the cases of a run, or one case: prompts, both answers, checks, and the judge's reasons."""
    from arena.reports.case_report import render_case, render_list

    cases, chosen = _choose(run, case, project_root(root, start=Path.cwd()))
    screen = screen_of(sys.stdout, os.environ)
    if chosen is None:
        lines = cases.lines()
        text = render_list(lines, screen, run=cases.run)
    else:
        view = cases.view(chosen)
        text = render_case(view, screen)
    give(text)


def _choose(run: str, case: str | None, root: Path) -> "tuple[RunCases, str | None]":
    """Return the run and the case that are meant; a lone argument may name a case of the latest run."""
    try:
        cases = _open(run, root)
    except UsageError:
        if case is not None:
            raise
        cases, case = _open("latest", root), run
        if case not in cases.cases:
            raise
    if case is not None and case not in cases.cases:
        known = list(cases.cases)
        more = " …" if len(known) > MOST_NAMED else ""
        raise UsageError(f"run {cases.run} has no case {case}; it has {', '.join(known[:MOST_NAMED])}{more}")
    return cases, case


def _open(run: str, root: Path) -> "RunCases":
    from arena.offline.run_cases import RunCases
    from arena.runs.find import find
    from arena.runs.saved import load

    return RunCases(load(find(run, root=root)))
