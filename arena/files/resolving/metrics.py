"""The metrics that have a name, and what a declared one means: source, aggregate, unit, direction, limits."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from arena.files.reading.amounts import Amount
from arena.files.reading.file_model import did_you_mean
from arena.files.shapes.experiment_file import MetricEntry
from arena.records.metric import Limit, Metric
from arena.text.printable import printable

Direction = Literal["up", "down"]
Aggregate = Literal["mean", "p50", "p95", "p99", "rate", "ratio"]
LimitKind = Literal["above", "below", "not_worse", "max_increase", "max_drop", "max", "min"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What can be measured of one completion or one case."""

    unit: str
    direction: Direction
    aggregates: tuple[Aggregate, ...]


_SPREAD: tuple[Aggregate, ...] = ("mean", "p50", "p95", "p99")

#: Source to quantity. The first aggregate is meant where a name says none.
QUANTITIES: dict[str, Quantity] = {
    "latency_s": Quantity("s", "down", _SPREAD),
    "ttft_s": Quantity("s", "down", _SPREAD),
    "tpot_s": Quantity("s", "down", _SPREAD),
    "itl_s": Quantity("s", "down", _SPREAD),
    "output_tokens": Quantity("tokens", "down", _SPREAD),
    "cost_usd": Quantity("USD", "down", _SPREAD),
    "error_rate": Quantity("share", "down", ("rate",)),
    "empty_rate": Quantity("share", "down", ("rate",)),
    "check_pass_rate": Quantity("share", "up", ("rate",)),
    "win_rate": Quantity("share", "up", ("mean",)),
}
_AXIS = Quantity("points", "up", ("mean",))
#: pass@3: one of three answers passes its checks; pass^3: all three do.
_PASS = re.compile(r"pass[@^][1-9][0-9]{0,2}")
_SHARE = Quantity("share", "up", ("rate",))
_LIMITS: tuple[LimitKind, ...] = ("above", "below", "not_worse", "max_increase", "max_drop", "max", "min")
_UNIT_NAMES = {"s": "seconds, e.g. 300ms or 1.2s", "USD": "dollars, e.g. $0.01", "share": "points, e.g. 5pp"}


def named(name: str) -> Metric | None:
    """Return the metric of a known name, without role and limits; None for another name.

    >>> named("latency_s_p95").aggregate, named("cost_usd").aggregate, named("axis.clarity").unit
    ('p95', 'mean', 'points')
    """
    if measured := quantity_of(name):
        return _metric(name, name, measured, measured.aggregates[0])
    source, _, ending = name.rpartition("_")
    quantity = QUANTITIES.get(source)
    for aggregate in quantity.aggregates if quantity else ():
        if aggregate == ending != "rate":
            assert quantity is not None
            return _metric(name, source, quantity, aggregate)
    return None


def quantity_of(source: str) -> Quantity | None:
    """Return what a source measures offline; None for one that no completion or judgment holds."""
    if source.startswith("axis.") and len(source) > len("axis."):
        return _AXIS
    return _SHARE if _PASS.fullmatch(source) else QUANTITIES.get(source)


def _metric(name: str, source: str, quantity: Quantity, aggregate: Aggregate) -> Metric:
    return Metric(name=name, source=source, aggregate=aggregate, unit=quantity.unit, direction=quantity.direction)


def is_of_checks(source: str) -> bool:
    """Return whether a quantity follows from the checks: check_pass_rate, pass@k, pass^k."""
    return source == "check_pass_rate" or _PASS.fullmatch(source) is not None


def names() -> list[str]:
    """Return every known name but the axes'."""
    spread = [f"{source}_{a}" for source, q in QUANTITIES.items() if len(q.aggregates) > 1 for a in q.aggregates]
    return [*QUANTITIES, *spread, "pass@3", "pass^3"]


class Refused(ValueError):
    """One metric that cannot mean anything; `key` is the key at fault."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def resolve(entry: MetricEntry) -> Metric:
    """Return the metric that an entry declares, every default made explicit.

    Raises:
        Refused: unknown, contradictory, or with a limit that its unit does not know.
    """
    base = _known(entry) if named(entry.name) else _own(entry)
    limits = tuple(
        _limit(kind, amount, base) for kind in _LIMITS if (amount := getattr(entry, kind)) is not None
    ) or _default_limits(entry, base)
    if limits and entry.role == "secondary":
        raise Refused("role", f"'{entry.name}' has a limit: say 'role: guardrail' or 'role: primary'")
    if entry.role == "primary" and len(limits) > 1:
        raise Refused("role", "a primary metric has one limit, such as above or not_worse")
    return Metric(
        name=entry.name,
        source=base.source,
        aggregate=base.aggregate,
        unit=base.unit,
        direction=base.direction,
        role=entry.role,
        limits=limits,
        where=base.where,
        numerator=base.numerator,
        denominator=base.denominator,
    )


def primary(name: str) -> Metric:
    """Return the primary metric that an experiment has when it declares none."""
    return resolve(MetricEntry.model_validate({"name": name, "role": "primary"}))


def _known(entry: MetricEntry) -> Metric:
    base = named(entry.name)
    assert base is not None
    for key in ("source", "aggregate", "unit", "direction", "numerator", "denominator"):
        if getattr(entry, key) is not None:
            raise Refused(key, f"'{entry.name}' is a known metric: leave out '{key}', or choose a name of your own")
    return _placed(base, entry.where or "both")


def _own(entry: MetricEntry) -> Metric:
    ratio = entry.numerator is not None or entry.denominator is not None
    if entry.source is None and not ratio:
        hint = did_you_mean(entry.name, names())
        raise Refused(
            "name",
            f"unknown metric '{printable(entry.name)}'{hint}; a metric of your own needs 'source' and 'direction'",
        )
    if ratio and (entry.numerator is None or entry.denominator is None or entry.source or entry.aggregate):
        raise Refused("name", "a ratio has 'numerator' and 'denominator', and neither 'source' nor 'aggregate'")
    return _own_ratio(entry) if ratio else _own_source(entry)


def _own_source(entry: MetricEntry) -> Metric:
    assert entry.source is not None
    known = quantity_of(entry.source)
    aggregate = entry.aggregate or (known.aggregates[0] if known else "mean")
    if known and aggregate not in known.aggregates:
        raise Refused("aggregate", f"'{entry.source}' has {' or '.join(known.aggregates)}")
    if known and entry.unit not in (None, known.unit):
        raise Refused("unit", f"'{entry.source}' is measured in {known.unit}: leave out 'unit'")
    return Metric(
        name=entry.name,
        source=entry.source,
        aggregate=aggregate,
        unit=entry.unit or (known.unit if known else "share" if aggregate == "rate" else "points"),
        direction=_direction(entry, known),
        where=_where(entry, entry.source),
    )


def _own_ratio(entry: MetricEntry) -> Metric:
    assert entry.numerator is not None
    assert entry.denominator is not None
    if entry.where != "live":
        raise Refused("name", "a ratio is decided on live events alone: say 'where: live'")
    top = QUANTITIES.get(entry.numerator)
    return Metric(
        name=entry.name,
        source=entry.name,
        aggregate="ratio",
        unit=entry.unit or (top.unit if top else "points"),
        direction=_direction(entry, None),
        where="live",
        numerator=entry.numerator,
        denominator=entry.denominator,
    )


def _direction(entry: MetricEntry, known: Quantity | None) -> Direction:
    if known and known.unit != "tokens" and entry.direction not in (None, known.direction):
        raise Refused("direction", f"'{entry.source}' is better {known.direction}: leave out 'direction'")
    direction = entry.direction or (known.direction if known else None)
    if direction is None:
        raise Refused("name", f"'{entry.name}' needs 'direction: up' or 'direction: down': which way is better?")
    return direction


def _where(entry: MetricEntry, source: str) -> Literal["offline", "live", "both"]:
    """Return where a metric of one's own is decided: what no completion holds comes from live events only.

    That has to be said: a criterion that an author takes to be decided offline, and nothing measures there, would pass.
    """
    if quantity_of(source) or entry.where == "live":
        return entry.where or "both"
    found = f"'{printable(source)}' is not measured offline{did_you_mean(source, QUANTITIES)}"
    known = f"{', '.join(QUANTITIES)} or axis.NAME"
    raise Refused(
        "where" if entry.where else "source",
        f"{found}: expected {known}; say 'where: live' for what is measured on users",
    )


def _placed(base: Metric, where: Literal["offline", "live", "both"]) -> Metric:
    return Metric(
        name=base.name,
        source=base.source,
        aggregate=base.aggregate,
        unit=base.unit,
        direction=base.direction,
        where=where,
    )


def _default_limits(entry: MetricEntry, base: Metric) -> tuple[Limit, ...]:
    if entry.role == "guardrail":
        example = "max_increase: 10%" if base.direction == "down" and base.unit != "share" else "max_drop: 5pp"
        if base.direction == "down" and base.unit == "share":
            example = "max: 1%"
        raise Refused("name", f"guardrail '{entry.name}' has no limit: give one, such as {example}")
    if entry.role == "secondary":
        return ()
    if base.is_win_rate:
        return (Limit(kind="above", value=0.5),)
    return (Limit(kind="above" if base.direction == "up" else "below", value=0.0),)


def _limit(kind: LimitKind, amount: Amount, metric: Metric) -> Limit:
    """Return the limit in the metric's unit; refuse a kind or an amount that makes no sense for it."""
    _check_direction(kind, metric)
    value, relative = _in_unit(kind, amount, metric)
    if value < 0:
        raise Refused(kind, f"expected an amount of 0 or more, found {amount.text}")
    if metric.unit == "share" and value > 1:
        raise Refused(kind, f"{amount.text} is more than 100%")
    if metric.is_win_rate and kind == "not_worse" and value >= 0.5:
        raise Refused(kind, "a win rate can be at most 50pp worse than even")
    if metric.unit == "share" and _holds_always(kind, value, metric):
        raise Refused(kind, f"'{kind}: {amount.text}' would pass anything")
    return Limit(kind=kind, value=value, relative=relative)


def _holds_always(kind: LimitKind, value: float, metric: Metric) -> bool:
    """Return whether every share keeps to a limit: a gate that asks no more proves nothing."""
    if kind == "min" or (kind == "above" and metric.is_win_rate):
        return value == 0.0
    return kind in ("max", "max_drop", "max_increase", "not_worse") and value == 1.0


#: Kinds of limit that bound the harmless side, and what is meant instead.
_WRONG_SIDE: dict[Direction, dict[LimitKind, LimitKind]] = {
    "up": {"max_increase": "max_drop", "below": "above", "max": "min"},
    "down": {"max_drop": "max_increase", "above": "below", "min": "max"},
}


def _check_direction(kind: LimitKind, metric: Metric) -> None:
    if instead := _WRONG_SIDE[metric.direction].get(kind):
        worse = "falling" if metric.direction == "up" else "rising"
        raise Refused(kind, f"{metric.name} gets worse by {worse}: use '{instead}'")
    if metric.is_win_rate and kind == "max_drop":
        raise Refused(kind, "a win rate already compares the arms: use 'above: 0.5' or 'not_worse: 5pp'")


def _in_unit(kind: LimitKind, amount: Amount, metric: Metric) -> tuple[float, bool]:
    absolute = kind in ("max", "min") or (metric.is_win_rate and kind in ("above", "below"))
    if amount.unit in ("", metric.unit):
        return amount.value, False
    if metric.unit == "share" and amount.unit == "pp" and not (absolute and kind in ("max", "min")):
        return amount.value, False
    if metric.unit == "share" and amount.unit == "%":
        if absolute:
            return amount.value, False
        points = amount.text.rstrip("% ")
        raise Refused(kind, f"{amount.text} of a share could mean two things: write {points}pp for percentage points")
    if amount.unit == "%" and metric.unit != "points":
        if absolute:
            raise Refused(
                kind, f"{amount.text} of what? '{kind}' bounds {metric.name} itself: write {_unit_name(metric)}"
            )
        return amount.value, True
    raise Refused(kind, f"{amount.text} does not fit {metric.name}: expected {_unit_name(metric)}")


def _unit_name(metric: Metric) -> str:
    return _UNIT_NAMES.get(metric.unit, f"a bare number ({metric.unit})")


def conflicts(
    metrics: list[Metric], *, axes: Collection[str], judged: bool, scored: bool, checked: bool
) -> list[tuple[int, str]]:
    """Return (index, message) of each metric that contradicts another one or the experiment.

    Args:
        metrics: As declared, in order.
        axes: The rubric's axis names.
        judged: Whether there is a judge.
        scored: Whether a judge scores axes.
        checked: Whether there is any check.
    """
    found: list[tuple[int, str]] = []
    first_primary: str | None = None
    for index, metric in enumerate(metrics):
        if earlier := next((one for one in metrics[:index] if _is_same(metric, one)), None):
            found.append((index, f"'{metric.name}' is the same metric as '{earlier.name}': declare it once"))
        if metric.role == "primary":
            if first_primary is not None:
                found.append(
                    (index, f"a second primary metric beside '{first_primary}': make one a guardrail or secondary")
                )
            first_primary = first_primary or metric.name
        if problem := _unmeasurable(metric, axes, judged=judged, scored=scored, checked=checked):
            found.append((index, problem))
    return found


def _is_same(one: Metric, other: Metric) -> bool:
    """Return whether two metrics are decided in one place and measure the same, or are told apart by nothing there."""
    if "both" not in (one.where, other.where) and one.where != other.where:
        return False
    measures = [(each.source, each.aggregate) for each in (one, other)]
    return one.name == other.name or measures[0] == measures[1]


def _unmeasurable(metric: Metric, axes: Collection[str], *, judged: bool, scored: bool, checked: bool) -> str | None:
    if not metric.is_offline:
        return None
    if metric.source.startswith("axis."):
        axis = metric.source.removeprefix("axis.")
        if axis not in axes:
            known = f" (axes: {', '.join(axes)})"
            return f"the rubric has no axis '{printable(axis)}'{did_you_mean(axis, axes) or known}"
        if not judged:
            return f"'{metric.name}' needs a judge: declare 'judge'"
        if not scored:
            return f"'{metric.name}' needs a judge that scores axes: leave out 'axes: none'"
    if metric.is_win_rate and not judged:
        return f"'{metric.name}' needs a judge: declare 'judge', or make check_pass_rate the primary metric"
    if is_of_checks(metric.source) and not checked:
        return f"'{metric.source}' needs checks: declare 'checks' here or in the cases"
    return None
