"""Rubrics: a file, or one that ships with the package: `builtin:NAME`."""

import hashlib
from importlib import resources
from pathlib import Path

from arena.files.reading.file_model import validate
from arena.files.reading.identifiers import look_alikes, spelled
from arena.files.reading.reader import NamedFile, OpenFile, Reader
from arena.files.reading.sources import Source, relative, tree_of
from arena.files.reading.yaml_source import load_yaml
from arena.files.shapes.rubric_file import AxisEntry, RubricFile
from arena.records.rubric import Axis, Rubric
from arena.text.printable import printable


def load(path: Path | str, *, root: Path | None = None, source: Source | None = None) -> Rubric:
    """Return the rubric of a file.

    Args:
        path: A YAML file.
        root: The project root; by default the nearest parent with .git or pyproject.toml.
        source: Where files are read from; by default the working tree.

    Raises:
        FileError: every mistake, each with its place.
    """
    tree = tree_of(Path(path), root, source)
    reader = Reader(tree)
    return reader.mistakes.required(resolve_rubric(reader.main(relative(Path(path), tree)), reader))


#: What an experiment writes before the name of a rubric that ships.
BUILTIN = "builtin:"
SHIPPED = ("general", "safety", "toxicity")


def general() -> Rubric:
    """Return the rubric that an experiment has when it names none."""
    return shipped("general")


def shipped(name: str) -> Rubric:
    """Return one of the rubrics that ship with the package, by its name in `SHIPPED`."""
    data = resources.files("arena.files").joinpath("shipped", f"{name}.yaml").read_bytes()
    authored = RubricFile.model_validate(load_yaml(data, f"{name}.yaml").value)
    return Rubric(
        name=authored.name or name,
        version=authored.version,
        axes=tuple(_axis(axis) for axis in authored.axes),
        instructions=authored.instructions.text if authored.instructions else None,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def resolve_rubric(file: NamedFile, reader: Reader) -> Rubric | None:
    """Return the rubric of a file that was read; None, with its mistakes noted, when its shape is wrong."""
    located = reader.mistakes.noting(load_yaml, file.data, str(file.path), reader.mistakes)
    authored = validate(RubricFile, located, reader.mistakes) if located else None
    if located is None or authored is None:
        return None
    at = OpenFile(located, file.path)
    _tell_apart(authored.axes, at, reader)
    return Rubric(
        name=authored.name or file.path.stem,
        version=authored.version,
        axes=tuple(_axis(axis) for axis in authored.axes),
        instructions=reader.text(authored.instructions, at, ("instructions",)),
        sha256=file.sha256,
        path=str(file.path),
    )


def _axis(entry: AxisEntry) -> Axis:
    levels = {int(level): entry.levels[level] for level in sorted(entry.levels)}
    return Axis(name=entry.name, question=entry.question, levels=levels, weight=entry.weight)


def _tell_apart(axes: list[AxisEntry], at: OpenFile, reader: Reader) -> None:
    first: dict[str, int] = {}
    for index, axis in enumerate(axes):
        if first.setdefault(axis.name, index) != index:
            message = f"duplicate axis '{printable(axis.name)}': rename one"
            reader.mistakes.add(at.located, ("axes", index, "name"), message)
    for later, earlier in look_alikes(first).items():
        message = f"looks like axis '{spelled(earlier)}', but is '{spelled(later)}': rename one"
        reader.mistakes.add(at.located, ("axes", first[later], "name"), message)
