"""`arena check`: files validated, every mistake at once; also the pre-commit hook."""

from pathlib import Path
from typing import Annotated

import typer

from arena.cli.options import Map, Root, columns_of
from arena.cli.screen import say
from arena.errors import FileError, Mistake

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILES...", help="Experiments, golden sets, rubrics.")]


def check(files: FilesArgument, root: Root = None, map_: Map = None) -> None:
    """Validate experiments, golden sets and rubrics: every mistake of every file is named, nothing is sent."""
    from arena.files.check_file import check_file
    from arena.reports.safe_text import safe_line

    columns = columns_of(map_)
    mistakes: dict[Mistake, None] = {}  # a golden set and its experiment may name the same ones
    for file in files:
        try:
            for warning in check_file(file, root=root, mapping=columns):
                say(f"warning: {safe_line(f'{file}: {warning}')}")
        except FileError as error:
            mistakes |= dict.fromkeys(error.mistakes)
    if mistakes:
        raise FileError(list(mistakes))
    say(f"{len(files)} {'file' if len(files) == 1 else 'files'}, no mistakes")
