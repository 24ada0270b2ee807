"""What to do with a judge that agrees with people so often."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from arena.deciding.wording import quantity
from arena.records.audit import Action
from arena.stats.estimate import Estimate

DEFAULT = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The policy's decision, and how sure it is."""

    action: Action
    decided: bool  # whether the interval keeps to the side on which the value is
    needed: int | None  # labelled cases that would settle it at this agreement; None: it is settled, or none would
    note: str | None


def ruling(agreement: Estimate, policy: float) -> Ruling:
    """Return what the policy says: below it the judge is recalibrated, from it on its trend is watched.

    The agreement itself decides. Where its interval holds the policy, the note says how many labelled cases would tell
    the two apart: n = z²·p(1 − p)/(agreement − p)², at which Wilson's interval leaves the policy p outside.

    Args:
        agreement: with a value.
        policy: the least agreement, in [0, 1].

    >>> from arena.stats.proportions import wilson_interval
    >>> found = Estimate(value=0.75, interval=wilson_interval(6, 8), n=8, unit_of_measure="share")
    >>> (ruling(found, 0.8).action, ruling(found, 0.8).needed)
    ('recalibrate judge', 246)
    """
    value, interval = agreement.value or 0.0, agreement.interval
    action: Action = "recalibrate judge" if value < policy else "enable trend monitoring"
    if interval is None or not interval.low < policy <= interval.high:
        return Ruling(action=action, decided=True, needed=None, note=None)
    cannot = f"{agreement.n:,} labelled cases cannot tell whether the agreement is below {quantity(policy, 'share')}"
    if value == policy:
        return Ruling(action=action, decided=False, needed=None, note=f"{cannot}: it is at the policy itself")
    z = NormalDist().inv_cdf((1.0 + interval.level) / 2.0)
    needed = max(math.ceil(z * z * policy * (1.0 - policy) / (value - policy) ** 2 - 1e-9), agreement.n + 1)
    note = f"{cannot}; about {needed:,} would, if it stays at {quantity(value, 'share')}"
    return Ruling(action=action, decided=False, needed=needed, note=note)
