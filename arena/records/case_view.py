"""A run's cases as they are looked at: one a line, or one with everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from arena.records.answered import Answered
from arena.records.case import Case, Message
from arena.records.judgment import Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One line of the list of cases."""

    case: str
    input: str
    outcome: Literal["win", "loss", "tie"] | None  # None: no judge
    score: float | None  # the treatment's share
    consistent: bool | None
    failed_calls: int
    checks: Mapping[str, str]  # variant -> "3/4": checks passed of those that could be read
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """Everything that a run knows about one case."""

    run: str
    case: Case
    arms: tuple[str, ...]  # control and treatment; of a ranking all variants
    prompts: Mapping[str, Sequence[Message]]  # variant -> the messages that it sent; none where it had none
    answers: Mapping[str, Sequence[Answered]]  # variant -> one a repeat
    judgments: Sequence[Judgment]
    line: CaseLine
