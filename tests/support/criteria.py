"""Metrics, criteria and estimates, in one line each."""

from typing import Any

from arena.deciding.decide import criteria
from arena.kinds import table as kinds
from arena.records.metric import Criterion, Limit, Metric
from arena.stats.estimate import Estimate, Interval

_UNITS = {
    "win_rate": ("share", "up", "mean"),
    "check_pass_rate": ("share", "up", "rate"),
    "error_rate": ("share", "down", "rate"),
    "latency_s_p95": ("s", "down", "p95"),
    "latency_s_p50": ("s", "down", "p50"),
    "cost_usd": ("USD", "down", "mean"),
    "output_tokens": ("tokens", "down", "mean"),
    "axis.clarity": ("points", "up", "mean"),
}


def metric(name: str, kind: Any, value: float, *, relative: bool = False, where: Any = "both") -> Metric:
    """Return a known metric with one limit."""
    unit, direction, aggregate = _UNITS[name]
    source = name.removesuffix("_p95").removesuffix("_p50")
    fields: Any = {"unit": unit, "direction": direction, "aggregate": aggregate}
    limit = Limit(kind=kind, value=value, relative=relative)
    return Metric(name=name, source=source, role="guardrail", limits=(limit,), where=where, **fields)


def criterion(name: str, kind: Any, value: float, *, relative: bool = False) -> Criterion:
    """Return the criterion of a known metric with one limit."""
    return criteria(metric(name, kind, value, relative=relative))[0]


def fewest_cases(metric: Metric, criterion: Criterion, *, alpha: float = 0.05) -> int | None:
    """Return the fewest cases at which a limit could pass on perfect data."""
    return kinds.of(metric, criterion.limit).fewest(criterion, alpha=alpha)


def estimate(low: float, high: float, value: float | None = None, *, n: int = 40) -> Estimate:
    """Return an estimate with this interval, its value in the middle unless given."""
    interval = Interval(low=low, high=high, level=0.95, method="gaffke")
    middle = (low + high) / 2 if value is None else value
    return Estimate(value=middle, interval=interval, n=n, unit_of_measure="share")
