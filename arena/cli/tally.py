"""`arena tally`: what do these judgments say?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat
from arena.cli.screen import say
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.records.tally import TallyResult

What = Annotated[
    list[str],
    typer.Argument(
        metavar="SCORE|FILE...",
        help="A score, wins-losses or wins-losses-ties (8-2, 8-2-1); judgments.jsonl; or promptfoo's output .json.",
    ),
]
Treatment = Annotated[str | None, typer.Option("--treatment", metavar="NAME", help="Which variant is the new one.")]
Control = Annotated[str | None, typer.Option("--control", metavar="NAME", help="Which variant it is compared with.")]


def tally(
    what: What,
    treatment: Treatment = None,
    control: Control = None,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
) -> None:
    """What do these judgments say: people's, another tool's, or a score such as 8-2?"""
    files = output or []
    check_formats("tally", output_format, files)
    deliver(Found(result=_tallied(what, control, treatment)), output_format=output_format, files=files)


def _tallied(what: list[str], control: str | None, treatment: str | None) -> "TallyResult":
    from arena.offline.tally import summarise
    from arena.offline.tally.compared import is_score

    if len(what) == 1 and is_score(what[0]):
        return summarise.tally_score(what[0], control=control, treatment=treatment)
    paths = [_path(each) for each in what]
    outputs = [path for path in paths if path.suffix.lower() == ".json"]
    source = ", ".join(what)
    if not outputs:
        from arena.files import judgments

        table = judgments.load(paths)
        for warning in table.warnings:
            say(f"warning: {warning}")
        return summarise.tally_judgments(table, source=source, control=control, treatment=treatment)
    if len(paths) > 1:
        raise UsageError(f"{outputs[0]}: an output of promptfoo is tallied by itself, not with other files")
    from arena.files.imports import promptfoo_results as promptfoo

    return summarise.tally_scored(promptfoo.load(paths[0]), source=source, control=control, treatment=treatment)


def _path(text: str) -> Path:
    from arena.offline.tally.compared import is_score

    path = Path(text)
    if is_score(text):
        raise UsageError(f"{text}: a score is tallied by itself, not with files or other scores")
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "neither a file nor a score"
        raise UsageError(f"{text}: {what}: expected wins-losses(-ties), e.g. 8-2 or 8-2-1, or a file of judgments")
    return path
