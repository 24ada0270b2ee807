"""Student's t: the interval and the test in which a mean, a ratio or a difference of two ends."""

import sys
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from arena.stats.estimate import Estimate, Interval

#: Below so many units the normal theory behind t and Fieller is a guess about the tails.
APPROXIMATE_BELOW = 30

NOISE = 1e-12  # relative: a spread so small is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class TTest:
    """A mean or a difference of means with its interval, and the two-sided test of its being 0.

    Where the estimate has no interval, t, its degrees of freedom and the p-value are None for the same reason. They are
    None beside an interval that is not t's, too.
    """

    estimate: Estimate
    t: float | None
    degrees_of_freedom: float | None
    p_value: float | None


def t_quantile(degrees_of_freedom: float, level: float) -> float:
    """Return by how many standard errors a two-sided interval of a level reaches to either side.

    >>> round(t_quantile(9, 0.95), 4)
    2.2622
    """
    return float(stdtrit(degrees_of_freedom, (1.0 + level) / 2.0))


def t_interval(value: float, error: float, degrees_of_freedom: float, *, level: float, method: str) -> Interval:
    """Return value ± t·error.

    Args:
        value: the estimate.
        error: its standard error.
        degrees_of_freedom: of the error.
        level: of the two-sided interval, in (0, 1).
        method: its name.

    >>> interval = t_interval(2.0, 0.5, 9, level=0.95, method="t")
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.8689, 3.1311)
    """
    half = t_quantile(degrees_of_freedom, level) * error
    return Interval(low=value - half, high=value + half, level=level, method=method)


def labelled(method: str, units: int) -> str:
    """Return the method's name, saying so where too few units make it an approximation."""
    return method if units >= APPROXIMATE_BELOW else f"{method}, approximate below n = {APPROXIMATE_BELOW}"


def check_level(level: float) -> None:
    """Check the level of a two-sided interval.

    Raises:
        ValueError: it lies outside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")


def with_t(estimate: Estimate, value: float, error: float, degrees_of_freedom: float) -> TTest:
    """Return the test of an estimate's being 0.

    Args:
        estimate: with an interval.
        value: the estimate's.
        error: its standard error, above 0.
        degrees_of_freedom: of the error.

    Returns:
        The p-value is never 0: what is smaller than a float is the least one.

    >>> estimate = Estimate(value=1.0, interval=None, n=2, unit_of_measure="s")
    >>> round(with_t(estimate, 1.0, 1.0, 1.0).p_value, 9)
    0.5
    """
    t = value / error
    p_value = max(2.0 * float(stdtr(degrees_of_freedom, -abs(t))), sys.float_info.min)
    return TTest(estimate=estimate, t=t, degrees_of_freedom=degrees_of_freedom, p_value=p_value)


def without_t(estimate: Estimate) -> TTest:
    """Return an estimate of which there is no t."""
    return TTest(estimate=estimate, t=None, degrees_of_freedom=None, p_value=None)
