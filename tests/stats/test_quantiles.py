"""The bounds of a quantile, each by itself."""

from arena.stats.quantiles import quantile_bounds
from reference_values import reference


def test_each_bound_agrees_with_scipy_where_the_other_is_missing() -> None:
    """On 1 … n the bounds are ranks."""
    for entry in reference("quantile_ranks"):
        assert list(quantile_bounds(range(1, entry["n"] + 1), entry["probability"])) == entry["ranks"]


def test_no_values_bound_nothing() -> None:
    """Nor does one value, on either side."""
    assert quantile_bounds([], 0.5) == quantile_bounds([3.0], 0.5) == (None, None)
