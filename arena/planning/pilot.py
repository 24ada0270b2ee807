"""How many cases a duel needs, by what a finished run saw: its cases drawn again and again, and decided each time.

What is drawn is the unit of evidence, a case or a whole cluster, with everything that was measured of it. Ties, effects
of position, orders that disagree, failures, and how the criteria depend on each other, are as they were in the pilot.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from arena.errors import Refused
from arena.planning.duel_power import MOST
from arena.planning.duel_size import plan_cases
from arena.planning.size import Circumstances, Inputs
from arena.records.plans import CriterionSize, SizePlan
from arena.stats.clusters import Floats, Labels, group

#: Samples of the pilot at the number of cases that is chosen; a quarter of them at each that is tried on the way.
DRAWS = 4000
#: Beyond so many cases the power is that of z with the pilot's variance.
MOST_SIMULATED = 5000
_NORMAL = NormalDist()
_CLOSE = 0.01  # sizes nearer to each other are not told apart by so many samples
_TRIES = 30
_SLOWER = 5


@dataclass(frozen=True, slots=True)
class Drawn:
    """One sample of a pilot's cases."""

    rows: npt.NDArray[np.intp]  # numbers of the pilot's cases, some several times
    clusters: list[int] | None  # a number a row; None: the pilot has no clusters


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One criterion as the pilot saw it."""

    label: str
    role: str
    at_best: int | None  # units with which perfect data could prove it; None: no number
    assumed: str  # what the pilot saw, in words
    passes: Callable[[Drawn], bool] | None  # the rule that decides; None: not measured, taken at its best
    gap: float = math.inf  # from the pilot's value to the limit, on the passing side
    spread: float | None = None  # √cases times the standard error; None: unknown
    slow: bool = False  # takes milliseconds to decide: fewer samples have to do


class Pilot:
    """A finished run's units of evidence, to be drawn with given chances."""

    def __init__(self, cases: int, clusters: Labels | None = None, *, weights: Floats | None = None) -> None:
        """Take the cases of a run.

        Args:
            cases: how many there are.
            clusters: one label a case; None, for a case or for all, means a cluster of its own.
            weights: one a unit, above 0; None: all the same.
        """
        groups = group(clusters, cases)
        self.labelled = len(groups.sizes) < cases
        self.sizes = groups.sizes
        chances = np.ones(len(self.sizes)) if weights is None else weights
        self.chances = chances / chances.sum()
        self._upto = np.cumsum(self.chances)
        self._rows = np.argsort(groups.index, kind="stable")
        self._first = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.intp)
        self.index = groups.index

    @property
    def unit_size(self) -> float:
        """Return the cases of a drawn unit, on average."""
        return float(self.chances @ self.sizes)

    def units(self, cases: int) -> int:
        """Return how many units so many cases are."""
        return max(math.ceil(cases / self.unit_size - 1e-9), 1)

    def mean(self, values: Floats) -> float:
        """Return the mean over cases of one value a case, as it is among drawn cases."""
        return float(self.chances @ self._sums(values)) / self.unit_size

    def spread(self, values: Floats) -> float:
        """Return √cases times the standard error of the mean of so many drawn cases."""
        residual = self._sums(values) - self.mean(values) * self.sizes
        return float(np.sqrt(self.chances @ residual**2 / self.unit_size))

    def draw(self, cases: int, rng: np.random.Generator) -> Drawn:
        """Return a sample of about so many cases: whole units, with replacement."""
        units = np.minimum(
            np.searchsorted(self._upto, rng.random(self.units(cases)), side="right"), len(self.sizes) - 1
        )
        if not self.labelled:
            return Drawn(self._rows[units], None)
        rows = np.concatenate([self._rows[self._first[unit] : self._first[unit + 1]] for unit in units])
        return Drawn(rows, np.repeat(np.arange(len(units)), self.sizes[units].astype(np.intp)).tolist())

    def _sums(self, values: Floats) -> Floats:
        return np.bincount(self.index, weights=values, minlength=len(self.sizes)).astype(np.float64)


def tilted(scores: Floats, clusters: Labels | None, win_rate: float) -> Pilot:
    """Return a pilot whose cases are drawn so that their win rate is another one.

    The chance of a unit is exp(t·Σ(s − θ)) times what it was: of all distributions with mean θ on what the pilot saw,
    the one nearest to the pilot's own (exponential tilting; Efron 1981).

    Args:
        scores: one a case, in [0, 1].
        clusters: one label a case; None, for a case or for all, means a cluster of its own.
        win_rate: θ, the one that is wanted.

    Raises:
        UsageError: the pilot has no unit above it, or none below.
    """
    groups = group(clusters, len(scores))
    away = groups.sums(scores - win_rate)
    if not away.min() < 0.0 < away.max():
        raise Refused(
            "the run has no case on the other side of it to make such a win rate from",
            argument="win_rate",
            value=f"{win_rate:g}",
        )
    away = away / np.abs(away).max()
    low, high = -700.0, 700.0
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (low, middle) if float(_tilt(away, middle) @ away) > 0.0 else (middle, high)
    return Pilot(len(scores), clusters, weights=_tilt(away, low))


def _tilt(away: Floats, by: float) -> Floats:
    steps = by * away
    weights: Floats = np.exp(steps - steps.max())
    return weights


def size_by_pilot(
    pilot: Pilot,
    criteria: Sequence[Observed],
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    seed: int = 0,
    draws: int = DRAWS,
    inputs: Inputs | None = None,
    notes: tuple[str, ...] = (),
) -> SizePlan:
    """Return the cases with which a duel like the pilot proves all of its criteria.

    Args:
        pilot: whose units are drawn.
        criteria: what must pass, each decided by the gate's own rule on each sample.
        alpha: two-sided level of the gate.
        power: chance that all criteria pass, in (alpha, 1).
        seed: of the samples; each number of cases has its own.
        draws: samples at the number of cases that is chosen, at least 100.
        inputs: what was asked, added to alpha, power and seed.
        notes: for the reader.

    Raises:
        UsageError: an argument outside its domain.
    """
    Circumstances(alpha=alpha, power=power).check()
    simulated = _Simulated(pilot, criteria, alpha, seed, draws)
    needs = [simulated.fewest([number], power) for number in range(len(criteria))]
    everything = list(range(len(criteria)))
    least = max(need or 1 for need in needs)
    total = None if None in needs else simulated.fewest(everything, power, at_least=least, final=True)
    at_total = [None if total is None else simulated.power([number], total, last=True) for number in everything]
    return plan_cases(
        total,
        lambda cases: simulated.power(everything, cases, last=cases == total),
        formula=simulated.formula(total),
        inputs={**(inputs or {}), "alpha": alpha, "power": power, "seed": seed, "draws": draws},
        notes=notes,
        criteria=tuple(
            CriterionSize(
                criterion=one.label,
                role=one.role,
                cases=need,
                at_best=one.at_best,
                power=chance,
                assumed=one.assumed,
                reason=_never(one) if need is None else None,
            )
            for one, need, chance in zip(criteria, needs, at_total, strict=True)
        ),
    )


def _never(one: Observed) -> str:
    if one.at_best is None:
        return "no number of cases could prove it"
    if one.gap <= 0.0:
        return "the run is at the limit or beyond it: more cases like these would not prove it"
    return f"the run is so near the limit that more than {MOST:,} cases would be needed"


@dataclass(frozen=True)
class _Simulated:
    """Which criteria pass on each sample, by the number of cases; every answer is kept."""

    pilot: Pilot
    criteria: Sequence[Observed]
    alpha: float
    seed: int
    draws: int
    _known: dict[tuple[int, int, bool], npt.NDArray[np.bool_]] = field(default_factory=dict)

    def formula(self, total: int | None) -> str:
        if total is not None and total > MOST_SIMULATED:
            return "duel, z with the run's variance, criteria together by Bonferroni"
        draws = self.draws // (_SLOWER if any(one.slow for one in self.criteria) else 1)
        return f"duel, the rule that decides it on {draws:,} samples of the run's cases (seed {self.seed})"

    def power(self, numbers: Sequence[int], cases: int, *, last: bool = False) -> float:
        """Return the chance that all of these criteria pass."""
        if cases > MOST_SIMULATED:
            return max(1.0 - sum(1.0 - self._by_z(number, cases) for number in numbers), 0.0)
        passed = [self._passed(number, cases, last=last) for number in numbers]
        draws = min(len(one) for one in passed)  # the same samples for each criterion, the first of them
        return float(np.logical_and.reduce([one[:draws] for one in passed]).mean())

    def fewest(self, numbers: Sequence[int], power: float, *, at_least: int = 1, final: bool = False) -> int | None:
        """Return the fewest cases, to a hundredth, at which all of these criteria pass often enough."""
        if any(self.criteria[number].at_best is None or self.criteria[number].gap <= 0.0 for number in numbers):
            return None
        least = max(at_least, *(self._least(number) for number in numbers))
        guess = max(least, *(self._guess(number, power) for number in numbers))
        if guess > MOST:
            return None
        found = self._whole(self._search(numbers, power, least, guess))
        while final and found <= MOST and self.power(numbers, found, last=True) < power:
            found = self._whole(max(found + 1, math.ceil(found * (1.0 + _CLOSE))))
        return found if found <= MOST else None

    def _whole(self, cases: int) -> int:
        """Return the cases of whole units."""
        return math.floor(self.pilot.units(cases) * self.pilot.unit_size + 1e-9)

    def _search(self, numbers: Sequence[int], power: float, least: int, guess: int) -> int:
        """Close in on it: by the slope that z gives to the power, and by halves where that does not help."""
        low, high, cases = least - 1, MOST + 1, guess
        for turn in range(_TRIES):
            found = self.power(numbers, cases)
            low, high = (low, cases) if found >= power else (cases, high)
            if high - low <= max(1, int(high * _CLOSE)):
                break
            cases = self._next(cases, found, power)
            if high <= MOST and turn % 2:
                cases = (low + high) // 2
            cases = min(max(cases, low + 1), high - 1)
        return high

    def _next(self, cases: int, found: float, power: float) -> int:
        here = self._z_alpha + _NORMAL.inv_cdf(min(max(found, 0.002), 0.998))
        wanted = self._z_alpha + _NORMAL.inv_cdf(power)
        return round(cases * min(max(wanted / max(here, 0.1), 0.5), 2.0) ** 2)

    @property
    def _z_alpha(self) -> float:
        return -_NORMAL.inv_cdf(self.alpha / 2.0)

    def _least(self, number: int) -> int:
        """Return the cases of the fewest units that could prove it."""
        return math.ceil((self.criteria[number].at_best or 1) * (self.pilot.unit_size if self.pilot.labelled else 1.0))

    def _guess(self, number: int, power: float) -> int:
        one = self.criteria[number]
        if one.passes is None or not one.spread:
            return self._least(number)
        reach = self._z_alpha + _NORMAL.inv_cdf(power)
        return min(math.ceil((reach * one.spread / one.gap) ** 2), MOST + 1)

    def _by_z(self, number: int, cases: int) -> float:
        one = self.criteria[number]
        if one.passes is None or not one.spread:
            return float(cases >= self._least(number))
        return _NORMAL.cdf(one.gap * math.sqrt(cases) / one.spread - self._z_alpha)

    def _passed(self, number: int, cases: int, *, last: bool) -> npt.NDArray[np.bool_]:
        key = (number, cases, last)
        if key not in self._known:
            one = self.criteria[number]
            draws = self.draws // (1 if last else 4) // (_SLOWER if one.slow else 1)
            self._known[key] = self._simulate(one, cases, draws, last)
        return self._known[key]

    def _simulate(self, one: Observed, cases: int, draws: int, last: bool) -> npt.NDArray[np.bool_]:
        units = self.pilot.units(cases)
        if one.at_best is None or units < one.at_best:
            return np.zeros(draws, dtype=np.bool_)
        if one.passes is None:
            return np.ones(draws, dtype=np.bool_)
        rng = np.random.default_rng([self.seed, cases, int(last)])
        return np.fromiter((one.passes(self.pilot.draw(cases, rng)) for _ in range(draws)), np.bool_, count=draws)
