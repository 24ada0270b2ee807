"""Stop a duel once its win rate is decided: cases in a recorded random order, looked at after each of them.

The order comes from the seed alone, and only the first cases of it count, up to the one that decides: how many calls
were under way at that moment changes nothing of the result.
"""

from collections import Counter
from collections.abc import Sequence

from arena.deciding.decide import criteria
from arena.errors import UsageError
from arena.kinds.table import BETTER
from arena.records.case import Case
from arena.records.experiment import Experiment
from arena.records.judgment import Comparison
from arena.records.metric import Criterion
from arena.records.run_options import RunOptions
from arena.stats.chance import fraction
from arena.stats.mean_test import MeanTest

Unit = tuple[Case, ...]


def check(experiment: Experiment, options: RunOptions) -> None:
    """Refuse what cannot be decided at any stop.

    Raises:
        UsageError: there is no win rate to decide, or the cases are chosen by their outcome.
    """
    if not experiment.judges:
        raise UsageError("`until_decided` looks at the win rate, and this experiment has no judge")
    if options.only is not None:
        raise UsageError("`until_decided` decides, and `only` is exploratory: choose one of them")


def units_in_order(cases: Sequence[Case], seed: int) -> tuple[Unit, ...]:
    """Return the independent units, clusters whole, in the random order in which they count.

    Args:
        cases: that are asked.
        seed: of the order.
    """
    units: dict[str, list[Case]] = {}
    for case in cases:
        units.setdefault(f"case {case.id}" if case.cluster is None else f"cluster {case.cluster}", []).append(case)
    return tuple(tuple(units[name]) for name in sorted(units, key=lambda name: fraction(name, f"evidence {seed}")))


def largest_cluster(cases: Sequence[Case]) -> int:
    """Return the cases of the greatest cluster; 1 where no two share one."""
    return max(Counter(case.cluster for case in cases if case.cluster is not None).values(), default=1)


def win_rate_criteria(experiment: Experiment) -> tuple[Criterion, ...]:
    """Return what is to be decided of the win rate: better than half where the experiment does not say."""
    for metric in experiment.metrics:
        if metric.is_win_rate and metric.is_offline and metric.limits and metric.tag is None:
            return criteria(metric)
    return (BETTER,)


def decides_more(experiment: Experiment) -> bool:
    """Return whether anything besides the win rate must pass: then a proof of the win rate settles nothing."""
    others = (one for one in experiment.metrics if one.is_offline and (not one.is_win_rate or one.tag is not None))
    rules = experiment.gate
    if rules.must_pass or rules.min_human_agreement is not None:
        return True
    return any(one.role != "secondary" and one.limits for one in others)


class Watch:
    """The evidence so far, and whether it decides every limit on the win rate.

    Args:
        units: in the order in which they count.
        limits: what is to be decided.
        alpha: two-sided, at all moments together.
        proof_suffices: False: only a refuted limit ends it, for something else must be proved as well.
    """

    def __init__(
        self, units: Sequence[Unit], limits: Sequence[Criterion], *, alpha: float, proof_suffices: bool = True
    ) -> None:
        self._units = units
        self._proof_suffices = proof_suffices
        self._largest = largest_cluster([case for unit in units for case in unit])
        self._limits = [_Limit(criterion.threshold[1], alpha) for criterion in limits]
        self._ready: dict[str, Comparison] = {}
        self._next = 0

    @property
    def decided(self) -> bool:
        """Return whether every limit is proved or refuted, whatever is missing; refuted, where a proof does not do."""
        if not self._proof_suffices:
            return any(limit.refuted for limit in self._limits)
        return all(limit.proved or limit.refuted for limit in self._limits)

    @property
    def order(self) -> tuple[Case, ...]:
        """Return all cases in the order in which they count."""
        return tuple(case for unit in self._units for case in unit)

    @property
    def cases(self) -> tuple[Case, ...]:
        """Return the cases that count so far, in their order."""
        return tuple(case for unit in self._units[: self._next] for case in unit)

    def take(self, comparison: Comparison) -> None:
        """Take the comparison of a complete case; it counts once all before it are there."""
        self._ready[comparison.case] = comparison
        while not self.decided and self._next < len(self._units):
            unit = self._units[self._next]
            if not all(case.id in self._ready for case in unit):
                return
            self._count([self._ready[case.id] for case in unit])
            self._next += 1

    def _count(self, unit: Sequence[Comparison]) -> None:
        size = len(unit)
        score, low, high = (
            sum(values) / size for values in zip(*((one.score, one.low, one.high) for one in unit), strict=True)
        )
        for limit in self._limits:
            limit.add(score, low, high, size / self._largest)


class _Limit:
    """One limit, tested on the scores and on the worst that what is missing could make of them."""

    def __init__(self, at: float, alpha: float) -> None:
        self._scores, self._lows, self._highs = (MeanTest(at, alpha=alpha) for _ in range(3))

    def add(self, score: float, low: float, high: float, weight: float) -> None:
        for test, value in ((self._scores, score), (self._lows, low), (self._highs, high)):
            test.add(value, weight)

    @property
    def proved(self) -> bool:
        return self._scores.above and self._lows.above

    @property
    def refuted(self) -> bool:
        return self._scores.below and self._highs.below
