"""p-values adjusted for how many questions were asked."""

import math
from collections.abc import Callable, Sequence


def family_wise_error_rate(tests: int, alpha: float = 0.05) -> float:
    """Return the probability of at least one false positive in independent tests, 1 − (1 − α)^tests.

    Args:
        tests: how many, at least 0.
        alpha: the level of each, in [0, 1].

    Raises:
        ValueError: fewer than 0 tests, or a level outside [0, 1].

    >>> round(family_wise_error_rate(20), 4)
    0.6415
    """
    if tests < 0 or not 0.0 <= alpha <= 1.0:
        raise ValueError(f"{tests} tests at level {alpha} have no error rate")
    if tests == 0 or alpha == 1.0:
        return 1.0 if tests else 0.0
    return -math.expm1(tests * math.log1p(-alpha))


def bonferroni(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that control the chance of any false positive, under any dependence: p·m, at most 1.

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> bonferroni([0.001, None, 0.5])
    [0.002, None, 1.0]
    """
    return _adjusted(p_values, lambda ranked: [min(1.0, p * len(ranked)) for p in ranked])


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that control the chance of any false positive, under any dependence (Holm, Scand. J. Stat. 1979).

    Never above Bonferroni's: the smallest counts m times, the next m − 1 times, and none falls below the one before.

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> holm([0.01, 0.04, None, 0.5])
    [0.03, 0.08, None, 0.5]
    """
    return _adjusted(p_values, _step_down)


def hommel(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values by Simes' test of every intersection that holds the hypothesis (Hommel, Biometrika 1988).

    Controls the chance of any false positive where tests are independent or positively dependent, as Simes' inequality
    asks; never above Holm's. The time goes with the square of the number of tests.

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> hommel([0.02, 0.03, None])  # Holm: 0.04 and 0.04
    [0.03, 0.03, None]
    """
    return _adjusted(p_values, _closed_simes)


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that control the false discovery rate (Benjamini & Hochberg, JRSS-B 1995).

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> benjamini_hochberg([0.001, 0.02, None, 0.12, 0.42])
    [0.004, 0.04, None, 0.16, 0.42]
    """
    return _adjusted(p_values, lambda ranked: _step_up(ranked, penalty=1.0))


def benjamini_yekutieli(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that control the false discovery rate under any dependence (Benjamini & Yekutieli, AoS 2001).

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> benjamini_yekutieli([0.5, None])
    [0.5, None]
    """
    tests = sum(p is not None for p in p_values)
    penalty = sum(1.0 / rank for rank in range(1, tests + 1))
    return _adjusted(p_values, lambda ranked: _step_up(ranked, penalty))


def _step_up(ranked: list[float], penalty: float) -> list[float]:
    """Adjust ascending p-values from the largest down: the least of p·m·penalty / rank met so far, at most 1."""
    adjusted, least = ranked[:], 1.0
    for rank in range(len(ranked), 0, -1):
        least = min(least, ranked[rank - 1] * len(ranked) * penalty / rank)
        adjusted[rank - 1] = least
    return adjusted


def _step_down(ranked: list[float]) -> list[float]:
    """Adjust ascending p-values from the smallest up: the most of p·(those not smaller) met so far, at most 1."""
    adjusted, most = ranked[:], 0.0
    for place, p in enumerate(ranked):
        most = max(most, min(1.0, p * (len(ranked) - place)))
        adjusted[place] = most
    return adjusted


def _closed_simes(ranked: list[float]) -> list[float]:
    """Adjust ascending p-values: the largest Simes p-value of any subset that holds the p-value.

    Among subsets of one size the hardest to reject holds the largest other p-values: one subset a size to look at.
    """
    adjusted, m = ranked[:], len(ranked)
    for size in range(2, m + 1):
        others = min(size * ranked[m - size + rank - 1] / rank for rank in range(2, size + 1))
        for place, p in enumerate(ranked):
            smallest = min(p, ranked[m - size])  # of the subset: itself, or the subset's smallest where it is inside
            adjusted[place] = max(adjusted[place], min(size * smallest, others))
    return adjusted


def _adjusted(p_values: Sequence[float | None], adjust: Callable[[list[float]], list[float]]) -> list[float | None]:
    """Adjust the p-values there are in ascending order and return them to their places."""
    ranked = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    if any(not 0.0 <= p <= 1.0 for p, _ in ranked):
        raise ValueError("a p-value must lie between 0 and 1")
    adjusted: list[float | None] = [None] * len(p_values)
    for (_, place), value in zip(ranked, adjust([p for p, _ in ranked]), strict=True):
        adjusted[place] = value
    return adjusted
