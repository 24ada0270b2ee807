"""What a run's data say of each criterion, and how the gate would decide it on a sample of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from arena.deciding.decide import decide
from arena.deciding.wording import limit_label, quantity
from arena.engine.paired_cases import PairedCases
from arena.kinds import table as kinds
from arena.kinds.kind import Arms, MeanRule
from arena.measuring.decided import decided
from arena.measuring.values import CaseValues, cases_of
from arena.measuring.win_rate import compared_in, scores_of
from arena.planning.duel_size import UNKNOWN_SPREAD
from arena.planning.pilot import Drawn, Observed, Pilot
from arena.records.judgment import Comparison
from arena.records.metric import Criterion, Metric
from arena.stats.bounded_mean import lower_tail_p_value
from arena.stats.clusters import Floats
from arena.stats.sign_flip import sign_flip

Rule = Callable[[Drawn], bool]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the run's data say of a criterion, and how the gate would decide it on a sample of them."""

    pilot: Pilot
    found: PairedCases
    comparisons: Sequence[Comparison]
    alpha: float
    fewest_units: int

    def of(self, metric: Metric, criterion: Criterion) -> Observed:
        """Return what the run saw of one criterion, with the rule that decides it."""
        kind = kinds.of(metric, criterion.limit)
        at_best = kind.fewest(criterion, alpha=self.alpha)
        if at_best is not None:
            at_best = math.ceil(max(at_best, self.fewest_units) / max(self._share(metric), 1e-9) - 1e-9)
        values = self._values(metric)
        if at_best is None or values is None or not values.control:
            assumed = "anything" if at_best is None else f"not measured in the run; {UNKNOWN_SPREAD}"
            return self._observed(metric, criterion, at_best, assumed)
        rule = kind.rule(criterion)
        if rule is None:
            return self._by_estimate(metric, criterion, at_best, values)
        return self._by_mean(metric, criterion, at_best, values, rule)

    def _values(self, metric: Metric) -> CaseValues | None:
        if not metric.is_win_rate:
            return self.found.values(metric)
        return scores_of(compared_in(metric, self.comparisons, self.found.cases))

    def _share(self, metric: Metric) -> float:
        """Return the share of the run's cases that a metric is of."""
        return len(cases_of(metric, self.found.design.experiment, self.found.cases)) / len(self.found.cases)

    def _by_mean(
        self, metric: Metric, criterion: Criterion, at_best: int, values: CaseValues, rule: MeanRule
    ) -> Observed:
        alone = criterion.limit.is_alone or metric.is_win_rate

        def shares(arms: Arms) -> Floats:
            return rule.shares(np.array(arms.treatment if alone else arms.differences))

        seen, weights = shares(values.arms), self._weights(values)
        mean = float(np.average(seen, weights=weights))
        passes = _always if rule.always else _mean_rule(seen, shares(values.extremes[0]), rule, self.alpha)
        return self._observed(
            metric,
            criterion,
            at_best,
            self._seen(rule.value(mean), criterion, values, difference=not alone),
            passes=_of_measured(passes, self._rows(values), len(seen)),
            gap=mean - rule.limit,
            spread=self.pilot.spread(seen)
            if len(seen) == len(self.found.cases)
            else _spread(seen, weights) / self._share(metric) ** 0.5,
        )

    def _by_estimate(self, metric: Metric, criterion: Criterion, at_best: int, values: CaseValues) -> Observed:
        """Decide as the duel does, interval and all: what has no bounds has no quicker way."""
        level, limit = 1.0 - self.alpha, criterion.limit
        estimate = decided(metric, limit, values, level=level).decided_on
        above, at = criterion.threshold
        unit = "ratio" if limit.relative else metric.unit

        def passes(drawn: Drawn) -> bool:
            return decided(metric, limit, _taken(values, drawn), level=level).decision == "pass"

        quick = _estimate_rule(metric, criterion, values, level)
        if estimate.value is None:
            return self._observed(metric, criterion, at_best, f"{estimate.reason}; {UNKNOWN_SPREAD}")
        gap = estimate.value - at if above else at - estimate.value
        spread = None
        if estimate.interval is not None:
            half = estimate.value - estimate.interval.low if above else estimate.interval.high - estimate.value
            spread = half * (len(values.control) / self._share(metric)) ** 0.5 / 1.96
        difference = not limit.is_alone
        return self._observed(
            metric,
            criterion,
            at_best,
            self._seen(estimate.value, criterion, values, difference=difference, unit=unit),
            passes=_of_measured(quick or passes, self._rows(values), len(values.control)),
            slow=quick is None,
            gap=gap,
            spread=spread,
        )

    def _seen(
        self, value: float, criterion: Criterion, values: CaseValues, *, difference: bool, unit: str | None = None
    ) -> str:
        return (
            f"{quantity(value, unit or criterion.metric.unit, difference=difference)} in {len(values.control):,} cases"
        )

    def _rows(self, values: CaseValues) -> Rows:
        """Return, for each case of the run, its place among the measured; -1 where it is not."""
        place = {case: index for index, case in enumerate(values.cases)}
        return np.array([place.get(case.id, -1) for case in self.found.cases], dtype=np.intp)

    def _weights(self, values: CaseValues) -> Floats:
        measured = self._rows(values) >= 0
        weights: Floats = self.pilot.chances[self.pilot.index][measured]
        return weights

    def _observed(
        self,
        metric: Metric,
        criterion: Criterion,
        at_best: int | None,
        assumed: str,
        *,
        passes: Rule | None = None,
        gap: float = float("inf"),
        spread: float | None = None,
        slow: bool = False,
    ) -> Observed:
        return Observed(
            label=f"{metric.label} {limit_label(criterion)}",
            role=metric.role,
            at_best=at_best,
            assumed=assumed,
            passes=passes,
            gap=gap,
            spread=spread,
            slow=slow,
        )


def _always(drawn: Drawn) -> bool:
    return True


def _mean_rule(scores: Floats, worst: Floats, rule: MeanRule, alpha: float) -> Rule:
    """Return whether Gaffke's lower end is above the limit, in the worst case too, and the sign-flip agrees.

    The lower end is above it exactly where the p-value against it is below alpha/2: one evaluation and no search.
    """
    complete = bool((scores == worst).all())
    alike, kind_of = np.unique(np.column_stack([scores, worst]), axis=0, return_inverse=True)
    known: dict[bytes, bool] = {}

    def passes(drawn: Drawn) -> bool:
        if drawn.clusters is not None:
            return decides(drawn)
        counts = np.bincount(kind_of[drawn.rows], minlength=len(alike)).tobytes()
        if counts not in known:  # independent cases are decided by how many there are alike
            known[counts] = decides(drawn)
        return known[counts]

    def decides(drawn: Drawn) -> bool:
        rows, clusters = drawn.rows, drawn.clusters
        if lower_tail_p_value(scores[rows], rule.limit, clusters) >= alpha / 2.0:
            return False
        if not complete and lower_tail_p_value(worst[rows], rule.limit, clusters) >= alpha / 2.0:
            return False
        return not rule.flips or sign_flip(scores[rows] - 0.5, clusters).p_value <= alpha

    return passes


def _spread(values: Floats, weights: Floats) -> float:
    mean = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def _estimate_rule(metric: Metric, criterion: Criterion, values: CaseValues, level: float) -> Rule | None:
    """Return the rule where an interval alone decides and is quickly estimated; else None."""
    kind = kinds.of(metric, criterion.limit)
    if criterion.limit.is_superiority or not values.is_complete or not kind.is_quick:
        return None
    control, treatment = np.array(values.control), np.array(values.treatment)

    def passes(drawn: Drawn) -> bool:
        arms = Arms(control=control[drawn.rows], treatment=treatment[drawn.rows], clusters=drawn.clusters)
        return decide(kind.quick(arms, criterion, level=level), criterion).outcome == "pass"

    return passes


def _of_measured(rule: Rule, rows: Rows, measured: int) -> Rule:
    """Return the rule on what was measured of the cases drawn; on nothing it does not pass."""
    if measured == len(rows):
        return rule

    def passes(drawn: Drawn) -> bool:
        taken = rows[drawn.rows]
        kept = taken >= 0
        if not kept.any():
            return False
        clusters = drawn.clusters and [one for one, keep in zip(drawn.clusters, kept, strict=True) if keep]
        return rule(Drawn(taken[kept], clusters))

    return passes


def _taken(values: CaseValues, drawn: Drawn) -> CaseValues:
    taken = values.at(drawn.rows.tolist())
    labels: list[int | None] = [None] * len(taken.cases) if drawn.clusters is None else [*drawn.clusters]
    return replace(taken, clusters=[None if one is None else str(one) for one in labels])
