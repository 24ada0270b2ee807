"""A run's labels as people make them: labels.jsonl holds one line a case and rater, and nothing else.

A new label is appended and synced before anything else happens. One that is taken back or given anew is taken out
of the file, which is written whole beside it and put in its place: no reader ever needs to know which of two lines
counts. What is no label (who skipped what, seeds, samples) stands in labelling.json.
"""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from arena.errors import StorageFailed
from arena.records.codec import Undecodable, dumps, from_json, loads, to_json
from arena.records.label import Label
from arena.records.labelling import SampleChoice
from arena.runs.lock import Lock, acquire
from arena.runs.storage import storage_errors, write_whole

LABELS = "labels.jsonl"
LABELLING = "labelling.json"
LONGEST_WAIT_S = 10.0
PAUSE_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterNotes:
    """What is remembered of a rater besides labels."""

    seed: int = 0
    sample: SampleChoice | None = None
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    raters: Mapping[str, RaterNotes] = field(default_factory=dict)


class LabelBook:
    """The labels of one run folder. Several raters may write at once: every change is made under the run's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LABELS

    def labels(self) -> tuple[Label, ...]:
        """Return every label, in the order of the file.

        Raises:
            StorageFailed: the file cannot be read, or a line is no label.
        """
        return tuple(label for _, label in self._rows())

    def notes(self) -> Mapping[str, RaterNotes]:
        """Return what is remembered of each rater, by name.

        Raises:
            StorageFailed: the file cannot be read.
        """
        path = self.folder / LABELLING
        if not path.exists():
            return {}
        try:
            return from_json(_Notes, loads(path.read_text(encoding="utf-8"))).raters
        except (OSError, UnicodeDecodeError, Undecodable) as error:
            raise StorageFailed(f"run {self.folder.name}: {LABELLING} was changed or damaged: {error}") from None

    def repair(self) -> str | None:
        """Drop a last line that a power cut left unfinished, and return it; None when the file is whole.

        Raises:
            StorageFailed: the file cannot be written.
        """
        if not self._text().rpartition("\n")[2]:
            return None  # as nearly always; and a folder that can only be read need not be locked
        with self._alone():
            whole, end, rest = self._text().rpartition("\n")
            try:
                loads(rest)
            except Undecodable:
                write_whole(self.path, (whole + end,))
                return rest
            write_whole(self.path, (whole + end + rest + "\n",))  # somebody's editor left out the last line end
            return None

    def put(self, label: Label) -> None:
        """Write a label, in place of an earlier one of the same case and rater; it is on the disk at return.

        Raises:
            StorageFailed: the disk is full, or the folder read-only; the labels are as they were.
        """
        with self._alone():
            rows = self._rows()
            others = [line for line, each in rows if not _same(each, label)]
            if len(others) < len(rows):
                self._rewrite([*others, _line(label)])
            else:
                self._append(_line(label))

    def put_all(self, labels: Sequence[Label]) -> None:
        """Write many labels at once, in place of earlier ones of the same cases and raters: all of them or none.

        Raises:
            StorageFailed: the disk is full, or the folder read-only; the labels are as they were.
        """
        new: dict[tuple[str, str], list[Label]] = {}
        for label in labels:
            new.setdefault((label.case, label.rater), []).append(label)
        with self._alone():
            kept = [
                line
                for line, each in self._rows()
                if not any(_same(each, label) for label in new.get((each.case, each.rater), ()))
            ]
            self._rewrite([*kept, *map(_line, labels)])

    def remove(self, label: Label) -> None:
        """Take a label back.

        Raises:
            StorageFailed: the disk is full, or the folder read-only; the labels are as they were.
        """
        with self._alone():
            self._rewrite([line for line, each in self._rows() if not _same(each, label)])

    def begin(self, rater: str, *, seed: int, sample: SampleChoice | None) -> None:
        """Note the seed and the sample with which a rater goes on.

        Raises:
            StorageFailed: it cannot be written.
        """
        self._change(rater, lambda notes: replace(notes, seed=seed, sample=sample))

    def skip(self, case: str, rater: str) -> None:
        """Remember that a rater passed over a case; no label comes of it.

        Raises:
            StorageFailed: it cannot be written.
        """
        self._change(rater, lambda notes: replace(notes, skipped=(*_without(notes.skipped, case), case)))

    def unskip(self, case: str, rater: str) -> None:
        """Forget that a rater passed over a case.

        Raises:
            StorageFailed: it cannot be written.
        """
        self._change(rater, lambda notes: replace(notes, skipped=_without(notes.skipped, case)))

    def _change(self, rater: str, change: Callable[[RaterNotes], RaterNotes]) -> None:
        with self._alone():
            known = self.notes()
            before = known.get(rater)
            after = change(before or RaterNotes())
            if after != before:
                notes = _Notes(raters={**known, rater: after})
                write_whole(self.folder / LABELLING, (dumps(to_json(notes, defaults=False), indent=1), "\n"))

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise StorageFailed(f"run {self.folder.name}: {LABELS} cannot be read: {error}") from None

    def _rows(self) -> list[tuple[str, Label]]:
        """Return every line with the label that it is; a line that stays is never written anew."""
        lines = enumerate(self._text().split("\n"), start=1)
        return [(line + "\n", self._label(line, number)) for number, line in lines if line.strip()]

    def _label(self, line: str, number: int) -> Label:
        try:
            return from_json(Label, loads(line))
        except Undecodable as error:
            what = f"run {self.folder.name}: {LABELS}:{number} was changed or damaged: {error}"
            raise StorageFailed(what) from None

    def _append(self, line: str) -> None:
        with storage_errors(self.path, "write"):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(self.path, flags, 0o600)
            size = os.fstat(descriptor).st_size
            try:
                _write(descriptor, line.encode())
            except OSError:
                os.ftruncate(descriptor, size)  # half a label is none
                raise
            finally:
                os.close(descriptor)

    def _rewrite(self, lines: Iterable[str]) -> None:
        write_whole(self.path, lines)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from writing to the folder."""
        lock = self._lock()
        try:
            yield
        finally:
            lock.release()

    def _lock(self) -> Lock:
        give_up = time.monotonic() + LONGEST_WAIT_S
        while (lock := acquire(self.folder)) is None:
            if time.monotonic() > give_up:
                raise StorageFailed(f"run {self.folder.name}: another process is writing to it; try again")
            time.sleep(PAUSE_S)
        return lock


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def _same(one: Label, other: Label) -> bool:
    """Return whether two labels are one rater's word on the same answers."""
    alike = one.repeat == other.repeat or None in (one.repeat, other.repeat)
    return alike and (one.case, one.rater) == (other.case, other.rater)


def _without(cases: Collection[str], case: str) -> tuple[str, ...]:
    return tuple(each for each in cases if each != case)


def _line(label: Label) -> str:
    return dumps(to_json(label, defaults=False)) + "\n"
