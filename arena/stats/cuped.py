"""A difference of means with less noise: adjusted for what was measured of each unit before the test (CUPED)."""

from dataclasses import dataclass
from math import sqrt

from arena.stats.moments import Moments
from arena.stats.student import NOISE, TTest
from arena.stats.two_arms import Arm, arm_mean, difference, satterthwaite, t_arm, unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuped:
    """A difference of means, treatment − control, with and without the adjustment; both are to be shown."""

    adjusted: TTest
    unadjusted: TTest
    variance_removed: float | None  # share of the difference's variance; below 0 where the adjustment only costs


def cuped(control: Moments, treatment: Moments, value: str, covariate: str, *, unit: str, level: float = 0.95) -> Cuped:
    """Return the difference of two means adjusted for a covariate, by Lin's regression with interaction.

    A regression of y on x in each arm, both read at the mean x̄ of all units (Lin, Ann Appl Stat 2013;7:295; with one
    slope in both arms: Deng, Xu, Kohavi & Walker, WSDM 2013):

        d = (ȳ₂ − ȳ₁) − (x̄₂ − x̄₁)·(n₁b₂ + n₂b₁)/n,  bᵢ = S_xy/S_xx,

    with the variance Σ sᵢ²/nᵢ of the residuals, sᵢ² = (S_yy − bᵢS_xy)/(nᵢ − 2), on Satterthwaite's degrees of freedom
    of nᵢ − 2. In large arms it never has more variance than the plain difference.

    The covariate must have been measured before a unit's first exposure. Test that first, as any other value
    (`two_arms.difference` of its means): where the arms differ in it, that is a fault to find and none to adjust for.

    Args:
        control: of one arm's units.
        treatment: of the other's.
        value: the name of what is compared.
        covariate: the name of what was measured before.
        unit: of the values, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        The adjusted difference is None, with the reason, where an arm has fewer than three units or its covariate does
        not vary.

    Raises:
        ValueError: moments without one of the names, or a level outside (0, 1).

    >>> control = Moments.of({"spent": [1.0, 2.1, 2.9, 4.2], "before": [1, 2, 3, 4]})
    >>> treatment = Moments.of({"spent": [2.0, 3.0, 4.1, 5.0], "before": [1, 2, 3, 4]})
    >>> found = cuped(control, treatment, "spent", "before", unit="USD")
    >>> round(found.adjusted.estimate.value, 3), round(found.variance_removed, 3)
    (0.975, 0.993)
    """
    at = (control + treatment).mean(covariate)
    before, after = (arm_mean(arm, value, unit=unit, level=level) for arm in (control, treatment))
    control_at = _adjusted(control, before, (value, covariate), at)
    treatment_at = _adjusted(treatment, after, (value, covariate), at)
    plain, less = satterthwaite(before, after), satterthwaite(control_at, treatment_at)
    return Cuped(
        adjusted=difference(control_at, treatment_at, method="cuped"),
        unadjusted=difference(before, after),
        variance_removed=None if not plain or not less or plain[0] == 0.0 else 1.0 - (less[0] / plain[0]) ** 2,
    )


def _adjusted(moments: Moments, plain: Arm, names: tuple[str, str], at: float | None) -> Arm:
    """Return an arm's mean as the arm's own regression reads it at a value of the covariate."""
    value, covariate = names
    n, unit = moments.n, plain.estimate.unit_of_measure
    mean, before, variance = moments.mean(value), moments.mean(covariate), moments.variance(covariate)
    both = moments.covariance(value, covariate)
    if n < 3 or mean is None or before is None or at is None or variance is None or both is None:
        return Arm(estimate=unsure(None, n, unit, "fewer than three units have no line"), level=plain.level)
    if not sqrt(variance) > NOISE * abs(before):
        return Arm(estimate=unsure(None, n, unit, "the covariate does not vary"), level=plain.level)
    slope = both / variance
    residual = (moments.residual_variance(value, covariate, slope) or 0.0) * (n - 1.0) / (n - 2.0)
    adjusted = mean - slope * (before - at)
    return t_arm(adjusted, sqrt(residual / n), n - 2.0, n=n, unit=unit, level=plain.level)
