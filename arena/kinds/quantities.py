"""What can be measured of one completion or one case, and the metrics that have a name."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from arena.kinds.table import SPREAD
from arena.records.metric import WIN_RATE, Metric


@dataclass(frozen=True, slots=True)
class Quantity:
    """What can be measured of one completion or one case."""

    unit: str
    direction: Literal["up", "down"]
    aggregates: tuple[str, ...]  # the first is meant where a name says none
    timed: bool = False  # differs from run to run: compared only where both arms were called in the same one
    relative: bool = False  # its change is told relative to control where no limit says otherwise
    unmeasured: str = "not measured in both arms"  # why there may be no value

    @property
    def is_share(self) -> bool:
        """Return whether it is a share of answers: an arm's failed call is that arm's loss in it."""
        return self.aggregates == ("rate",)


CHECK_PASS_RATE = "check_pass_rate"
_SHARE = Quantity("share", "up", ("rate",), unmeasured="no case has a check")
_BAD = Quantity("share", "down", ("rate",))
_AXIS = Quantity("points", "up", ("mean",))
_TIME = Quantity(
    "s",
    "down",
    SPREAD,
    timed=True,
    unmeasured="no case was called in both arms in the same run; --refresh measures both",
)

#: Source to quantity.
QUANTITIES: dict[str, Quantity] = {
    "latency_s": _TIME,
    "ttft_s": _TIME,
    "tpot_s": _TIME,
    "itl_s": _TIME,
    "output_tokens": Quantity("tokens", "down", SPREAD, relative=True),
    "cost_usd": Quantity("USD", "down", SPREAD, relative=True, unmeasured="the price of a model is unknown"),
    "error_rate": _BAD,
    "empty_rate": _BAD,
    CHECK_PASS_RATE: _SHARE,
    WIN_RATE: Quantity("share", "up", ("mean",)),
}
#: pass@3: one of three answers passes its checks; pass^3: all three do.
_TRIALS = re.compile(r"pass([@^])([1-9][0-9]{0,2})")


@cache
def quantity_of(source: str) -> Quantity | None:
    """Return what a source measures offline; None for one that no completion or judgment holds."""
    if axis_of(source) is not None:
        return _AXIS
    return QUANTITIES.get(source) if trials_of(source) is None else _SHARE


def is_measured_in(source: str, unit: str) -> bool:
    """Return whether a source is a quantity of answers that has this unit; what users' events hold is none.

    >>> is_measured_in("output_tokens", "tokens"), is_measured_in("billed_tokens", "tokens")
    (True, False)
    """
    quantity = quantity_of(source)
    return quantity is not None and quantity.unit == unit


def is_timed(source: str) -> bool:
    """Return whether a quantity differs from run to run, as times do."""
    quantity = quantity_of(source)
    return quantity is not None and quantity.timed


def is_share(source: str) -> bool:
    """Return whether a quantity is a share of answers, from 0 to 1."""
    quantity = quantity_of(source)
    return quantity is not None and quantity.is_share


def axis_of(source: str) -> str | None:
    """Return the axis whose score a source is; None for every other source.

    >>> axis_of("axis.clarity"), axis_of("axis."), axis_of("latency_s")
    ('clarity', None, None)
    """
    prefix, _, axis = source.partition("axis.")
    return axis if axis and not prefix else None


@cache
def trials_of(source: str) -> tuple[Literal["any", "all"], int] | None:
    """Return whether any or all of how many answers to a case must pass; None for every other source.

    >>> trials_of("pass@3"), trials_of("pass^2"), trials_of("latency_s")
    (('any', 3), ('all', 2), None)
    """
    found = _TRIALS.fullmatch(source)
    return None if found is None else ("any" if found[1] == "@" else "all", int(found[2]))


def repeats_needed(source: str) -> int:
    """Return how many answers to a case a quantity needs at least: k for pass@k and pass^k, else 1."""
    trials = trials_of(source)
    return 1 if trials is None else trials[1]


def is_of_checks(source: str) -> bool:
    """Return whether a quantity follows from the checks: check_pass_rate, pass@k, pass^k."""
    return source == CHECK_PASS_RATE or trials_of(source) is not None


def named(name: str) -> Metric | None:
    """Return the metric of a known name, without role and limits; None for another name.

    >>> named("latency_s_p95").aggregate, named("cost_usd").aggregate, named("axis.clarity").unit
    ('p95', 'mean', 'points')
    """
    if measured := quantity_of(name):
        return _metric(name, name, measured, measured.aggregates[0])
    source, _, ending = name.rpartition("_")
    quantity = QUANTITIES.get(source)
    if quantity is None or ending not in quantity.aggregates or len(quantity.aggregates) == 1:
        return None
    return _metric(name, source, quantity, ending)


def own_source(metric: Metric) -> str | None:
    """Return what stands behind a metric that has a name of its own; None where the name says it."""
    return None if named(metric.name) else metric.source


def _metric(name: str, source: str, quantity: Quantity, aggregate: str) -> Metric:
    return Metric(name=name, source=source, aggregate=aggregate, unit=quantity.unit, direction=quantity.direction)


def names() -> list[str]:
    """Return every known name but the axes'."""
    spread = [f"{source}_{a}" for source, q in QUANTITIES.items() if len(q.aggregates) > 1 for a in q.aggregates]
    return [*QUANTITIES, *spread, "pass@3", "pass^3"]
