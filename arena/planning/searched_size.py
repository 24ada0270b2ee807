"""Sizes that no closed form gives: t tests, exact tests, and duels by the rule that decides them."""

import numpy as np
from scipy.special import bdtrc

from arena.errors import UsageError
from arena.planning.size import Circumstances, Sized, compare_rates, plan_size, sized_by
from arena.records.plans import SizePlan
from arena.stats import power as powers
from arena.stats import sample_size
from arena.stats.bounded_mean import lower_tail_p_value

_SMALLEST_FOR_T = 0.01  # standard deviations: below, t and z differ by less than one in 100,000 units
_MOST_ENUMERATED = 2000  # cases of a duel
_CONVOLVED = 8.0  # standard deviations of the number of ties that count; beyond lies 1e-15
_SAWTOOTH = 3  # a case fewer may have a little more power


def size_mean(sd: float, mde: float, circumstances: Circumstances, *, margin: float | None = None) -> SizePlan:
    """Return the size of a test that finds a change of a mean, or proves that it is not worse by a margin.

    Args:
        sd: of one unit, in the metric's unit, above 0.
        mde: the smallest change worth finding, same unit; with a margin the true change, often 0.
        circumstances: of the test; a margin is tested one-sided at alpha/2.
        margin: how much worse is still good enough, same unit, above 0; None: find a change.

    Raises:
        UsageError: an argument outside its domain.

    >>> size_mean(1.0, 0.5, Circumstances()).total
    128
    """
    circumstances.check()
    if margin is not None and not (margin > 0.0 and mde + margin > 0.0):
        raise UsageError(f"--margin {margin:g}: must be above 0, and the true change above -margin")
    gap = mde if margin is None else mde + margin
    try:
        comparison = sample_size.means(gap, sd, ratio=circumstances.ratio)
    except ValueError as error:
        raise UsageError(str(error)) from None
    kind = "two means" if margin is None else "non-inferiority of two means"
    effect = abs(gap) / sd
    if effect < _SMALLEST_FOR_T:
        sized = sized_by(comparison, circumstances, f"{kind}, z (Chow, Shao & Wang 2008)")
    else:
        sized = _by_t(effect, circumstances, f"{kind}, noncentral t (Cohen 1988)")
    return plan_size(sized, circumstances, inputs={"sd": sd, "mde": mde, "margin": margin}, unit="units")


def size_rate_exactly(baseline: float, mde: float, circumstances: Circumstances) -> SizePlan:
    """Return the size of a test that finds a change of a rate by Fisher's exact test, all tables enumerated.

    Args:
        baseline: the rate of control, in [0, 1].
        mde: the smallest change worth finding, treatment − control, absolute.
        circumstances: of the test; without clusters, CUPED or looks, which have no exact test.

    Raises:
        UsageError: an argument outside its domain, or an arm of more than 300.

    >>> dict(size_rate_exactly(0.1, 0.4, Circumstances()).per_arm)
    {'control': 23, 'treatment': 23}
    """
    circumstances.check()
    if circumstances.factor != 1.0:
        raise UsageError("--exact: there is no exact test with clusters, CUPED or looks")
    compare_rates(baseline, mde, margin=None, formula=None, ratio=circumstances.ratio)
    treatment, alpha, ratio = min(max(baseline + mde, 0.0), 1.0), circumstances.comparison_alpha, circumstances.ratio
    control = powers.exact_size(baseline, treatment, alpha=alpha, power=circumstances.power, ratio=ratio)
    if control is None:
        raise UsageError(
            f"--exact: more than {powers.MOST_ENUMERATED} units an arm would have to be enumerated",
            hint="leave --exact out: the z formula is good at such sizes",
        )

    def power(units: float) -> float:
        n = max(int(units), 1)
        other = int(np.ceil(ratio * n))
        if max(n, other) <= powers.MOST_ENUMERATED:
            return powers.fisher_power(n, other, baseline, treatment, alpha=alpha)
        return sample_size.pooled_rates(baseline, treatment, ratio=ratio).power(n, alpha=alpha)

    sized = Sized(control=float(control), power=power, formula="two proportions, Fisher's exact test by enumeration")
    inputs = {"baseline": baseline, "mde": mde, "margin": None, "exact": True}
    return plan_size(sized, circumstances, inputs=inputs, unit="conversations")


def size_duel(win_rate: float, ties: float = 0.0, *, alpha: float = 0.05, power: float = 0.8) -> SizePlan:
    """Return the cases with which a duel proves a true win rate to be above one half.

    Scores of 0, ½ and 1: Var = θ(1 − θ) − tie/4. Up to 2,000 cases the power is that of the rule itself: the lower end
    of Gaffke's interval above ½ and the sign-flip significant, over all numbers of wins and ties.

    Args:
        win_rate: θ, the true one, above ½, at most 1.
        ties: the true share of tied cases, in [0, 1).
        alpha: two-sided; the rule is one-sided at alpha/2.
        power: in (alpha, 1).

    Raises:
        UsageError: an argument outside its domain, or ties that leave no room for the win rate.

    >>> size_duel(1.0).total
    6
    """
    Circumstances(alpha=alpha, power=power).check()
    _check_duel(win_rate, ties)
    sd = max(win_rate * (1.0 - win_rate) - ties / 4.0, 0.0) ** 0.5
    normal = sample_size.Comparison(gap=win_rate - 0.5, null_sd=sd, alternative_sd=sd)
    guess = normal.control_size(alpha=alpha, power=power) if sd > 0.0 else 1.0
    if guess > _MOST_ENUMERATED:
        formula, n = "duel, z with Var = θ(1 − θ) − tie/4", sample_size.whole(guess)
    else:
        formula, n = (
            "duel, power of Gaffke's bound and the sign-flip by enumeration",
            _fewest(guess, win_rate, ties, alpha, power),
        )

    def power_of(cases: int) -> float:
        if cases > _MOST_ENUMERATED:
            return normal.power(cases, alpha=alpha)
        return duel_power(cases, win_rate, ties, alpha=alpha)

    sizes = sorted({max(round(n * step), 1) for step in (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)})
    return SizePlan(
        schema_version=1,
        kind="size",
        unit="cases",
        per_arm={"cases": n},
        total=n,
        formula=formula,
        inputs={"win_rate": win_rate, "ties": ties, "alpha": alpha, "power": power},
        power=power_of(n),
        days=None,
        weeks=None,
        power_curve=tuple((size, power_of(size)) for size in sizes),
        notes=("one score a case: both orders agree; where they disagree, fewer cases are enough",),
    )


def duel_power(cases: int, win_rate: float, ties: float = 0.0, *, alpha: float = 0.05) -> float:
    """Return the chance that a duel proves a true win rate above one half, by enumeration.

    Args:
        cases: at least 1.
        win_rate: the true one, in [0, 1].
        ties: the true share of tied cases, in [0, 1].
        alpha: two-sided; the rule is one-sided at alpha/2.

    >>> round(duel_power(10, 0.75), 2)
    0.24
    """
    decided = 1.0 - ties
    share = (win_rate - ties / 2.0) / decided if decided > 0.0 else 0.5
    spread = _CONVOLVED * (cases * ties * decided) ** 0.5
    first, last = max(int(cases * ties - spread), 0), min(int(cases * ties + spread) + 1, cases)
    total, fewest = 0.0, 0
    for tied in range(last if ties > 0.0 else 0, (first if ties > 0.0 else 0) - 1, -1):
        wins = _fewest_wins(cases, tied, alpha, fewest)
        if wins is None:
            continue
        fewest = wins
        chance = float(bdtrc(wins - 1, cases - tied, min(max(share, 0.0), 1.0)))
        total += _ties_chance(tied, cases, ties) * chance
    return min(total, 1.0)


def _fewest_wins(cases: int, tied: int, alpha: float, at_least: int) -> int | None:
    """Return the fewest wins beside so many ties that the rule calls better; never fewer with a tie less."""
    by_sign = powers.fewest_wins(cases - tied, alpha=alpha / 2.0)
    if by_sign is None:
        return None
    scores = np.full(cases, 0.5)
    for wins in range(max(by_sign, at_least), cases - tied + 1):
        scores[:wins], scores[wins : cases - tied], scores[cases - tied :] = 1.0, 0.0, 0.5
        if lower_tail_p_value(scores, 0.5, None) <= alpha / 2.0:
            return wins
    return None


def _ties_chance(tied: int, cases: int, ties: float) -> float:
    if ties == 0.0:
        return float(tied == 0)
    above = 1.0 if tied == 0 else float(bdtrc(tied - 1, cases, ties))
    return above - float(bdtrc(tied, cases, ties))


def _fewest(guess: float, win_rate: float, ties: float, alpha: float, power: float) -> int:
    def enough(cases: int) -> bool:
        return cases >= 1 and duel_power(cases, win_rate, ties, alpha=alpha) >= power

    low, high = 0, max(int(guess), 6)
    while not enough(high):
        low, high = high, max(int(high * 1.3), high + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    while fewer := next((high - k for k in range(1, _SAWTOOTH + 1) if enough(high - k)), 0):
        high = fewer
    return high


def _check_duel(win_rate: float, ties: float) -> None:
    if not 0.5 < win_rate <= 1.0:
        raise UsageError(f"--win-rate {win_rate:g}: must be above 0.5 and at most 1; at 0.5 there is nothing to prove")
    if not 0.0 <= ties < 1.0:
        raise UsageError(f"--ties {ties:g}: a share from 0 to below 1")
    if ties / 2.0 > 1.0 - win_rate + 1e-12:
        most = 2.0 * (1.0 - win_rate)
        raise UsageError(f"--ties {ties:g}: a win rate of {win_rate:g} leaves room for at most {most:g}")


def _by_t(effect: float, circumstances: Circumstances, formula: str) -> Sized:
    alpha, ratio = circumstances.comparison_alpha, circumstances.ratio

    def power(control: float) -> float:
        if min(control, control * ratio) < 2.0:
            return 0.0
        return powers.t_power(control, control * ratio, effect, alpha=alpha)

    size = powers.t_size(effect, alpha=alpha, power=circumstances.power, ratio=ratio)
    return Sized(control=size, power=power, formula=formula)
