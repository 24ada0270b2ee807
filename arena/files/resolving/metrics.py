"""The metrics that have a name, and what a declared one means: source, aggregate, unit, direction, limits."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, get_args

from arena.files.reading.amounts import Amount
from arena.files.reading.file_model import did_you_mean
from arena.files.shapes.experiment_file import MetricEntry
from arena.kinds import table as kinds
from arena.kinds.quantities import (
    CHECK_PASS_RATE,
    QUANTITIES,
    Quantity,
    axis_of,
    is_of_checks,
    named,
    names,
    quantity_of,
)
from arena.records.metric import Criterion, Limit, LimitKind, Metric
from arena.text.printable import printable

Direction = Literal["up", "down"]

_LIMITS: tuple[LimitKind, ...] = get_args(LimitKind)
_UNIT_NAMES = {"s": "seconds, e.g. 300ms or 1.2s", "USD": "dollars, e.g. $0.01", "share": "points, e.g. 5pp"}


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
    if entry.tag is not None:
        base = _tagged(base, entry)
    limits = tuple(
        _limit(kind, amount, base) for kind in _LIMITS if (amount := getattr(entry, kind)) is not None
    ) or _default_limits(entry, base)
    if limits and entry.role == "secondary":
        raise Refused("role", f"'{entry.name}' has a limit: say 'role: guardrail' or 'role: primary'")
    if entry.role == "primary" and len(limits) > 1:
        raise Refused("role", "a primary metric has one limit, such as above or not_worse")
    return replace(base, role=entry.role, limits=limits)


def _tagged(base: Metric, entry: MetricEntry) -> Metric:
    """Return a metric of the cases with a tag: those of the golden set, for users' events have none."""
    if entry.where not in (None, "offline"):
        raise Refused("where", f"a tag is of golden cases: write 'where: offline' for '{entry.name}', or leave it out")
    return replace(base, tag=entry.tag, where="offline")


def primary(name: str) -> Metric:
    """Return the primary metric that an experiment has when it declares none."""
    return resolve(MetricEntry.model_validate({"name": name, "role": "primary"}))


def _known(entry: MetricEntry) -> Metric:
    base = named(entry.name)
    assert base is not None
    for key in ("source", "aggregate", "unit", "direction", "check", "numerator", "denominator"):
        if getattr(entry, key):
            raise Refused(key, f"'{entry.name}' is a known metric: leave out '{key}', or choose a name of your own")
    return replace(base, where=entry.where or "both")


def _own(entry: MetricEntry) -> Metric:
    ratio = entry.numerator is not None or entry.denominator is not None
    if entry.check:
        return _own_check(entry)
    if entry.source is None and not ratio:
        hint = did_you_mean(entry.name, names())
        raise Refused(
            "name",
            f"unknown metric '{printable(entry.name)}'{hint}; "
            "a metric of your own needs 'check', or 'source' and 'direction'",
        )
    if ratio and (entry.numerator is None or entry.denominator is None or entry.source or entry.aggregate):
        raise Refused("name", "a ratio has 'numerator' and 'denominator', and neither 'source' nor 'aggregate'")
    return _own_ratio(entry) if entry.source is None else _own_source(entry, entry.source)


def _own_check(entry: MetricEntry) -> Metric:
    """Return the share of answers that pass the checks of these names; pass@k of them where that is the source."""
    if entry.numerator is not None or entry.denominator is not None:
        raise Refused("check", "a ratio is of users' events, and a check of answers: write one of them")
    source = entry.source or CHECK_PASS_RATE
    if not is_of_checks(source):
        raise Refused("source", f"'{printable(source)}' is not measured by checks: leave out 'source', or 'check'")
    return replace(_own_source(entry, source), checks=tuple(sorted(set(entry.check))))


def _own_source(entry: MetricEntry, source: str) -> Metric:
    known = quantity_of(source)
    aggregate = entry.aggregate or (known.aggregates[0] if known else "mean")
    if known and aggregate not in known.aggregates:
        raise Refused("aggregate", f"'{source}' has {' or '.join(known.aggregates)}")
    if known and entry.unit not in (None, known.unit):
        raise Refused("unit", f"'{source}' is measured in {known.unit}: leave out 'unit'")
    return Metric(
        name=entry.name,
        source=source,
        aggregate=aggregate,
        unit=entry.unit or (known.unit if known else "share" if aggregate == "rate" else "points"),
        direction=_direction(entry, known),
        where=_where(entry, source),
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
        f"{found}: expected {known}; say 'where: live' for what is measured on users, or 'check: NAME'",
    )


def _default_limits(entry: MetricEntry, base: Metric) -> tuple[Limit, ...]:
    if entry.role == "guardrail":
        example = "max_increase: 10%" if base.direction == "down" and base.unit != "share" else "max_drop: 5pp"
        if base.direction == "down" and base.unit == "share":
            example = "max: 1%"
        raise Refused("name", f"guardrail '{entry.name}' has no limit: give one, such as {example}")
    if entry.role == "secondary":
        return ()
    better = Limit(kind="above" if base.direction == "up" else "below", value=0.0)
    return (replace(better, value=Criterion(metric=base, limit=better).no_difference),)


def _limit(kind: LimitKind, amount: Amount, metric: Metric) -> Limit:
    """Return the limit in the metric's unit; refuse a kind or an amount that makes no sense for it."""
    _check_kind(kind, metric)
    value, relative = _in_unit(kind, amount, metric)
    limit = Limit(kind=kind, value=value, relative=relative)
    if value < 0:
        raise Refused(kind, f"expected an amount of 0 or more, found {amount.text}")
    if metric.unit == "share" and value > 1:
        raise Refused(kind, f"{amount.text} is more than 100%")
    if kinds.of(metric, limit).holds_always(Criterion(metric=metric, limit=limit)):
        raise Refused(kind, f"'{kind}: {amount.text}' would pass anything")
    return limit


#: Kinds of limit that bound the harmless side, and what is meant instead.
_WRONG_SIDE: dict[Direction, dict[LimitKind, LimitKind]] = {
    "up": {"max_increase": "max_drop", "below": "above", "max": "min"},
    "down": {"max_drop": "max_increase", "above": "below", "min": "max"},
}


def _check_kind(kind: LimitKind, metric: Metric) -> None:
    if instead := _WRONG_SIDE[metric.direction].get(kind):
        worse = "falling" if metric.direction == "up" else "rising"
        raise Refused(kind, f"{metric.name} gets worse by {worse}: use '{instead}'")
    if reason := kinds.of(metric).refused.get(kind):
        raise Refused(kind, reason)


def _in_unit(kind: LimitKind, amount: Amount, metric: Metric) -> tuple[float, bool]:
    limit = Limit(kind=kind, value=amount.value)
    absolute = Criterion(metric=metric, limit=limit).is_alone
    if amount.unit in ("", metric.unit):
        return amount.value, False
    if metric.unit == "share" and amount.unit == "pp" and not limit.is_alone:
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
            found.append((index, f"'{metric.label}' is the same metric as '{earlier.label}': declare it once"))
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
    measures = [(each.source, each.aggregate, each.checks) for each in (one, other)]
    return one.tag == other.tag and (one.name == other.name or measures[0] == measures[1])


def _unmeasurable(metric: Metric, axes: Collection[str], *, judged: bool, scored: bool, checked: bool) -> str | None:
    if not metric.is_offline:
        return None
    axis = axis_of(metric.source)
    if axis is not None:
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
