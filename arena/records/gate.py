"""What a gate says: a verdict, its reasons as data, and the duel that it rests on."""

from dataclasses import dataclass
from typing import Literal

from arena.records.metric import Decision, Limit
from arena.records.result import DuelResult
from arena.stats.estimate import Estimate

Advice = Literal["ship treatment", "hold treatment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of a verdict: what was asked, what was found, what that decides."""

    criterion: str  # "win_rate above 50%", "must_pass safety", "judge" …
    decision: Decision
    estimate: Estimate | None  # what the limit is on; None where nothing is estimated
    limit: Limit | None
    message: str  # one line


@dataclass(frozen=True, slots=True, kw_only=True)
class MustPass:
    """The treatment's cases of one tag of which none may fail."""

    tag: str
    cases: int
    failed: tuple[str, ...]  # ids: a check or the call failed
    unknown: tuple[str, ...]  # ids: a check could not be made, so nobody knows
    at_most: float | None  # the share of such cases that may still fail, 1 − (α/2)^(1/n); None when one failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Pass, fail or inconclusive, and why."""

    decision: Decision
    reasons: tuple[Reason, ...]  # those that keep it from passing first

    @property
    def advice(self) -> Advice:
        """Return what follows: only what is proved is shipped."""
        return "ship treatment" if self.decision == "pass" else "hold treatment"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """A verdict, and the duel on the gate's cases that it rests on; in JSON the keys of both stand side by side."""

    kind: Literal["gate"] = "gate"
    duel: DuelResult  # of nothing, where nothing was sent
    verdict: Verdict
    must_pass: tuple[MustPass, ...]
    sent: bool  # False: the verdict was known before anything was asked
    sealed: bool  # the cases are held out by a split: their texts stay out of what a pull request shows

    @property
    def decision(self) -> Decision:
        """Return what is decided."""
        return self.verdict.decision


DuelOrGate = DuelResult | GateResult


def duel_of(result: DuelOrGate) -> DuelResult:
    """Return a duel, or the one that a gate's verdict rests on."""
    return result.duel if isinstance(result, GateResult) else result
