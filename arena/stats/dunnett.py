"""Dunnett's critical values: several treatments, each compared with the one control. Imports neither numpy nor scipy.

The z statistics of k treatments of equal size share the control's noise, so each two correlate by ρ = r/(1 + r), with r
units of a treatment for each unit of control. Given the shared part they are independent (Dunnett, JASA 1955):

    P(all Zᵢ ≤ c) = ∫ φ(x) Φ((c + √ρ·x)/√(1 − ρ))ᵏ dx,                                                         (1)

and two-sided with Φ((c + √ρ·x)/√(1 − ρ)) − Φ((−c + √ρ·x)/√(1 − ρ)) in place of Φ.
"""

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_REACH = 9.0  # beyond lies less than 1e-18
_STEPS = (1.0 / 256.0, 1.0 / 16.0)  # of the trapezoidal rule: least and greatest
_STEPS_IN_ONE = 4.0  # in a standard deviation of what is a statistic's own: the error is then below 1e-12


def dunnett_alpha(alpha: float, arms: int, *, ratio: float = 1.0, sided: int = 2) -> float:
    """Return the error of each comparison with control that gives an error of all of them together.

    Args:
        alpha: error of all comparisons together, in (0, 1); one-sided where `sided` is 1.
        arms: control included, at least 2.
        ratio: units of each treatment for each unit of control, above 0.
        sided: 1 or 2.

    Returns:
        Between alpha/(arms − 1), which is Bonferroni's, and alpha.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(dunnett_alpha(0.05, 4), 4)  # Bonferroni has 0.0167
    0.0188
    """
    return sided * _tail(dunnett_critical(alpha, arms, ratio=ratio, sided=sided))


def dunnett_critical(alpha: float, arms: int, *, ratio: float = 1.0, sided: int = 2) -> float:
    """Return the z that each comparison with control must reach, for large arms.

    Args:
        alpha: error of all comparisons together, in (0, 1).
        arms: control included, at least 2.
        ratio: units of each treatment for each unit of control, above 0.
        sided: 1 or 2.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(dunnett_critical(0.05, 4), 2), round(dunnett_critical(0.05, 4, sided=1), 2)
    (2.35, 2.06)
    """
    if not 0.0 < alpha < 1.0 or arms < 2 or sided not in (1, 2):
        raise ValueError(f"Dunnett's test has an error in (0, 1), 2 arms or more and 1 or 2 sides, not {alpha:g}")
    if not 0.0 < ratio < math.inf:
        raise ValueError(f"the ratio of the arms must be above 0, not {ratio:g}")
    treatments = arms - 1
    low, high = _upper(alpha / sided), _upper(alpha / (sided * treatments))  # one comparison, and Bonferroni
    while high - low > 1e-12 * max(abs(high), 1.0):
        middle = (low + high) / 2.0
        enough = _error(middle, treatments, ratio / (1.0 + ratio), sided) <= alpha
        low, high = (low, middle) if enough else (middle, high)
    return high


def _error(critical: float, treatments: int, correlation: float, sided: int) -> float:
    """Return one minus (1), summed as the small probabilities of any rejection."""
    own, shared = math.sqrt(1.0 - correlation), math.sqrt(correlation)
    width = min(max(own / _STEPS_IN_ONE, _STEPS[0]), _STEPS[1])
    total = 0.0
    for step in range(-int(_REACH / width), int(_REACH / width) + 1):
        x = step * width
        above = _tail((critical + shared * x) / own)
        below = _tail((critical - shared * x) / own) if sided == 2 else 0.0
        total += _NORMAL.pdf(x) * -math.expm1(treatments * math.log1p(-min(above + below, 1.0 - 1e-16)))
    return total * width


def _tail(z: float) -> float:
    return math.erfc(z / math.sqrt(2.0)) / 2.0


def _upper(tail: float) -> float:
    return -_NORMAL.inv_cdf(tail)
