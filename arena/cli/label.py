"""`arena label`: what do people say?"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.deliver import check_formats, deliver, write_file
from arena.cli.options import CHOICE, OUTPUT, OutputFile, OutputFormat, Root, RunArgument
from arena.cli.project import project_root, run_reference
from arena.cli.screen import say
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.offline.label.work import LabelWork
    from arena.records.labelling import LabelSummary

ELSEWHERE = "Labelling elsewhere"

Rater = Annotated[str | None, typer.Option("--rater", metavar="NAME", help="Who labels.  [default: your user name]")]
Sample = Annotated[
    int | None,
    typer.Option("--sample", min=1, help="Label a random N cases, stratified by tags.", rich_help_panel=CHOICE),
]
Tag = Annotated[
    list[str] | None, typer.Option("--tag", help="Label only cases with this tag. Repeatable.", rich_help_panel=CHOICE)
]
CaseId = Annotated[
    list[str] | None, typer.Option("--case", help="Label only this case. Repeatable.", rich_help_panel=CHOICE)
]
Again = Annotated[
    bool,
    typer.Option(
        "--again", help="Show labelled cases again too; a new label replaces the old one.", rich_help_panel=CHOICE
    ),
]
ProgressOnly = Annotated[
    bool, typer.Option("--progress", help="Say how far every rater is, and ask nothing.", rich_help_panel=OUTPUT)
]
PageFile = Annotated[
    Path | None,
    typer.Option(
        "--page",
        metavar="FILE.html",
        help="Write a page to send to somebody else, who labels in a browser.",
        rich_help_panel=ELSEWHERE,
    ),
]
ImportFile = Annotated[
    Path | None,
    typer.Option(
        "--import",
        metavar="FILE.jsonl",
        help="Read labels that were downloaded from such a page.",
        rich_help_panel=ELSEWHERE,
    ),
]


def label(
    run: RunArgument = "latest",
    rater: Rater = None,
    sample: Sample = None,
    tag: Tag = None,
    case: CaseId = None,
    again: Again = False,
    page: PageFile = None,
    import_file: ImportFile = None,
    progress: ProgressOnly = False,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
    root: Root = None,
) -> None:
    """What do people say, shown both answers blind?"""
    from arena.cli.labelling import let_label
    from arena.offline.label.work import LabelWork
    from arena.runs.find import find
    from arena.runs.saved import load

    files = output or []
    check_formats("label", output_format, files)
    _check(page=page, import_file=import_file, progress=progress, sample=sample)
    project = project_root(root, start=Path.cwd())
    saved = load(find(run, root=project))
    work = LabelWork.of(saved, tags=tag or (), cases=case or ())
    if torn := work.book.repair():
        say(f"warning: the last line of labels.jsonl was never finished and is dropped: {len(torn)} characters")
    reference = run_reference(saved.id, project, start=Path.cwd())
    imported: LabelSummary | None = None
    if page is not None:
        _write_page(work, page, rater=rater, sample=sample, reference=reference)
    elif import_file is not None:
        imported, warnings = work.take_in(import_file, rater=rater)
        for warning in warnings:
            say(f"warning: {warning}")
    elif not progress:
        turn = work.turn(rater, os.environ, sample=sample, again=again)
        if sample is None and (choice := turn.sample):
            say(f"going on with your sample of {choice.size} of {choice.of} cases; --sample {choice.of} shows all")
        let_label(turn, saved.experiment.rubric, reference=reference)
    deliver(Found(result=imported or work.summary()), output_format=output_format, files=files)


def _write_page(work: "LabelWork", file: Path, *, rater: str | None, sample: int | None, reference: str) -> None:
    from arena.cli.labelling import cases_in_words
    from arena.reports import label_page

    sheet, result = work.sheet(rater, sample=sample), work.run.result
    text = label_page.render(
        sheet.pairs,
        arms=(result.control, result.treatment),
        rubric=work.run.experiment.rubric,
        seed=sheet.seed,
        rater=sheet.rater,
    )
    write_file(file, text)
    cases = cases_in_words(len(sheet.pairs))
    say(f"wrote {file}: {cases}. Send it to whoever labels; what they download comes back in with")
    say(f"  arena label {reference} --import labels-NAME.jsonl")


def _check(*, page: Path | None, import_file: Path | None, progress: bool, sample: int | None) -> None:
    named = {"--page": page is not None, "--import": import_file is not None, "--progress": progress}
    asked = [name for name, given in named.items() if given]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are two different things: give one of them")
    if sample is not None and (progress or import_file is not None):
        raise UsageError(f"--sample chooses what is labelled: it goes not with {asked[0]}")
    if page is not None and page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--page {page}: expected a name that ends in .html")
