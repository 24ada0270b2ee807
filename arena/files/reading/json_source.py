"""JSON and JSON Lines to plain values, by the same strict rules as YAML."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from arena.errors import FileError, Mistake
from arena.files.reading.located import MOST_PLACED, MOST_ROWS, LocatedFile, Marks, Mistakes
from arena.files.reading.plain_text import decode
from arena.files.reading.yaml_source import marks_of
from arena.text.printable import printable


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a JSONL file that holds JSON."""

    number: int  # 1-based
    text: str
    value: Any


def load_lines(data: bytes, name: str, key: str, mistakes: Mistakes) -> LocatedFile:
    """Read a JSONL file as `{key: [value of each line]}`; blank lines are skipped, bad ones noted.

    Raises:
        FileError: the file is not text.
    """
    lines: list[Line] = []
    for number, text in enumerate(decode(data, name).split("\n"), start=1):
        if len(lines) >= MOST_ROWS or len(mistakes) >= MOST_PLACED:
            what = f"more than {MOST_ROWS:,} lines: split the file"
            mistakes.note(Mistake(file=name, line=number, column=None, where="", message=what))
            break
        if text.strip():
            try:
                lines.append(Line(number, text, load_json(text, name, line=number)))
            except FileError as error:
                mistakes.extend(error.mistakes)
    return LocatedFile(name, {key: [line.value for line in lines]}, lambda: _marks(lines, key), unnamed=2)


def _marks(lines: list[Line], key: str) -> Marks:
    return Marks(1, 1, inside={key: _LineMarks(1, 1, lines=lines)})


@dataclass(slots=True)
class _LineMarks(Marks):
    """Marks of a JSONL file: a line's own are built when something in it is wrong."""

    lines: list[Line] = field(default_factory=list)

    def into(self, part: str | int) -> Marks | None:
        """Return the marks of one line, which is YAML too; of the line alone where YAML cannot read it."""
        if not isinstance(part, int) or part >= len(self.lines):
            return None
        line = self.lines[part]
        try:
            marks = marks_of(line.text, "")
        except FileError:
            marks = None
        if marks is None:
            return Marks(line.number, None)
        _move(marks, line.number - 1)
        return marks


def _move(marks: Marks, lines: int) -> None:
    marks.line += lines
    if marks.key_line is not None:
        marks.key_line += lines
    for inner in (marks.inside or {}).values():
        _move(inner, lines)


def load_json(text: str, name: str, *, line: int = 1) -> Any:
    """Read one JSON value by the same strict rules: no duplicate keys, finite numbers only.

    Raises:
        FileError: what is wrong, at its line and column where they are known.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(items)
        if len(value) < len(items):
            twice, _ = Counter(key for key, _ in items).most_common(1)[0]
            raise _Refused(f"duplicate key '{printable(twice)}': each key may stand once; rename or remove one")
        return value

    def constant(text: str) -> Any:
        raise _Refused(f"'{text}' is not a finite number")

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        place = {"line": line + error.lineno - 1, "column": error.colno}
        raise FileError([Mistake(file=name, where="", message=f"not JSON: {error.msg}", **place)]) from None
    except _Refused as error:
        raise FileError([Mistake(file=name, line=line, column=None, where="", message=str(error))]) from None
    except (RecursionError, ValueError) as error:
        what = "nested too deep" if isinstance(error, RecursionError) else "a number has too many digits"
        raise FileError([Mistake(file=name, line=line, column=None, where="", message=what)]) from None
    return value


class _Refused(Exception):
    """A value that JSON readers take and this one does not."""


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Refused(f"'{printable(text)}' is not a finite number")
    return value
