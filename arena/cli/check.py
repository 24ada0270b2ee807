"""`arena check`: files validated, every mistake at once; also the pre-commit hook."""

from pathlib import Path
from typing import Annotated

import typer

from arena.cli.options import Root
from arena.cli.screen import say
from arena.errors import FileError, Mistake

TABLES = (".jsonl", ".ndjson", ".csv")

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILES...", help="Experiments, golden sets, rubrics.")]


def check(files: FilesArgument, root: Root = None) -> None:
    """Validate experiments, golden sets and rubrics: every mistake of every file is named, nothing is sent."""
    from arena.reports.safe_text import safe_line

    mistakes: dict[Mistake, None] = {}  # a golden set and its experiment may name the same ones
    for file in files:
        try:
            for warning in _load(file, root):
                say(f"warning: {safe_line(f'{file}: {warning}')}")
        except FileError as error:
            mistakes |= dict.fromkeys(error.mistakes)
    if mistakes:
        raise FileError(list(mistakes))
    say(f"{len(files)} {'file' if len(files) == 1 else 'files'}, no mistakes")


def _load(file: Path, root: Path | None) -> tuple[str, ...]:
    """Load a file as what its keys say that it is; return its warnings."""
    from arena.files import experiments, golden, rubrics

    if file.is_dir():
        return experiments.load(file, root=root).warnings
    if file.suffix.lower() in TABLES:
        golden.load(file, root=root)
        return ()
    keys = _keys(file, root)
    if "variants" in keys:
        return experiments.load(file, root=root).warnings
    if "axes" in keys:
        rubrics.load(file, root=root)
    elif "cases" in keys:
        golden.load(file, root=root)
    else:
        raise FileError([_unknown(file)])
    return ()


def _keys(file: Path, root: Path | None) -> frozenset[str]:
    from arena.files.reader import Reader
    from arena.files.sources import relative, tree_of
    from arena.files.yaml_source import load_yaml

    tree = tree_of(file, root, None)
    path = relative(file, tree)
    written = load_yaml(Reader(tree).main(path).data, str(path)).value
    return frozenset(map(str, written)) if isinstance(written, dict) else frozenset()


def _unknown(file: Path) -> Mistake:
    kinds = "an experiment has 'variants', a golden set 'cases', a rubric 'axes'"
    return Mistake(file=str(file), line=None, column=None, where="", message=f"cannot tell what it is: {kinds}")
