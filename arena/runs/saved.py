"""A run folder read again, each file when it is first asked for."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from arena.errors import StorageFailed, UsageError
from arena.records.answered import Answered
from arena.records.codec import Undecodable, from_json, loads
from arena.records.experiment import Experiment
from arena.records.gate import DuelOrGate, duel_of
from arena.records.judgment import Judgment
from arena.records.ranking import RankResult
from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.runs.facts import facts_from_json
from arena.runs.folder import COMPLETIONS, EXPERIMENT, JUDGMENTS, RESULT
from arena.runs.home import MANIFEST
from arena.runs.lock import is_held
from arena.runs.results import duel_or_gate_from_json, kind_of
from arena.runs.rows import completion_from_json, judgment_from_json
from arena.runs.snapshot import experiment_from_json

T = TypeVar("T")


@dataclass(frozen=True)  # not slotted: each file is read once
class SavedRun:
    """A finished run. Whatever cannot be read raises StorageFailed naming file and place."""

    path: Path

    @property
    def id(self) -> str:
        """Return the run's name."""
        return self.path.name

    @cached_property
    def facts(self) -> RunFacts:
        """Return what belongs to this run alone: times, spending, versions, options."""
        return self._read(MANIFEST, facts_from_json)

    @property
    def result(self) -> DuelResult:
        """Return what the duel found, a gate's own one too; raise as `found` does."""
        return duel_of(self.found)

    @cached_property
    def found(self) -> DuelOrGate:
        """Return what the run found.

        Raises:
            UsageError: it is a ranking of several variants.
        """
        if self.is_ranking:
            raise UsageError(
                f"run {self.id} ranks several variants, and this is about two",
                hint="`arena report`, `show` and `runs` read it; `arena duel` compares two",
            )
        return self._read(RESULT, duel_or_gate_from_json)

    @cached_property
    def is_ranking(self) -> bool:
        """Return whether the run ranks several variants: `ranking` is then what it found."""
        return bool(self._read(RESULT, kind_of) == "rank")

    @cached_property
    def ranking(self) -> RankResult:
        """Return what a ranking found."""
        return self._read(RESULT, lambda data: from_json(RankResult, data))

    @cached_property
    def experiment(self) -> Experiment:
        """Return the experiment as it was run."""
        root = self.path.parent.parent.parent
        return self._read(EXPERIMENT, lambda data: experiment_from_json(data, root))

    @cached_property
    def completions(self) -> tuple[Answered, ...]:
        """Return every answer and failure, by case, variant and repeat."""
        return self._read_lines(COMPLETIONS, completion_from_json)

    @cached_property
    def judgments(self) -> tuple[Judgment, ...]:
        """Return every judgment, by case, repeat and order shown."""
        return self._read_lines(JUDGMENTS, judgment_from_json)

    def check_contents(self) -> None:
        """Check that answers and judgments are those that the run wrote.

        Raises:
            StorageFailed: a file is gone, or was changed since.
        """
        for name in (COMPLETIONS, JUDGMENTS):
            digest = hashlib.sha256(self._text(name).encode()).hexdigest()
            if self.facts.contents.get(name) != digest:
                raise StorageFailed(f"run {self.id}: {name} was changed since the run: nothing is decided on it")

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StorageFailed(f"run {self.id}: {name} cannot be read: {error}") from None

    def _read(self, name: str, decode: Callable[[Any], T]) -> T:
        try:
            return decode(loads(self._text(name)))
        except Undecodable as error:
            raise StorageFailed(f"run {self.id}: {name} was changed or damaged: {error}") from None

    def _read_lines(self, name: str, decode: Callable[[Any], T]) -> tuple[T, ...]:
        read = []
        for number, line in enumerate(self._text(name).split("\n"), start=1):
            try:
                read.extend([decode(loads(line))] if line.strip() else [])
            except Undecodable as error:
                raise StorageFailed(f"run {self.id}: {name}:{number} was changed or damaged: {error}") from None
        return tuple(read)


def load(folder: Path) -> SavedRun:
    """Open a finished run.

    Raises:
        UsageError: the run is going on, or was interrupted.
        StorageFailed: its manifest cannot be read.
    """
    run = SavedRun(folder)
    if not run.facts.is_complete:
        if is_held(folder):
            raise UsageError(f"run {run.id} is still going on")
        again = f"arena {run.facts.purpose} {run.facts.experiment.path}"
        raise UsageError(f"run {run.id} was interrupted", hint=f"{again} takes it up where it stopped")
    return run
