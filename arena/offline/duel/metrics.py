"""Every metric of a duel, from what was measured of each case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from arena.deciding.decide import decide
from arena.deciding.wording import limit_label
from arena.evidence.health import MOST_LOST
from arena.measuring.answers import Answers
from arena.measuring.measures import TIMED, Measured, PairedCase, comparable, is_share, paired, repeats_needed
from arena.offline.duel import settle
from arena.planning.provable import fewest_cases
from arena.records.case import Case
from arena.records.experiment import Experiment
from arena.records.metric import Criterion, Decision, Limit, Metric
from arena.records.result import MetricResult
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.estimate import Estimate
from arena.stats.means import mean_estimate
from arena.stats.multiplicity import benjamini_hochberg
from arena.stats.paired import (
    PairedDifference,
    binary_difference,
    bounded_difference,
    mean_difference,
    quantile_difference,
    ratio_of_means,
)
from arena.stats.quantiles import quantile_estimate

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
LEVELS_OF_AN_AXIS = (1.0, 5.0)
#: Shown when nobody declared them: what a prompt commonly changes besides its quality. Never times, which differ
#: from run to run: they belong to a result only where somebody asked for them.
ALWAYS_SHOWN = (
    Metric(name="check_pass_rate", source="check_pass_rate", aggregate="rate", unit="share", direction="up"),
    Metric(name="output_tokens_mean", source="output_tokens", aggregate="mean", unit="tokens", direction="down"),
    Metric(name="cost_usd_mean", source="cost_usd", aggregate="mean", unit="USD", direction="down"),
    Metric(name="error_rate", source="error_rate", aggregate="rate", unit="share", direction="down"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseValues:
    """One quantity of the cases in which both arms have it, as sequences of equal length."""

    cases: list[str]
    control: list[float]
    treatment: list[float]
    clusters: list[str | None]
    worst: tuple[list[float], list[float]]  # control and treatment if all that is open went against the treatment
    best: tuple[list[float], list[float]]
    of: int  # cases that were asked
    unmeasured: int = 0  # of those that could be compared

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is open."""
        return self.worst == (self.control, self.treatment) == self.best

    @property
    def is_unknown(self) -> bool:
        """Return whether every value of both arms is open."""
        return all(w != b for side in (0, 1) for w, b in zip(self.worst[side], self.best[side], strict=True))


def metric_results(
    experiment: Experiment,
    cases: Sequence[Case],
    answers: Answers,
    axes: Mapping[str, CaseValues],
    *,
    control: str,
    treatment: str,
) -> tuple[MetricResult, ...]:
    """Return every metric but the win rate: those declared for offline use, then those always shown.

    Args:
        experiment: whose metrics and α are used.
        cases: that were asked.
        answers: of the run.
        axes: the judged axes by name, for metrics named `axis.NAME`.
        control: the control's name.
        treatment: the treatment's name.

    Returns:
        One entry a metric and limit, in the order of the file. Secondary metrics are adjusted by
        Benjamini–Hochberg over all of them that are not times.
    """
    declared = declared_metrics(experiment)
    names = {metric.name for metric in declared}
    measured = {(metric.source, metric.aggregate) for metric in declared}
    found: list[MetricResult] = []
    for metric in (*declared, *(m for m in ALWAYS_SHOWN if (m.source, m.aggregate) not in measured)):
        values = measured_values(metric, cases, answers, axes, control=control, treatment=treatment)
        if metric.name in names or (values is not None and _tells_something(metric, values)):
            found += _results(metric, values, level=1.0 - experiment.gate.alpha)
    return _adjusted(found)


def declared_metrics(experiment: Experiment) -> list[Metric]:
    """Return the metrics that were declared for offline use, but the win rate."""
    return [m for m in experiment.metrics if m.is_offline and not m.is_win_rate]


def measured_values(
    metric: Metric,
    cases: Sequence[Case],
    answers: Answers,
    axes: Mapping[str, CaseValues],
    *,
    control: str,
    treatment: str,
) -> CaseValues | None:
    """Return a metric's values of the cases in which both arms have one; None for an axis that the rubric lacks."""
    if metric.source.startswith("axis."):
        return axes.get(metric.source.removeprefix("axis."))
    pairs = [(case.id, case.cluster) for case in cases]
    found = paired(metric.source, answers, pairs, control=control, treatment=treatment)
    values = values_of(found, metric, asked=len(cases))
    if len(found) == len(cases) or is_share(metric.source):  # a share is of the cases that have checks
        return values
    could_be = comparable(metric.source, answers, pairs, control=control, treatment=treatment)
    return replace(values, unmeasured=could_be - len(found))


def values_of(pairs: Sequence[PairedCase], metric: Metric, *, asked: int) -> CaseValues:
    """Return paired cases as sequences, with the worst and the best case for the treatment."""
    up = metric.direction == "up"

    def end(measured: Measured, high: bool) -> float:
        return measured.high if high else measured.low

    return CaseValues(
        cases=[pair.case for pair in pairs],
        control=[pair.control.value for pair in pairs],
        treatment=[pair.treatment.value for pair in pairs],
        clusters=[pair.cluster for pair in pairs],
        worst=([end(pair.control, up) for pair in pairs], [end(pair.treatment, not up) for pair in pairs]),
        best=([end(pair.control, not up) for pair in pairs], [end(pair.treatment, up) for pair in pairs]),
        of=asked,
    )


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
        judged = metric.source.startswith("axis.")
        return "no judgment could be read" if judged else "no check could be made of any answer"
    if metric.source in TIMED:
        return "no case was called in both arms in the same run; --refresh measures both"
    if metric.source == "check_pass_rate":
        return "no case has a check"
    if metric.source == "cost_usd":
        return "the price of a model is unknown"
    if (k := repeats_needed(metric.source)) > 1:
        return f"no case with checks has {k} answers in both arms; --repeats {k} asks for them"
    return "not measured in both arms"


def _undefined(metric: Metric, limit: Limit | None, reason: str) -> MetricResult:
    return MetricResult(
        name=metric.name,
        role=metric.role,
        unit=metric.unit,
        direction=metric.direction,
        control=None,
        treatment=None,
        difference=Estimate(value=None, interval=None, n=0, unit_of_measure=metric.unit, reason=reason),
        limit=limit,
        decision=None if limit is None else "inconclusive",
        note=reason,
        message=None
        if limit is None
        else f"{metric.name}: cannot tell whether {limit_of(metric, limit)} holds: {reason}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One limit of one metric on some values: what was estimated, and what that decides."""

    difference: PairedDifference
    alone: Estimate | None  # of the treatment, where the limit is on it
    decision: Decision | None  # None without a limit
    message: str | None = None  # what was decided and why

    @property
    def decided_on(self) -> Estimate:
        """Return the estimate that the limit is on."""
        return self.alone or self.difference.estimate


def decided(metric: Metric, limit: Limit | None, values: CaseValues, *, level: float) -> Decided:
    """Estimate a metric by the method of its kind, and decide its limit."""
    difference = _difference(metric, limit, values.control, values.treatment, values.clusters, level)
    if limit is None:
        return Decided(difference=difference, alone=None, decision=None)
    alone = _alone(metric, values, level) if limit.is_alone else None
    found = decide(
        alone or difference.estimate,
        _criterion(metric, limit),
        worst_case=None if values.is_complete else _worst_case(metric, limit, values, level),
        sign_flip_p=difference.p_value,
        alpha=1.0 - level,
    )
    return Decided(difference=difference, alone=alone, decision=found.outcome, message=found.message)


def limit_of(metric: Metric, limit: Limit) -> str:
    """Return a metric's limit in words."""
    return limit_label(_criterion(metric, limit))


def _criterion(metric: Metric, limit: Limit) -> Criterion:
    return Criterion(metric=metric, limit=limit)


def _result(metric: Metric, limit: Limit | None, values: CaseValues, level: float) -> MetricResult:
    found = decided(metric, limit, values, level=level)
    notes = [f"measured in {len(values.control)} of {values.of} cases"] if len(values.control) < values.of else []
    if limit is not None and found.decision == "inconclusive":
        notes.insert(0, _what_settles_it(_criterion(metric, limit), metric, values, found.decided_on, level))
    found = _withheld(found, values)
    difference, alone, decision = found.difference, found.alone, found.decision
    return MetricResult(
        name=metric.name,
        role=metric.role,
        unit=metric.unit,
        direction=metric.direction,
        control=difference.control,
        treatment=difference.treatment,
        difference=difference.estimate,
        limit=limit,
        decision=decision,
        # A time differs from run to run, and so would everything that is adjusted together with it.
        p_value=None if metric.source in TIMED else difference.p_value,
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
    needed = fewest_cases(metric, criterion, alpha=1.0 - level)
    if needed is not None and decided_on.n < needed:
        return f"needs at least {needed:,} cases; there are {decided_on.n:,}"
    alone = criterion.limit.is_alone
    mean_of = values.treatment if alone else [b - a for a, b in zip(values.control, values.treatment, strict=True)]
    settled = settle.for_metric(
        criterion,
        decided_on,
        mean_of,
        bounds=_bounds(metric, criterion.limit, alone=alone),
        clusters=values.clusters,
        level=level,
    )
    return settle.sentence(settled, len(mean_of)) or "cannot tell yet"


def _bounds(metric: Metric, limit: Limit, *, alone: bool) -> tuple[float, float] | None:
    if limit.relative or metric.aggregate in QUANTILES:
        return None
    if is_share(metric.source):
        return (0.0, 1.0) if alone else (-1.0, 1.0)
    if metric.source.startswith("axis."):
        low, high = LEVELS_OF_AN_AXIS
        return (low, high) if alone else (low - high, high - low)
    return None


def _difference(
    metric: Metric,
    limit: Limit | None,
    control: Sequence[float],
    treatment: Sequence[float],
    clusters: Sequence[str | None],
    level: float,
) -> PairedDifference:
    """Return the paired difference by the method of the metric's kind: share, axis, quantile, mean."""
    relative = limit.relative if limit is not None else metric.source in ("cost_usd", "output_tokens")
    if is_share(metric.source) and not relative:
        return binary_difference(control, treatment, clusters=clusters, level=level)
    if metric.source.startswith("axis.") and not relative:
        low, high = LEVELS_OF_AN_AXIS
        return bounded_difference(control, treatment, low=low, high=high, clusters=clusters, level=level)
    if metric.aggregate in QUANTILES:
        probability = QUANTILES[metric.aggregate]
        return quantile_difference(
            control, treatment, probability, unit=metric.unit, relative=relative, clusters=clusters, level=level
        )
    if relative:
        return ratio_of_means(control, treatment, clusters=clusters, level=level)
    return mean_difference(control, treatment, unit=metric.unit, clusters=clusters, level=level)


def _worst_case(metric: Metric, limit: Limit, values: CaseValues, level: float) -> tuple[Estimate, Estimate]:
    """Return the estimate if all that is open had gone against the treatment, and if it had gone for it."""
    if limit.is_alone:
        against, in_favour = (_share_alone(arms[1], values.clusters, level) for arms in (values.worst, values.best))
        return against, in_favour
    against, in_favour = (
        _difference(metric, limit, *arms, values.clusters, level).estimate for arms in (values.worst, values.best)
    )
    return against, in_favour


def _alone(metric: Metric, values: CaseValues, level: float) -> Estimate:
    """Return the treatment's own level with its interval."""
    if is_share(metric.source):
        return _share_alone(values.treatment, values.clusters, level)
    if metric.source.startswith("axis."):
        low, high = LEVELS_OF_AN_AXIS
        return _bounded_alone(values.treatment, values.clusters, level, low=low, high=high, unit=metric.unit)
    if metric.aggregate in QUANTILES:
        probability = QUANTILES[metric.aggregate]
        return quantile_estimate(values.treatment, probability, unit=metric.unit, clusters=values.clusters, level=level)
    return mean_estimate(values.treatment, unit=metric.unit, clusters=values.clusters, level=level)


def _share_alone(values: Sequence[float], clusters: Sequence[str | None], level: float) -> Estimate:
    return _bounded_alone(values, clusters, level, low=0.0, high=1.0, unit="share")


def _bounded_alone(
    values: Sequence[float], clusters: Sequence[str | None], level: float, *, low: float, high: float, unit: str
) -> Estimate:
    return Estimate(
        value=sum(values) / len(values),
        interval=clustered_gaffke_interval(values, clusters, low=low, high=high, level=level),
        n=len({cluster for cluster in clusters if cluster is not None}) + sum(one is None for one in clusters),
        unit_of_measure=unit,
    )


def _adjusted(results: Sequence[MetricResult]) -> tuple[MetricResult, ...]:
    secondary = [i for i, one in enumerate(results) if one.role == "secondary"]
    adjusted = benjamini_hochberg([results[i].p_value for i in secondary])
    by_place = dict(zip(secondary, adjusted, strict=True))
    return tuple(replace(one, p_adjusted=by_place.get(i)) for i, one in enumerate(results))
