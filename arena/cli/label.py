"""`arena label`: what do people say?"""

from pathlib import Path
from typing import Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import CHOICE, OUTPUT, OutputFile, OutputFormat, Root, RunArgument
from arena.cli.project import project_root
from arena.cli.screen import say
from arena.errors import UsageError
from arena.reports.report import Found

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
    from arena.cli.label_work import LabelWork
    from arena.offline.label.pairs import choose, comparable
    from arena.runs.find import find
    from arena.runs.labels import LabelBook
    from arena.runs.saved import load

    files = output or []
    check_formats("label", output_format, files)
    _check(page=page, import_file=import_file, progress=progress, sample=sample)
    project = project_root(root, start=Path.cwd())
    saved = load(find(run, root=project))
    found = comparable(saved)
    book = LabelBook(saved.path)
    if torn := book.repair():
        say(f"warning: the last line of labels.jsonl was never finished and is dropped: {len(torn)} characters")
    work = LabelWork(saved, found, book, choose(found.pairs, tags=tag or (), cases=case or ()), project)
    if page is not None:
        work.write_page(page, rater=rater, sample=sample)
        summary = work.summary()
    elif import_file is not None:
        summary = work.read(import_file, rater=rater)
    else:
        if not progress:
            work.ask(rater=rater, sample=sample, again=again)
        summary = work.summary()
    deliver(Found(result=summary), output_format=output_format, files=files)


def _check(*, page: Path | None, import_file: Path | None, progress: bool, sample: int | None) -> None:
    named = {"--page": page is not None, "--import": import_file is not None, "--progress": progress}
    asked = [name for name, given in named.items() if given]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are two different things: give one of them")
    if sample is not None and (progress or import_file is not None):
        raise UsageError(f"--sample chooses what is labelled: it goes not with {asked[0]}")
    if page is not None and page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--page {page}: expected a name that ends in .html")
