"""The win rate as results carry it, for duels and tallies alike."""

from arena.records.result import WinRate, WorstCase
from arena.stats.preference import Preference


def described(found: Preference, *, control_failed: int, treatment_failed: int) -> WinRate:
    """Return a preference with the failures that are counted in it.

    Args:
        found: of the cases, failures included.
        control_failed: cases in which the control's call failed.
        treatment_failed: cases in which the treatment's call failed.
    """
    return WinRate(
        value=found.value,
        interval=found.interval,
        n=found.n,
        unit_of_measure="share",
        reason=found.reason,
        standard_error=found.standard_error,
        p_value=found.p_value,
        p_method=found.p_method,
        cases=found.cases,
        clusters=found.clusters,
        wins=found.wins,
        losses=found.losses,
        ties=found.ties,
        failed={"control": control_failed, "treatment": treatment_failed},
        worst_case=worst_case(found),
    )


def worst_case(found: Preference) -> WorstCase:
    """Return the interval's ends if everything missing had gone one way and the other; 0 and 1 for no case."""
    low, high = found.worst_case_low, found.worst_case_high
    return WorstCase(low=0.0 if low is None else low, high=1.0 if high is None else high)
