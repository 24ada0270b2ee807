"""One score a case, with its bounds: from a score such as 8-2-1, or from judgments."""

import re
from dataclasses import dataclass

import numpy as np

from arena.errors import UsageError
from arena.evidence.merge import Comparisons
from arena.evidence.shares import labels
from arena.stats.clusters import Floats

MOST_CASES = 10_000_000
_SCORE = re.compile(r"(\d{1,12})[-–](\d{1,12})(?:[-–](\d{1,12}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What every case says, as columns."""

    scores: Floats  # the treatment's share, 0 to 1
    lows: Floats  # if everything missing had gone against the treatment
    highs: Floats
    clusters: list[int | None] | None  # None: no case carries one
    control_failed: int = 0  # cases
    treatment_failed: int = 0


def is_score(text: str) -> bool:
    """Return whether `text` is wins-losses or wins-losses-ties.

    >>> is_score("8-2"), is_score("8-2-1"), is_score("judgments.jsonl")
    (True, True, False)
    """
    return _SCORE.fullmatch(text) is not None


def from_score(text: str) -> Compared:
    """Return the cases of a score: wins-losses or wins-losses-ties.

    Raises:
        UsageError: it is no score, of no case, or of more than ten million.

    >>> from_score("1-0-1").scores.tolist()
    [1.0, 0.5]
    """
    found = _SCORE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text}: expected wins-losses or wins-losses-ties, e.g. 8-2 or 8-2-1")
    wins, losses, ties = (int(part or 0) for part in found.groups())
    if not 0 < wins + losses + ties <= MOST_CASES:
        many = "nothing was compared" if wins + losses + ties == 0 else f"more than {MOST_CASES:,} cases"
        raise UsageError(f"{text}: {many}")
    scores = np.repeat([1.0, 0.0, 0.5], [wins, losses, ties])
    return Compared(scores=scores, lows=scores, highs=scores, clusters=None)


def compared(comparisons: Comparisons) -> Compared:
    """Return the cases of merged judgments of two variants."""
    return Compared(
        scores=comparisons.scores,
        lows=comparisons.lows,
        highs=comparisons.highs,
        clusters=labels(comparisons.cluster),
    )
