"""Judgments of people or of any tool, line by line from JSONL into columns: a million need no million objects."""

import difflib
import json
import math
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from arena.errors import Mistake, UsageError
from arena.files.reading.json_source import load_json
from arena.files.reading.located import MOST_PLACED, Mistakes
from arena.files.reading.plain_text import decode
from arena.records.judgment import Flag, flag_of_text
from arena.records.rubric import LEVELS
from arena.text.printable import printable

NAN: Final = float("nan")
SHARES: Final = {"first": 0.0, "tie": 0.5, "second": 1.0}
#: What a judgment may say; the second group is what a run's own judgments.jsonl says besides.
KEYS: Final = frozenset(
    {"case", "first", "second", "winner", "score_second", "log_odds", "judge", "cluster"}
    | {"length_first", "length_second"}
    | {"repeat", "axes", "reason"}
    | {"outcome", "judge_config", "flagged", "error", "request_key", "model_returned", "determinism"}
    | {"cost_usd", "cost_reason", "authored"}
)
NOT_READ: Final = ("unparseable", "failed")
#: Where a judgment is from, as far as it says: a call of this run, a stored answer, a record, or somebody's hand.
ORIGINS: Final = ("asked", "cached", "recorded", "by hand")
UNTOLD: Final = -1
LONGEST_LINE: Final = 4 * 1024 * 1024  # bytes


class Names:
    """Texts numbered in the order in which they are met."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._numbers: dict[str, int] = {name: number for number, name in enumerate(names)}

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def number(self, name: str) -> int:
        """Return the number of `name`, a new one where it was not met before."""
        return self._numbers.setdefault(name, len(self._numbers))


@dataclass(slots=True)
class AxisColumns:
    """One axis: which judgments scored it, and how; points from 1 to 5."""

    rows: "array[int]" = field(default_factory=lambda: array("l"))
    first: "array[float]" = field(default_factory=lambda: array("d"))
    second: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class JudgmentColumns:
    """Judgments as columns, one entry a judgment; cases, variants, judges and clusters are numbered as they came.

    The ids of the cases are kept only for who asks for them: they are most of what half a million cases weigh.
    """

    cases: Names | None = None  # None: not kept
    variants: Names = field(default_factory=Names)
    judges: Names = field(default_factory=Names)
    clusters: Names = field(default_factory=Names)
    case: "array[int]" = field(default_factory=lambda: array("i"))
    first: "array[int]" = field(default_factory=lambda: array("h"))
    second: "array[int]" = field(default_factory=lambda: array("h"))
    judge: "array[int]" = field(default_factory=lambda: array("h"))
    repeat: "array[int]" = field(default_factory=lambda: array("i"))
    share: "array[float]" = field(default_factory=lambda: array("d"))  # of the second, 0 to 1; NaN: not read
    odds_rows: "array[int]" = field(default_factory=lambda: array("l"))  # judgments by likelihood
    odds: "array[float]" = field(default_factory=lambda: array("d"))  # theirs: ln p(second) − ln p(first)
    failed: "array[int]" = field(default_factory=lambda: array("b"))  # 1: the call failed, so it was not read
    lead: "array[float]" = field(default_factory=lambda: array("d"))  # characters, second − first; NaN: not given
    origin: "array[int]" = field(default_factory=lambda: array("b"))  # an index of ORIGINS, or UNTOLD
    case_cluster: "array[int]" = field(default_factory=lambda: array("i"))  # one a case; −1: none
    axes: dict[str, AxisColumns] = field(default_factory=dict)
    #: Suspected prompt injections: a judgment's number, its case, and what was found.
    flagged: list[tuple[int, str, tuple[Flag, ...]]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.case)


def load(paths: Iterable[Path], *, keep_ids: bool = False) -> JudgmentColumns:
    """Read one or several files of judgments as one table: a case is known by its id in all of them.

    Args:
        paths: JSONL files, a judgment a line; blank lines are skipped.
        keep_ids: whether the table keeps the ids of its cases.

    Raises:
        FileError: every mistake of every file, each with its line, and its column where it is known.
        UsageError: a file cannot be read.
    """
    table, cases, mistakes = JudgmentColumns(), Names(), Mistakes()
    for path in paths:
        before, wrong = len(table), len(mistakes)
        _FileReader(str(path), table, cases, mistakes).read(path)
        if len(table) == before and len(mistakes) == wrong:
            mistakes.note(_mistake(str(path), None, None, "", "holds no judgment: expected a JSON object a line"))
    mistakes.raise_if_any()
    table.cases = cases if keep_ids else None
    return table


def origin_of(*, authored: bool, determinism: str | None) -> int:
    """Return the origin of a judgment, an index of ORIGINS; UNTOLD where it says nothing, or was asked some time.

    Args:
        authored: whether it was written by hand.
        determinism: D0 where it was read from a record.
    """
    if authored:
        return ORIGINS.index("by hand")
    return ORIGINS.index("recorded") if determinism == "D0" else UNTOLD


class _WrongError(Exception):
    """A line that is JSON and no judgment: the key that is wrong, and why."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


class _FileReader:
    """Reads one file into a table."""

    def __init__(self, name: str, table: JudgmentColumns, cases: Names, mistakes: Mistakes) -> None:
        self.name = name
        self.table = table
        self.cases = cases
        self.mistakes = mistakes
        self.unknown: dict[str, tuple[int, int]] = {}  # key -> its first line, how many lines have it
        self.parse = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant).decode

    def read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                number = 0
                while line := file.readline(LONGEST_LINE):
                    number += 1
                    if len(line) == LONGEST_LINE:
                        what = f"longer than {LONGEST_LINE // 2**20} MiB: expected one judgment a line"
                        self.mistakes.note(_mistake(self.name, number, None, "", what))
                        return
                    self._line(number, line)
                    if len(self.mistakes) >= MOST_PLACED:
                        return
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
        self._warn()

    def _line(self, number: int, line: bytes) -> None:
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            return
        try:
            row = self.parse(line.decode())
        except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError among them
            self._say_what_is_wrong(number, line)
            return
        try:
            self._add(number, row)
        except _WrongError as wrong:
            key = re.search(rb'"%s"\s*:' % wrong.key.encode(), line) if wrong.key else None
            column = key.start() + 1 if key else None
            self.mistakes.note(_mistake(self.name, number, column, wrong.key, wrong.message))

    def _say_what_is_wrong(self, number: int, line: bytes) -> None:
        """Read the line once more by the strict rules of every other file, for their message and place."""
        found = Mistakes()
        try:
            load_json(decode(line, self.name), self.name)
        except UsageError as error:
            found.extend(getattr(error, "mistakes", ()))
        for one in found:
            self.mistakes.note(_mistake(self.name, number, one.column, one.where, one.message))
        if not found:
            self.mistakes.note(_mistake(self.name, number, None, "", "cannot be read"))

    def _add(self, number: int, row: Any) -> None:
        if not isinstance(row, dict):
            raise _WrongError("", f"expected an object, found {_shown(row)}")
        if not row.keys() <= KEYS:
            self._note_unknown(number, row)
        table = self.table
        case, first, second = _name(row, "case"), _name(row, "first"), _name(row, "second")
        if first == second:
            raise _WrongError("second", f"'{printable(second)}' is compared with itself: name two variants")
        share = _share(row)
        judge = row.get("judge", "")
        if not isinstance(judge, str):
            raise _WrongError("judge", f"expected text, found {_shown(judge)}")
        repeat = row.get("repeat", 0)
        if type(repeat) is not int or not 0 <= repeat < 2**31:
            raise _WrongError("repeat", f"expected a whole number from 0, found {_shown(repeat)}")
        lead = _lead(row)
        axes = _axes(row["axes"]) if row.get("axes") else ()
        if row.get("log_odds") is not None:
            table.odds.append(_odds(row["log_odds"]))
            table.odds_rows.append(len(table))
        if row.get("flagged"):
            table.flagged.append((len(table), case, _flags(row["flagged"], first, second)))
        origin = _origin(row) if "authored" in row or "determinism" in row else UNTOLD
        for name, points in axes:
            column = table.axes.setdefault(name, AxisColumns())
            column.rows.append(len(table))
            column.first.append(points[0])
            column.second.append(points[1])
        self._put_case(case, row.get("cluster"))
        table.first.append(_number(table.variants, first, "first"))
        table.second.append(_number(table.variants, second, "second"))
        table.judge.append(_number(table.judges, judge, "judge"))
        table.repeat.append(repeat)
        table.share.append(share)
        table.failed.append(share != share and row.get("outcome") == "failed")
        table.lead.append(lead)
        table.origin.append(origin)

    def _put_case(self, case: str, cluster: Any) -> None:
        """Number the case and note its cluster, which must be the same in all of its judgments."""
        table = self.table
        if cluster is None:
            label = -1
        elif isinstance(cluster, str):
            label = table.clusters.number(cluster)
        else:
            raise _WrongError("cluster", f"expected text, found {_shown(cluster)}")
        number = self.cases.number(case)
        if number == len(table.case_cluster):
            table.case_cluster.append(label)
        elif table.case_cluster[number] != label:
            raise _WrongError("cluster", f"case '{printable(case)}' has another cluster, or none, further up")
        table.case.append(number)

    def _note_unknown(self, number: int, row: dict[str, Any]) -> None:
        for key in row.keys() - KEYS:
            line, times = self.unknown.get(key, (number, 0))
            self.unknown[key] = (line, times + 1)

    def _warn(self) -> None:
        for key, (line, times) in sorted(self.unknown.items(), key=lambda item: (item[1][0], item[0])):
            close = difflib.get_close_matches(key, sorted(KEYS), n=1)
            hint = f" (did you mean '{close[0]}'?)" if close else ""
            lines = "1 line" if times == 1 else f"{times:,} lines"
            self.table.warnings.append(f"{self.name}:{line}: unknown key '{printable(key)}' is ignored{hint}, {lines}")


def _name(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if key == "case" and type(value) is int:
        return str(value)  # published logs number their cases
    if type(value) is not str or not value:
        if key not in row:
            raise _WrongError("", f"required key '{key}' is missing")
        raise _WrongError(key, f"expected text, found {_shown(value)}")
    return value


def _share(row: dict[str, Any]) -> float:
    """Return the second answer's share; NaN where the judgment could not be read."""
    winner, score = row.get("winner"), row.get("score_second")
    if score is None:
        if winner is not None:
            if type(winner) is str and winner in SHARES:
                return SHARES[winner]
            raise _WrongError("winner", f"expected first, second, tie or null, found {_shown(winner)}")
        if "winner" not in row and "score_second" not in row:
            raise _WrongError("", "has neither 'winner' nor 'score_second': null is a judgment that could not be read")
        if row.get("outcome", NOT_READ[0]) not in NOT_READ:
            raise _WrongError("outcome", f"expected {' or '.join(NOT_READ)} where there is no winner")
        return NAN
    if winner is not None:
        raise _WrongError("score_second", "'winner' is there too: a judgment has one of them")
    if type(score) not in (int, float) or not 0.0 <= score <= 1.0:
        raise _WrongError("score_second", f"expected a number from 0 to 1, found {_shown(score)}")
    return float(score)


def _odds(odds: Any) -> float:
    if type(odds) not in (int, float) or not math.isfinite(odds):
        raise _WrongError("log_odds", f"expected a number, found {_shown(odds)}")
    return float(odds)


def _lead(row: dict[str, Any]) -> float:
    first, second = row.get("length_first"), row.get("length_second")
    if first is None or second is None:
        return NAN
    for key, value in (("length_first", first), ("length_second", second)):
        if type(value) not in (int, float) or not 0 <= value < 2**53:
            raise _WrongError(key, f"expected a number of characters, found {_shown(value)}")
    return float(second - first)


def _axes(axes: Any) -> list[tuple[str, tuple[float, float]]]:
    """Return the axes that scored both answers."""
    if not isinstance(axes, dict):
        raise _WrongError("axes", f"expected axes by name, found {_shown(axes)}")
    found = []
    for name, points in axes.items():
        if not isinstance(points, dict) or not points.keys() <= {"first", "second"}:
            raise _WrongError("axes", f'{printable(name)}: expected {{"first": 1–5, "second": 1–5}}')
        values = (points.get("first"), points.get("second"))
        for value in values:
            if value is not None and (type(value) not in (int, float) or not LEVELS[0] <= value <= LEVELS[-1]):
                raise _WrongError("axes", f"{printable(name)}: expected a number from 1 to 5, found {_shown(value)}")
        first, second = values
        if first is not None and second is not None:
            found.append((name, (float(first), float(second))))
    return found


def _origin(row: dict[str, Any]) -> int:
    authored, determinism = row.get("authored", False), row.get("determinism")
    if not isinstance(authored, bool):
        raise _WrongError("authored", f"expected true or false, found {_shown(authored)}")
    if not isinstance(determinism, str | None):
        raise _WrongError("determinism", f"expected text, found {_shown(determinism)}")
    return origin_of(authored=authored, determinism=determinism)


def _flags(flags: Any, first: str, second: str) -> tuple[Flag, ...]:
    """Return the suspicions of one judgment, as a run writes them, or as earlier versions did."""
    found = []
    for each in flags if isinstance(flags, list) else [flags]:
        flag = flag_of_text(each, first=first, second=second) if isinstance(each, str) else _flag(each)
        if flag is None:
            expected = '{"side": "first" or "second", "family": text, "excerpt": text}'
            raise _WrongError("flagged", f"expected a list of {expected}, found {_shown(each)}")
        found.append(flag)
    return tuple(found)


def _flag(value: Any) -> Flag | None:
    if not isinstance(value, dict) or value.keys() != {"side", "family", "excerpt"}:
        return None
    side, family, excerpt = value["side"], value["family"], value["excerpt"]
    if side not in ("first", "second") or not isinstance(family, str) or not isinstance(excerpt, str):
        return None
    return Flag(side=side, family=family, excerpt=excerpt)


def _number(names: Names, name: str, key: str) -> int:
    number = names.number(name)
    if number >= 2**15:
        raise _WrongError(key, "more than 32,768 different names: is this column an id?")
    return number


def _unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(items)
    if len(value) < len(items):
        raise ValueError("duplicate key")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _shown(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def _mistake(file: str, line: int | None, column: int | None, where: str, message: str) -> Mistake:
    return Mistake(file=file, line=line, column=column, where=where, message=message)
