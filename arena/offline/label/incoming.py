"""Labels that come back in a file: each must speak of two answers that this run has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from arena.files.labels import ROWS, LabelFile, labels_of, load
from arena.files.reading.file_model import did_you_mean
from arena.files.reading.located import Mistakes
from arena.offline.label.raters import mistake_in_name
from arena.records.label import Label
from arena.records.labelling import AnswerPair
from arena.text.printable import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """The labels of a file, sorted by what they change."""

    labels: tuple[Label, ...]  # to be written: new ones and those that replace another
    new: int
    replaced: int
    known: int  # there already, word for word
    unverified: int  # say not which texts they compare
    warnings: tuple[str, ...] = ()


def read_labels(
    path: Path, *, pairs: Sequence[AnswerPair], arms: tuple[str, str], rater: str | None, known: Sequence[Label]
) -> Incoming:
    """Read labels made elsewhere, e.g. on the page that was sent to a colleague.

    Args:
        path: JSONL, a label a line, or CSV.
        pairs: what can be labelled in this run.
        arms: control and treatment.
        rater: who labelled, where a line doesn't say; None: every line must.
        known: the labels that the run has.

    Raises:
        FileError: every mistake with its line: an unknown case or variant, other answers than this run's, two
            labels of one rater for one case.
        UsageError: the file cannot be read.
    """
    file, mistakes = load(path), Mistakes()
    by_case = {pair.case.id: pair for pair in pairs}
    seen: dict[tuple[str, str], int] = {}
    for index, row in enumerate(file.rows):
        for key, message in _problems(row, by_case, rater, seen, index):
            mistakes.add(file.located, (ROWS, index, key) if key in row else (ROWS, index), message)
    labels = labels_of(file, control=arms[0], treatment=arms[1], mistakes=mistakes).labels
    mistakes.raise_if_any()
    named = tuple(each if each.rater else replace(each, rater=rater or "") for each in labels)
    return _sorted(named, known, file)


def _problems(
    row: Mapping[str, Any],
    pairs: Mapping[str, AnswerPair],
    rater: str | None,
    seen: dict[tuple[str, str], int],
    index: int,
) -> Iterator[tuple[str, str]]:
    """Yield what does not fit the run, each with the key that says it."""
    who, case = row.get("rater") or rater, row["case"]
    if who is None:
        yield "rater", "no 'rater': who labelled? --rater NAME says it for the whole file"
    elif problem := mistake_in_name(who):
        yield "rater", f"'{printable(who)}' {problem}"
    elif seen.setdefault((case, who), index) != index:
        yield "case", f"a second label of {printable(who)} for '{printable(case)}': remove one"
    pair = pairs.get(case)
    if pair is None:
        yield "case", f"the run has no two answers to '{printable(case)}'{did_you_mean(case, pairs)}"
        return
    first = row.get("first")
    if first is not None and first not in pair.answers:
        names = " or ".join(map(printable, pair.answers))
        yield "first", f"expected {names}, found '{printable(first)}'"
    if row.get("answers") not in (None, pair.digest) or row.get("repeat") not in (None, pair.repeat):
        yield "answers", "other answers were compared than those of this run"


def _sorted(labels: Sequence[Label], known: Sequence[Label], file: LabelFile) -> Incoming:
    before = {(each.case, each.rater): each for each in known}
    changed = [each for each in labels if before.get((each.case, each.rater)) != each]
    replaced = sum((each.case, each.rater) in before for each in changed)
    return Incoming(
        labels=tuple(changed),
        new=len(changed) - replaced,
        replaced=replaced,
        known=len(labels) - len(changed),
        unverified=sum(each.answers is None for each in labels),
        warnings=file.warnings,
    )
