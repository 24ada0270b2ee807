"""What people are asked to compare, and how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from arena.records.call import ToolCall
from arena.records.case import Case, Document
from arena.records.label import answers_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPair:
    """Both answers to one case, to be shown without the names of their variants."""

    case: Case
    answers: Mapping[str, str]  # variant -> the text of its answer
    tool_calls: Mapping[str, tuple[ToolCall, ...]]  # variant -> what it asked for besides
    context: tuple[Document, ...] = ()  # every document that either variant was shown, each once
    repeat: int = 0

    @property
    def digest(self) -> str:
        """Return the 16 hex digits that name both texts."""
        return answers_digest(self.case.id, self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleChoice:
    """Which part of the cases a rater was given: each case is drawn with the same probability."""

    size: int
    of: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterProgress:
    """How far one rater is with the cases that were chosen."""

    rater: str
    seed: int | None  # of the order of cases and of sides; None: labelled elsewhere alone
    labelled: int
    skipped: int
    left: int  # neither labelled nor skipped
    sample: SampleChoice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSummary:
    """What stands in a run's labels: every rater's progress."""

    schema_version: int
    kind: Literal["label"]
    run: str
    labels: str  # path of the file
    cases: int  # chosen, with two answers
    without_pair: int  # cases that cannot be compared: an answer failed
    raters: tuple[RaterProgress, ...]
    imported: Mapping[str, int] | None = None  # how many labels of a file were new, replaced, known, unverified
