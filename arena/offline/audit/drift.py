"""Two audits of one judge: has its agreement with people changed?"""

from arena.records.audit import Drift
from arena.stats.differences import square_and_add_interval
from arena.stats.estimate import Estimate

UNIT = "share"


def drift(now: Estimate, before: Estimate, *, earlier: str) -> Drift:
    """Return this agreement minus an earlier one, and whether the difference is beyond chance.

    Args:
        now: the agreement of this audit.
        before: of the earlier one.
        earlier: where that is from.
    """
    n = min(now.n, before.n)
    if now.value is None or before.value is None:
        difference = Estimate(value=None, interval=None, n=n, unit_of_measure=UNIT, reason=now.reason or before.reason)
        return Drift(earlier=earlier, agreement=before, difference=difference, significant=None)
    interval = square_and_add_interval(now, before)
    reason = None if interval else "an agreement has no interval"
    value = now.value - before.value
    return Drift(
        earlier=earlier,
        agreement=before,
        difference=Estimate(value=value, interval=interval, n=n, unit_of_measure=UNIT, reason=reason),
        significant=None if interval is None else not interval.low <= 0.0 <= interval.high,
    )
