"""What a person said about two answers shown without their names."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One rater's word on one case."""

    case: str
    winner: str  # a variant's name, or "tie"
    rater: str = ""
    repeat: int | None = None  # of the answers, from 0; None: whichever the case has
    first: str | None = None  # the variant shown on the left, where that is known
    answers: str | None = None  # digest of both texts that were shown: 16 hex digits; a label holds for these alone
    note: str = ""


def answers_digest(case: str, texts: Mapping[str, str]) -> str:
    """Return the 16 hex digits that name the answers a person compared: a label holds for these texts alone.

    Args:
        case: The case's id.
        texts: The text of each variant's answer, by the variant's name; the order of the names doesn't matter.

    >>> answers_digest("late", {"control": "Hi.", "treatment": "Hello."})
    'c317363940d812af'
    """
    parts = [case, *(part for name in sorted(texts) for part in (name, texts[name]))]
    canonical = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
