"""The bounds of a quantile, each by itself."""

import math

import pytest

from arena.stats.quantiles import quantile_bounds, quantile_contrast, quantile_estimate
from reference_values import reference


def test_each_bound_agrees_with_scipy_where_the_other_is_missing() -> None:
    """On 1 … n the bounds are ranks."""
    for entry in reference("quantile_ranks"):
        level = entry.get("level", 0.95)
        assert list(quantile_bounds(range(1, entry["n"] + 1), entry["probability"], level=level)) == entry["ranks"]


def test_no_values_bound_nothing() -> None:
    """Nor does one value, on either side."""
    assert quantile_bounds([], 0.5) == quantile_bounds([3.0], 0.5) == (None, None)


@pytest.mark.parametrize(("value", "probability", "level"), [(math.nan, 0.5, 0.95), (1.0, 1.0, 0.95), (1.0, 0.5, 1.0)])
def test_what_has_no_quantile_is_refused(value: float, probability: float, level: float) -> None:
    """Not a number, the largest value of all that could be, and certainty."""
    arm = [value] * 10
    with pytest.raises(ValueError, match=r"number|between 0 and 1"):
        quantile_estimate(arm, probability, unit="s", level=level)
    with pytest.raises(ValueError, match=r"number|between 0 and 1"):
        quantile_bounds(arm, probability, level=level)
    with pytest.raises(ValueError, match=r"number|between 0 and 1"):
        quantile_contrast([1.0] * 10, arm, probability, unit="s", level=level)


def test_infinity_has_its_place_in_an_order() -> None:
    """Calls that never came back bound nothing from above, and the median all the same."""
    found = quantile_estimate([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, math.inf], 0.5, unit="s")
    assert found.interval is not None
    assert (found.value, found.interval.low, found.interval.high) == (5.0, 2.0, 8.0)
