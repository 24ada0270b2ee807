"""Two independent arms set against each other: the difference and the quotient of what each measured.

An `Arm` is a mean (`arm_mean`), a ratio of sums (`ratios.ratio_of_sums`) or a mean over clusters
(`cluster_means.cluster_mean`); what follows from its value and its error stands here once.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from arena.stats.differences import square_and_add_interval
from arena.stats.estimate import Estimate, Interval
from arena.stats.moments import Moments
from arena.stats.student import NOISE, TTest, check_level, labelled, t_interval, with_t, without_t

#: Where the standard error of what is divided by is more than this share of it, the delta method is too coarse.
DELTA_UP_TO = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What one arm measured, and how sure it is."""

    estimate: Estimate
    level: float  # of its interval, and of every interval that is made with it
    standard_error: float | None = None  # None where it is undefined
    degrees_of_freedom: float | None = None
    symmetric: bool = True  # False where the interval is not value ± t·error: then its ends count, not the error


def arm_mean(moments: Moments, value: str, *, unit: str, level: float = 0.95) -> Arm:
    """Return an arm's mean with Student's t interval on n − 1.

    Args:
        moments: of the arm's units.
        value: the name of what is averaged.
        unit: of the values, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        The interval is None, with the reason, for fewer than two units or values without any variation.

    Raises:
        ValueError: moments without that name, or a level outside (0, 1).

    >>> arm = arm_mean(Moments.of({"cost": [1.0, 2.0, 4.0]}), "cost", unit="USD")
    >>> round(arm.estimate.value, 4), round(arm.standard_error, 6)
    (2.3333, 0.881917)
    """
    check_level(level)
    mean, variance, n = moments.mean(value), moments.variance(value), moments.n
    if mean is None or variance is None:
        reason = "no values" if mean is None else "one value gives no interval"
        return Arm(estimate=unsure(mean, n, unit, reason), level=level)
    return t_arm(mean, math.sqrt(variance / n), n - 1.0, n=n, unit=unit, level=level)


def t_arm(value: float, error: float, degrees_of_freedom: float, *, n: int, unit: str, level: float) -> Arm:
    """Return an arm whose value has Student's t interval.

    Args:
        value: what the arm measured.
        error: its standard error.
        degrees_of_freedom: of the error.
        n: units, or clusters, of the arm.
        unit: of the value, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        The interval is None, with the reason, where the error is no more than rounding.

    >>> t_arm(0.4, 0.0, 9, n=10, unit="s", level=0.95).estimate.reason
    'the values do not vary: they say nothing of how sure the mean is'
    """
    if error > NOISE * abs(value):
        interval = t_interval(value, error, degrees_of_freedom, level=level, method=labelled("t", n))
        estimate = Estimate(value=value, interval=interval, n=n, unit_of_measure=unit)
    else:
        estimate = unsure(value, n, unit, "the values do not vary: they say nothing of how sure the mean is")
    return Arm(estimate=estimate, level=level, standard_error=error, degrees_of_freedom=degrees_of_freedom)


def difference(control: Arm, treatment: Arm, *, method: str = "welch t") -> TTest:
    """Return treatment − control, and the test of its being 0, whatever the variances of the two arms.

    Welch (Biometrika 1947;34:28): with the variances vᵢ of the arms' values and their degrees of freedom fᵢ,
    t = d/√(v₁ + v₂) on (v₁ + v₂)²/(v₁²/f₁ + v₂²/f₂). Where an arm's interval is not t's (Fieller's of a ratio), the
    interval is made of both arms' ends (`square_and_add_interval`), and there is no t.

    Args:
        control: one arm.
        treatment: the other, of other units, in the same unit of measure and at the same level.
        method: what the interval by t is called.

    Returns:
        The interval is None, with the reason, where an arm has no value or no error, or where neither varies; `n` is
        that of both arms.

    Raises:
        ValueError: arms at different levels, or in different units of measure.

    >>> control, treatment = (
    ...     arm_mean(Moments.of({"wait": values}), "wait", unit="s")
    ...     for values in ([1.1, 2.3, 1.9, 3.0], [2.8, 3.1, 2.9, 4.0, 3.7])
    ... )
    >>> found = difference(control, treatment)
    >>> round(found.t, 4), round(found.degrees_of_freedom, 4), round(found.p_value, 4)
    (2.6587, 5.0058, 0.0449)
    """
    _check(control, treatment)
    n, unit = control.estimate.n + treatment.estimate.n, control.estimate.unit_of_measure
    before, after = control.estimate.value, treatment.estimate.value
    if before is None or after is None:
        return without_t(unsure(None, n, unit, _reason(control, treatment)))
    if not (control.symmetric and treatment.symmetric):
        interval = square_and_add_interval(_sided(treatment), _sided(control))
        reason = None if interval else _reason(control, treatment)
        value = after - before
        return without_t(Estimate(value=value, interval=interval, n=n, unit_of_measure=unit, reason=reason))
    found = satterthwaite(control, treatment)
    if found is None:
        return without_t(unsure(after - before, n, unit, _reason(control, treatment)))
    return difference_test(control, treatment, *found, method)


def difference_test(control: Arm, treatment: Arm, error: float, degrees_of_freedom: float, method: str) -> TTest:
    """Return the test of treatment − control by a standard error of that difference.

    Args:
        control: one arm, with a value.
        treatment: the other, with a value.
        error: standard error of treatment − control.
        degrees_of_freedom: of the error.
        method: what the interval is called.

    Returns:
        Undefined, with the reason, where the error is no more than rounding.

    >>> one, other = (arm_mean(Moments.of({"s": values}), "s", unit="s") for values in ([1, 2], [3, 5]))
    >>> difference_test(one, other, 1.25, 2.0, "t").t
    2.0
    """
    before, after = control.estimate.value, treatment.estimate.value
    assert before is not None
    assert after is not None
    n, unit = control.estimate.n + treatment.estimate.n, control.estimate.unit_of_measure
    value = after - before
    if not error > NOISE * max(abs(before), abs(after)):
        reason = "neither arm varies: they say nothing of how sure the difference is"
        return without_t(unsure(value, n, unit, reason))
    label = labelled(method, min(control.estimate.n, treatment.estimate.n))
    interval = t_interval(value, error, degrees_of_freedom, level=control.level, method=label)
    estimate = Estimate(value=value, interval=interval, n=n, unit_of_measure=unit)
    return with_t(estimate, value, error, degrees_of_freedom)


def satterthwaite(control: Arm, treatment: Arm, factor: float = 1.0) -> tuple[float, float] | None:
    """Return the standard error of treatment − factor·control with its degrees of freedom; None where an arm has none.

    Satterthwaite (Biometrics Bulletin 1946;2:110): (Σvᵢ)²/Σ(vᵢ²/fᵢ).

    >>> one, other = (arm_mean(Moments.of({"s": values}), "s", unit="s") for values in ([0, 6], [0, 8]))
    >>> satterthwaite(one, other)
    (5.0, 1.8545994065281894)
    """
    one, other = control.standard_error, treatment.standard_error
    if one is None or other is None or control.degrees_of_freedom is None or treatment.degrees_of_freedom is None:
        return None
    one *= factor
    error = math.hypot(one, other)
    if error == 0.0:
        return 0.0, control.degrees_of_freedom + treatment.degrees_of_freedom
    parts = (one / error) ** 4 / control.degrees_of_freedom + (other / error) ** 4 / treatment.degrees_of_freedom
    return error, 1.0 / parts


def quotient(control: Arm, treatment: Arm) -> Estimate:
    """Return treatment / control, such as a relative lift + 1.

    By the delta method, ρ ± t·√(v₂ + ρ²v₁)/|control| (Deng, Knoblich & Lu, KDD 2018), while the control's error is at
    most a tenth of it. Beyond that by Fieller's: the ratios ρ for which 0 lies in the interval of treatment − ρ·control
    (JRSS-B 1954), made of each arm's own ends (Donner & Zou, Stat Methods Med Res 2012;21:347).

    Args:
        control: one arm.
        treatment: the other, of other units, in the same unit of measure and at the same level.

    Returns:
        Unit "ratio". The value is None, with the reason, where the control's is 0 or an arm has none; the interval
        where an arm has no error, where neither varies, or where the control is not clearly different from 0.

    Raises:
        ValueError: arms at different levels, or in different units of measure.

    >>> control, treatment = (
    ...     arm_mean(Moments.of({"cost": values}), "cost", unit="USD") for values in ([9, 10, 11, 10], [10, 11, 12, 11])
    ... )
    >>> found = quotient(control, treatment)
    >>> round(found.value, 4), round(found.interval.low, 4), round(found.interval.high, 4)
    (1.1, 0.9512, 1.2488)
    """
    _check(control, treatment)
    n, before, after = control.estimate.n + treatment.estimate.n, control.estimate.value, treatment.estimate.value
    if before is None or after is None or before == 0.0:
        reason = "the control's value is 0" if before == 0.0 and after is not None else _reason(control, treatment)
        return unsure(None, n, "ratio", reason)
    ratio = after / before
    found = satterthwaite(control, treatment, ratio)
    if found is None:
        return unsure(ratio, n, "ratio", _reason(control, treatment))
    error, degrees_of_freedom = found
    if not error > NOISE * abs(after):
        return unsure(ratio, n, "ratio", "neither arm varies: they say nothing of how sure the ratio is")
    if not _coarse(control, treatment):
        label = labelled("delta", min(control.estimate.n, treatment.estimate.n))
        interval = t_interval(ratio, error / abs(before), degrees_of_freedom, level=control.level, method=label)
        return Estimate(value=ratio, interval=interval, n=n, unit_of_measure="ratio")
    return _by_ends(ratio, control, treatment)


def pooled(control: Moments, treatment: Moments, value: str, *, unit: str, level: float = 0.95) -> TTest:
    """Test whether two means differ, treatment − control, if the variances of their arms are equal.

    Student (Biometrika 1908;6:1), on n₁ + n₂ − 2. `difference` does not ask for equal variances and costs little.

    Args:
        control: of one arm's units.
        treatment: of the other's.
        value: the name of what is averaged.
        unit: of the values, e.g. "s".
        level: of the two-sided interval, in (0, 1).

    Returns:
        Undefined, with the reason, where an arm has fewer than two values or neither arm varies; `n` is that of both.

    Raises:
        ValueError: moments without that name, or a level outside (0, 1).

    >>> found = pooled(Moments.of({"s": [1, 2, 3]}), Moments.of({"s": [2, 4, 6]}), "s", unit="s")
    >>> round(found.t, 4), found.degrees_of_freedom
    (1.5492, 4.0)
    """
    before, after = (arm_mean(arm, value, unit=unit, level=level) for arm in (control, treatment))
    one, other = control.variance(value), treatment.variance(value)
    if one is None or other is None:
        return difference(before, after)
    degrees_of_freedom = control.n + treatment.n - 2.0
    both = ((control.n - 1) * one + (treatment.n - 1) * other) / degrees_of_freedom
    error = math.sqrt(both * (1.0 / control.n + 1.0 / treatment.n))
    return difference_test(before, after, error, degrees_of_freedom, "pooled t")


class _Ends(NamedTuple):
    """An estimate with its interval's ends, which are at its value where it does not vary."""

    low: float
    value: float
    high: float

    def mirrored(self) -> "_Ends":
        return _Ends(-self.high, -self.value, -self.low)


def _by_ends(ratio: float, control: Arm, treatment: Arm) -> Estimate:
    """Return the quotient with the interval that the arms' own ends give."""
    n = control.estimate.n + treatment.estimate.n
    before, after = _ends(control), _ends(treatment)
    if before is None or after is None:
        return unsure(ratio, n, "ratio", _reason(control, treatment))
    if before.high < 0.0:  # −y/−x is y/x
        before, after = before.mirrored(), after.mirrored()
    if before.low <= 0.0:
        return unsure(ratio, n, "ratio", "the control's value is not clearly different from 0")
    label = labelled("fieller", min(control.estimate.n, treatment.estimate.n))
    low, high = _least_ratio(after, before), -_least_ratio(after.mirrored(), before)
    interval = Interval(low=low, high=high, level=control.level, method=label)
    return Estimate(value=ratio, interval=interval, n=n, unit_of_measure="ratio")


def _least_ratio(above: _Ends, below: _Ends) -> float:
    """Return the least ρ for which 0 lies in the interval of above − ρ·below; all of `below` is above 0.

    With d and e the distances to the ends that count, (y − ρx)² = d² + ρ²e², or aρ² − 2bρ + c = 0.
    """
    end = below.high if above.low > 0.0 else below.low  # the sign of ρ is that of above.low
    a, b = end * (2.0 * below.value - end), above.value * below.value
    c = above.low * (2.0 * above.value - above.low)
    root = math.sqrt(max(b * b - a * c, 0.0))
    return c / (b + root) if above.low > 0.0 else (b - root) / a


def _ends(arm: Arm) -> _Ends | None:
    value, interval = arm.estimate.value, _sided(arm).interval
    return None if value is None or interval is None else _Ends(interval.low, value, interval.high)


def _sided(arm: Arm) -> Estimate:
    """Return the arm's estimate with its interval, one of no width where it has an error and does not vary."""
    value, interval = arm.estimate.value, arm.estimate.interval
    if value is None or interval is not None or arm.standard_error is None or not arm.symmetric:
        return arm.estimate
    return replace(arm.estimate, interval=Interval(low=value, high=value, level=arm.level, method="constant"))


def _coarse(control: Arm, treatment: Arm) -> bool:
    """Return whether the delta method is too coarse for the quotient of two arms that have an error."""
    value, error = control.estimate.value, control.standard_error
    sure = value is not None and error is not None and error <= DELTA_UP_TO * abs(value)
    return not (sure and control.symmetric and treatment.symmetric)


def _check(control: Arm, treatment: Arm) -> None:
    if control.level != treatment.level:
        raise ValueError(f"arms at the levels {control.level} and {treatment.level} cannot be compared")
    units = control.estimate.unit_of_measure, treatment.estimate.unit_of_measure
    if units[0] != units[1]:
        raise ValueError(f"an arm in {units[0]} and one in {units[1]} cannot be compared")


def _reason(control: Arm, treatment: Arm) -> str:
    """Return why two arms cannot be compared: what is wrong with the one that lacks more."""
    name, arm = min(
        (("control", control), ("treatment", treatment)),
        key=lambda side: (
            side[1].estimate.value is not None,
            side[1].standard_error is not None,
            side[1].estimate.interval is not None,
        ),
    )
    return f"{name}: {arm.estimate.reason}"


def unsure(value: float | None, n: int, unit: str, reason: str) -> Estimate:
    """Return an estimate without an interval, and why."""
    return Estimate(value=value, interval=None, n=n, unit_of_measure=unit, reason=reason)
