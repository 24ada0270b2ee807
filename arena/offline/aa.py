"""A/A by label swaps: on a run's own data, with the arms of each case exchanged by chance, nothing is better.

Whatever the decision then names is a false alarm. The exchange keeps everything else of the data as it is: ties,
failures, clusters, lengths, and how far scores spread (a permutation of labels within pairs: Fisher 1935, § 21).
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from arena.engine.design import Design, design_of
from arena.engine.execute import Progress, RunEvidence
from arena.engine.paired_cases import PairedCases
from arena.engine.preview import feasibility_of
from arena.errors import Refused, UsageError
from arena.measuring.decided import decided
from arena.measuring.values import CaseValues, declared_metrics, exchanged
from arena.measuring.win_rate import compared_in, preference_of, win_rate_lines, win_rates
from arena.records.aa import AAResult, PolicyResult
from arena.records.judgment import Comparison
from arena.records.metric import Decision, Metric
from arena.records.result import SCHEMA_VERSION, DuelResult
from arena.runs.saved import SavedRun
from arena.stats.estimate import Estimate
from arena.stats.proportions import clopper_pearson_interval

if TYPE_CHECKING:
    import numpy as np

#: Below so many units every way to swap the labels is counted instead of drawn.
MOST_ENUMERATED = 10
LEVEL = 0.95
_RULE = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(>=|<=|>|<)\s*([-+]?\d*\.?\d+)\s*(%?)\s*$")
_COMPARES: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A rule such as `win_rate > 0.5`: a metric's value against a number."""

    rule: str
    metric: str
    ships: Callable[[float], bool]


def read_policy(rule: str) -> Policy:
    """Return the policy that a rule means.

    Args:
        rule: `METRIC > NUMBER`, also >=, < and <=; a number with % is a hundredth.

    Raises:
        UsageError: it is no such rule.

    >>> read_policy("win_rate > 50%").ships(0.6)
    True
    """
    match = _RULE.match(rule)
    if match is None:
        raise Refused("expected a rule such as 'win_rate > 0.5'", argument="policy", value=rule)
    metric, sign, number, percent = match.groups()
    bound = float(number) / (100.0 if percent else 1.0)
    compares = _COMPARES[sign]
    return Policy(rule=" ".join(rule.split()), metric=metric, ships=lambda value: compares(value, bound))


def false_alarms(
    run: SavedRun, *, policy: Policy | None, draws: int, rng: "np.random.Generator", progress: Progress
) -> AAResult:
    """Measure how often the run's decision would name a winner or a loser among equals.

    Args:
        run: a finished run; its data are used, nothing is asked.
        policy: the user's own rule, measured beside it.
        draws: how often labels are swapped by chance; with few units every way is counted instead.
        rng: chance of the swaps.
        progress: told after every draw.

    Raises:
        UsageError: the run decides nothing, or has no metric of the policy's name.
    """
    design = design_of(run)
    collected = RunEvidence(answered=run.completions, judgments=run.judgments)
    units = _units(design)
    criteria = _criteria(run.result)
    _check(run, policy, criteria)
    exact = len(units) <= MOST_ENUMERATED
    data = _Data(design, collected, policy)
    decisions: list[Decision] = []
    shipped: list[bool] = []
    swaps = list(_every_swap(units)) if exact else [_swap(units, rng) for _ in range(draws)]
    for done, swapped in enumerate(swaps, start=1):
        decision, ships = data.under(swapped)
        decisions.append(decision)
        shipped.append(ships)
        progress.advance(done, len(swaps), 0.0)
    return AAResult(
        schema_version=SCHEMA_VERSION,
        kind="aa",
        experiment=run.result.experiment,
        run=run.id,
        units=len(units),
        draws=len(swaps),
        exact=exact,
        criteria=criteria,
        false_pass=_rate([decision == "pass" for decision in decisions], exact),
        false_fail=_rate([decision == "fail" for decision in decisions], exact),
        policy=None if policy is None else PolicyResult(rule=policy.rule, ships=_rate(shipped, exact)),
        notes=_notes(design, run.result),
    )


def _units(design: Design) -> list[frozenset[str]]:
    """Return the cases of each independent unit: those of a cluster are swapped together."""
    found: dict[str, set[str]] = {}
    for case in design.selection.cases:
        unit = f"case {case.id}" if case.cluster is None else f"cluster {case.cluster}"
        found.setdefault(unit, set()).add(case.id)
    return [frozenset(cases) for cases in found.values()]


def _every_swap(units: Sequence[frozenset[str]]) -> Iterator[frozenset[str]]:
    for chosen in product((False, True), repeat=len(units)):
        yield frozenset().union(*(unit for unit, swapped in zip(units, chosen, strict=True) if swapped))


def _swap(units: Sequence[frozenset[str]], rng: "np.random.Generator") -> frozenset[str]:
    chosen = rng.random(len(units)) < 0.5
    return frozenset().union(*(unit for unit, swapped in zip(units, chosen, strict=True) if swapped))


class _Data:
    """A run's data, ready to be decided again under any swap of its labels.

    Every statistic is the same for the same cases in another order, so what was decided for a set of
    values is remembered: 1,024 swaps of ten cases without ties are eleven decisions.
    """

    def __init__(self, design: Design, collected: RunEvidence, policy: Policy | None) -> None:
        found = PairedCases(design, collected)
        self._level = 1.0 - design.experiment.gate.alpha
        self._policy = policy
        comparisons = found.evidence.comparisons if design.experiment.judges else ()
        self._win_rates = [
            (metric, compared)
            for metric in win_rates(design.experiment)
            if (compared := compared_in(metric, comparisons, design.selection.cases))
        ]
        self._metrics = [
            (metric, values)
            for metric in declared_metrics(design.experiment)
            if _decides(metric) or (policy and metric.label == policy.metric)
            if (values := found.values(metric)) is not None and values.control
        ]
        measured = [metric for metric, _ in (*self._win_rates, *self._metrics)]
        #: A limit on what was not measured is never kept, whatever the labels.
        self._open: list[Decision] = [
            "inconclusive"
            for metric in design.experiment.metrics
            if metric.is_offline and _decides(metric) and metric not in measured
        ]
        self._known: dict[tuple[str, tuple[tuple[object, ...], ...]], tuple[list[Decision], bool]] = {}

    def under(self, cases: frozenset[str]) -> tuple[Decision, bool]:
        """Return the decision, and whether the policy ships, with the arms of `cases` exchanged."""
        parts = [self._remembered(metric, exchanged(values, cases)) for metric, values in self._metrics]
        for metric, comparisons in self._win_rates:
            swapped = [_mirrored(one) if one.case in cases else one for one in comparisons]
            parts.append(self._win_rate(metric, swapped))
        limits = [*self._open, *(one for decisions, _ in parts for one in decisions)]
        return together(limits), any(ships for _, ships in parts)

    def _win_rate(self, metric: Metric, comparisons: Sequence[Comparison]) -> tuple[list[Decision], bool]:
        rows = sorted((one.score, one.low, one.high, one.cluster or "") for one in comparisons)
        key = (metric.label, tuple(rows))
        if key not in self._known:
            preference = preference_of(comparisons, self._level)
            lines = win_rate_lines(metric, preference, alpha=1.0 - self._level)
            decisions = [one.decision for one in lines if one.role != "secondary" and one.decision is not None]
            self._known[key] = (decisions, self._ships(metric.label, preference.value))
        return self._known[key]

    def _remembered(self, metric: Metric, values: CaseValues) -> tuple[list[Decision], bool]:
        rows = zip(values.control, values.treatment, *values.worst, *values.best, values.clusters, strict=True)
        key = (metric.label, tuple(sorted((*row[:-1], row[-1] or "") for row in rows)))
        if key not in self._known:
            limits = metric.limits or (None,)
            found = [decided(metric, limit, values, level=self._level) for limit in limits]
            decisions = [one.decision for one in found if metric.role != "secondary" and one.decision is not None]
            self._known[key] = (decisions, self._ships(metric.label, found[0].difference.estimate.value))
        return self._known[key]

    def _ships(self, metric: str, value: float | None) -> bool:
        return bool(self._policy and self._policy.metric == metric and value is not None and self._policy.ships(value))


def _decides(metric: Metric) -> bool:
    return bool(metric.limits) and metric.role != "secondary"


def _mirrored(one: Comparison) -> Comparison:
    return replace(one, score=1.0 - one.score, low=1.0 - one.high, high=1.0 - one.low)


def together(decisions: Sequence[Decision]) -> Decision:
    """Return the decision of all limits together: one refuted fails, all proved pass (Berger 1982)."""
    if "fail" in decisions:
        return "fail"
    return "pass" if decisions and all(one == "pass" for one in decisions) else "inconclusive"


def _criteria(result: DuelResult) -> tuple[str, ...]:
    deciding = (one for one in result.metrics if one.role != "secondary" and one.limit is not None)
    return tuple(dict.fromkeys(one.label for one in deciding))


def _check(run: SavedRun, policy: Policy | None, criteria: tuple[str, ...]) -> None:
    if not criteria:
        raise UsageError(f"run {run.id} decides nothing: no primary metric or guardrail has a limit")
    names = {metric.label for metric in run.result.metrics}
    if policy is not None and policy.metric not in names:
        known = ", ".join(sorted(names))
        raise Refused(
            f"run {run.id} has no metric '{policy.metric}'; it has {known}", argument="policy", value=policy.rule
        )


def _rate(happened: Sequence[bool], exact: bool) -> Estimate:
    count, draws = sum(happened), len(happened)
    return Estimate(
        value=count / draws,
        interval=None if exact else clopper_pearson_interval(count, draws, LEVEL),
        n=draws,
        unit_of_measure="share",
        reason="every way to swap the labels was counted: nothing is left to chance" if exact else None,
    )


def _notes(design: Design, result: DuelResult) -> tuple[str, ...]:
    notes = [f"too few to tell: {one.message}" for one in feasibility_of(design) if not one.within_reach]
    if result.judge is not None and not result.judge.fit:
        notes.append("the judge is not fit to decide: a gate would refuse to speak")
    return tuple(notes)
