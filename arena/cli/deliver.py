"""Where a report goes: to stdout in one format, to files in the format of each one's ending."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import Exit

from arena.cli.crash import in_one_line, naming_the_run
from arena.cli.refusals import message_of
from arena.cli.screen import give, screen_of
from arena.errors import ArenaError, StorageFailed, UsageError
from arena.reports.report import Found, Page
from arena.reports.table import ENDINGS, REPORTS

if TYPE_CHECKING:
    from arena.engine.finish import Finished
    from arena.reports.report import CountedAs
    from arena.runs.saved import SavedRun

#: What a report in a file stands on.
FILE = Page(width=100, colour=False, unicode=True)


def check_formats(kind: str, output_format: str, files: Sequence[Path] = ()) -> None:
    """Refuse a format that a kind of result has no report in, before any work is done.

    Args:
        kind: of the result: a row of the table of reports.
        output_format: for stdout.
        files: to be written, each in the format of its ending.

    Raises:
        UsageError: naming the formats there are.
    """
    known = REPORTS[kind]
    if output_format not in known:
        message = f"--output-format {output_format}: no such format; there are {', '.join(known)}"
        raise UsageError(message, hint=_hint(output_format))
    for file in files:
        name = ENDINGS.get(file.suffix.lower())
        if name not in known:
            endings = ", ".join(ending for ending, its_format in ENDINGS.items() if its_format in known)
            message = f"-o {file}: cannot tell the format from its ending; there are {endings}"
            raise UsageError(message, hint=_hint(name))


def _hint(name: str | None) -> str | None:
    return "JUnit is for verdicts: arena gate EXPERIMENT|RUN gives one" if name == "junit" else None


def deliver(found: Found[Any], *, output_format: str, files: Sequence[Path] = (), folder: Path | None = None) -> None:
    """Write the report of what was found to each file, then give it to stdout.

    Args:
        found: what the report is made of.
        output_format: for stdout.
        files: to be written, each in the format of its ending.
        folder: of the run, for the message of a crash; None where nothing was run.

    Raises:
        UsageError: there is no report in a format; nothing is written.
        StorageFailed: a file cannot be written.
    """
    check_formats(found.result.kind, output_format, files)
    with naming_the_run(folder):
        _deliver(found, output_format, files)


def _deliver(found: Found[Any], output_format: str, files: Sequence[Path]) -> None:
    reports = REPORTS[found.result.kind]
    for file in files:
        write_file(file, reports[ENDINGS[file.suffix.lower()]](found, FILE))
    give(reports[output_format](found, screen_of(sys.stdout, os.environ)))
    if output_format == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        _append(Path(summary), reports["markdown"](found, FILE))


def found_in(run: "SavedRun", result: Any, **known: Any) -> Found[Any]:
    """Return what a report of a run is made of: its cases are read when a report shows them."""
    from arena.offline.case_details import case_details

    return Found(result=result, details=cache(partial(case_details, run)), **known)


def deliver_finished(
    finished: "Finished[Any]",
    reference: str,
    *,
    output_format: str,
    files: Sequence[Path],
    counted_as: "CountedAs | None" = None,
) -> None:
    """Write the report of a finished run, as `deliver` does.

    Args:
        finished: the run.
        reference: how the next command may name it.
        output_format: for stdout.
        files: to be written, each in the format of its ending.
        counted_as: what an open verdict counts as.
    """
    run = finished.run
    known: dict[str, Any] = {"facts": finished.facts, "reference": reference, "counted_as": counted_as}
    if run is None:
        found: Found[Any] = Found(result=finished.result, **known)
    else:
        found = found_in(run, finished.result, **known)
    deliver(found, output_format=output_format, files=files, folder=None if run is None else run.path)


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

    text = could_not_run(name, message_of(error) if isinstance(error, ArenaError) else in_one_line(error))
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
