"""Labels: what people said of two answers, from JSON Lines or CSV, in either of two forms."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from arena.errors import Mistake, UsageError
from arena.files.reading.file_model import did_you_mean
from arena.files.reading.json_source import load_lines
from arena.files.reading.located import LocatedFile, Mistakes
from arena.files.reading.plain_text import decode
from arena.files.reading.tables import Row, load_table
from arena.records.label import Label
from arena.text.printable import printable, quoted

TIE = "tie"
KEYS = ("case", "winner", "rater", "repeat", "first", "answers", "note", "human", "judge")
#: What `human` and `judge` may say, by the name that stands for control and for treatment.
LETTERS: Mapping[str, Literal["control", "treatment"]] = {"A": "control", "B": "treatment"}
OUTCOMES: Mapping[str, Literal["control", "treatment"]] = {"FAIL": "control", "PASS": "treatment"}
ROWS = "labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """A file of labels as it was read; `labels_of` tells what they say once the variants are known."""

    located: LocatedFile
    rows: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]

    @property
    def has_judgments(self) -> bool:
        """Return whether the judge's word stands beside the people's."""
        return any("judge" in row for row in self.rows)

    @property
    def is_pass_fail(self) -> bool:
        """Return whether people and judge passed or failed one answer, rather than compared two."""
        return any(str(row.get(key, "")).upper() in OUTCOMES for row in self.rows for key in ("human", "judge"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What people said of control and treatment."""

    labels: tuple[Label, ...]  # in the order of the file; the last word of a rater on a case
    judged: Mapping[str, str | None]  # case -> the winner that the judge named, where the file says it; None: unread
    relabelled: int  # lines that a later line of the same rater on the same case replaces
    others: int  # labels that name variants other than these two


def load(path: Path, *, name: str | None = None) -> LabelFile:
    """Read a file of labels: .csv, else JSON Lines; the name in messages is the path as it was typed.

    Raises:
        FileError: every mistake, with its line.
        UsageError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    mistakes = Mistakes()
    file = read(data, name or str(path), mistakes)
    mistakes.raise_if_any()
    return file


def read(data: bytes, name: str, mistakes: Mistakes) -> LabelFile:
    """Read the bytes of a file of labels; what is wrong with its lines is noted.

    Raises:
        FileError: the file is no text, or no CSV.
    """
    is_csv = name.lower().endswith(".csv")
    if is_csv:
        located = load_table(decode(data, name), name, ROWS, lambda _: _row)
    else:
        located = load_lines(data, name, ROWS, mistakes)
    rows = located.value[ROWS]
    if not rows and not mistakes:
        mistakes.note(_mistake(name, None, "holds no label: expected a JSON object a line"))
    unknown: dict[str, int] = {}
    for index, row in enumerate(rows):
        _check(located, index, row, mistakes)
        for key in row if isinstance(row, dict) else ():
            if key not in KEYS:
                unknown[key] = unknown.get(key, 0) + 1
    warnings = [
        f"{name}: unknown key '{printable(key)}' is ignored{did_you_mean(key, KEYS)}, "
        + ("1 line" if times == 1 else f"{times:,} lines")
        for key, times in unknown.items()
    ]
    kept = tuple(row for row in rows if isinstance(row, dict))
    return LabelFile(located=located, rows=kept, warnings=tuple(warnings))


def labels_of(
    file: LabelFile, *, control: str, treatment: str, variants: Sequence[str] = (), mistakes: Mistakes | None = None
) -> Labels:
    """Return what a file says of two variants.

    Args:
        file: as it was read.
        control: variant name, what `A` stands for.
        treatment: variant name, what `B` stands for.
        variants: every variant that a label may name; these two always.
        mistakes: where wrong names are noted; None raises them.

    Raises:
        FileError: a winner that is no variant and no tie, with its line.
    """
    found = Mistakes() if mistakes is None else mistakes
    known = dict.fromkeys((control, treatment, *variants))
    if ambiguous := ambiguous_name(known):
        found.add(file.located, (ROWS, 0), ambiguous)
    names = {"control": control, "treatment": treatment}
    labels: dict[tuple[str, str, int | None], Label] = {}
    judged: dict[str, str | None] = {}
    said = others = 0
    for index, row in enumerate(file.rows):
        if "judge" in row:
            judged[str(row["case"])] = None if row["judge"] is None else _spelled(row["judge"], names)
        if row.get("winner") is None and row.get("human") is None:
            continue
        winner = _spelled(row["human"], names) if row.get("human") else _winner(row["winner"], known)
        if winner is None:
            there = ", ".join(map(printable, known))
            message = f"{quoted(row['winner'])} is no variant; there are {there}, and {TIE}"
            found.add(file.located, (ROWS, index, "winner"), message + did_you_mean(row["winner"], list(known)))
            continue
        if winner not in (control, treatment, TIE):
            others += 1
            continue
        said += 1
        label = _label(row, winner)
        labels.pop((label.case, label.rater, label.repeat), None)
        labels[label.case, label.rater, label.repeat] = label
    if mistakes is None:
        found.raise_if_any()
    return Labels(labels=tuple(labels.values()), judged=judged, relabelled=said - len(labels), others=others)


def ambiguous_name(variants: Iterable[str]) -> str | None:
    """Return why people's labels cannot tell these variants from a tie; None where they can."""
    called = next((name for name in variants if name.lower() == TIE), None)
    return called and f"a variant is called {quoted(called)}, and so is a label that prefers neither: rename it"


def _label(row: Mapping[str, Any], winner: str) -> Label:
    return Label(
        case=str(row["case"]),  # published sets number their cases
        winner=winner,
        rater=row.get("rater") or "",
        repeat=row.get("repeat"),
        first=row.get("first"),
        answers=row.get("answers"),
        note=row.get("note") or "",
    )


def _spelled(said: str, names: Mapping[str, str]) -> str:
    """Return the winner that a letter, `pass` or `fail` stands for."""
    word = said.upper()
    return TIE if word == TIE.upper() else names[{**LETTERS, **OUTCOMES}[word]]


def _winner(said: str, known: Iterable[str]) -> str | None:
    if said in known:
        return said
    return TIE if said.lower() == TIE else None


def _check(located: LocatedFile, index: int, row: Any, mistakes: Mistakes) -> None:
    """Note what is wrong with one line."""
    if not isinstance(row, dict):
        mistakes.add(located, (ROWS, index), f"expected an object, found {quoted(row)}")
        return
    for key, message in _problems(row):
        mistakes.add(located, (ROWS, index, key) if key in row else (ROWS, index), message)


def _problems(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if "case" not in row:
        yield "case", "required key 'case' is missing"
    elif type(row["case"]) is not int and (not isinstance(row["case"], str) or not row["case"]):
        yield "case", f"expected text, found {quoted(row['case'])}"
    yield from _word_problems(row)
    for key in ("rater", "first", "note"):
        if not isinstance(row.get(key), str | None):
            yield key, f"expected text, found {quoted(row[key])}"
    repeat, answers = row.get("repeat"), row.get("answers")
    if repeat is not None and (type(repeat) is not int or repeat < 0):
        yield "repeat", f"expected a whole number from 0, found {quoted(repeat)}"
    if answers is not None and not (isinstance(answers, str) and re.fullmatch(r"[0-9a-f]{16}", answers)):
        yield "answers", f"expected 16 hex digits, found {quoted(answers)}"


def _word_problems(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with who said what: `winner`, or `human` and `judge`."""
    if "winner" in row and ("human" in row or "judge" in row):
        yield "winner", "excludes 'human' and 'judge': a label has one form or the other"
        return
    if not {"winner", "human", "judge"} & row.keys():
        yield "winner", "has neither 'winner' nor 'human'"
    if "winner" in row and (not isinstance(row["winner"], str) or not row["winner"]):
        yield "winner", f"expected a variant's name or {TIE}, found {quoted(row['winner'])}"
    for key in ("human", "judge"):
        if row.get(key) is not None and str(row[key]).upper() not in (*LETTERS, *OUTCOMES, TIE.upper()):
            yield key, f"expected A, B or TIE (or pass, fail), found {quoted(row[key])}"


def _row(cells: Row) -> dict[str, Any]:
    """Return the keys of a label; an empty cell is an absent one."""
    row: dict[str, Any] = {key.strip(): cell.strip() for key, cell in cells.items() if cell.strip()}
    if str(row.get("repeat", "")).isdecimal():
        row["repeat"] = int(row["repeat"])
    return row


def _mistake(name: str, line: int | None, message: str) -> Mistake:
    return Mistake(file=name, line=line, column=None, where="", message=message)
