"""The spread of a ratio metric by the delta method."""

import numpy as np
import pytest

from arena.stats.ratio_spread import RatioMetric

COST = RatioMetric(numerator_mean=12.0, numerator_sd=6.0, denominator_mean=4.0, denominator_sd=1.5, correlation=0.5)


def test_the_ratio_of_simulated_means_spreads_as_it_says() -> None:
    """√n times the standard deviation of R over 4,000 samples of 400 units, within 4 standard errors."""
    rng, units, runs = np.random.default_rng(5), 400, 4000
    covariance = [[36.0, 0.5 * 6.0 * 1.5], [0.5 * 6.0 * 1.5, 2.25]]
    means = rng.multivariate_normal([12.0, 4.0], np.array(covariance) / units, size=runs)
    spread = float((means[:, 0] / means[:, 1]).std(ddof=1)) * units**0.5
    assert COST.value == 3.0
    assert spread == pytest.approx(COST.sd, rel=4.0 / (2.0 * runs) ** 0.5)


def test_correlation_takes_spread_away() -> None:
    """Numerators that move with their denominators leave the ratio as it is."""
    spreads = [
        RatioMetric(numerator_mean=12, numerator_sd=6, denominator_mean=4, denominator_sd=1.5, correlation=rho).sd
        for rho in (-1.0, 0.0, 0.5, 1.0)
    ]
    assert spreads == sorted(spreads, reverse=True)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((0.0, 1.0, 4.0, 1.0, 0.0), "other than 0"),
        ((1.0, 1.0, 0.0, 1.0, 0.0), "other than 0"),
        ((float("nan"), 1.0, 4.0, 1.0, 0.0), "other than 0"),
        ((1.0, -1.0, 4.0, 1.0, 0.0), "at least 0"),
        ((1.0, 1.0, 4.0, 1.0, 1.5), "correlation"),
        ((4.0, 1.0, 8.0, 2.0, 1.0), "no spread"),
    ],
)
def test_what_no_metric_can_be_is_refused(numbers: tuple[float, ...], message: str) -> None:
    """Means of 0, negative spreads, impossible correlations, and a ratio that never varies."""
    names = ("numerator_mean", "numerator_sd", "denominator_mean", "denominator_sd", "correlation")
    with pytest.raises(ValueError, match=message):
        RatioMetric(**dict(zip(names, numbers, strict=True))).check()
