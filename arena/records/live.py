"""The live part of an experiment: who is exposed to what and when, and what the data are looked at for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

StageKind = Literal["shadow", "canary", "ab"]
Spending = Literal["obrien-fleming", "pocock", "hwang-shih-decani", "power"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchback:
    """Time itself is randomised: everybody is in one arm for a block, and its beginning is left out."""

    block_s: float
    washout_s: float = 0.0  # shorter than the block


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of exposure."""

    kind: StageKind
    share: float | None  # of traffic in the shadow, else of units in the treatment; None: the stage is left out
    starts: date | None = None  # None: not planned yet
    skipped: str | None = None  # why it is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPlan:
    """When the data may be looked at, and what each look costs."""

    fractions: tuple[float, ...]  # of the planned units, rising to 1
    spending: Spending = "obrien-fleming"
    z: tuple[float, ...] | None = None  # registered boundaries instead of a spending function


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailAction:
    """What is done when a metric breaks its limit while users are exposed; the limit is the metric's own."""

    windows: int  # consecutive ones that must break it
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventColumns:
    """Which columns of the event table hold what; None: there is none."""

    unit: str
    variant: str
    time: str
    trace_id: str | None = None
    arm_hash: str | None = None
    cluster: str | None = None
    shown_first: str | None = None
    cache_state: str | None = None
    pre: Mapping[str, str] = field(default_factory=dict)  # metric -> its value before the test
    segments: Mapping[str, str] = field(default_factory=dict)  # segment -> column


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRun:
    """The offline gate that was passed first, or why there was none: one of the two."""

    run: str | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePlan:
    """What is registered of a test on users before the first of them is exposed."""

    randomize_by: str | Switchback  # the unit that is assigned, and counted; or blocks of time
    salt: str | None = None  # None: assignment by the unit alone
    units: int | None = None  # planned in all: a look's fraction is of these
    stages: tuple[Stage, ...] = ()  # in order
    ends: date | None = None
    outcome_within_s: float | None = None  # a unit counts once it is this old
    overrides: Mapping[str, str] = field(default_factory=dict)  # unit -> variant: served, never analysed
    looks: LookPlan | None = None
    burn_in_days: int = 0
    segments: tuple[str, ...] = ()
    guardrails: Mapping[str, GuardrailAction] = field(default_factory=dict)  # by metric
    columns: EventColumns | None = None
    gate_run: GateRun | None = None
