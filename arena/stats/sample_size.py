"""How many units a comparison of two arms needs, by closed forms. Imports neither numpy nor scipy.

Every statistic here is normal: with n units in the control arm its standard deviation is σ₀/√n under the null
hypothesis and σ₁/√n under the alternative, a distance Δ away. So

    n = ((z_a·σ₀ + z_b·σ₁) / Δ)²,   power(n) = Φ((Δ·√n − z_a·σ₀) / σ₁),                                        (1)

with z_a the upper quantile of the one-sided error and z_b that of the power. The other tail, on which a two-sided test
rejects by mistake of the direction, is left out, as R's `power.prop.test` does. Formulas differ in σ₀, σ₁ and Δ alone.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A comparison of two arms by a normal statistic; σ₀, σ₁ and Δ of (1)."""

    gap: float  # Δ > 0, in the unit of the metric (radians for arcsine)
    null_sd: float  # σ₀
    alternative_sd: float  # σ₁
    ratio: float = 1.0  # units of treatment for each unit of control

    def control_size(self, *, alpha: float = 0.05, power: float = 0.8, sided: int = 2) -> float:
        """Return the units that the control arm needs, unrounded; treatment needs `ratio` times as many.

        Args:
            alpha: error of the whole test, in (0, 1).
            power: in (alpha/sided, 1): below it no unit is needed at all.
            sided: 1 or 2; a two-sided test takes alpha/2 on each side.

        Raises:
            ValueError: an argument outside its domain.

        >>> round(pooled_rates(0.60, 0.65).control_size(), 2)
        1470.49
        """
        tail = _tail(alpha, sided)
        if not tail < power < 1.0:
            raise ValueError(f"the power must lie between {tail:g} and 1, not {power:g}")
        reach = _upper(tail) * self.null_sd + _NORMAL.inv_cdf(power) * self.alternative_sd
        return (max(reach, 0.0) / self.gap) ** 2

    def power(self, control: float, *, alpha: float = 0.05, sided: int = 2) -> float:
        """Return the power with so many units in the control arm, and `ratio` times as many in the other.

        Args:
            control: units, at least 0, whole or not.
            alpha: error of the whole test, in (0, 1).
            sided: 1 or 2.

        Raises:
            ValueError: an argument outside its domain.

        >>> round(pooled_rates(0.60, 0.65).power(5), 6)
        0.036004
        """
        if control < 0.0:
            raise ValueError(f"the control arm cannot have {control:g} units")
        distance = self.gap * math.sqrt(control) - _upper(_tail(alpha, sided)) * self.null_sd
        if self.alternative_sd == 0.0:
            return float(distance >= 0.0)
        return _NORMAL.cdf(distance / self.alternative_sd)


def pooled_rates(control: float, treatment: float, *, ratio: float = 1.0) -> Comparison:
    """Compare two rates by z with the pooled variance under the null (Fleiss, Levin & Paik 2003).

    σ₀² = p̄(1 − p̄)(1 + 1/r) with p̄ = (p_c + r·p_t)/(1 + r), σ₁² = p_c(1 − p_c) + p_t(1 − p_t)/r.

    Args:
        control: its rate, in [0, 1].
        treatment: its rate, in [0, 1], another one.
        ratio: r, units of treatment for each unit of control, above 0.

    Raises:
        ValueError: an argument outside its domain.

    >>> import math
    >>> math.ceil(pooled_rates(0.60, 0.62).control_size())
    9336
    """
    _check_rates(control, treatment)
    _check_ratio(ratio)
    pooled = (control + ratio * treatment) / (1.0 + ratio)
    return Comparison(
        gap=_gap(treatment - control),
        null_sd=_sd_of_difference(pooled, pooled, ratio),
        alternative_sd=_sd_of_difference(control, treatment, ratio),
        ratio=ratio,
    )


def unpooled_rates(control: float, treatment: float, *, ratio: float = 1.0) -> Comparison:
    """Compare two rates by z with each arm's own variance (Chow, Shao & Wang 2008, sec. 4.2.1): σ₀ = σ₁.

    Args:
        control: its rate, in [0, 1].
        treatment: its rate, in [0, 1], another one.
        ratio: units of treatment for each unit of control, above 0.

    Raises:
        ValueError: an argument outside its domain, or rates of 0 and 1, which have no variance.

    >>> round(unpooled_rates(0.60, 0.65).control_size(), 2)
    1467.74
    """
    return wald_non_inferiority(control, treatment, 0.0, ratio=ratio)


def arcsine_rates(control: float, treatment: float, *, ratio: float = 1.0) -> Comparison:
    """Compare two rates on the arcsine scale (Cohen 1988, sec. 6.2), where the variance is one whatever the rate.

    Δ = |2·asin√p_t − 2·asin√p_c|, σ₀² = σ₁² = 1 + 1/r.

    Args:
        control: its rate, in [0, 1].
        treatment: its rate, in [0, 1], another one.
        ratio: units of treatment for each unit of control, above 0.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(arcsine_rates(0.60, 0.65).control_size(), 2)
    1470.09
    """
    _check_rates(control, treatment)
    _check_ratio(ratio)
    sd = math.sqrt(1.0 + 1.0 / ratio)
    gap = _gap(2.0 * (math.asin(math.sqrt(treatment)) - math.asin(math.sqrt(control))))
    return Comparison(gap=gap, null_sd=sd, alternative_sd=sd, ratio=ratio)


def means(difference: float, sd: float, *, ratio: float = 1.0) -> Comparison:
    """Compare two means by z (Chow, Shao & Wang 2008, sec. 3.2.1): σ₀² = σ₁² = sd²(1 + 1/r).

    Args:
        difference: to be found, treatment − control, not 0; for non-inferiority, the distance from the margin.
        sd: of one unit in either arm, in the same unit, above 0.
        ratio: units of treatment for each unit of control, above 0.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(means(0.5, 1.0).control_size(), 2)
    62.79
    """
    _check_ratio(ratio)
    if not 0.0 < sd < math.inf:
        raise ValueError(f"the standard deviation must be above 0, not {sd:g}")
    spread = sd * math.sqrt(1.0 + 1.0 / ratio)
    return Comparison(gap=_gap(difference), null_sd=spread, alternative_sd=spread, ratio=ratio)


def wald_non_inferiority(control: float, treatment: float, margin: float, *, ratio: float = 1.0) -> Comparison:
    """Prove that treatment is not worse than control by `margin`, each arm with its own variance.

    H₀: p_t − p_c ≤ −margin; Δ = p_t − p_c + margin (Chow, Shao & Wang 2008, sec. 4.2.2).

    Args:
        control: its rate, in [0, 1].
        treatment: its true rate, in [0, 1].
        margin: how much worse is still good enough, in [0, 1); 0 is superiority.
        ratio: units of treatment for each unit of control, above 0.

    Raises:
        ValueError: an argument outside its domain, rates without variance, or treatment not above the margin.

    >>> round(2 * wald_non_inferiority(0.6, 0.6, 0.05).control_size(alpha=0.025, sided=1), 2)
    3013.97
    """
    _check_rates(control, treatment)
    _check_ratio(ratio)
    sd = _sd_of_difference(control, treatment, ratio)
    if sd == 0.0:
        raise ValueError("rates of 0 and 1 have no variance: a formula on their variance says nothing")
    gap = _gap_above(treatment - control, margin)
    return Comparison(gap=gap, null_sd=sd, alternative_sd=sd, ratio=ratio)


def farrington_manning(control: float, treatment: float, margin: float, *, ratio: float = 1.0) -> Comparison:
    """Prove that treatment is not worse than control by `margin`, with the variance that the null implies.

    σ₀² is that of the rates nearest to the assumed ones, in likelihood, among those with p_t − p_c = −margin
    (Farrington & Manning, Statistics in Medicine 1990;9:1447).

    Args:
        control: its rate, in (0, 1).
        treatment: its true rate, in (0, 1).
        margin: how much worse is still good enough, in [0, 1).
        ratio: units of treatment for each unit of control, above 0.

    Raises:
        ValueError: an argument outside its domain, or treatment not above the margin.

    >>> round(2 * farrington_manning(0.6, 0.6, 0.05).control_size(alpha=0.025, sided=1), 1)
    3009.4
    """
    _check_rates(control, treatment)
    _check_ratio(ratio)
    gap = _gap_above(treatment - control, margin)
    null_treatment = _restricted_rate(control, treatment, -margin, 1.0 / ratio)
    return Comparison(
        gap=gap,
        null_sd=_sd_of_difference(null_treatment + margin, null_treatment, ratio),
        alternative_sd=_sd_of_difference(control, treatment, ratio),
        ratio=ratio,
    )


def design_effect(cluster_size: float, icc: float, cv: float = 0.0) -> float:
    """Return by what factor clusters raise the size: 1 + ((1 + cv²)·m − 1)·ICC (Eldridge et al., IJE 2006;35:1292).

    Args:
        cluster_size: m, units a cluster on average, at least 1.
        icc: intra-cluster correlation, in [0, 1].
        cv: coefficient of variation of the cluster sizes, at least 0.

    Raises:
        ValueError: an argument outside its domain.

    >>> design_effect(10, 0.05), design_effect(1, 0.5)
    (1.45, 1.0)
    """
    if not (1.0 <= cluster_size < math.inf and 0.0 <= icc <= 1.0 and 0.0 <= cv < math.inf):
        raise ValueError("clusters need a size of at least 1, an ICC from 0 to 1 and a variation of at least 0")
    return 1.0 + ((1.0 + cv * cv) * cluster_size - 1.0) * icc


def cuped_factor(correlation: float) -> float:
    """Return by what factor adjustment for a pre-period metric lowers the size: 1 − ρ² (Deng et al., WSDM 2013).

    Args:
        correlation: ρ of the metric with its pre-period value, in (−1, 1).

    Raises:
        ValueError: ρ outside its domain.

    >>> cuped_factor(0.6)
    0.64
    """
    if not -1.0 < correlation < 1.0:
        raise ValueError(f"the correlation must lie between -1 and 1, not {correlation:g}")
    return 1.0 - correlation * correlation


def bonferroni_alpha(alpha: float, arms: int) -> float:
    """Return the error left for each comparison when every other arm is compared with control (Bonferroni).

    Args:
        alpha: error of all comparisons together, in (0, 1).
        arms: control included, at least 2.

    Raises:
        ValueError: an argument outside its domain.

    >>> bonferroni_alpha(0.05, 2), bonferroni_alpha(0.05, 3)
    (0.05, 0.025)
    """
    _tail(alpha, 1)
    if arms < 2:
        raise ValueError(f"a comparison needs at least 2 arms, not {arms}")
    return alpha / (arms - 1)


def days_of_traffic(total: int, per_day: float, share: float = 1.0) -> int:
    """Return the days in which a share of the traffic brings so many units.

    Args:
        total: units, all arms together, at least 0.
        per_day: units that arrive a day, above 0.
        share: of them that enters the test, in (0, 1].

    Raises:
        ValueError: an argument outside its domain.

    >>> days_of_traffic(2942, 210, 0.5)
    29
    """
    if not (total >= 0 and 0.0 < per_day < math.inf and 0.0 < share <= 1.0):
        raise ValueError("a duration needs traffic above 0 a day and a share of it in (0, 1]")
    return math.ceil(total / (per_day * share) * (1.0 - 1e-12))


def full_weeks(days: int) -> int:
    """Return the full weeks that hold so many days: every weekday is then in the test equally often.

    >>> full_weeks(28), full_weeks(29), full_weeks(0)
    (4, 5, 1)
    """
    return max(math.ceil(days / _DAYS_A_WEEK), 1)


def whole(size: float) -> int:
    """Return the next whole number of units, where rounding noise of a whole number is not a unit.

    >>> whole(1470.49), whole(100.00000000000001), whole(0.0)
    (1471, 100, 1)
    """
    return max(math.ceil(size * (1.0 - 1e-12)), 1)


def _upper(tail: float) -> float:
    """Return the upper quantile, from the small tail: 1 − 1e-20 is 1."""
    return -_NORMAL.inv_cdf(tail)


def _tail(alpha: float, sided: int) -> float:
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha:g}")
    if sided not in (1, 2):
        raise ValueError(f"a test has 1 or 2 sides, not {sided}")
    return alpha / sided


def _check_rates(control: float, treatment: float) -> None:
    if not (0.0 <= control <= 1.0 and 0.0 <= treatment <= 1.0):
        raise ValueError(f"rates lie between 0 and 1, not {control:g} and {treatment:g}")


def _check_ratio(ratio: float) -> None:
    if not 0.0 < ratio < math.inf:
        raise ValueError(f"the ratio of the arms must be above 0, not {ratio:g}")


def _gap(difference: float) -> float:
    if not 0.0 < abs(difference) < math.inf:
        raise ValueError("no number of units finds a difference of 0")
    return abs(difference)


def _gap_above(difference: float, margin: float) -> float:
    if not 0.0 <= margin < 1.0:
        raise ValueError(f"the margin must lie between 0 and 1, not {margin:g}")
    if margin == 0.0:
        return _gap(difference)
    if difference + margin <= 1e-12:
        raise ValueError("the true difference is at the margin or beyond it: no number of units proves non-inferiority")
    return difference + margin


def _sd_of_difference(control: float, treatment: float, ratio: float) -> float:
    return math.sqrt(max(control * (1.0 - control) + treatment * (1.0 - treatment) / ratio, 0.0))


def _restricted_rate(control: float, treatment: float, difference: float, theta: float) -> float:
    """Return the maximum-likelihood rate of treatment given p_t − p_c, as the trigonometric root of the cubic.

    Args:
        control: its rate.
        treatment: its rate.
        difference: that is imposed.
        theta: units of control for each unit of treatment.
    """
    a = 1.0 + theta
    b = -(1.0 + theta + treatment + theta * control + difference * (theta + 2.0))
    c = difference**2 + difference * (2.0 * treatment + theta + 1.0) + treatment + theta * control
    d = -treatment * difference * (1.0 + difference)
    v = (b / (3.0 * a)) ** 3 - b * c / (6.0 * a * a) + d / (2.0 * a)
    u = math.copysign(math.sqrt(max((b / (3.0 * a)) ** 2 - c / (3.0 * a), 0.0)), v)
    cosine = v / u**3 if u else 1.0
    w = (math.pi + math.acos(min(max(cosine, -1.0), 1.0))) / 3.0
    root = 2.0 * u * math.cos(w) - b / (3.0 * a)
    return min(max(root, 0.0, difference), 1.0, 1.0 + difference)
