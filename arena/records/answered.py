"""One answer to one case by one variant, with its scores: a row of completions.jsonl."""

from dataclasses import dataclass

from arena.records.call import Answer, CallFailure, Completion
from arena.records.score import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer, or the failure to get one, with the scores of its checks."""

    case: str
    variant: str
    repeat: int
    answer: Answer
    scores: tuple[Score, ...] = ()

    @property
    def completion(self) -> Completion | None:
        """Return the completion; None when the call failed."""
        return self.answer if isinstance(self.answer, Completion) else None

    @property
    def failure(self) -> CallFailure | None:
        """Return the failure; None when there is an answer."""
        return self.answer if isinstance(self.answer, CallFailure) else None
