"""Power and size of the tests that are used on small samples: t, exact binomial tests, Fisher and Boschloo.

None of these is a formula of n alone that could be inverted: sizes are searched for.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, betainc, chdtr, gammaln, nctdtr, stdtrit

from arena.stats.clusters import Floats
from arena.stats.exact_tests import boschloo_rejections, fisher_p_values

#: Arms larger than this are not enumerated: the z formula is then within a unit or two in a hundred.
MOST_ENUMERATED = 300
_FEWEST_FOR_T = 2.0  # a variance needs two values
_CERTAIN = 100.0  # critical values away: T stays below only where a variance is 10,000 times too large, e^−10000


def t_power(
    control: float,
    treatment: float,
    effect: float,
    *,
    alpha: float = 0.05,
    sided: int = 2,
    both_tails: bool = False,
) -> float:
    """Return the power of the two-sample t test with equal variances, by the noncentral t distribution.

    P(T > t_crit) with n_c + n_t − 2 degrees of freedom and noncentrality d/√(1/n_c + 1/n_t) (Cohen 1988, ch. 2).

    Args:
        control: units, at least 2, whole or not.
        treatment: units, at least 2, whole or not.
        effect: d, difference in standard deviations; its sign is of no matter.
        alpha: error of the whole test, in (0, 1).
        sided: 1 or 2.
        both_tails: count rejections on the wrong side as well.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(t_power(100, 300, 0.3, both_tails=True), 6)
    0.736256
    """
    if not (control >= _FEWEST_FOR_T and treatment >= _FEWEST_FOR_T):
        raise ValueError("a t test needs 2 units in each arm")
    shift = abs(effect) / math.sqrt(1.0 / control + 1.0 / treatment)
    return _t_power(control + treatment - 2.0, shift, _tail(alpha, sided), both_tails and sided == 2)


def paired_t_power(pairs: float, effect: float, *, alpha: float = 0.05, sided: int = 2) -> float:
    """Return the power of the paired t test.

    Args:
        pairs: at least 2, whole or not.
        effect: mean difference in standard deviations of the differences.
        alpha: error of the whole test, in (0, 1).
        sided: 1 or 2.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(paired_t_power(3, 1.0), 6)
    0.17861
    """
    if not pairs >= _FEWEST_FOR_T:
        raise ValueError("a paired t test needs 2 pairs")
    return _t_power(pairs - 1.0, abs(effect) * math.sqrt(pairs), _tail(alpha, sided), False)


def t_size(
    effect: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    ratio: float = 1.0,
    sided: int = 2,
    both_tails: bool = False,
) -> float:
    """Return the units that the control arm needs for a two-sample t test, unrounded.

    Args:
        effect: d, difference in standard deviations, not 0.
        alpha: error of the whole test, in (0, 1).
        power: in (alpha/sided, 1).
        ratio: units of treatment for each unit of control, above 0.
        sided: 1 or 2.
        both_tails: count rejections on the wrong side as power too, as some packages do.

    Returns:
        At least 2 in either arm.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(t_size(0.5), 4)
    63.7658
    """
    _check_size(effect, alpha, power, sided)
    if not 0.0 < ratio < math.inf:
        raise ValueError(f"the ratio of the arms must be above 0, not {ratio:g}")
    least = _FEWEST_FOR_T / min(1.0, ratio)

    def reaches(n: float) -> bool:
        treatment = max(ratio * n, _FEWEST_FOR_T)
        return t_power(n, treatment, effect, alpha=alpha, sided=sided, both_tails=both_tails) >= power

    return _smallest(reaches, least)


def paired_t_size(effect: float, *, alpha: float = 0.05, power: float = 0.8, sided: int = 2) -> float:
    """Return the pairs that a paired t test needs, unrounded.

    Args:
        effect: mean difference in standard deviations of the differences, not 0.
        alpha: error of the whole test, in (0, 1).
        power: in (alpha/sided, 1).
        sided: 1 or 2.

    Returns:
        At least 2.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(paired_t_size(0.5), 4)
    33.3672
    """
    _check_size(effect, alpha, power, sided)
    return _smallest(lambda n: paired_t_power(n, effect, alpha=alpha, sided=sided) >= power, _FEWEST_FOR_T)


def sign_test_power(n: int, share: float, *, alpha: float = 0.025) -> float:
    """Return the power of the one-sided exact binomial test that wins are more than half.

    Args:
        n: cases that are not tied, at least 0.
        share: the true share of wins among them, in [0, 1].
        alpha: one-sided error, in (0, 1).

    Returns:
        0 where even n wins of n prove nothing.

    Raises:
        ValueError: an argument outside its domain.

    >>> round(sign_test_power(200, 0.6), 6), sign_test_power(5, 1.0)
    (0.786848, 0.0)
    """
    if n < 0 or not 0.0 <= share <= 1.0:
        raise ValueError(f"{n} cases with a share of wins of {share:g} cannot be")
    fewest = fewest_wins(n, alpha=alpha)
    if fewest is None:
        return 0.0
    return 1.0 if fewest == 0 else float(betainc(fewest, n - fewest + 1.0, share))


def fewest_wins(n: int, *, alpha: float = 0.025) -> int | None:
    """Return the fewest wins of n that the one-sided exact binomial test calls more than half.

    Args:
        n: cases that are not tied, at least 0.
        alpha: one-sided error, in (0, 1).

    Returns:
        None where even n of n prove nothing.

    Raises:
        ValueError: alpha outside its domain.

    >>> fewest_wins(10), fewest_wins(5)
    (9, None)
    """
    tail = _tail(alpha, 1)
    # P(X ≥ k) = P(X ≤ n − k): the most losses that are still rare enough.
    likely = bdtr(np.arange(n + 1, dtype=np.float64), n, 0.5) if n else np.ones(1)
    rare = int(np.searchsorted(likely, tail * (1.0 + 1e-12), side="right"))
    return n - rare + 1 if rare else None


def fisher_power(control: int, treatment: int, p_control: float, p_treatment: float, *, alpha: float = 0.05) -> float:
    """Return the exact power of Fisher's two-sided test, over all tables.

    Args:
        control: units, 1 to 300.
        treatment: units, 1 to 300.
        p_control: its rate, in [0, 1].
        p_treatment: its rate, in [0, 1].
        alpha: two-sided error, in (0, 1).

    Raises:
        ValueError: an argument outside its domain.

    >>> round(fisher_power(15, 30, 0.1, 0.5), 6)
    0.762538
    """
    _tail(alpha, 2)
    _check_enumerated(control, treatment)
    return _table_power(_fisher_p_values(control, treatment) <= alpha * (1.0 + 1e-12), p_control, p_treatment)


def boschloo_power(control: int, treatment: int, p_control: float, p_treatment: float, *, alpha: float = 0.05) -> float:
    """Return the exact power of Boschloo's two-sided test, over all tables.

    The test is `exact_tests.boschloo_test`: one-sided tests at alpha/2 on either side, which is not the only two-sided
    one (that ordered by Fisher's two-sided p-value is another).

    Args:
        control: units, 1 to 300.
        treatment: units, 1 to 300.
        p_control: its rate, in [0, 1].
        p_treatment: its rate, in [0, 1].
        alpha: two-sided error, in (0, 1).

    Raises:
        ValueError: an argument outside its domain.

    >>> boschloo_power(15, 30, 0.1, 0.5) > fisher_power(15, 30, 0.1, 0.5)
    True
    """
    _tail(alpha, 2)
    _check_enumerated(control, treatment)
    return _table_power(_boschloo_rejections(control, treatment, alpha), p_control, p_treatment)


def exact_size(
    p_control: float, p_treatment: float, *, alpha: float = 0.05, power: float = 0.8, start: int = 1, ratio: float = 1.0
) -> int | None:
    """Return the units of the control arm with which Fisher's exact test first has the power.

    Exact power is a sawtooth in n: a unit more may have a little less.

    Args:
        p_control: its rate, in [0, 1].
        p_treatment: its rate, in [0, 1], another one.
        alpha: two-sided error, in (0, 1).
        power: in (0, 1).
        start: units to begin with, at least 1.
        ratio: units of treatment for each unit of control, rounded up; above 0.

    Returns:
        None where an arm of more than 300 would be needed.

    >>> exact_size(0.1, 0.9), exact_size(0.60, 0.65, start=250)
    (7, None)
    """
    n = max(start, 1)
    while max(n, math.ceil(ratio * n)) <= MOST_ENUMERATED:
        if fisher_power(n, math.ceil(ratio * n), p_control, p_treatment, alpha=alpha) >= power:
            return n
        n += 1
    return None


@lru_cache(maxsize=4)
def _fisher_p_values(control: int, treatment: int) -> Floats:
    return fisher_p_values(control, treatment)


@lru_cache(maxsize=16)
def _boschloo_rejections(control: int, treatment: int, alpha: float) -> npt.NDArray[np.bool_]:
    return boschloo_rejections(control, treatment, alpha)


def _check_enumerated(control: int, treatment: int) -> None:
    if not (1 <= control <= MOST_ENUMERATED and 1 <= treatment <= MOST_ENUMERATED):
        raise ValueError(f"arms of 1 to {MOST_ENUMERATED} units are enumerated, not {control} and {treatment}")


def _table_power(rejected: npt.NDArray[np.bool_], p_control: float, p_treatment: float) -> float:
    if not (0.0 <= p_control <= 1.0 and 0.0 <= p_treatment <= 1.0):
        raise ValueError(f"rates lie between 0 and 1, not {p_control:g} and {p_treatment:g}")
    rows, columns = rejected.shape
    return float(_binomial(rows - 1, p_control) @ rejected @ _binomial(columns - 1, p_treatment))


def _binomial(n: int, rate: float) -> Floats:
    """Return the probabilities of 0 … n successes."""
    if rate in (0.0, 1.0):
        certain = np.zeros(n + 1)
        certain[round(rate * n)] = 1.0
        return certain
    k = np.arange(n + 1)
    chance: Floats = np.exp(_log_choose(n) + k * math.log(rate) + (n - k) * math.log1p(-rate))
    return chance


def _log_choose(n: int) -> Floats:
    k = np.arange(n + 1)
    ways: Floats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return ways


def _t_power(freedom: float, shift: float, tail: float, both_tails: bool) -> float:
    critical = -float(stdtrit(freedom, tail))
    if shift > _CERTAIN * max(critical, 1.0):
        return 1.0
    # P(T > c | δ) = P(T < −c | −δ): the small tail keeps its digits.
    right = float(nctdtr(freedom, -shift, -critical))
    if math.isnan(right):  # δ and c beyond 10⁴ at 2 or 3 degrees: the numerator is δ but for its noise of 1
        right = float(chdtr(freedom, freedom * (shift / critical) ** 2))
    # where the series of the wrong side finds nothing, NaN, there is less than 1e-15 to find: δ is above 2.5 there
    wrong = float(nctdtr(freedom, shift, -critical)) if both_tails else 0.0
    return right if math.isnan(wrong) else min(right + wrong, 1.0)


def _smallest(enough: Callable[[float], bool], least: float) -> float:
    """Return the smallest real size that is enough, by doubling and halving."""
    low, high = least, least
    while not enough(high):
        low, high = high, 2.0 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2.0
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check_size(effect: float, alpha: float, power: float, sided: int) -> None:
    if not 1e-4 <= abs(effect) < math.inf:
        raise ValueError(f"an effect of {effect:g} standard deviations is too small to size a test for")
    if not _tail(alpha, sided) < power < 1.0:
        raise ValueError(f"the power must lie above the error and below 1, not {power:g}")


def _tail(alpha: float, sided: int) -> float:
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha:g}")
    if sided not in (1, 2):
        raise ValueError(f"a test has 1 or 2 sides, not {sided}")
    return alpha / sided
