"""What a tally of judgments returns: the keys of a duel's result, and its answer in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arena.records.metric import Decision
from arena.records.result import AxisResult, FlaggedRecount, JudgeHealth, MetricResult, WinRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What chance alone does: a prompt that changes nothing, judged as often as this one."""

    as_extreme: float | None  # share of runs that look at least this good (or bad); None where nothing leans
    rule: str  # the rule that is in common use
    ships_coin_flip: float | None  # share of runs in which the rule holds for a prompt that changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeWinRate:
    """The win rate by one judge alone."""

    judge: str
    win_rate: WinRate
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantScores:
    """How one variant did by itself, where another tool's checks scored it."""

    name: str
    role: Literal["control", "treatment"]
    cases: int  # that it was asked
    passed: int
    failed: int  # calls without an answer
    mean_score: float | None  # over the cases that have a score


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyResult:
    """What judgments say: the statistics of a duel, where nothing was asked of any model."""

    schema_version: int
    kind: Literal["tally"]
    experiment: None
    run: None
    source: str  # "8-2", or the files
    control: str
    treatment: str
    cases: int
    judgments: int | None  # None: only the outcomes are known
    headline: tuple[str, ...]  # the answer, a sentence each
    win_rate: WinRate
    win_rate_decision: Decision
    chance: Chance
    axes: tuple[AxisResult, ...] | None
    metrics: tuple[MetricResult, ...]
    judge: JudgeHealth | None  # of all judges pooled, where there are several
    judges: tuple[JudgeHealth, ...]
    by_judge: tuple[JudgeWinRate, ...]  # where there are several
    variants: tuple[VariantScores, ...]
    calls: Mapping[str, int] | None
    cost_usd: None
    determinism: None
    cases_needed: int | None
    cases_needed_note: str | None
    early_stop: None
    flagged_recount: FlaggedRecount | None = None  # None: no answer is suspected
    notes: tuple[str, ...] = ()
