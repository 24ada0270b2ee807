"""How the error of a test is spent over its looks: Lan–DeMets spending functions, as logarithms.

In logarithms, because O'Brien–Fleming spends 1e-23 at a twentieth of the information and nothing a float can hold at a
thousandth of it. Every function spends the whole tail at t = 1.
"""

import math
from collections.abc import Callable

from scipy.special import log_ndtr, ndtri

#: The logarithm of the one-sided error spent up to a fraction of the information in (0, 1].
Spending = Callable[[float], float]


def obrien_fleming(tail: float) -> Spending:
    """Spend 2 − 2Φ(z/√t) with z = Φ⁻¹(1 − tail/2) (Lan & DeMets, Biometrika 1983, α₁*).

    Args:
        tail: one-sided error, in (0, 1).

    >>> round(math.exp(obrien_fleming(0.025)(0.25)) * 1e6, 2)
    7.37
    """
    z = float(ndtri(_checked(tail) / 2.0))
    return lambda t: math.log(2.0) + float(log_ndtr(z / math.sqrt(t)))


def pocock(tail: float) -> Spending:
    """Spend tail · log(1 + (e − 1)t) (Lan & DeMets, Biometrika 1983, α₂*).

    Args:
        tail: one-sided error, in (0, 1).

    >>> round(math.exp(pocock(0.025)(0.5)), 5)
    0.0155
    """
    scale = math.log(_checked(tail))
    return lambda t: scale + math.log(math.log1p((math.e - 1.0) * t))


def hwang_shih_decani(tail: float, gamma: float) -> Spending:
    """Spend tail · (1 − exp(−γt)) / (1 − exp(−γ)) (Hwang, Shih & DeCani, Statistics in Medicine 1990).

    Args:
        tail: one-sided error, in (0, 1).
        gamma: from −20 to 20: −4 spends much like O'Brien–Fleming, 1 like Pocock, 0 evenly.

    Raises:
        ValueError: gamma outside its domain.

    >>> round(math.exp(hwang_shih_decani(0.025, 0)(0.5)), 6)
    0.0125
    """
    if not -20.0 <= gamma <= 20.0:
        raise ValueError(f"gamma lies between -20 and 20, not {gamma:g}")
    scale = math.log(_checked(tail))
    if gamma == 0.0:
        return lambda t: scale + math.log(t)
    return lambda t: scale + math.log(math.expm1(-gamma * t) / math.expm1(-gamma))


def power_family(tail: float, rho: float) -> Spending:
    """Spend tail · t^ρ (Kim & DeMets, Biometrika 1987).

    Args:
        tail: one-sided error, in (0, 1).
        rho: above 0, at most 20: 3 spends much like O'Brien–Fleming, 1 evenly.

    Raises:
        ValueError: rho outside its domain.

    >>> round(math.exp(power_family(0.025, 3)(0.5)), 6)
    0.003125
    """
    if not 0.0 < rho <= 20.0:
        raise ValueError(f"the power lies above 0 and up to 20, not {rho:g}")
    scale = math.log(_checked(tail))
    return lambda t: scale + rho * math.log(t)


def _checked(tail: float) -> float:
    if not 0.0 < tail < 1.0:
        raise ValueError(f"the error must lie between 0 and 1, not {tail:g}")
    return tail
