"""The power of the rule that decides a duel, where a case can be better, the same or worse."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrc

from arena.stats import power as powers
from arena.stats import sample_size
from arena.stats.bounded_mean import lower_tail_p_value

#: Cases up to which every number of wins and ties is counted.
MOST_ENUMERATED = 2000
#: More than this is not a plan for a golden set.
MOST = 100_000
_CONVOLVED = 8.0  # standard deviations of the number of ties that count; beyond lies 1e-15
_SAWTOOTH = 3  # a case fewer may have a little more power


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreePoint:
    """Scores of ½ + step, ½ and ½ − step, and a mean that is to be proved above a limit.

    A duel has step ½: wins, ties and losses. A guardrail on a difference, seen from its worst value 0 to its best 1,
    has a score above ½ for each case that got better and ½ for each that stayed the same.
    """

    better: float  # shares of cases
    same: float
    step: float = 0.5  # in (0, ½]
    limit: float = 0.5  # in (0, 1)
    sign_flip: bool = True  # the test of no difference must agree

    @property
    def mean(self) -> float:
        """Return the true mean score."""
        return 0.5 + self.step * (2.0 * self.better + self.same - 1.0)

    @property
    def sd(self) -> float:
        """Return the standard deviation of one score; for step ½ its square is θ(1 − θ) − tie/4."""
        variance = self.step**2 * (1.0 - self.same) - (self.mean - 0.5) ** 2
        return math.sqrt(max(variance, 0.0))

    @property
    def can_be_proved(self) -> bool:
        """Return whether enough cases would prove it."""
        return self.mean > self.limit + 1e-12

    def power(self, cases: int, *, alpha: float = 0.05) -> float:
        """Return the chance of a proof: by enumeration up to 2,000 cases, by z beyond.

        Args:
            cases: at least 1.
            alpha: two-sided; the rule is one-sided at alpha/2.
        """
        if cases > MOST_ENUMERATED:
            return self._normal().power(cases, alpha=alpha) if self.sd > 0.0 else 1.0
        return _enumerated(self, cases, alpha)

    def fewest(self, *, alpha: float = 0.05, power: float = 0.8) -> int | None:
        """Return the fewest cases with such a power; None where no number, or none up to 100,000, is enough."""
        if not self.can_be_proved:
            return None
        guess = self._normal().control_size(alpha=alpha, power=power) if self.sd > 0.0 else 1.0
        if guess > MOST_ENUMERATED:
            return sample_size.whole(guess) if guess <= MOST else None
        return fewest_cases_with(lambda cases: self.power(cases, alpha=alpha) >= power, max(int(guess), 6))

    def _normal(self) -> sample_size.Comparison:
        return sample_size.Comparison(gap=self.mean - self.limit, null_sd=self.sd, alternative_sd=self.sd)


def duel_power(cases: int, win_rate: float, ties: float = 0.0, *, alpha: float = 0.05) -> float:
    """Return the chance that a duel proves a true win rate above one half, by enumeration.

    Args:
        cases: at least 1.
        win_rate: the true one, in [0, 1].
        ties: the true share of tied cases, in [0, 1].
        alpha: two-sided; the rule is one-sided at alpha/2.

    >>> round(duel_power(10, 0.75), 2)
    0.24
    """
    return _enumerated(ThreePoint(better=win_rate - ties / 2.0, same=ties), cases, alpha)


def fewest_cases_with(enough: Callable[[int], bool], guess: int) -> int:
    """Return the first number of cases that is enough, a sawtooth of three cases apart; one up to 100,000 must be.

    Args:
        enough: whether so many are.
        guess: where to begin, at least 1.
    """
    low, high = 0, guess
    while not enough(high):
        low, high = high, max(int(high * 1.3), high + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    while fewer := next((high - k for k in range(1, _SAWTOOTH + 1) if high > k and enough(high - k)), 0):
        high = fewer
    return high


def _enumerated(what: ThreePoint, cases: int, alpha: float) -> float:
    ties = what.same
    decided = 1.0 - ties
    share = min(max(what.better / decided if decided > 0.0 else 0.5, 0.0), 1.0)
    spread = _CONVOLVED * (cases * ties * decided) ** 0.5
    first, last = max(int(cases * ties - spread), 0), min(int(cases * ties + spread) + 1, cases)
    total, fewest = 0.0, 0
    for tied in range(last if ties > 0.0 else 0, (first if ties > 0.0 else 0) - 1, -1):
        wins = _fewest_wins(what, cases, tied, alpha, fewest)
        if wins is None:
            continue
        fewest = wins
        total += _ties_chance(tied, cases, ties) * _at_least(wins, cases - tied, share)
    return min(total, 1.0)


def _fewest_wins(what: ThreePoint, cases: int, tied: int, alpha: float, at_least: int) -> int | None:
    """Return the fewest wins beside so many ties that the rule calls enough; never fewer with a tie less."""
    least = at_least
    if what.sign_flip:
        by_sign = powers.fewest_wins(cases - tied, alpha=alpha / 2.0)
        if by_sign is None:
            return None
        least = max(by_sign, at_least)
    most = cases - tied
    if least > most or not _proves(what, cases, tied, most, alpha):
        return None
    reach = 1  # the last number of wins is near: look a few further, then halve
    low, high = least - 1, least
    while not _proves(what, cases, tied, high, alpha):
        low, high = high, min(high + reach, most)
        reach *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _proves(what, cases, tied, middle, alpha) else (middle, high)
    return high


def _proves(what: ThreePoint, cases: int, tied: int, wins: int, alpha: float) -> bool:
    scores = np.repeat(
        [0.5 + what.step, 0.5, 0.5 - what.step],
        [wins, tied, cases - tied - wins],
    )
    return lower_tail_p_value(scores, what.limit, None) <= alpha / 2.0


def _at_least(wins: int, decided: int, share: float) -> float:
    return 1.0 if wins == 0 else float(bdtrc(wins - 1, decided, share))


def _ties_chance(tied: int, cases: int, ties: float) -> float:
    if ties in (0.0, 1.0):
        return float(tied == round(cases * ties))
    return _at_least(tied, cases, ties) - (float(bdtrc(tied, cases, ties)) if tied < cases else 0.0)
