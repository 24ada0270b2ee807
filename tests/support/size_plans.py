"""What a plan of a test comes to."""

from arena.records.plans import SizePlan


def total(plan: SizePlan) -> int:
    """Return the units of a plan that has some."""
    assert plan.total is not None, plan.reason
    return plan.total
