"""What a comparison of arms needs of their units: n, means and co-moments. Imports neither numpy nor scipy.

A warehouse returns them in one row, whatever the number of units. From them follow Welch's test, ratios of sums and
CUPED (`two_arms`, `ratios`, `cuped`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from operator import mul
from typing import SupportsFloat

_ROUNDING = 1e-13  # relative: so little of a difference of sums is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """How many units there are, the mean of each thing measured of a unit, and how these vary together.

    Moments of different units pool with `+`, in any order and grouping (Chan, Golub & LeVeque, Am Stat 1983;37:242):

        n = n₁ + n₂,  x̄ = x̄₁ + δ·n₂/n,  S = S₁ + S₂ + δδᵀ·n₁n₂/n,  δ = x̄₂ − x̄₁.

    Everything is centred: of sums of squares nothing would be left where the mean is 1e8 and the deviation 1. The empty
    moments are the identity of `+`, so `sum(parts, Moments.empty(*names))` pools any number of parts.

    Raises:
        ValueError: names that are not distinct, another number of numbers than they need, a number that is not finite,
            an n or a sum of squares below 0, or one unit that varies.

    >>> monday = Moments.of({"cost": [1.0, 2.0], "answers": [1, 3]})
    >>> tuesday = Moments.of({"cost": [6.0], "answers": [5]})
    >>> both = monday + tuesday
    >>> both.n, both.mean("cost"), both.variance("cost"), both.covariance("cost", "answers")
    (3, 3.0, 7.0, 5.0)
    """

    n: int
    names: tuple[str, ...]  # of what was measured, such as "cost_usd", "answers", "cost_before_usd"
    means: tuple[float, ...]  # one a name; nothing where n is 0
    roundings: tuple[float, ...]  # what each mean has lost by being rounded: a million additions would add up
    products: tuple[float, ...]  # Σ(xᵢ − x̄)(yᵢ − ȳ) of each of `pairs`, in their order; nothing where n is 0

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) < len(self.names):
            raise ValueError(f"needs names, each once, not {', '.join(self.names) or 'none'}")
        if self.n < 0:
            raise ValueError(f"the number of units is at least 0, not {self.n}")
        k = len(self.names) if self.n else 0
        if (len(self.means), len(self.roundings), len(self.products)) != (k, k, k * (k + 1) // 2):
            raise ValueError(f"{len(self.means)} means and {len(self.products)} products do not fit {k} names")
        if not all(map(math.isfinite, (*self.means, *self.roundings, *self.products))):
            raise ValueError("every mean and every product must be finite")
        for (one, other), product in zip(self.pairs, self.products, strict=False):
            if one == other and product < 0.0:
                raise ValueError(f"the sum of squares of {one} is at least 0, not {product:g}")
        if self.n == 1 and any(self.products):
            raise ValueError("one unit cannot vary")

    @classmethod
    def empty(cls, *names: str) -> "Moments":
        """Return the moments of no units, the identity of `+`.

        >>> Moments.empty("cost").mean("cost") is None
        True
        """
        return cls(n=0, names=names, means=(), roundings=(), products=())

    @classmethod
    def of(cls, columns: Mapping[str, Iterable[float]]) -> "Moments":
        """Return the moments of values, by two passes and exact sums: a million units are a matter of seconds.

        Args:
            columns: of each name one value a unit, in the same order; lists, arrays, whatever yields numbers.

        Raises:
            ValueError: columns of different lengths, or a value that is not finite or too large to sum.

        >>> Moments.of({"x": [1e8 + 1, 1e8 + 2, 1e8 + 3]}).variance("x")
        1.0
        """
        values = [_floats(column) for column in columns.values()]
        n = len(values[0]) if values else 0
        if any(len(column) != n for column in values):
            lengths = ", ".join(f"{len(column)} of {name}" for name, column in zip(columns, values, strict=True))
            raise ValueError(f"needs one value a unit, not {lengths}")
        if n == 0:
            return cls.empty(*columns)
        try:
            means = [math.fsum(column) / n for column in values]
            away = [[value - mean for value in column] for column, mean in zip(values, means, strict=True)]
            lost = tuple(math.fsum(column) / n for column in away)
            products = tuple(_product(one, other) for one, other in combinations_with_replacement(away, 2))
        except OverflowError:
            raise ValueError("the values are too large to sum") from None
        return cls(n=n, names=tuple(columns), means=tuple(means), roundings=lost, products=products)

    @classmethod
    def from_row(cls, names: Sequence[str], row: Sequence[SupportsFloat | None]) -> "Moments":
        """Return the moments that a SQL engine computed: n, the means, then the products of `pairs` in their order.

        For y and x, over units that have both: `count(*), avg(y), avg(x), var_pop(y) * count(*),
        covar_pop(y, x) * count(*), var_pop(x) * count(*)`. Good for engines that centre as they go, as DuckDB and
        PostgreSQL (from 12) do; what is computed from Σx² is lost before it comes here.

        Args:
            names: of the columns, in the order of the means.
            row: 1 + k + k(k + 1)/2 numbers for k names; where the first is 0 the others are NULL (None) and not read.

        Raises:
            ValueError: another number of numbers, an n that is not whole, a NULL among the moments of any units, or
                what no moments can be like.

        >>> Moments.from_row(["y", "x"], [3, 2.0, 5.0, 2.0, 1.0, 8.0]).covariance("y", "x")
        0.5
        """
        k = len(names)
        if len(row) != 1 + k + k * (k + 1) // 2:
            raise ValueError(f"{len(row)} numbers for {k} names: needs n, {k} means and {k * (k + 1) // 2} products")
        n, *numbers = row
        if n is None or not float(n).is_integer():
            raise ValueError(f"the number of units must be whole, not {n}")
        if n == 0:
            return cls.empty(*names)
        if None in numbers:
            raise ValueError(f"a NULL among the moments of {n} units")
        floats = tuple(float(number) for number in numbers if number is not None)
        return cls(n=int(float(n)), names=tuple(names), means=floats[:k], roundings=(0.0,) * k, products=floats[k:])

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the names of each product: (y, y), (y, x), (x, x) for the names y and x."""
        return tuple(combinations_with_replacement(self.names, 2))

    def __add__(self, other: "Moments") -> "Moments":
        if self.names != other.names:
            raise ValueError(f"moments of {', '.join(self.names)} do not pool with those of {', '.join(other.names)}")
        few, many = sorted((self, other), key=lambda part: part.n)
        if few.n == 0:
            return many
        n, share = few.n + many.n, few.n / (few.n + many.n)
        shifts = [_less(few, many, position) for position in range(len(self.names))]
        moved = [lost + shift * share for lost, shift in zip(many.roundings, shifts, strict=True)]
        means = tuple(map(sum, zip(many.means, moved, strict=True)))
        between = (one * other * (many.n * share) for one, other in combinations_with_replacement(shifts, 2))
        return Moments(
            n=n,
            names=self.names,
            means=means,
            roundings=tuple(
                math.fsum((old, move, -new)) for old, move, new in zip(many.means, moved, means, strict=True)
            ),
            products=tuple(map(math.fsum, zip(few.products, many.products, between, strict=True))),
        )

    def mean(self, name: str) -> float | None:
        """Return the mean of what was measured under a name; None of no units.

        Raises:
            ValueError: nothing was measured under this name.
        """
        position = self._position(name)
        return self.means[position] if self.n else None

    def variance(self, name: str) -> float | None:
        """Return the sample variance, s² = S/(n − 1); None of fewer than two units.

        Raises:
            ValueError: nothing was measured under this name.
        """
        return self.covariance(name, name)

    def covariance(self, one: str, other: str) -> float | None:
        """Return the sample covariance, S/(n − 1); None of fewer than two units.

        Raises:
            ValueError: nothing was measured under one of the names.
        """
        first, second = sorted((self._position(one), self._position(other)))
        if self.n < 2:
            return None
        before = first * len(self.names) - first * (first - 1) // 2  # products of the names that come first
        return self.products[before + second - first] / (self.n - 1)

    def residual_variance(self, name: str, on: str, slope: float) -> float | None:
        """Return the sample variance of y − slope·x, y and x by their names; None of fewer than two units.

        It is 0 where no more than rounding is left of it.

        Raises:
            ValueError: nothing was measured under one of the names.

        >>> Moments.of({"y": [2.0, 4.0, 6.0], "x": [1.0, 2.0, 3.0]}).residual_variance("y", "x", 2.0)
        0.0
        """
        y, x, both = self.variance(name), self.variance(on), self.covariance(name, on)
        if y is None or x is None or both is None:
            return None
        without = y + slope * slope * x
        left = without - 2.0 * slope * both
        return left if left > _ROUNDING * without else 0.0

    def _position(self, name: str) -> int:
        if name not in self.names:
            raise ValueError(f"no moments of {name}: there are those of {', '.join(self.names)}")
        return self.names.index(name)


def _floats(column: Iterable[float]) -> list[float]:
    """Return a column as floats; an array hands over its own list, which is many times faster."""
    listed = column.tolist() if hasattr(column, "tolist") else column
    values = list(map(float, listed))
    if not all(map(math.isfinite, values)):
        raise ValueError("every value must be finite")
    return values


def _less(one: Moments, other: Moments, position: int) -> float:
    """Return by how much a mean is above another, to the last digit of what neither has lost."""
    return math.fsum((one.means[position], -other.means[position], one.roundings[position], -other.roundings[position]))


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the centred sum of products of deviations, less what the rounding of their means adds."""
    product = math.fsum(map(mul, one, other)) - math.fsum(one) * math.fsum(other) / len(one)
    return max(product, 0.0) if one is other else product
