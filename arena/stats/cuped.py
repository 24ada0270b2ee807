"""A difference of means with less noise: adjusted for what was measured of each unit before the test (CUPED)."""

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Literal, NamedTuple

from arena.stats.moments import Moments
from arena.stats.student import NOISE, TTest
from arena.stats.two_arms import Arm, arm_mean, difference, difference_test, satterthwaite, t_arm, unsure

Target = Literal["population", "units"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuped:
    """A difference of means, treatment − control, with and without the adjustment; both are to be shown."""

    adjusted: TTest
    unadjusted: TTest
    variance_removed: float | None  # share of the difference's variance; below 0 where the adjustment only costs


def cuped(
    control: Moments,
    treatment: Moments,
    value: str,
    covariate: str,
    *,
    unit: str,
    target: Target = "population",
    level: float = 0.95,
) -> Cuped:
    """Return the difference of two means adjusted for a covariate, by Lin's regression with interaction.

    A regression of y on x in each arm, both read at the mean x̄ of all units (Lin, Ann Appl Stat 2013;7:295; with one
    slope in both arms: Deng, Xu, Kohavi & Walker, WSDM 2013):

        d = (ȳ₂ − ȳ₁) − (x̄₂ − x̄₁)·(n₁b₂ + n₂b₁)/n,  bᵢ = S_xy/S_xx.

    The variance is Σ sᵢ²/nᵢ of the residuals, sᵢ² = (S_yy − bᵢS_xy)/(nᵢ − 2), on Satterthwaite's degrees of freedom of
    nᵢ − 2: Lin's, for the effect on the very units of the test. For the effect on all units that might have come, as
    Welch's test has it, x̄ is an estimate too, which adds (b₂ − b₁)²·s_x²/n (Negi & Wooldridge, Econom Rev 2021;40:504);
    without it a 95% interval covers 91 to 92% in arms with the slopes ½ and 1 that explain half and four fifths of y.

    The covariate must have been measured before a unit's first exposure. Test that first, as any other value
    (`two_arms.difference` of its means): where the arms differ in it, that is a fault to find and none to adjust for.

    Args:
        control: of one arm's units.
        treatment: of the other's.
        value: the name of what is compared.
        covariate: the name of what was measured before.
        unit: of the values, e.g. "s".
        target: "population", or "units" for the effect on just these.
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
    both = control + treatment
    before, after = (arm_mean(arm, value, unit=unit, level=level) for arm in (control, treatment))
    one = _line(control, before, (value, covariate), both.mean(covariate))
    other = _line(treatment, after, (value, covariate), both.mean(covariate))
    unadjusted, plain, found = difference(before, after), satterthwaite(before, after), satterthwaite(one.at, other.at)
    if plain is None or found is None:
        return Cuped(adjusted=difference(one.at, other.at), unadjusted=unadjusted, variance_removed=None)
    error, degrees_of_freedom = found
    if target == "population":
        error = hypot(error, (other.slope - one.slope) * sqrt((both.variance(covariate) or 0.0) / both.n))
    return Cuped(
        adjusted=difference_test(one.at, other.at, error, degrees_of_freedom, "cuped"),
        unadjusted=unadjusted,
        variance_removed=1.0 - (error / plain[0]) ** 2 if plain[0] > 0.0 else None,
    )


class _Line(NamedTuple):
    """An arm's regression of a value on a covariate."""

    at: Arm  # the value that it reads at a place of the covariate
    slope: float


def _line(moments: Moments, plain: Arm, names: tuple[str, str], place: float | None) -> _Line:
    value, covariate = names
    n, unit = moments.n, plain.estimate.unit_of_measure
    mean, before, variance = moments.mean(value), moments.mean(covariate), moments.variance(covariate)
    both = moments.covariance(value, covariate)
    if n < 3 or mean is None or before is None or place is None or variance is None or both is None:
        return _Line(Arm(estimate=unsure(None, n, unit, "fewer than three units have no line"), level=plain.level), 0.0)
    if not sqrt(variance) > NOISE * abs(before):
        return _Line(Arm(estimate=unsure(None, n, unit, "the covariate does not vary"), level=plain.level), 0.0)
    slope = both / variance
    residual = (moments.residual_variance(value, covariate, slope) or 0.0) * (n - 1.0) / (n - 2.0)
    read = mean - slope * (before - place)
    return _Line(t_arm(read, sqrt(residual / n), n - 2.0, n=n, unit=unit, level=plain.level), slope)
