"""What every inferred number is: a value with its interval. Imports neither numpy nor scipy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval for one quantity."""

    low: float
    high: float
    level: float  # 0.95 for a 95% interval
    method: str  # e.g. "gaffke", "clopper-pearson", "fieller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value, how sure we are of it, and from how much evidence.

    What is undefined is None with a reason, never a number.
    """

    value: float | None
    interval: Interval | None
    n: int  # independent units of evidence: cases, or clusters where cases share one
    unit_of_measure: str  # "share", "points", "USD", "s", "tokens", "ratio"
    reason: str | None = None  # why value or interval is None, or why no verdict may be drawn from them
