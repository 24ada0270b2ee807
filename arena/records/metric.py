"""Declared quantities, and what is decided about them. Data, not code."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["primary", "guardrail", "secondary"]
Decision = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One bound on a metric, in the metric's own unit, or relative to control.

    kind: above / below (treatment against a fixed threshold for win_rate, difference otherwise),
    not_worse, max_increase, max_drop (difference treatment − control), max, min (treatment alone).
    """

    kind: Literal["above", "below", "not_worse", "max_increase", "max_drop", "max", "min"]
    value: float  # 0.05 for 5pp, 0.3 for 300ms, 0.10 for a relative 10%
    relative: bool = False  # value is a fraction of control's level


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One declared metric.

    `source` is the per-completion quantity (latency_s, output_tokens, axis.clarity, win_rate …),
    `aggregate` how it becomes one number per arm (mean, p50, p95, p99, rate).
    """

    name: str
    source: str
    aggregate: Literal["mean", "p50", "p95", "p99", "rate", "ratio"]
    unit: str  # "s", "USD", "tokens", "share", "points"
    direction: Literal["up", "down"]  # which way is better
    role: Role = "secondary"
    limits: tuple[Limit, ...] = ()
    where: Literal["offline", "live", "both"] = "both"
    numerator: str | None = None
    denominator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A metric with one limit: what is decided."""

    metric: str
    role: Role
    limit: Limit
    direction: Literal["up", "down"]
    unit: str
