"""What label swaps say of a decision: how often it would raise a false alarm."""

from dataclasses import dataclass
from typing import Literal

from arena.records.result import ExperimentRef
from arena.stats.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyResult:
    """A rule of the user's own, beside the experiment's decision."""

    rule: str  # "win_rate > 0.5"
    ships: Estimate  # how often it ships a prompt that changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class AAResult:
    """How often a decision names a winner or a loser where labels mean nothing."""

    schema_version: int
    kind: Literal["aa"]
    experiment: ExperimentRef
    run: str
    units: int  # independent: cases, or clusters where cases share one
    draws: int
    exact: bool  # every way to swap the labels was counted
    criteria: tuple[str, ...]  # the metrics whose limits make the decision
    false_pass: Estimate
    false_fail: Estimate
    policy: PolicyResult | None
    notes: tuple[str, ...]
