"""Declared quantities, and what is decided about them. Data, not code."""

from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["primary", "guardrail", "secondary"]
#: The source of a win rate; what it is called is its author's choice.
WIN_RATE = "win_rate"
Decision = Literal["pass", "fail", "inconclusive"]


LimitKind = Literal["above", "below", "not_worse", "max_increase", "max_drop", "max", "min"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One bound on a metric, in the metric's own unit, or relative to control.

    kind: above / below (treatment against a fixed threshold for win_rate, difference otherwise),
    not_worse, max_increase, max_drop (difference treatment − control), max, min (treatment alone).
    """

    kind: LimitKind
    value: float  # 0.05 for 5pp, 0.3 for 300ms, 0.10 for a relative 10%
    relative: bool = False  # value is a fraction of control's level

    @property
    def is_alone(self) -> bool:
        """Return whether it bounds the treatment itself, whatever control has."""
        return self.kind in ("max", "min")

    @property
    def is_superiority(self) -> bool:
        """Return whether it asks the treatment to be better; what is on the limit is not."""
        return self.kind in ("above", "below")


def labelled(name: str, tag: str | None) -> str:
    """Return what a metric is called.

    >>> labelled("win_rate", None), labelled("win_rate", "safety")
    ('win_rate', 'win_rate (safety)')
    """
    return name if tag is None else f"{name} ({tag})"


class Decidable(Protocol):
    """What a criterion knows of its metric: one that is declared, or one of a result."""

    @property
    def label(self) -> str:
        """Return what it is called, with its tag."""

    @property
    def role(self) -> Role:
        """Return what it decides."""

    @property
    def unit(self) -> str:
        """Return its unit."""

    @property
    def direction(self) -> Literal["up", "down"]:
        """Return which way is better."""

    @property
    def is_win_rate(self) -> bool:
        """Return whether it is the share of comparisons that the treatment wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One declared metric.

    `source` is the per-completion quantity (latency_s, output_tokens, axis.clarity, win_rate …),
    `aggregate` how it becomes one number per arm (mean, rate, p95 …: the table of kinds). Its identity is name and tag.
    """

    name: str
    source: str
    aggregate: str
    unit: str  # "s", "USD", "tokens", "share", "points"
    direction: Literal["up", "down"]  # which way is better
    role: Role = "secondary"
    limits: tuple[Limit, ...] = ()
    where: Literal["offline", "live", "both"] = "both"
    numerator: str | None = None
    denominator: str | None = None
    tag: str | None = None  # of the cases that it is measured on; None: all
    checks: tuple[str, ...] = ()  # names of those that it is of; empty: all of a case

    @property
    def label(self) -> str:
        """Return its name, and its tag where it has one."""
        return labelled(self.name, self.tag)

    @property
    def is_win_rate(self) -> bool:
        """Return whether it is the share of comparisons that the treatment wins, whatever its name."""
        return self.source == WIN_RATE

    @property
    def is_offline(self) -> bool:
        """Return whether it is measured on the golden set."""
        return self.where != "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A metric with one limit: what is decided."""

    metric: Decidable
    limit: Limit

    @property
    def no_difference(self) -> float:
        """Return what is found where the arms are alike: half of all comparisons are won, and nothing else differs."""
        return 0.5 if self.metric.is_win_rate else 0.0

    @property
    def is_no_harm(self) -> bool:
        """Return whether it bounds by how much the arms may differ, so that no change at all is the best there is."""
        return not (self.limit.is_alone or self.limit.is_superiority or self.metric.is_win_rate)

    @property
    def is_at_no_difference(self) -> bool:
        """Return whether it asks the treatment to be better by anything: then the sign-flip must agree."""
        return self.limit.is_superiority and self.limit.value == self.no_difference

    @property
    def threshold(self) -> tuple[bool, float]:
        """Return whether passing means being above, and the value to be above or below.

        >>> passing = Metric(name="check_pass_rate", source="", aggregate="rate", unit="share", direction="up")
        >>> Criterion(metric=passing, limit=Limit(kind="max_drop", value=0.02)).threshold
        (True, -0.02)
        """
        value = self.limit.value
        match self.limit.kind:
            case "above" | "min":
                return True, value
            case "below" | "max":
                return False, value
            case "max_drop":
                return True, self.no_difference - value
            case "max_increase":
                return False, self.no_difference + value
            case "not_worse":
                up = self.metric.direction == "up"
                return up, self.no_difference - value if up else self.no_difference + value

    @property
    def is_alone(self) -> bool:
        """Return whether the limit is on a level: the treatment's own, or a win rate against a threshold."""
        return self.limit.is_alone or (self.metric.is_win_rate and self.limit.is_superiority)
