"""Where a report goes: to stdout in one format, to files in the format of each one's ending."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from typer import Exit

from arena.cli.crash import in_one_line, naming_the_run
from arena.cli.screen import give, screen_of
from arena.errors import ArenaError, StorageFailed

if TYPE_CHECKING:
    from arena.records.ranking import RankResult
    from arena.records.result import DuelResult
    from arena.records.run import RunFacts
    from arena.reports.shown import Shown
    from arena.reports.table import Renderer
    from arena.runs.saved import SavedRun

FILE_WIDTH = 100  # columns of a text report in a file


def check_formats(output_format: str, files: Sequence[Path], *, plain: bool = False) -> None:
    """Refuse an unknown format or ending before any work is done.

    Args:
        output_format: for stdout.
        files: to be written.
        plain: text and JSON alone, for what is no run.

    Raises:
        UsageError: naming the formats there are.
    """
    from arena.reports.formats import FORMATS, PLAIN, check_format, format_of

    among = PLAIN if plain else FORMATS
    check_format(output_format, among)
    for file in files:
        format_of(file, among)


def deliver(
    result: "DuelResult",
    facts: "RunFacts | None",
    shown: "Shown",
    *,
    output_format: str,
    files: Sequence[Path] = (),
    run: "SavedRun | None" = None,
) -> None:
    """Write the report to each file, then give it to stdout.

    Args:
        result: what was found.
        facts: of the run; None where nothing was asked.
        shown: what the command line adds.
        output_format: for stdout.
        files: to be written, each in the format of its ending.
        run: itself, for a report that shows single cases; None where nothing was asked.

    Raises:
        UsageError: a format is unknown.
        StorageFailed: a file cannot be written.
    """
    with naming_the_run(run.path) if run else nullcontext():
        _deliver(result, facts, shown, output_format, files, run)


def _deliver(
    result: "DuelResult",
    facts: "RunFacts | None",
    shown: "Shown",
    output_format: str,
    files: Sequence[Path],
    run: "SavedRun | None",
) -> None:
    from arena.reports.formats import format_of

    for file in files:
        render = _renderer(format_of(file), run)
        write_file(file, render(result, facts, shown, width=FILE_WIDTH, colour=False, unicode=True))
    screen = screen_of(sys.stdout, os.environ)
    render = _renderer(output_format, run)
    give(render(result, facts, shown, width=screen.width, colour=screen.colour, unicode=screen.unicode))
    if output_format == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        text = _renderer("markdown", run)(result, facts, shown, width=FILE_WIDTH, colour=False, unicode=True)
        _append(Path(summary), text)


def _renderer(name: str, run: "SavedRun | None") -> "Renderer":
    """Return the report called `name`; the page is given the cases of its run as well."""
    if name != "html" or run is None:
        from arena.reports.table import renderer

        return renderer(name)
    from functools import partial

    from arena.offline.case_details import case_details
    from arena.reports import html

    return partial(html.render, cases=case_details(run))


def _append(file: Path, text: str) -> None:
    """Add to the page that a forge shows for a step.

    Raises:
        StorageFailed: it cannot be written.
    """
    try:
        with file.open("a", encoding="utf-8") as page:
            page.write(text)
    except OSError as error:
        raise StorageFailed(f"cannot write {file}: {error.strerror or error}") from None


def check_ranking_formats(output_format: str, files: Sequence[Path]) -> None:
    """Refuse a format that there is no report of a ranking in, before any work is done.

    Raises:
        UsageError: naming those there are.
    """
    from arena.reports import rank_report
    from arena.reports.formats import format_of

    rank_report.check_format(output_format)
    for file in files:
        rank_report.check_format(format_of(file))


def deliver_ranking(
    result: "RankResult", facts: "RunFacts | None", *, output_format: str, files: Sequence[Path] = ()
) -> None:
    """Write the report of a ranking to each file, then give it to stdout.

    Raises:
        UsageError: there is no report of a ranking in a format.
        StorageFailed: a file cannot be written.
    """
    from arena.reports.formats import format_of
    from arena.reports.rank_report import render

    for file in files:
        form = format_of(file)
        write_file(file, render(result, facts, form, width=FILE_WIDTH, colour=False, unicode=True))
    screen = screen_of(sys.stdout, os.environ)
    give(render(result, facts, output_format, width=screen.width, colour=screen.colour, unicode=screen.unicode))


@contextmanager
def telling_junit(name: str, output_format: str, files: Sequence[Path]) -> Iterator[None]:
    """Leave a JUnit report also of a run that could not be made: CI servers look for the file.

    Args:
        name: of the experiment, as the user gave it.
        output_format: for stdout.
        files: that the user asked for.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, Exit):
            with suppress(ArenaError):  # the file cannot be written either
                _tell_junit(name, error, output_format, files)
        raise


def _tell_junit(name: str, error: BaseException, output_format: str, files: Sequence[Path]) -> None:
    wanted = [file for file in files if file.suffix.lower() == ".xml"]
    if not wanted and output_format != "junit":
        return
    from arena.reports.junit import could_not_run

    text = could_not_run(name, error.message if isinstance(error, ArenaError) else in_one_line(error))
    for file in wanted:
        write_file(file, text)
    if output_format == "junit":
        give(text)


def write_file(file: Path, text: str) -> None:
    """Write a file that the user asked for, creating its folder.

    Raises:
        StorageFailed: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(f"cannot write {file}: {error.strerror or error}") from None
