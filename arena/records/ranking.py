"""What a ranking of several variants returns: their strengths on one scale, and every pair by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arena.records.result import ExperimentRef, JudgeHealth, WinRate
from arena.stats.estimate import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedVariant:
    """One variant's place; None where the data give it none, with the reason."""

    name: str
    rating: float | None  # 1000 + 400·log10 of its strength: odds of 10 to 1 are 400 points
    interval: Interval | None  # of the rating; all variants' hold at once
    rank_set: tuple[int, ...]  # the ranks that the data leave open, all variants' at once; 1 is best
    log_strength: float | None  # natural logarithm; the log-strengths of all variants sum to 0
    standard_error: float | None  # of the log-strength
    mean_win_rate: float | None  # over the variants that it was compared with, each counting once
    failed: int  # calls for its answers
    reason: str | None = None  # why there is no rating, or no interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPair:
    """Two variants compared with each other alone."""

    first: str
    second: str
    win_rate: WinRate  # of the first; its interval holds with those of all other pairs at once
    p_adjusted: float | None  # Holm's, over the pairs
    better: str | None  # the one of the two that is proven better, all pairs at once; None: cannot tell
    consistency: float | None  # share of the order pairs that name the same outcome
    first_slot_share: float | None
    judgments: int
    unparseable: int
    failed: int  # judgments; failed calls for answers are in the win rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Variants each of which beats the next, and the last one the first: no order fits them."""

    variants: tuple[str, ...]
    win_rates: tuple[float, ...]  # of each against the next
    p_value: float | None  # the greatest adjusted p-value of its steps
    proven: bool  # each step is proven, all pairs at once


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFault:
    """Why variants cannot be put on one scale, and what to do about it."""

    kind: Literal["separated", "disconnected"]
    groups: tuple[tuple[str, ...], ...]  # separated: above, below; disconnected: each connected inside
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankResult:
    """What a ranking found."""

    schema_version: int
    kind: Literal["rank"]
    experiment: ExperimentRef | None
    source: str | None  # files of judgments; None: an experiment
    hypothesis: str | None
    headline: str
    variants: tuple[RankedVariant, ...]  # strongest first
    win_matrix: Mapping[str, Mapping[str, float | None]]  # row's win rate against column; None: not compared
    pairs: tuple[RankedPair, ...]  # in the order of `variants`
    cycles: tuple[Cycle, ...]  # the surest first
    fault: RankFault | None
    method: str
    log_ties: float | None  # log ν of Davidson's model
    level: float  # of all intervals and rank sets together
    cases: int
    clusters: int | None  # independent units; None: no case carries a cluster
    repeats: int
    judgments: int
    models: Mapping[str, str | None]  # by variant
    judge: JudgeHealth | None  # of all judges pooled, where there are several
    judges: tuple[JudgeHealth, ...]
    outcomes: Mapping[str, Mapping[str, int]]  # variant -> {"stop": 10, "failed:timeout": 2}
    cost_usd: float | None  # as first paid
    cost_reason: str | None
    determinism: str | None  # D0 … D3
    determinism_reason: str | None
    cases_needed: int | None
    cases_needed_note: str | None
    selection: str | None
    notes: tuple[str, ...] = ()
