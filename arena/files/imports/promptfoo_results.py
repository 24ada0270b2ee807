"""The output JSON of promptfoo (`promptfoo eval -o results.json`, versions 2 and 3): pass and score per variant.

`results.results` (or `results` itself) holds a row per test and column, a column being a prompt at a provider:
`testIdx`, `promptIdx`, `prompt.label`, `provider.id` or `.label`, `vars`, `success`, `score` and `failureReason`, where
2 is a call that failed rather than a check.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.errors import FileError, Mistake, UsageError
from arena.files.reading.json_source import load_json
from arena.files.reading.located import Mistakes

CALL_FAILED = 2  # failureReason: 0 none, 1 an assertion, 2 an error
LONGEST_NAME = 60  # a label is often the whole prompt: then its column is named by its number


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What one variant got in one case."""

    passed: bool
    score: float
    failed: bool  # the call failed: there is no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredTable:
    """Pass and score of every variant in every case."""

    variants: tuple[str, ...]  # in the order of the file's columns
    cases: tuple[Mapping[str, Scored], ...]  # by variant; one that was not run is not there
    clusters: tuple[str | None, ...]  # the same where tests have the same variables: repeats of one


def load(path: Path) -> ScoredTable:
    """Read an output file.

    Args:
        path: a JSON file.

    Raises:
        FileError: it is not JSON, or not promptfoo's; every row that is wrong is named.
        UsageError: it cannot be read.
    """
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise FileError([_mistake(name, "", "is not UTF-8")]) from None
    rows = _rows(load_json(text, name), name)
    mistakes = Mistakes()
    for number, row in enumerate(rows):
        for where, message in _wrong(row):
            mistakes.note(_mistake(name, f"results.results.{number}{where}", message))
    mistakes.raise_if_any()
    return _table(rows, name)


def _rows(value: Any, name: str) -> Sequence[Any]:
    found = value.get("results") if isinstance(value, dict) else None
    if isinstance(found, dict):
        found = found.get("results")
    if not isinstance(found, list):
        what = "is not the output of promptfoo: expected results.results, a list of rows"
        raise FileError([_mistake(name, "", f"{what} (judgments are one JSON object a line, in a .jsonl file)")])
    if not found:
        raise FileError([_mistake(name, "results.results", "is empty: nothing was tested")])
    return found


def _wrong(row: Any) -> list[tuple[str, str]]:
    if not isinstance(row, dict):
        return [("", "expected an object")]
    wrong = []
    if type(row.get("success")) is not bool:
        wrong.append((".success", "expected true or false"))
    score = row.get("score", 0.0)
    if type(score) not in (int, float) or not math.isfinite(score):
        wrong.append((".score", "expected a number"))
    wrong += [(f".{key}", "expected a number from 0") for key in ("testIdx", "promptIdx") if not _is_index(row, key)]
    return wrong


def _is_index(row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key)
    return type(value) is int and value >= 0


def _table(rows: Sequence[Mapping[str, Any]], name: str) -> ScoredTable:
    columns = {row["promptIdx"]: row for row in reversed(rows)}
    names = _names([columns[index] for index in sorted(columns)])
    variant = dict(zip(sorted(columns), names, strict=True))
    cases: dict[int, dict[str, Scored]] = {}
    variables: dict[int, str] = {}
    twice = Mistakes()
    for number, row in enumerate(rows):
        scored = cases.setdefault(row["testIdx"], {})
        arm = variant[row["promptIdx"]]
        if arm in scored:
            what = f"a second row of test {row['testIdx']}, prompt {row['promptIdx']}"
            twice.note(_mistake(name, f"results.results.{number}", what))
        scored[arm] = Scored(passed=row["success"], score=float(row.get("score", row["success"])), failed=_failed(row))
        variables[row["testIdx"]] = json.dumps(row.get("vars"), sort_keys=True)
    twice.raise_if_any()
    order = sorted(cases)
    return ScoredTable(
        variants=tuple(names),
        cases=tuple(cases[index] for index in order),
        clusters=tuple(_clusters([variables[index] for index in order])),
    )


def _failed(row: Mapping[str, Any]) -> bool:
    if "failureReason" in row:
        return bool(row["failureReason"] == CALL_FAILED)
    return bool(row.get("error")) and not row.get("response")


def _clusters(variables: Sequence[str]) -> list[str | None]:
    """Label tests that have the same variables as another one; those without variables are themselves."""
    times: dict[str, int] = {}
    for one in variables:
        times[one] = times.get(one, 0) + 1
    return [one if times[one] > 1 and one not in ("null", "{}") else None for one in variables]


def _names(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name each column by what tells it apart: its prompt, its provider or both; by its number where that is long."""
    prompts, providers = [_prompt(row) for row in columns], [_provider(row) for row in columns]
    names = prompts
    if len(set(prompts)) < len(columns):
        names = providers
    if len(set(names)) < len(columns):
        names = [f"{prompt} at {provider}" for prompt, provider in zip(prompts, providers, strict=True)]
    if len(set(names)) < len(columns) or any(not each or len(each) > LONGEST_NAME for each in names):
        return [f"prompt {row['promptIdx'] + 1}" for row in columns]
    return names


def _prompt(row: Mapping[str, Any]) -> str:
    prompt = row.get("prompt")
    return _line(prompt.get("label") or prompt.get("raw")) if isinstance(prompt, dict) else _line(prompt)


def _provider(row: Mapping[str, Any]) -> str:
    provider = row.get("provider")
    return _line(provider.get("label") or provider.get("id")) if isinstance(provider, dict) else _line(provider)


def _line(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _mistake(name: str, where: str, message: str) -> Mistake:
    return Mistake(file=name, line=None, column=None, where=where, message=message)
