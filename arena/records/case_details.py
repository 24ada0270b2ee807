"""One case in detail: what was asked, what both variants answered, and what was said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arena.records.answered import Answered
from arena.records.case import Case, Document
from arena.records.judgment import Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetails:
    """Everything that a run of two variants knows about one case."""

    case: Case
    context: Mapping[str, tuple[Document, ...]]  # variant -> the documents that it was shown
    answers: Mapping[str, tuple[Answered, ...]]  # variant -> one a repeat
    judgments: tuple[Judgment, ...]
    outcome: Literal["win", "loss", "tie"] | None  # of the treatment; None: neither judged nor checked
    score: float | None  # the treatment's share, 0 to 1; None where no judge decides
    consistent: bool | None  # both orders name the same outcome; None when not both were read

    def first_answer(self, variant: str) -> str | None:
        """Return what a variant answered the first time that it did; None where every call failed."""
        rows = self.answers[variant]
        return next((row.completion.text for row in rows if row.completion is not None), None)

    @property
    def failed_calls(self) -> int:
        """Return how many of its answers could not be had."""
        return sum(row.failure is not None for rows in self.answers.values() for row in rows)
