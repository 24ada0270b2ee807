"""A run folder while its run is going: created or adopted, locked, finished."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from arena.errors import ArenaError
from arena.records.answered import Answered
from arena.records.call import SettingReport
from arena.records.codec import dumps
from arena.records.experiment import Experiment
from arena.records.gate import DuelOrGate
from arena.records.judgment import Judgment
from arena.records.ranking import RankResult
from arena.records.result import SCHEMA_VERSION
from arena.records.run import ExperimentFacts, Purpose, RunFacts, Spending
from arena.records.run_options import RunOptions
from arena.runs.facts import facts_to_json
from arena.runs.home import MANIFEST, prepare_home, read_facts, run_folders
from arena.runs.lock import Lock, acquire
from arena.runs.provenance import git_state, versions
from arena.runs.results import result_to_json
from arena.runs.rows import (
    completion_to_json,
    in_order_of_completions,
    in_order_of_judgments,
    judgment_to_json,
)
from arena.runs.snapshot import experiment_to_json
from arena.runs.storage import storage_errors, write_whole

COMPLETIONS = "completions.jsonl"
JUDGMENTS = "judgments.jsonl"
RESULT = "result.json"
EXPERIMENT = "experiment.json"

LONGEST_NAME = 60

Clock = Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class RunFolder:
    """One run of one experiment: a folder that this process holds the lock of.

    As a context manager it lets go of the lock at the end; a run that was not finished stays
    unfinished and is adopted by the next one of the same experiment and options.
    """

    path: Path
    facts: RunFacts
    adopted: bool  # an interrupted run, taken up again
    clock: Clock
    lock: Lock = field(repr=False)

    @property
    def id(self) -> str:
        """Return the run's name, e.g. `20261122-1104-support-bot`."""
        return self.path.name

    def finish(
        self,
        result: DuelOrGate | RankResult,
        *,
        completions: Iterable[Answered],
        judgments: Iterable[Judgment],
        spending: Spending,
    ) -> None:
        """Write everything the run found and mark it complete, in this order.

        Raises:
            StorageFailed: the disk is full or the folder read-only; the run stays unfinished.
        """
        rows = in_order_of_completions(completions)
        contents = {
            COMPLETIONS: self._write_lines(COMPLETIONS, (completion_to_json(row) for row in rows)),
            JUDGMENTS: self._write_lines(JUDGMENTS, map(judgment_to_json, in_order_of_judgments(judgments))),
        }
        self._write(RESULT, result_to_json(result))
        self.facts = replace(
            self.facts,
            status="complete",
            finished=_timestamp(self.clock()),
            contents=contents,
            models_requested=_models(rows, "model_requested"),
            models_returned=_models(rows, "model_returned"),
            decoding=_decoding(rows),
            spending=spending,
        )
        self.write_manifest()

    def write_manifest(self) -> None:
        """Write the facts as they stand.

        Raises:
            StorageFailed: the disk is full or the folder read-only.
        """
        self._write(MANIFEST, facts_to_json(self.facts))

    def close(self) -> None:
        """Let go of the lock."""
        self.lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is not None and not isinstance(error, ArenaError):
            error.add_note(f"run folder: {self.path}")

    def _write(self, name: str, data: Any) -> None:
        write_whole(self.path / name, (dumps(data, indent=1), "\n"))

    def _write_lines(self, name: str, lines: Iterable[Any]) -> str:
        """Write one line each and return their sha256."""
        digest = hashlib.sha256()

        def written() -> Iterator[str]:
            for line in lines:
                text = dumps(line) + "\n"
                digest.update(text.encode())
                yield text

        write_whole(self.path / name, written())
        return digest.hexdigest()


def open_run(experiment: Experiment, *, options: RunOptions, purpose: Purpose = "duel", clock: Clock) -> RunFolder:
    """Take up the unfinished run of this experiment and these options, or create a new one.

    Args:
        experiment: what is run; its root holds `.arena/`.
        options: what was asked on the command line; those that choose what is asked make the run what it is.
        purpose: what is done with the answers: likewise.
        clock: the time of day, with a time zone; its local reading names the folder.

    Raises:
        StorageFailed: the folder cannot be written.
    """
    prepare_home(Path(experiment.root))
    asked = options.identifying
    return _adopt(experiment, asked, purpose, clock) or _create(experiment, asked, purpose, clock)


def _adopt(experiment: Experiment, options: RunOptions, purpose: Purpose, clock: Clock) -> RunFolder | None:
    for path, _ in run_folders(Path(experiment.root)):
        if not _is_unfinished(read_facts(path), experiment, options, purpose):
            continue
        lock = acquire(path)
        if lock is None:
            continue
        facts = read_facts(path)  # again: it may have been finished before the lock was ours
        if facts is not None and _is_unfinished(facts, experiment, options, purpose):
            return RunFolder(path=path, facts=facts, adopted=True, clock=clock, lock=lock)
        lock.release()
    return None


def _is_unfinished(facts: RunFacts | None, experiment: Experiment, options: RunOptions, purpose: Purpose) -> bool:
    return (
        facts is not None
        and not facts.is_complete
        and facts.experiment.hash == experiment.hash
        and (facts.options, facts.purpose) == (options, purpose)
    )


def _create(experiment: Experiment, options: RunOptions, purpose: Purpose, clock: Clock) -> RunFolder:
    started = clock()
    root = Path(experiment.root)
    path = _new_folder(prepare_home(root), f"{started:%Y%m%d-%H%M}-{_folder_name(experiment.name)}")
    lock = acquire(path)
    if lock is None:  # another process adopted the folder in the instant before it was locked
        return _create(experiment, options, purpose, clock)
    facts = RunFacts(
        schema_version=SCHEMA_VERSION,
        run=path.name,
        status="running",
        started=_timestamp(started),
        experiment=ExperimentFacts(name=experiment.name, hash=experiment.hash, path=experiment.path),
        files={each.path: each.sha256 for each in experiment.files},
        versions=versions(),
        git=git_state(root),
        options=options,
        purpose=purpose,
    )
    run = RunFolder(path=path, facts=facts, adopted=False, clock=clock, lock=lock)
    run._write(EXPERIMENT, experiment_to_json(experiment))
    run.write_manifest()
    return run


def _new_folder(runs: Path, name: str) -> Path:
    number = 1
    while True:
        path = runs / (name if number == 1 else f"{name}-{number}")
        with storage_errors(path, "create"):
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                number += 1
                continue
            path.chmod(0o700)
            return path


def _folder_name(name: str) -> str:
    plain = re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip("-.")[:LONGEST_NAME]
    return plain or "experiment"


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _models(rows: Iterable[Answered], which: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        model = getattr(row.answer, which, None)
        found.setdefault(row.variant, set()).update({model} if model else ())
    return {variant: tuple(sorted(models)) for variant, models in sorted(found.items())}


def _decoding(rows: Iterable[Answered]) -> dict[str, tuple[SettingReport, ...]]:
    """Return each variant's settings as requested, sent and honoured, each different report once."""
    found: dict[str, dict[str, SettingReport]] = {}
    for row in rows:
        settings = row.completion.settings if row.completion else ()
        reports = found.setdefault(row.variant, {})
        for setting in settings:
            reports.setdefault(repr(setting), setting)
    return {variant: tuple(reports[key] for key in sorted(reports)) for variant, reports in sorted(found.items())}
