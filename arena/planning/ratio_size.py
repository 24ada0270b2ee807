"""How many units a live test of a ratio metric needs, by the delta method. Imports neither numpy nor scipy."""

from dataclasses import replace

from arena.errors import Refused
from arena.planning.size import Circumstances, plan_size, sized_by
from arena.records.plans import SizePlan
from arena.stats import sample_size
from arena.stats.ratio_spread import RatioMetric


def size_ratio(
    metric: RatioMetric, mde: float, circumstances: Circumstances, *, margin: float | None = None
) -> SizePlan:
    """Return the size of a test that finds a relative change of a ratio, or proves that it is not worse by a margin.

    Args:
        metric: the control's, over units: what is randomised, such as users.
        mde: the smallest change worth finding, relative: 0.05 is 5% of the ratio; with a margin the true change.
        circumstances: of the test; a margin is tested one-sided at alpha/2.
        margin: how much worse is still good enough, relative, above 0; None: find a change.

    Raises:
        UsageError: an argument outside its domain.

    >>> metric = RatioMetric(numerator_mean=2, numerator_sd=1, denominator_mean=4, denominator_sd=2, correlation=0)
    >>> size_ratio(metric, 0.1, Circumstances()).total
    1570
    """
    circumstances = replace(circumstances, one_sided=margin is not None)
    circumstances.check()
    if margin is not None and not (margin > 0.0 and mde + margin > 0.0):
        raise Refused("must be above 0, and the true change above -margin", argument="margin", value=f"{margin:g}")
    try:
        metric.check()
    except ValueError as error:
        raise Refused(str(error), argument="ratio_of") from None
    relative = mde if margin is None else mde + margin
    try:
        comparison = sample_size.means(relative * metric.value, metric.sd, ratio=circumstances.ratio)
    except ValueError as error:
        raise Refused(str(error), argument="mde", value=f"{mde:g}") from None
    kind = "two ratios" if margin is None else "non-inferiority of two ratios"
    return plan_size(
        sized_by(comparison, circumstances, f"{kind}, z by the delta method (Deng, Knoblich & Lu 2018)"),
        circumstances,
        inputs={
            "numerator_mean": metric.numerator_mean,
            "numerator_sd": metric.numerator_sd,
            "denominator_mean": metric.denominator_mean,
            "denominator_sd": metric.denominator_sd,
            "correlation": metric.correlation,
            "mde": mde,
            "margin": margin,
        },
        unit="units",
        notes=(
            f"the ratio is {metric.value:.4g}, its standard deviation by unit {metric.sd:.4g}; changes are relative",
        ),
    )
