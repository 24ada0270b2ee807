"""Wilcoxon's signed-rank test, with the cases that did not change ranked as Pratt does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from arena.stats.clusters import Floats
from arena.stats.sign_flip import sign_flip


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRank:
    """The sums of ranks of either sign, and how improbable they are where either sign is as likely."""

    positive: float  # sum of the ranks of deltas above 0
    negative: float  # of those below 0
    n: int  # deltas other than 0
    zeros: int
    p_value: float  # two-sided
    method: str  # how the p-value was computed


def signed_rank(deltas: Sequence[float] | npt.ArrayLike, *, zeros: Literal["pratt", "drop"] = "pratt") -> SignedRank:
    """Test whether deltas are symmetric about 0 by their signed ranks, two-sided.

    Ranks are of the magnitudes, equal ones share their mean rank. Pratt (JASA 1959;54:655) ranks zeros with the others
    and then leaves them out: dropping them first, as Wilcoxon did, can turn a significant loss into a gain when a delta
    grows. Given the ranks, each sign is a fair coin: the p-value is the sign-flip of the signed ranks, exact with ties
    and zeros for any n up to about 200, a saddlepoint approximation beyond that says so in `method`.

    Args:
        deltas: one a case, in any unit; at least one.
        zeros: "pratt", or "drop" to leave zeros out before ranking.

    Returns:
        A p-value of 1 where all deltas are 0.

    Raises:
        ValueError: no deltas, or one that is not finite.

    >>> found = signed_rank([1, 1, 0, -1, 2, 1])
    >>> found.positive, found.negative, round(found.p_value, 9)
    (16.5, 3.5, 0.3125)
    """
    values = np.asarray(deltas, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0 or not np.isfinite(values).all():
        raise ValueError("a signed-rank test needs at least one delta, all of them finite")
    changed = values[values != 0.0]
    ranks = _mid_ranks(np.abs(changed))
    if zeros == "pratt":
        ranks += len(values) - len(changed)
    signed = np.sign(changed) * ranks
    flipped = sign_flip(signed if len(signed) else np.zeros(1))
    return SignedRank(
        positive=float(ranks[changed > 0.0].sum()),
        negative=float(ranks[changed < 0.0].sum()),
        n=len(changed),
        zeros=len(values) - len(changed),
        p_value=flipped.p_value,
        method=flipped.method,
    )


def _mid_ranks(values: Floats) -> Floats:
    """Return ranks from 1, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[place], dtype=np.float64)
