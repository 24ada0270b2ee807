"""Sizes that no closed form gives: t tests and exact tests."""

import math
from dataclasses import replace

from arena.errors import Refused, UsageError
from arena.planning.size import Circumstances, Sized, compare_rates, plan_size, sized_by
from arena.records.plans import SizePlan
from arena.stats import power as powers
from arena.stats import sample_size

_SMALLEST_FOR_T = 0.01  # standard deviations: below, t and z differ by less than one in 100,000 units


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
    circumstances = replace(circumstances, one_sided=margin is not None)
    circumstances.check()
    if margin is not None and not (margin > 0.0 and mde + margin > 0.0):
        raise Refused("must be above 0, and the true change above -margin", argument="margin", value=f"{margin:g}")
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
        raise Refused("there is no exact test with clusters, CUPED or looks", argument="exact")
    compare_rates(baseline, mde, margin=None, formula=None, ratio=circumstances.ratio)
    treatment, alpha, ratio = min(max(baseline + mde, 0.0), 1.0), circumstances.comparison_alpha, circumstances.ratio
    control = powers.exact_size(baseline, treatment, alpha=alpha, power=circumstances.power, ratio=ratio)
    if control is None:
        raise Refused(
            f"more than {powers.MOST_ENUMERATED} units an arm would have to be enumerated",
            argument="exact",
            hint="leave `exact` out: the z formula is good at such sizes",
        )

    def power(units: float) -> float:
        n = max(int(units), 1)
        other = math.ceil(ratio * n)
        if max(n, other) <= powers.MOST_ENUMERATED:
            return powers.fisher_power(n, other, baseline, treatment, alpha=alpha)
        return sample_size.pooled_rates(baseline, treatment, ratio=ratio).power(n, alpha=alpha)

    sized = Sized(control=float(control), power=power, formula="two proportions, Fisher's exact test by enumeration")
    inputs = {"baseline": baseline, "mde": mde, "margin": None, "exact": True}
    return plan_size(sized, circumstances, inputs=inputs, unit="conversations")


def _by_t(effect: float, circumstances: Circumstances, formula: str) -> Sized:
    alpha, ratio = circumstances.comparison_alpha, circumstances.ratio

    def power(control: float) -> float:
        if min(control, control * ratio) < 2.0:
            return 0.0
        return powers.t_power(control, control * ratio, effect, alpha=alpha)

    size = powers.t_size(effect, alpha=alpha, power=circumstances.power, ratio=ratio)
    return Sized(control=size, power=power, formula=formula)
