"""Differences of two arms paired by case: rates, axes, costs, tails of latency."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import product

import numpy as np
import numpy.typing as npt

from arena.stats.estimate import Interval
from arena.stats.means import mean_estimate
from arena.stats.quantiles import quantile_contrast
from arena.stats.ratios import fieller_interval
from simulations.errors import Errors, Family, Task
from simulations.win_rates import Kinds, of_kinds, scored

Floats = npt.NDArray[np.float64]
Arms = tuple[Floats, Floats, list[int] | None]  # control, treatment, clusters


def changed(margin: float, both_ways: float) -> Kinds:
    """Return cases whose rate truly drops by `margin`, as shares of [−1, 1]: what the interval of a rate is made of."""
    return scored({0.0: margin + both_ways, 0.5: 1.0 - margin - 2.0 * both_ways, 1.0: both_ways})


RATES: Mapping[str, Kinds] = {
    f"drop of {margin:g}, {both:g} both ways": changed(margin, both)
    for margin, both in product((0.02, 0.05, 0.1), (0.0, 0.02, 0.2))
}
AXES: Mapping[str, Kinds] = {
    "a level up in .8, four down in .2": scored({0.0: 0.2, 0.625: 0.8}),
    "a level up or down in .2 each": scored({0.375: 0.2, 0.5: 0.6, 0.625: 0.2}),
    "two levels down in .05, else none": scored({0.25: 0.05, 0.5: 0.95}),
}


def paired_costs(spread: float, noise: float, n: int, rng: np.random.Generator) -> Arms:
    """Draw costs of both arms: log-normal over cases, each arm with noise of its own, the treatment 10% dearer."""
    case = rng.normal(0.0, spread, n)
    control, treatment = (np.exp(case + rng.normal(0.0, noise, n)) for _ in range(2))
    return control, 1.1 * treatment, None


def clustered_costs(groups: int, size: int, rng: np.random.Generator) -> Arms:
    """Draw costs of conversations whose turns have a size and a change in common."""
    of = np.repeat(np.arange(groups), size)
    common = rng.normal(0.0, 0.3, (2, groups))[:, of] + rng.normal(0.0, 0.3, groups)[of]
    control, treatment = np.exp(common + rng.normal(0.0, 0.2, common.shape))
    return control, 1.1 * treatment, of.tolist()


def ratio(arms: Arms) -> Interval | None:
    """Return Fieller's interval of treatment / control: that of `ratio_of_means`, plus 1."""
    return fieller_interval(arms[1], arms[0], clusters=arms[2]).interval


def mean(arms: Arms) -> Interval | None:
    """Return t's interval of the mean of treatment − control: that of `mean_difference`."""
    return mean_estimate(arms[1] - arms[0], unit="USD", clusters=arms[2]).interval


def p95(arms: Arms) -> Interval | None:
    """Return the interval of the difference of both arms' p95: that of `quantile_difference`."""
    return quantile_contrast(arms[0], arms[1], 0.95, unit="s", clusters=arms[2]).interval


def of_arms(
    draw: Callable[[np.random.Generator], Arms],
    interval: Callable[[Arms], Interval | None],
    truth: float,
    rng: np.random.Generator,
    runs: int,
) -> Errors:
    """Simulate pairs of arms one by one; an interval that is withheld misses nothing."""
    above = below = 0
    for _ in range(runs):
        found = interval(draw(rng))
        if found is not None:
            above, below = above + (found.low > truth), below + (found.high < truth)
    return Errors(runs=runs, above=above, below=below)


def equal_tails(noise: float, n: int, rng: np.random.Generator) -> Arms:
    """Draw latencies of the same distribution in both arms, alike within a case."""
    case = rng.normal(0.0, 0.6, n)
    control, treatment = (np.exp(case + rng.normal(0.0, noise, n)) for _ in range(2))
    return control, treatment, None


def _bounded() -> Iterator[Task]:
    for (row, kinds), n in product({**RATES, **AXES}.items(), (20, 50, 200, 1000, 5000)):
        simulate = partial(of_kinds, kinds, n)
        quick = (row, n) in (("drop of 0.02, 0.02 both ways", 200), ("a level up in .8, four down in .2", 20))
        yield Task(family="bounded", row=row, column=f"n = {n:,}", runs=5_000, simulate=simulate, quick=quick)


def _tails() -> Iterator[Task]:
    for noise, n in product((0.0, 0.2, 1.0), (72, 200, 1000)):
        row = f"noise {noise:g} within a case" if noise else "both arms the same"
        simulate = partial(of_arms, partial(equal_tails, noise, n), p95, 0.0)
        quick = (noise, n) == (0.2, 72)
        yield Task(family="p95", row=row, column=f"n = {n:,}", runs=500, simulate=simulate, quick=quick)


def _costs() -> Iterator[Task]:
    for (spread, noise), n in product(((0.3, 0.2), (0.6, 0.3), (1.0, 0.3), (1.0, 1.0)), (10, 30, 50, 200, 1000, 5000)):
        draw = partial(paired_costs, spread, noise, n)
        row = f"spread {spread:g}, noise {noise:g}"
        base = float(np.exp((spread**2 + noise**2) / 2))
        simulate = partial(of_arms, draw, ratio, 1.1)
        quick = (spread, n) == (0.3, 200)
        runs = 5_000
        yield Task(family="ratio", row=f"ratio, {row}", column=f"n = {n:,}", runs=runs, simulate=simulate, quick=quick)
        simulate = partial(of_arms, draw, mean, 0.1 * base)
        yield Task(family="ratio", row=f"mean, {row}", column=f"n = {n:,}", runs=runs, simulate=simulate, quick=quick)
    for groups, size in ((10, 5), (20, 10), (100, 10)):
        simulate = partial(of_arms, partial(clustered_costs, groups, size), ratio, 1.1)
        column = f"n = {groups * size:,}"
        yield Task(
            family="ratio", row=f"ratio, {groups} × {size} in clusters", column=column, runs=10_000, simulate=simulate
        )


BOUNDED = Family(
    name="Differences of rates and axes",
    about="In %, at most 2.5: the likelier of the two misses; above the truth is where a guardrail at just this drop "
    "passes. `binary_difference` and `bounded_difference`: Gaffke on the rescaled differences of the cases.",
    tasks=tuple(_bounded()),
)
TAILS = Family(
    name="Differences of p95",
    about="In %, at most 2.5: the likelier of the two misses. `quantile_difference`, log-normal latencies.",
    tasks=tuple(_tails()),
)
COSTS = Family(
    name="Ratios and differences of unbounded means",
    about="Coverage in %, 95 nominal. `ratio_of_means` (Fieller) and `mean_difference` (t) on log-normal costs; "
    "spread is that of the cases' logarithms, noise that within a case. Both methods lean on the central limit "
    "theorem, and no method covers every unbounded distribution.",
    tasks=tuple(_costs()),
    two_sided=True,
    approximate=True,
)
