"""Moments of units: exact where sums of squares are lost, pooled in any order."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from arena.stats.moments import Moments

NAMES = ("y", "x")
UNITS = st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=40)
ORIGIN = st.sampled_from([0.0, 1.0, -1e8, 1e8])


def moments(units: list[tuple[float, float]], origin: float = 0.0) -> Moments:
    """Return the moments of pairs, moved away from 0."""
    return Moments.of({name: [unit[k] + origin for unit in units] for k, name in enumerate(NAMES)})


def exact(units: list[tuple[float, float]], origin: float, one: int, other: int) -> float:
    """Return the centred sum of products in fractions."""
    first, second = ([Fraction(unit[k] + origin) for unit in units] for k in (one, other))
    products = sum((a * b for a, b in zip(first, second, strict=True)), Fraction(0))
    return float(products - sum(first) * sum(second) / len(units))


def assert_same(found: Moments, units: list[tuple[float, float]], origin: float) -> None:
    """Compare with fractions: to 1e-9 of the spread, wherever the mean is."""
    assert found.n == len(units)
    spreads = [math.sqrt(exact(units, origin, k, k)) for k in range(2)]
    for (one, other), product in zip(((0, 0), (0, 1), (1, 1)), found.products, strict=True):
        rounding = 1e-22 * len(units) * max(abs(origin), 50.0)  # of units that hardly differ
        assert product == pytest.approx(
            exact(units, origin, one, other), rel=0.0, abs=1e-9 * spreads[one] * spreads[other] + rounding
        )
    for k, name in enumerate(NAMES):
        mean = float(sum(Fraction(unit[k] + origin) for unit in units) / len(units))
        assert found.mean(name) == pytest.approx(mean, rel=1e-14, abs=1e-13)


@given(UNITS, ORIGIN)
@settings(deadline=None)
def test_moments_are_those_of_fractions(units: list[tuple[float, float]], origin: float) -> None:
    """Also at a mean of 1e8 with a deviation of 1, where sums of squares give 180 or a negative variance."""
    assert_same(moments(units, origin), units, origin)


@given(UNITS, ORIGIN, st.data())
@settings(deadline=None)
def test_parts_pool_in_any_order_and_grouping(
    units: list[tuple[float, float]], origin: float, data: st.DataObject
) -> None:
    """Split anywhere, shuffled, and added two by two in an order of chance."""
    shuffled = data.draw(st.permutations(units))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(units)), max_size=6)))
    ends = zip([0, *cuts], [*cuts, len(units)], strict=True)
    parts = [moments(shuffled[start:end], origin) for start, end in ends]
    while len(parts) > 1:
        first = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        second = parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        parts.append(first + second)
    assert_same(parts[0], units, origin)


def test_ten_thousand_units_one_by_one_pool_to_the_last_digits() -> None:
    """The mean that each addition rounds is kept with what it lost."""
    values = np.random.default_rng(1).normal(1e8, 1.0, 10_000)
    pooled = sum((Moments.of({"y": [value]}) for value in values.tolist()), Moments.empty("y"))
    variance = float(np.var(np.subtract(values, 1e8, dtype=np.longdouble), ddof=1))
    assert pooled.variance("y") == pytest.approx(variance, rel=1e-12)
    assert Moments.of({"y": values}).variance("y") == pytest.approx(variance, rel=1e-12)


def test_a_mean_between_two_floats_costs_nothing() -> None:
    """At 9e15 the mean of 0, 1 and 3 more is rounded by a third, and the variance is not."""
    values = [9e15, 9e15 + 1.0, 9e15 + 3.0]
    assert Moments.of({"y": values}).variance("y") == pytest.approx(7.0 / 3.0, rel=1e-15)


@example(2.0252162115345716e-147, 45)  # where the square of what the mean is rounded by is less than a float
@given(st.floats(-1e9, 1e9), st.integers(2, 200))
@settings(deadline=None)
def test_what_does_not_vary_has_no_variance(value: float, n: int) -> None:
    """At most the square of what the mean is rounded by; never less than 0."""
    variance = Moments.of({"y": [value] * n}).variance("y")
    assert variance is not None
    assert 0.0 <= variance <= (1e-15 * value) ** 2


@given(UNITS)
@settings(deadline=None)
def test_no_units_add_nothing(units: list[tuple[float, float]]) -> None:
    """The empty moments are the identity, from either side, to the last bit."""
    found, nothing = moments(units), Moments.empty(*NAMES)
    assert found + nothing == found == nothing + found
    assert nothing + nothing == nothing == moments([])


def test_moments_of_other_things_do_not_pool() -> None:
    """Neither other names nor the same in another order."""
    with pytest.raises(ValueError, match="moments of y, x do not pool with those of x, y"):
        _ = Moments.empty("y", "x") + Moments.empty("x", "y")


def test_what_is_undefined_is_none() -> None:
    """No mean of no units, no variance of one."""
    nothing, one = Moments.empty("y", "x"), moments([(2.0, 3.0)])
    assert (nothing.mean("y"), nothing.variance("y"), nothing.residual_variance("y", "x", 1.0)) == (None, None, None)
    assert (one.mean("y"), one.variance("y"), one.covariance("y", "x")) == (2.0, None, None)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=40), st.floats(-3, 3))
@settings(deadline=None)
def test_the_variance_of_residuals_is_that_of_their_values(units: list[tuple[float, float]], slope: float) -> None:
    """Of y − slope·x, unit by unit; and never below 0."""
    found = moments(units).residual_variance("y", "x", slope)
    expected = Moments.of({"r": [y - slope * x for y, x in units]}).variance("r")
    scale = max(abs(number) for unit in units for number in unit) ** 2
    assert found is not None
    assert found >= 0.0
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12 * (1.0 + slope**2) * (scale + 1e-30))


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=40), st.floats(-3, 3))
@settings(deadline=None)
def test_rounding_is_no_residual(values: list[float], slope: float) -> None:
    """Of units that all lie on the line nothing is left."""
    assert Moments.of({"y": [slope * x for x in values], "x": values}).residual_variance("y", "x", slope) == 0.0


def test_columns_may_be_anything_that_yields_numbers() -> None:
    """Lists, tuples, arrays of any type, ranges, booleans: the same moments."""
    expected = Moments.of({"y": [0.0, 1.0, 2.0], "x": [1.0, 0.0, 1.0]})
    assert Moments.of({"y": np.arange(3), "x": np.array([True, False, True])}) == expected
    assert Moments.of({"y": range(3), "x": (True, False, True)}) == expected
    assert Moments.of({"y": np.arange(3, dtype=np.float32), "x": iter([1, 0, 1])}) == expected


def test_a_row_of_a_warehouse_is_read_as_it_is() -> None:
    """N, the means, the products of each pair in their order; of no units the rest is NULL."""
    found = moments([(1.0, 2.0), (2.0, 5.0), (6.0, 2.0)])
    row = [found.n, *found.means, *found.products]
    assert found.pairs == (("y", "y"), ("y", "x"), ("x", "x"))
    assert Moments.from_row(NAMES, row).products == found.products
    assert Moments.from_row(NAMES, [np.int64(3), *row[1:]]).variance("x") == found.variance("x")
    assert Moments.from_row(NAMES, [0, None, None, None, None, None]) == Moments.empty(*NAMES)
    assert Moments.from_row(NAMES, [1, 2.0, 3.0, 0.0, 0.0, 0.0]) == moments([(2.0, 3.0)])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([2, 1.0, 1.0], "3 numbers for 2 names: needs n, 2 means and 3 products"),
        ([None, 1.0, 1.0, 1.0, 1.0, 1.0], "must be whole, not None"),
        ([2.5, 1.0, 1.0, 1.0, 1.0, 1.0], "must be whole, not 2.5"),
        ([-1, 1.0, 1.0, 1.0, 1.0, 1.0], "at least 0, not -1"),
        ([2, 1.0, None, 1.0, 1.0, 1.0], "a NULL among the moments of 2 units"),
        ([2, math.nan, 1.0, 1.0, 1.0, 1.0], "must be finite"),
        ([2, 1.0, 1.0, 1.0, math.inf, 1.0], "must be finite"),
        ([2, 1.0, 1.0, 1.0, 1.0, -1e-9], "sum of squares of x is at least 0"),
        ([1, 1.0, 1.0, 1.0, 0.0, 0.0], "one unit cannot vary"),
        ([math.nan, 1.0, 1.0, 1.0, 1.0, 1.0], "must be whole"),
    ],
)
def test_a_row_that_no_units_have_is_refused(row: list[float | None], message: str) -> None:
    """What a wrong query returns is named, not computed with."""
    with pytest.raises(ValueError, match=message):
        Moments.from_row(NAMES, row)


def test_columns_that_no_units_have_are_refused() -> None:
    """Different lengths, what is not a number or too large a one, no names, and a name that was not measured."""
    with pytest.raises(ValueError, match="2 of y, 1 of x"):
        Moments.of({"y": [1, 2], "x": [1]})
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            Moments.of({"y": [1.0, value]})
    with pytest.raises(ValueError, match="too large"):
        Moments.of({"y": [1e308, 1e308, 1e308]})
    with pytest.raises(ValueError, match="finite"):
        Moments.of({"y": [-1e300, 1e300]})
    with pytest.raises(ValueError, match="needs names"):
        Moments.of({})
    with pytest.raises(ValueError, match="each once, not y, y"):
        Moments.empty("y", "y")
    with pytest.raises(ValueError, match="1 means and 0 products do not fit 1 names"):
        Moments(n=2, names=("y",), means=(1.0,), roundings=(0.0,), products=())
    with pytest.raises(ValueError, match="no moments of z: there are those of y, x"):
        Moments.empty("y", "x").mean("z")
