"""What a run's data say of each criterion, and how the gate would decide it on a sample of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from arena.deciding.decide import decide, threshold
from arena.deciding.wording import limit_label, quantity
from arena.offline.duel.metrics import CaseValues, decided
from arena.offline.duel.summarise import Found
from arena.planning.duel_size import UNKNOWN_SPREAD
from arena.planning.pilot import Drawn, Observed, Pilot
from arena.planning.provable import QUANTILES, bounds_of, fewest_cases
from arena.records.judgment import Comparison
from arena.records.metric import Criterion, Metric
from arena.stats.bounded_mean import lower_tail_p_value
from arena.stats.clusters import Floats
from arena.stats.means import mean_estimate
from arena.stats.ratios import fieller_interval
from arena.stats.sign_flip import sign_flip

Rule = Callable[[Drawn], bool]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the run's data say of a criterion, and how the gate would decide it on a sample of them."""

    pilot: Pilot
    found: Found
    comparisons: Sequence[Comparison]
    alpha: float
    fewest_units: int

    def of(self, metric: Metric, criterion: Criterion) -> Observed:
        """Return what the run saw of one criterion, with the rule that decides it."""
        at_best = fewest_cases(metric, criterion, alpha=self.alpha)
        if at_best is not None:
            at_best = max(at_best, self.fewest_units)
        values = None if metric.is_win_rate else self.found.values(metric)
        measured = bool(self.comparisons) if metric.is_win_rate else bool(values and values.control)
        if at_best is None or not measured:
            assumed = "anything" if at_best is None else f"not measured in the run; {UNKNOWN_SPREAD}"
            return self._observed(metric, criterion, at_best, assumed)
        if metric.is_win_rate:
            return self._win_rate(metric, criterion, at_best)
        assert values is not None
        bounds = bounds_of(metric, criterion)
        if bounds is None or criterion.limit.relative or metric.aggregate in QUANTILES:
            return self._by_estimate(metric, criterion, at_best, values)
        return self._bounded(metric, criterion, at_best, values, bounds)

    def _win_rate(self, metric: Metric, criterion: Criterion, at_best: int) -> Observed:
        above, at = threshold(criterion)
        ends = [(one.score, one.low) if above else (1.0 - one.score, 1.0 - one.high) for one in self.comparisons]
        scores, worst = (np.array(column) for column in zip(*ends, strict=True))
        limit = at if above else 1.0 - at
        flips = criterion.limit.is_superiority and at == 0.5
        share = self.pilot.mean(scores)
        return self._observed(
            metric,
            criterion,
            at_best,
            f"{quantity(share if above else 1.0 - share, 'share')} of {len(scores):,} cases",
            passes=_mean_rule(scores, worst, limit, self.alpha, flips=flips),
            gap=share - limit,
            spread=self.pilot.spread(scores),
        )

    def _bounded(
        self, metric: Metric, criterion: Criterion, at_best: int, values: CaseValues, bounds: tuple[float, float]
    ) -> Observed:
        above, at = threshold(criterion)
        low, high = bounds
        alone = criterion.limit.is_alone

        def shares(control: Sequence[float], treatment: Sequence[float]) -> Floats:
            found: Floats = np.array(treatment) - (0.0 if alone else np.array(control))
            oriented: Floats = (found - low if above else high - found) / (high - low)
            return oriented

        limit = (at - low if above else high - at) / (high - low)
        rows = self._rows(values)
        seen, worst = shares(values.control, values.treatment), shares(*values.worst)
        mean = float(np.average(seen, weights=self._weights(values)))
        flips = criterion.limit.is_superiority and at == 0.0
        rule = _mean_rule(seen, worst, limit, self.alpha, flips=flips) if 0.0 < limit < 1.0 else _always
        value = low + mean * (high - low) if above else high - mean * (high - low)
        spread = float(np.sqrt(np.average((seen - mean) ** 2, weights=self._weights(values))))
        return self._observed(
            metric,
            criterion,
            at_best,
            self._seen(value, criterion, values, difference=not alone),
            passes=_of_measured(rule, rows, len(seen)),
            gap=mean - limit,
            spread=spread,
        )

    def _by_estimate(self, metric: Metric, criterion: Criterion, at_best: int, values: CaseValues) -> Observed:
        """Decide as the duel does, interval and all: what has no bounds has no quicker way."""
        level, limit = 1.0 - self.alpha, criterion.limit
        estimate = decided(metric, limit, values, level=level).decided_on
        above, at = threshold(criterion)
        unit = "ratio" if limit.relative else metric.unit

        def passes(drawn: Drawn) -> bool:
            return decided(metric, limit, _taken(values, drawn), level=level).decision == "pass"

        quick = None if metric.aggregate in QUANTILES else _estimate_rule(criterion, values, level)
        if estimate.value is None:
            return self._observed(metric, criterion, at_best, f"{estimate.reason}; {UNKNOWN_SPREAD}")
        gap = estimate.value - at if above else at - estimate.value
        spread = None
        if estimate.interval is not None:
            half = estimate.value - estimate.interval.low if above else estimate.interval.high - estimate.value
            spread = half * len(values.control) ** 0.5 / 1.96
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
            label=f"{metric.name} {limit_label(criterion)}",
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


def _mean_rule(scores: Floats, worst: Floats, limit: float, alpha: float, *, flips: bool) -> Rule:
    """Return whether Gaffke's lower end is above the limit, in the worst case too, and the sign-flip agrees.

    The lower end is above it exactly where the p-value against it is below alpha/2: one evaluation and no search.
    """
    complete = bool((scores == worst).all())
    kinds, kind_of = np.unique(np.column_stack([scores, worst]), axis=0, return_inverse=True)
    known: dict[bytes, bool] = {}

    def passes(drawn: Drawn) -> bool:
        if drawn.clusters is not None:
            return decides(drawn)
        counts = np.bincount(kind_of[drawn.rows], minlength=len(kinds)).tobytes()
        if counts not in known:  # independent cases are decided by how many there are of each kind
            known[counts] = decides(drawn)
        return known[counts]

    def decides(drawn: Drawn) -> bool:
        rows, clusters = drawn.rows, drawn.clusters
        if lower_tail_p_value(scores[rows], limit, clusters) >= alpha / 2.0:
            return False
        if not complete and lower_tail_p_value(worst[rows], limit, clusters) >= alpha / 2.0:
            return False
        return not flips or sign_flip(scores[rows] - 0.5, clusters).p_value <= alpha

    return passes


def _estimate_rule(criterion: Criterion, values: CaseValues, level: float) -> Rule | None:
    """Return the rule on a mean without bounds or on a relative change; None where more than an interval decides."""
    if criterion.limit.is_superiority or not values.is_complete:
        return None
    control, treatment = np.array(values.control), np.array(values.treatment)

    def passes(drawn: Drawn) -> bool:
        before, after = control[drawn.rows], treatment[drawn.rows]
        if criterion.limit.relative:
            found = fieller_interval(after, before, clusters=drawn.clusters, level=level)
            ends = found.interval and replace(
                found.interval, low=found.interval.low - 1.0, high=found.interval.high - 1.0
            )
            change = None if found.value is None else found.value - 1.0
            found = replace(found, value=change, interval=ends)
        else:
            of = after if criterion.limit.is_alone else after - before
            found = mean_estimate(of, unit=criterion.metric.unit, clusters=drawn.clusters, level=level)
        return decide(found, criterion).outcome == "pass"

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
    rows = drawn.rows.tolist()

    def of(column: Sequence[float]) -> list[float]:
        return [column[row] for row in rows]

    return CaseValues(
        cases=[values.cases[row] for row in rows],
        control=of(values.control),
        treatment=of(values.treatment),
        clusters=[None] * len(rows) if drawn.clusters is None else [str(one) for one in drawn.clusters],
        worst=(of(values.worst[0]), of(values.worst[1])),
        best=(of(values.best[0]), of(values.best[1])),
        of=len(rows),
    )
