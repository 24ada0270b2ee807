"""CSV to plain values: a mapping for each row, with the line on which it begins."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arena.errors import FileError, Mistake
from arena.files.reading.located import MOST_ROWS, LocatedFile, Marks
from arena.text.printable import printable

Row = Mapping[str, str]  # column to cell


def load_table(text: str, name: str, key: str, reads: Callable[[list[str]], Callable[[Row], Any]]) -> LocatedFile:
    """Return a CSV file as `{key: [value of each row]}`; rows without a cell are skipped.

    Args:
        text: of the file; its first row names the columns.
        name: of the file.
        key: under which the values stand.
        reads: given the columns, returns what makes a row's value, or refuses them.

    Raises:
        FileError: no CSV, no or equal columns, too many rows, or a row that is longer or shorter than the first.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    values: list[Any] = []
    lines: list[int] = []
    try:
        header = next(reader, [])
        _check_header(header, name)
        value_of = reads(header)
        start = reader.line_num + 1
        for cells in reader:
            if len(cells) not in (0, len(header)):
                raise refused(name, start, f"this row has {len(cells)} columns, the first one {len(header)}")
            if len(values) >= MOST_ROWS:
                raise refused(name, start, f"more than {MOST_ROWS:,} rows: split the file")
            if cells:
                values.append(value_of(dict(zip(header, cells, strict=True))))
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise refused(name, max(reader.line_num, 1), f"not CSV: {error}") from None
    marks: dict[str | int, Marks] = {index: Marks(line, None) for index, line in enumerate(lines)}
    whole = Marks(1, None, inside={key: Marks(1, None, inside=marks)})
    return LocatedFile(name, {key: values}, lambda: whole, unnamed=2)


def _check_header(header: Sequence[str], name: str) -> None:
    if not any(header):
        raise refused(name, 1, "the file is empty: expected a line with the columns' names")
    if twice := sorted({column for column in header if header.count(column) > 1}):
        raise refused(name, 1, f"duplicate column {listed(twice)}: rename one")


def listed(columns: Sequence[str]) -> str:
    """Return the first columns in words."""
    return ", ".join(f"'{printable(column)}'" for column in columns[:20])


def refused(name: str, line: int, message: str) -> FileError:
    """Return the refusal of a table for what stands on one line."""
    return FileError([Mistake(file=name, line=line, column=None, where="", message=message)])
