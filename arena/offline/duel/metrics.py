"""Every metric of a duel, from what was measured of each case."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from arena.evidence.health import MOST_LOST
from arena.kinds import table as kinds
from arena.kinds.quantities import axis_of, is_timed, own_source, quantity_of, repeats_needed
from arena.measuring.decided import Decided, decided, limit_of
from arena.measuring.values import CaseValues, declared_metrics
from arena.planning.cases_needed import cases_needed_bounded, cases_needed_unbounded, sentence
from arena.records.experiment import Experiment
from arena.records.metric import Criterion, Limit, Metric
from arena.records.result import MetricResult
from arena.stats.estimate import Estimate
from arena.stats.multiplicity import benjamini_hochberg

#: Shown when nobody declared them: what a prompt commonly changes besides its quality. Never times, which differ
#: from run to run: they belong to a result only where somebody asked for them.
ALWAYS_SHOWN = (
    Metric(name="check_pass_rate", source="check_pass_rate", aggregate="rate", unit="share", direction="up"),
    Metric(name="output_tokens_mean", source="output_tokens", aggregate="mean", unit="tokens", direction="down"),
    Metric(name="cost_usd_mean", source="cost_usd", aggregate="mean", unit="USD", direction="down"),
    Metric(name="error_rate", source="error_rate", aggregate="rate", unit="share", direction="down"),
)


def metric_results(
    experiment: Experiment, values_of: Callable[[Metric], CaseValues | None]
) -> tuple[MetricResult, ...]:
    """Return every metric but the win rate: those declared for offline use, then those always shown.

    Args:
        experiment: whose metrics and α are used.
        values_of: a metric to its values; None for an axis that the rubric lacks.

    Returns:
        One entry a metric and limit, in the order of the file. Secondary metrics are adjusted by
        Benjamini–Hochberg over all of them that are not times.
    """
    declared = declared_metrics(experiment)
    measured = {(metric.source, metric.aggregate) for metric in declared if metric.tag is None and not metric.checks}
    found: list[MetricResult] = []
    for metric in (*declared, *(m for m in ALWAYS_SHOWN if (m.source, m.aggregate) not in measured)):
        values = values_of(metric)
        if metric in declared or (values is not None and _tells_something(metric, values)):
            found += _results(metric, values, level=1.0 - experiment.gate.alpha)
    return _adjusted(found)


def _tells_something(metric: Metric, values: CaseValues) -> bool:
    """Return whether a metric that nobody asked for is worth a line: not all of it is 0, or 0 is bad news."""
    return any(values.control) or any(values.treatment) or (metric.direction == "up" and bool(values.control))


def _results(metric: Metric, values: CaseValues | None, *, level: float) -> list[MetricResult]:
    if values is None or not values.control or values.is_unknown:
        reason = _why_undefined(metric, measured=values is not None and bool(values.control))
        return [_undefined(metric, limit, reason) for limit in metric.limits or (None,)]
    return [_result(metric, limit, values, level) for limit in metric.limits or (None,)]


def _why_undefined(metric: Metric, *, measured: bool) -> str:
    """Return why there is no number: nothing was measured, or all that was is open."""
    if measured:
        return "no judgment could be read" if axis_of(metric.source) else "no check could be made of any answer"
    if metric.checks:
        return f"no case has the check {' or '.join(map(repr, metric.checks))}"
    if (k := repeats_needed(metric.source)) > 1:
        return f"no case with checks has {k} answers in both arms; --repeats {k} asks for them"
    quantity = quantity_of(metric.source)
    assert quantity is not None  # what nothing offline measures is refused when the experiment is read
    return quantity.unmeasured


def _undefined(metric: Metric, limit: Limit | None, reason: str) -> MetricResult:
    return MetricResult(
        name=metric.name,
        role=metric.role,
        unit=metric.unit,
        direction=metric.direction,
        source=own_source(metric),
        tag=metric.tag,
        checks=metric.checks,
        control=None,
        treatment=None,
        difference=Estimate(value=None, interval=None, n=0, unit_of_measure=metric.unit, reason=reason),
        limit=limit,
        decision=None if limit is None else "inconclusive",
        note=reason,
        message=None
        if limit is None
        else f"{metric.label}: cannot tell whether {limit_of(metric, limit)} holds: {reason}",
    )


def _result(metric: Metric, limit: Limit | None, values: CaseValues, level: float) -> MetricResult:
    found = decided(metric, limit, values, level=level)
    notes = [f"measured in {len(values.control)} of {values.of} cases"] if len(values.control) < values.of else []
    if limit is not None and found.decision == "inconclusive":
        notes.insert(
            0, _what_settles_it(Criterion(metric=metric, limit=limit), metric, values, found.decided_on, level)
        )
    found = _withheld(found, values)
    difference, alone, decision = found.difference, found.alone, found.decision
    return MetricResult(
        name=metric.name,
        role=metric.role,
        unit=metric.unit,
        direction=metric.direction,
        source=own_source(metric),
        tag=metric.tag,
        checks=metric.checks,
        control=difference.control,
        treatment=difference.treatment,
        difference=difference.estimate,
        limit=limit,
        decision=decision,
        # A time differs from run to run, and so would everything that is adjusted together with it.
        p_value=None if is_timed(metric.source) else difference.p_value,
        note="; ".join(notes) or None,
        level=alone,
        message=found.message,
    )


def _withheld(found: Decided, values: CaseValues) -> Decided:
    """Return what was decided; nothing where more was not measured than may be lost, which is seldom lost by chance."""
    could_be = len(values.control) + values.unmeasured
    if found.decision in (None, "inconclusive") or values.unmeasured <= MOST_LOST * could_be:
        return found
    message = f"{found.message}; measured in {len(values.control)} of {values.of} cases: nothing is decided"
    return replace(found, decision="inconclusive", message=message)


def _what_settles_it(
    criterion: Criterion, metric: Metric, values: CaseValues, decided_on: Estimate, level: float
) -> str:
    """Return why a criterion is undecided: too few for any answer of its kind, else how many would do."""
    kind = kinds.of(metric, criterion.limit)
    fewest = kind.fewest(criterion, alpha=1.0 - level)
    if fewest is not None and decided_on.n < fewest:
        return f"needs at least {fewest:,} cases; there are {decided_on.n:,}"
    rule = kind.rule(criterion)
    if rule is None:
        needed = cases_needed_unbounded(decided_on, criterion, cases=len(values.control))
    else:
        mean_of = values.treatment if criterion.limit.is_alone else values.arms.differences
        needed = cases_needed_bounded(
            mean_of, criterion, low=rule.low, high=rule.high, clusters=values.clusters, level=level
        )
    return sentence(needed, len(values.control)) or "cannot tell yet"


def _adjusted(results: Sequence[MetricResult]) -> tuple[MetricResult, ...]:
    secondary = [i for i, one in enumerate(results) if one.role == "secondary"]
    adjusted = benjamini_hochberg([results[i].p_value for i in secondary])
    by_place = dict(zip(secondary, adjusted, strict=True))
    return tuple(replace(one, p_adjusted=by_place.get(i)) for i, one in enumerate(results))
