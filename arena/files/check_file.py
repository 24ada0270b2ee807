"""What kind of file a path is, and whether it is right: the work of `arena check`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from arena.errors import FileError, Mistake
from arena.files import experiments, golden, rubrics
from arena.files.reading.reader import Reader
from arena.files.reading.sources import Source, relative, tree_of
from arena.files.reading.yaml_source import load_yaml
from arena.text.printable import printable

FileKind = Literal["experiment", "golden", "rubric"]

_ROWS = (".jsonl", ".ndjson", ".csv")


def check_file(
    path: Path | str,
    *,
    root: Path | None = None,
    source: Source | None = None,
    mapping: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Validate a file and all that it names; return its warnings.

    Args:
        path: A .yaml, .json, .jsonl or .csv file, or a folder that holds experiment.yaml.
        root: The project root; by default the nearest parent with .git or pyproject.toml.
        source: Where files are read from; by default the working tree.
        mapping: Field to column, for golden sets in .csv and .jsonl.

    Raises:
        FileError: every mistake, each with its place; or a file of no known kind.
    """
    match recognise(path, root=root, source=source):
        case "experiment":
            return experiments.load(path, root=root, source=source, mapping=mapping, single_variant=True).warnings
        case "golden":
            golden.load(path, mapping, root=root, source=source)
        case "rubric":
            rubrics.load(path, root=root, source=source)
    return ()


def recognise(path: Path | str, *, root: Path | None = None, source: Source | None = None) -> FileKind:
    """Return what kind of file a path is, by what stands in it.

    Raises:
        FileError: not readable, or of no known kind.
    """
    if Path(path).is_dir():
        return "experiment"
    if Path(path).suffix.lower() in _ROWS:
        return "golden"
    tree = tree_of(Path(path), root, source)
    file = Reader(tree).main(relative(Path(path), tree))
    name = str(file.path)
    value = load_yaml(file.data, name).value
    for key, kind in _TELLING:
        if isinstance(value, dict) and key in value:
            return kind
    message = "not recognised: an experiment has 'variants', a golden set 'cases', a rubric 'axes'"
    raise FileError([Mistake(file=printable(name, 200), line=1, column=1, where="", message=message)])


_TELLING: tuple[tuple[str, FileKind], ...] = (("variants", "experiment"), ("axes", "rubric"), ("cases", "golden"))
