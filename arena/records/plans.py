"""What a live test will take: its size, and when it may be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionSize:
    """How many cases one criterion of a duel needs."""

    criterion: str  # "check_pass_rate max_drop 2pp"
    role: str
    cases: int | None  # for this criterion alone; None: no number of cases is enough
    at_best: int | None  # on perfect data
    power: float | None  # with the cases of the whole plan
    assumed: str  # what is taken to be true of it, in words
    drives: bool = False  # needs the most
    reason: str | None = None  # why there is no number


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePlan:
    """How many units a test needs."""

    schema_version: int
    kind: str  # "size"
    unit: str  # "conversations", "units" or "cases"
    per_arm: Mapping[str, int | None]
    total: int | None  # None: no number is enough, for `reason`
    formula: str  # its name and source
    inputs: Mapping[str, float | int | str | bool | None]  # as used, defaults included
    power: float | None  # with so many units
    days: int | None  # whole weeks, 7 days each; None: nobody said how much traffic there is
    weeks: int | None
    power_curve: tuple[tuple[int, float], ...]  # units of the control arm, power
    notes: tuple[str, ...]
    criteria: tuple[CriterionSize, ...] = ()  # of a duel that decides several things at once
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a running test."""

    fraction: float  # of the planned information
    z: float  # the test stops at this |z| or beyond
    p_nominal: float  # two-sided p-value of z
    alpha_spent: float  # false-positive rate up to and with this look


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksPlan:
    """When a test may be looked at, and what the looks cost."""

    schema_version: int
    kind: str  # "looks_plan"
    spending: str
    alpha: float  # two-sided, of all looks together
    power: float  # at which the inflation is computed
    looks: tuple[Look, ...]
    inflation: float  # units of the whole schedule, as a multiple of a test of one look


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksCheck:
    """The false-positive rate that a typed schedule really has."""

    schema_version: int
    kind: str  # "looks_check"
    alpha: float  # true, two-sided
    intended: float
    within: bool  # alpha is at most the intended one, to the printed digits of z
    looks: tuple[Look, ...]
    factor: float | None  # every z times this would keep to what was intended; None: they do already
    warnings: tuple[str, ...]
