"""Whether a mean is above or below one value, asked after every score: the answer holds at any stop."""

import math

PRIOR_MEAN, PRIOR_VARIANCE = 0.5, 0.25  # of one imagined score, so that the first bet is defined
MOST = 0.5  # of what a bettor has may be lost at once


class MeanTest:
    """Two bettors against one mean: it is refuted for good once either has multiplied what it had by 2/α.

    K⁺ = Π(1 + λᵢ⁺wᵢ(xᵢ − m)) bets that the mean of the scores is higher than m, K⁻ = Π(1 − λᵢ⁻wᵢ(xᵢ − m)) that it is
    lower, with the predictable plug-in bets of eq. 15, at most ½/m and ½/(1 − m) (Waudby-Smith & Ramdas, JRSS-B 2024,
    eq. 26). By Ville's inequality either is ever above 2/α with a probability of at most α/2 where m is the mean.
    `confidence_sequences.betting_interval` is the set of all means that this test has never refuted.

    Args:
        mean: m, in (0, 1).
        alpha: two-sided, in (0, 1), at all moments together.

    Raises:
        ValueError: an argument outside its domain.

    >>> test = MeanTest(0.5, alpha=0.05)
    >>> for _ in range(9):
    ...     test.add(1.0)
    >>> test.above
    False
    >>> test.add(1.0)
    >>> test.above, test.below, round(test.p_value, 3)
    (True, False, 0.035)
    """

    def __init__(self, mean: float, *, alpha: float) -> None:
        if not (0.0 < mean < 1.0 and 0.0 < alpha < 1.0):
            raise ValueError(f"needs a mean and an alpha between 0 and 1, not {mean} and {alpha}")
        self._mean = mean
        self._target = math.log(2.0 / alpha)
        self._count = 0
        self._sum = PRIOR_MEAN
        self._spread = PRIOR_VARIANCE
        self._higher = self._lower = 0.0  # log K⁺, log K⁻
        self._highest = self._lowest = 0.0  # the most that each ever had

    def add(self, score: float, weight: float = 1.0) -> None:
        """Take the next score, in [0, 1]; `weight` in (0, 1] is a cluster's size over the greatest one.

        Raises:
            ValueError: a score or a weight outside its domain.
        """
        if not (0.0 <= score <= 1.0 and 0.0 < weight <= 1.0):
            raise ValueError(f"needs a score of 0 to 1 and a weight above 0 and at most 1, not {score} and {weight}")
        count = self._count + 1
        before = self._spread / count
        bet = math.sqrt(2.0 * self._target / (count * math.log1p(count) * before))
        gain = weight * (score - self._mean)
        self._higher += math.log1p(min(bet, MOST / self._mean) * gain)
        self._lower += math.log1p(-min(bet, MOST / (1.0 - self._mean)) * gain)
        self._highest = max(self._highest, self._higher)
        self._lowest = max(self._lowest, self._lower)
        self._sum += score
        self._spread += (score - self._sum / (count + 1)) ** 2
        self._count = count

    @property
    def above(self) -> bool:
        """Return whether it was ever shown that the mean is higher."""
        return self._highest >= self._target

    @property
    def below(self) -> bool:
        """Return whether it was ever shown that the mean is lower."""
        return self._lowest >= self._target

    @property
    def p_value(self) -> float:
        """Return the two-sided p-value so far, valid at any stop: 2 over the most that a bettor ever had, at most 1."""
        return min(1.0, 2.0 * math.exp(-max(self._highest, self._lowest)))
