"""Golden sets: YAML, JSON, JSON Lines, or CSV with a mapping of columns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from arena.files.reading.file_model import did_you_mean, validate
from arena.files.reading.json_source import load_lines
from arena.files.reading.located import LocatedFile
from arena.files.reading.plain_text import decode
from arena.files.reading.reader import NamedFile, OpenFile, Reader
from arena.files.reading.sources import Source, relative, tree_of
from arena.files.reading.tables import Row, listed, load_table, refused
from arena.files.reading.yaml_source import load_yaml
from arena.files.resolving.cases import note_repeated_ids, resolve_cases
from arena.files.shapes.golden_file import GoldenFile
from arena.records.case import GoldenSet
from arena.text.printable import printable

COLUMNS = ("id", "input", "context", "reference", "tags", "cluster")


def load(
    path: Path | str,
    mapping: Mapping[str, str] | None = None,
    *,
    root: Path | None = None,
    source: Source | None = None,
) -> GoldenSet:
    """Return the golden set of a file.

    Args:
        path: .yaml, .yml, .json, .jsonl or .csv.
        mapping: Field to column or key, e.g. {"input": "question", "vars.name": "customer"}; for .csv and .jsonl.
        root: The project root; by default the nearest parent with .git or pyproject.toml.
        source: Where files are read from; by default the working tree.

    Raises:
        FileError: every mistake, each with its place.
    """
    tree = tree_of(Path(path), root, source)
    reader = Reader(tree)
    file = reader.main(relative(Path(path), tree))
    return reader.mistakes.required(resolve_golden(file, mapping or {}, reader))


def resolve_golden(file: NamedFile, mapping: Mapping[str, str], reader: Reader) -> GoldenSet | None:
    """Return the golden set of a file that was read; None, with its mistakes noted, when its shape is wrong."""
    located = reader.mistakes.noting(_located, file, mapping, reader)
    if located is None:
        return None
    authored = validate(GoldenFile, located, reader.mistakes)
    if authored is None:
        note_repeated_ids(located, reader.mistakes)
        return None
    return GoldenSet(
        name=authored.name or file.path.stem,
        version=authored.version,
        cases=resolve_cases(authored.cases, OpenFile(located, file.path), reader),
        sha256=file.sha256,
        path=str(file.path),
    )


def _located(file: NamedFile, mapping: Mapping[str, str], reader: Reader) -> LocatedFile:
    name = str(file.path)
    match file.path.suffix.lower():
        case ".csv":
            return load_table(decode(file.data, name), name, "cases", partial(_case_of, mapping=mapping, name=name))
        case ".jsonl" | ".ndjson":
            located = load_lines(file.data, name, "cases", reader.mistakes)
            rows = located.value["cases"]
            if not mapping:
                return located
            return replace(located, value={"cases": [_renamed(row, mapping) for row in rows]})
        case _:
            return load_yaml(file.data, name, reader.mistakes)


def _renamed(row: Any, mapping: Mapping[str, str]) -> Any:
    if not isinstance(row, dict):
        return row
    columns = set(mapping.values())
    kept = {key: value for key, value in row.items() if key in COLUMNS and key not in columns}
    return _nested({**kept, **{field: row[column] for field, column in mapping.items() if column in row}})


def _nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its `vars.NAME` fields gathered under `vars`."""
    plain = {field: value for field, value in row.items() if not field.startswith("vars.")}
    values = {field.removeprefix("vars."): value for field, value in row.items() if field.startswith("vars.")}
    return {**plain, "vars": values} if values else plain


def _case_of(header: list[str], mapping: Mapping[str, str], name: str) -> Callable[[Row], Any]:
    return partial(_from_row, columns=_columns(header, mapping, name))


def _columns(header: list[str], mapping: Mapping[str, str], name: str) -> dict[str, str]:
    """Return field to column; refuse columns that nothing says what to do with."""
    for field, column in mapping.items():
        if field not in COLUMNS and not re.fullmatch(r"vars\..+", field):
            hint = did_you_mean(field, COLUMNS) or f" (known: {', '.join(COLUMNS)}, vars.NAME)"
            raise refused(name, 1, f"cannot map to '{printable(field)}'{hint}")
        if column not in header:
            hint = did_you_mean(column, header) or f" (columns: {listed(header)})"
            raise refused(name, 1, f"no column '{printable(column)}'{hint}")
    unknown = [column for column in header if column not in COLUMNS]
    if unknown and not mapping:
        example = f"--map input={unknown[0]}" if "input" not in header else f"--map vars.{unknown[0]}={unknown[0]}"
        raise refused(name, 1, f"unknown columns {listed(unknown)}: say what they hold, e.g. {printable(example)}")
    taken = set(mapping.values())
    return {**{column: column for column in header if column in COLUMNS and column not in taken}, **mapping}


def _from_row(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a case's plain mapping; an empty cell is an absent field, but for `input`, which must be written."""
    fields: dict[str, Any] = {field: row[column] for field, column in columns.items()}
    if "tags" in fields:
        fields["tags"] = [tag.strip() for tag in re.split(r"[,;|]", fields["tags"]) if tag.strip()]
    return _nested({field: value for field, value in fields.items() if value or field == "input"})
