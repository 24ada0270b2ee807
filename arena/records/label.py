"""What a person said about two answers shown without their names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One rater's word on one case."""

    case: str
    winner: str  # a variant's name, or "tie"
    rater: str = ""
    repeat: int = 0
    first: str | None = None  # the variant shown on the left, where that is known
    answers: str | None = None  # digest of both texts that were shown: 16 hex digits; a label holds for these alone
    note: str = ""
