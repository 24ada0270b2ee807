"""Two arms compared within strata: Mantel–Haenszel, standardisation, and Simpson's reversal."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri

from arena.stats.clusters import Floats
from arena.stats.estimate import Estimate, Interval
from arena.stats.proportions import wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Hits of two independent arms in one segment."""

    control_hits: int
    control: int  # units
    treatment_hits: int
    treatment: int  # units


@dataclass(frozen=True, slots=True, kw_only=True)
class MantelHaenszel:
    """Treatment against control, common to all strata."""

    odds_ratio: Estimate
    risk_ratio: Estimate
    risk_difference: Estimate
    p_value: float | None  # of no association, Cochran–Mantel–Haenszel without continuity correction; None: no evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """The difference of two rates, treatment − control, had both arms the mix of strata of all units together."""

    estimate: Estimate
    crude: float | None  # the difference of the rates over all units
    by_stratum: tuple[float | None, ...]  # differences; None where an arm has no units
    reversed: bool  # Simpson: the crude difference has the other sign


def mantel_haenszel(strata: Sequence[Stratum], *, level: float = 0.95) -> MantelHaenszel:
    """Return the common odds ratio, risk ratio and risk difference of treatment against control.

    With a, b hits and misses of treatment, c, d of control, n the units of a stratum (Mantel & Haenszel, JNCI 1959):
    odds ratio Σ(ad/n)/Σ(bc/n), its logarithm's variance by Robins, Breslow & Greenland (Biometrics 1986); risk ratio
    and risk difference and their variances by Greenland & Robins (Biometrics 1985).

    Args:
        strata: one a segment; one without units of both arms adds nothing.
        level: of the two-sided intervals, in (0, 1).

    Returns:
        Units "ratio" and "share"; a value or interval is None, with the reason, where it is undefined.

    Raises:
        ValueError: hits outside 0 … units, or a level outside (0, 1).

    >>> mobile = Stratum(control_hits=170, control=200, treatment_hits=640, treatment=800)
    >>> desktop = Stratum(control_hits=560, control=800, treatment_hits=130, treatment=200)
    >>> found = mantel_haenszel([mobile, desktop])
    >>> round(found.odds_ratio.value, 4), round(found.risk_ratio.value, 4), round(found.risk_difference.value, 4)
    (0.759, 0.9355, -0.05)
    """
    _check(strata, level)
    tables = _tables(strata)
    units = int(tables.sum())
    z = float(ndtri((1.0 + level) / 2.0))
    return MantelHaenszel(
        odds_ratio=_odds_ratio(tables, units, z, level),
        risk_ratio=_risk_ratio(tables, units, z, level),
        risk_difference=_risk_difference(tables, units, z, level),
        p_value=_association(tables),
    )


def standardise(strata: Sequence[Stratum], *, level: float = 0.95) -> Standardised:
    """Return the difference of rates under the mix of strata of both arms together, and whether the crude one reverses.

    Σ wₛ(p_treatment,s − p_control,s) with wₛ the stratum's share of all units, taken as fixed. The interval squares and
    adds the distances to Wilson's limits of every arm and stratum (Zou & Donner, Statistics in Medicine 2008;27:1693):
    with one stratum it is Newcombe's, and it has a width where all rates are 0 or 1.

    Args:
        strata: one a segment.
        level: of the two-sided interval, in (0, 1).

    Returns:
        Unit "share". The estimate is None, with the reason, where a stratum has units of one arm alone.

    Raises:
        ValueError: hits outside 0 … units, or a level outside (0, 1).

    >>> mobile = Stratum(control_hits=170, control=200, treatment_hits=640, treatment=800)
    >>> desktop = Stratum(control_hits=560, control=800, treatment_hits=130, treatment=200)
    >>> found = standardise([mobile, desktop])
    >>> round(found.crude, 3), round(found.estimate.value, 3), found.reversed
    (0.04, -0.05, True)
    """
    _check(strata, level)
    whole = Stratum(
        control_hits=sum(stratum.control_hits for stratum in strata),
        control=sum(stratum.control for stratum in strata),
        treatment_hits=sum(stratum.treatment_hits for stratum in strata),
        treatment=sum(stratum.treatment for stratum in strata),
    )
    crude, estimate = _difference(whole), _standardised(strata, whole.control + whole.treatment, level)
    return Standardised(
        estimate=estimate,
        crude=crude,
        by_stratum=tuple(_difference(stratum) for stratum in strata),
        reversed=crude is not None and estimate.value is not None and crude * estimate.value < 0.0,
    )


def _standardised(strata: Sequence[Stratum], units: int, level: float) -> Estimate:
    if units == 0:
        return _undefined(None, 0, "share", "no units")
    occupied = [stratum for stratum in strata if stratum.control + stratum.treatment > 0]
    if any(stratum.control == 0 or stratum.treatment == 0 for stratum in occupied):
        return _undefined(None, units, "share", "a stratum has units of one arm alone")
    value = below = above = 0.0
    for stratum in occupied:
        weight = (stratum.control + stratum.treatment) / units
        before, after = stratum.control_hits / stratum.control, stratum.treatment_hits / stratum.treatment
        control = wilson_interval(stratum.control_hits, stratum.control, level)
        treatment = wilson_interval(stratum.treatment_hits, stratum.treatment, level)
        value += weight * (after - before)
        below += weight**2 * ((after - treatment.low) ** 2 + (control.high - before) ** 2)
        above += weight**2 * ((treatment.high - after) ** 2 + (before - control.low) ** 2)
    interval = Interval(
        low=value - math.sqrt(below), high=value + math.sqrt(above), level=level, method="newcombe, standardised"
    )
    return Estimate(value=value, interval=interval, n=units, unit_of_measure="share")


def _difference(stratum: Stratum) -> float | None:
    if stratum.control == 0 or stratum.treatment == 0:
        return None
    return stratum.treatment_hits / stratum.treatment - stratum.control_hits / stratum.control


def _tables(strata: Sequence[Stratum]) -> Floats:
    """Return a row (treatment hits, misses, control hits, misses) a stratum that has both arms."""
    rows = [
        (s.treatment_hits, s.treatment - s.treatment_hits, s.control_hits, s.control - s.control_hits)
        for s in strata
        if s.control > 0 and s.treatment > 0
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _odds_ratio(tables: Floats, units: int, z: float, level: float) -> Estimate:
    a, b, c, d = tables.T
    n = tables.sum(axis=1)
    for_treatment, for_control = a * d / n, b * c / n
    above, below = float(for_treatment.sum()), float(for_control.sum())
    if below == 0.0:
        return _undefined(None, units, "ratio", "no stratum has both misses of treatment and hits of control")
    if above == 0.0:
        return _undefined(0.0, units, "ratio", "no stratum has both hits of treatment and misses of control")
    agree, differ = (a + d) / n, (b + c) / n
    variance = (
        float((agree * for_treatment).sum()) / (2.0 * above**2)
        + float((agree * for_control + differ * for_treatment).sum()) / (2.0 * above * below)
        + float((differ * for_control).sum()) / (2.0 * below**2)
    )
    return _of_logarithm(above / below, variance, units, z, level)


def _risk_ratio(tables: Floats, units: int, z: float, level: float) -> Estimate:
    a, b, c, d = tables.T
    n, treated, controls = tables.sum(axis=1), a + b, c + d
    above, below = float((a * controls / n).sum()), float((c * treated / n).sum())
    if below == 0.0:
        return _undefined(None, units, "ratio", "control has no hits")
    if above == 0.0:
        return _undefined(0.0, units, "ratio", "treatment has no hits")
    spread = float(((treated * controls * (a + c) - a * c * n) / n**2).sum())
    variance = spread / (above * below)
    if variance <= 0.0:
        return _undefined(above / below, units, "ratio", "every unit of both arms is a hit")
    return _of_logarithm(above / below, variance, units, z, level)


def _risk_difference(tables: Floats, units: int, z: float, level: float) -> Estimate:
    a, b, c, d = tables.T
    n, treated, controls = tables.sum(axis=1), a + b, c + d
    weights = treated * controls / n
    total = float(weights.sum())
    if total == 0.0:
        return _undefined(None, units, "share", "no stratum has units of both arms")
    value = float((a * controls / n - c * treated / n).sum()) / total
    variance = float(((a * b * controls**3 + c * d * treated**3) / (treated * controls * n**2)).sum()) / total**2
    if variance == 0.0:
        return _undefined(value, units, "share", "no rate varies within any arm and stratum")
    half = z * math.sqrt(variance)
    interval = Interval(low=value - half, high=value + half, level=level, method="mantel-haenszel")
    return Estimate(value=value, interval=interval, n=units, unit_of_measure="share")


def _association(tables: Floats) -> float | None:
    """Return the Cochran–Mantel–Haenszel p-value on one degree of freedom, None where no stratum can tell."""
    a, b, c, d = tables.T
    n = tables.sum(axis=1)
    informative = n > 1.0
    a, b, c, d, n = (column[informative] for column in (a, b, c, d, n))
    excess = float((a - (a + b) * (a + c) / n).sum())
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1.0))).sum())
    if variance == 0.0:
        return None
    return max(float(chdtrc(1, excess**2 / variance)), sys.float_info.min)


def _of_logarithm(ratio: float, variance: float, units: int, z: float, level: float) -> Estimate:
    factor = math.exp(z * math.sqrt(variance))
    interval = Interval(low=ratio / factor, high=ratio * factor, level=level, method="mantel-haenszel")
    return Estimate(value=ratio, interval=interval, n=units, unit_of_measure="ratio")


def _undefined(value: float | None, units: int, unit: str, reason: str) -> Estimate:
    return Estimate(value=value, interval=None, n=units, unit_of_measure=unit, reason=reason)


def _check(strata: Sequence[Stratum], level: float) -> None:
    for stratum in strata:
        arms = ((stratum.control_hits, stratum.control), (stratum.treatment_hits, stratum.treatment))
        if not all(0 <= hits <= units for hits, units in arms):
            raise ValueError("hits must lie between 0 and the units of their arm")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
