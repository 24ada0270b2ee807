"""One grader's value for one completion."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One check's outcome. A grader that failed has an error and no value; it is never a 0."""

    check: str  # the check's key, e.g. "contains"
    passed: bool | None  # None when the grader failed
    reason: str  # what was found, for a person
    value: float | None = None  # a measured quantity, e.g. a word count
    unit: str | None = None
    error: str | None = None
    cost_usd: float | None = 0.0  # of a judged check, as first paid; None when unknown
    name: str | None = None  # of a check that has one

    @property
    def label(self) -> str:
        """Return what its check is called: its name, else its key."""
        return self.name or self.check
