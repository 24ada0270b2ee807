"""The facts of a run: what is known of it beside its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from arena.records.call import SettingReport
from arena.records.run_options import RunOptions

Purpose = Literal["duel", "gate", "rank"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFacts:
    """Which experiment was run, and where its file stands."""

    name: str
    hash: str
    path: str  # relative to the project's root


@dataclass(frozen=True, slots=True, kw_only=True)
class GitState:
    """The commit that the project stood at."""

    commit: str  # 40 hex digits
    dirty: bool  # tracked files differ from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often the same cases decided before, this time included."""

    known: int | None  # None: this machine has no ledger yet
    false_pass: float | None  # chance that at least one of so many attempts with nothing to find passes
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a run cost, as far as it does not follow from experiment and answers."""

    made: int  # calls sent
    cached: int  # answers that were there already
    failed: int  # calls without an answer
    paid_usd: float | None  # None: a price is unknown
    seconds: float
    replay: str | None  # how far this run repeats others: D0 when nothing was called, else the answers' grade


NOTHING_SPENT = Spending(made=0, cached=0, failed=0, paid_usd=0.0, seconds=0.0, replay="D0")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Everything that manifest.json says. What only an end can tell is empty while the run is going."""

    schema_version: int
    run: str  # the name of its folder
    status: Literal["running", "complete"]
    started: str  # ISO 8601, UTC
    experiment: ExperimentFacts
    files: Mapping[str, str]  # path -> sha256 of all that the experiment was read from
    versions: Mapping[str, str]  # of arena, Python and each installed SDK
    git: GitState | None  # None: outside a repository
    options: RunOptions  # those that choose what is asked; the others at their defaults
    purpose: Purpose = "duel"
    attempts: Attempts | None = None  # of a gate that was decided

    finished: str | None = None
    contents: Mapping[str, str] = field(default_factory=dict)  # file -> sha256 of what the run wrote
    models_requested: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by variant
    models_returned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decoding: Mapping[str, tuple[SettingReport, ...]] = field(default_factory=dict)  # each different report once
    spending: Spending | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether the run came to its end."""
        return self.status == "complete"
