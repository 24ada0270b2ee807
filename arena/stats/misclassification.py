"""A pass rate as an imperfect judge reports it, corrected for how often that judge is wrong."""

import math

from scipy.special import ndtri

from arena.stats.estimate import Estimate, Interval

#: Below this sensitivity + specificity − 1 the judge hardly tells pass from fail, and the correction explodes.
LEAST_DISCRIMINATION = 0.1
METHOD = "rogan-gladen, lee"


def rogan_gladen(
    share: float,
    n: int,
    *,
    sensitivity: float,
    positives: int,
    specificity: float,
    negatives: int,
    level: float = 0.95,
) -> Estimate:
    """Return the true pass rate from a judge's, given its error rates on labelled calibration sets.

    θ = (p + specificity − 1)/(sensitivity + specificity − 1), cut to [0, 1] (Rogan & Gladen, Am J Epidemiol 1978). The
    interval is Lee et al.'s (arXiv 2511.21140): the delta method at shares shrunk by z²/2 (p) or 1 (the error rates),
    its centre moved by the second-order term. The calibration sets may have another pass rate than the cases, as long
    as the judge errs equally often.

    Args:
        share: of the cases that the judge passed, in [0, 1].
        n: how many cases it judged.
        sensitivity: share passed of the calibration cases that are good, in [0, 1].
        positives: how many those are.
        specificity: share failed of the calibration cases that are bad, in [0, 1].
        negatives: how many those are.
        level: of the two-sided interval, in (0, 1).

    Returns:
        None with the reason without cases, without calibration cases of either kind, or where sensitivity +
        specificity − 1 < 0.1. The interval alone is None where that is lost to shrinkage: too few calibration cases.

    Raises:
        ValueError: a share or level out of range, or a negative number of cases.

    >>> found = rogan_gladen(0.7, 100, sensitivity=0.9, positives=50, specificity=0.8, negatives=50)
    >>> round(found.value, 4), round(found.interval.low, 4), round(found.interval.high, 4)
    (0.7143, 0.5508, 0.8861)
    """
    _check((share, sensitivity, specificity), (n, positives, negatives), level)
    if min(n, positives, negatives) == 0:
        return _undefined(n, "no cases" if n == 0 else "calibration needs both good and bad labelled cases")
    told_apart = sensitivity + specificity - 1.0
    if told_apart < LEAST_DISCRIMINATION - 1e-12:
        return _undefined(
            n, f"sensitivity + specificity − 1 is {told_apart:.2f}: the judge hardly tells pass from fail"
        )
    value = min(1.0, max(0.0, (share + specificity - 1.0) / told_apart))
    z = float(ndtri((1.0 + level) / 2.0))
    p, p_error = _shrunk(share, n, z * z / 2.0)
    right, right_error = _shrunk(sensitivity, positives, 1.0)
    refused, refused_error = _shrunk(specificity, negatives, 1.0)
    slope = right + refused - 1.0
    if slope <= 0.0:
        reason = "too few calibration cases to tell that the judge is better than chance"
        return Estimate(value=value, interval=None, n=n, unit_of_measure="share", reason=reason)
    centre = (p + refused - 1.0) / slope
    shift = 2.0 * z * z * (centre * right_error - (1.0 - centre) * refused_error)
    error = math.sqrt(p_error + (1.0 - centre) ** 2 * refused_error + centre**2 * right_error) / slope
    low, high = (min(1.0, max(0.0, centre + shift + side * z * error)) for side in (-1.0, 1.0))
    interval = Interval(low=low, high=high, level=level, method=METHOD)
    return Estimate(value=value, interval=interval, n=n, unit_of_measure="share")


def _shrunk(share: float, n: int, added: float) -> tuple[float, float]:
    """Return the share with `added` cases of each kind, and its squared standard error."""
    size = n + 2.0 * added
    moved = (share * n + added) / size
    return moved, moved * (1.0 - moved) / size


def _check(shares: tuple[float, ...], sizes: tuple[int, ...], level: float) -> None:
    if not all(0.0 <= share <= 1.0 for share in shares):
        raise ValueError(f"a share must lie between 0 and 1, not {shares}")
    if min(sizes) < 0:
        raise ValueError(f"a number of cases cannot be negative: {sizes}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")


def _undefined(n: int, reason: str) -> Estimate:
    return Estimate(value=None, interval=None, n=n, unit_of_measure="share", reason=reason)
