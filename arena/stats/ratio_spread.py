"""The spread of a ratio metric over the units of a test, by the delta method. Imports neither numpy nor scipy."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioMetric:
    """Two totals of each unit, such as what a user cost and how many conversations were resolved.

    The metric is the ratio of their means; units are independent, what is inside a unit is not.
    """

    numerator_mean: float
    numerator_sd: float
    denominator_mean: float
    denominator_sd: float
    correlation: float  # of the two over units, in [−1, 1]

    @property
    def value(self) -> float:
        """Return R = μ_N / μ_D."""
        return self.numerator_mean / self.denominator_mean

    @property
    def sd(self) -> float:
        """Return the standard deviation of one unit's share in R, the delta method's (N − R·D)/μ_D.

        σ² = (σ_N² − 2R·ρσ_Nσ_D + R²σ_D²)/μ_D² (Deng, Knoblich & Lu, KDD 2018).

        >>> metric = RatioMetric(numerator_mean=2, numerator_sd=1, denominator_mean=4, denominator_sd=2, correlation=0)
        >>> round(metric.sd, 4)
        0.3536
        """
        ratio = self.value
        spread = (
            self.numerator_sd**2
            - 2.0 * ratio * self.correlation * self.numerator_sd * self.denominator_sd
            + (ratio * self.denominator_sd) ** 2
        )
        return math.sqrt(max(spread, 0.0)) / abs(self.denominator_mean)

    def check(self) -> None:
        """Refuse what no metric can be like.

        Raises:
            ValueError: means of 0, a negative standard deviation, a correlation outside [−1, 1], or no spread at all.
        """
        numbers = (self.numerator_mean, self.numerator_sd, self.denominator_mean, self.denominator_sd)
        if not all(math.isfinite(number) for number in numbers) or 0.0 in (self.numerator_mean, self.denominator_mean):
            raise ValueError("the means of numerator and denominator must be other than 0")
        if self.numerator_sd < 0.0 or self.denominator_sd < 0.0:
            raise ValueError("a standard deviation is at least 0")
        if not -1.0 <= self.correlation <= 1.0:
            raise ValueError(f"the correlation must lie between -1 and 1, not {self.correlation:g}")
        if self.sd <= 1e-12 * abs(self.value):
            raise ValueError("numerator and denominator move together exactly: the ratio has no spread to plan for")
