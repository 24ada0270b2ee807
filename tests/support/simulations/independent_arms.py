"""Two independent arms of a live test, from the moments of their units or one row a cluster."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import numpy as np

from arena.stats.cluster_means import ClusterTotals, cluster_mean
from arena.stats.cuped import cuped
from arena.stats.estimate import Interval
from arena.stats.moments import Moments
from arena.stats.ratios import ratio_of_sums
from arena.stats.two_arms import Arm, arm_mean, difference, quotient
from simulations.errors import Errors, Family, Task

Draw = Callable[[np.random.Generator], Interval | None]  # one test of an effect that is known, as its interval


def of_draws(draw: Draw, truth: float, rng: np.random.Generator, runs: int) -> Errors:
    """Simulate tests one by one; an interval that is withheld misses nothing."""
    above = below = 0
    for _ in range(runs):
        found = draw(rng)
        if found is not None:
            above, below = above + (found.low > truth), below + (found.high < truth)
    return Errors(runs=runs, above=above, below=below)


def normal_means(n: int, rng: np.random.Generator) -> Interval | None:
    """Draw arms of n and 2n units, the larger with three times the spread; the means differ by 0."""
    control, treatment = (
        arm_mean(Moments.of({"value": rng.normal(1.0, spread, units)}), "value", unit="s")
        for spread, units in ((1.0, n), (3.0, 2 * n))
    )
    return difference(control, treatment).estimate.interval


def cost_arm(n: int, scale: float, rng: np.random.Generator) -> Arm:
    """Draw users with a few conversations each, of log-normal costs that users have in common: cost a conversation."""
    conversations = 1.0 + rng.poisson(2.0, n)
    costs = scale * conversations * np.exp(rng.normal(0.0, 0.5, n) + rng.normal(0.0, 0.4, n) / np.sqrt(conversations))
    return ratio_of_sums(
        Moments.of({"cost": costs, "conversations": conversations}), "cost", "conversations", unit="USD"
    )


def cost_differences(n: int, rng: np.random.Generator) -> Interval | None:
    """Draw a ratio of sums in both arms, of the same distribution."""
    return difference(cost_arm(n, 1.0, rng), cost_arm(n, 1.0, rng)).estimate.interval


def cost_quotients(n: int, rng: np.random.Generator) -> Interval | None:
    """Draw a ratio of sums in both arms, the treatment's a fifth higher."""
    return quotient(cost_arm(n, 1.0, rng), cost_arm(n, 1.2, rng)).interval


def adjusted_means(slopes: tuple[float, float], n: int, rng: np.random.Generator) -> Interval | None:
    """Draw arms whose values were told before, by a line of its own in each; the means differ by 0."""
    before = rng.normal(0.0, 2.0, (2, n))
    after = before * np.array(slopes)[:, None] + rng.normal(0.0, 1.0, (2, n))
    control, treatment = (Moments.of({"after": after[arm], "before": before[arm]}) for arm in range(2))
    return cuped(control, treatment, "after", "before", unit="s").adjusted.estimate.interval


def clustered_means(spreads: tuple[float, float], clusters: int, rng: np.random.Generator) -> Interval | None:
    """Draw clusters of 2 to 25 values whose means spread by themselves in each arm, and around the same mean."""
    arms = []
    for spread, many in zip(spreads, (clusters, clusters + clusters // 3), strict=True):
        sizes = rng.integers(2, 26, many)
        sums = sizes * rng.normal(3.0, spread, many) + rng.normal(0.0, np.sqrt(sizes))
        arms.append(cluster_mean(ClusterTotals.of(zip(sums.tolist(), sizes.tolist(), strict=True)), unit="points"))
    return difference(*arms).estimate.interval


def _tasks() -> Iterator[Task]:
    rows: dict[str, tuple[Callable[[int, np.random.Generator], Interval | None], float]] = {
        "means, spreads 1 and 3": (normal_means, 0.0),
        "cost per conversation, difference": (cost_differences, 0.0),
        "cost per conversation, quotient 1.2": (cost_quotients, 1.2),
        "adjusted means, one slope": (partial(adjusted_means, (1.0, 1.0)), 0.0),
        "adjusted means, slopes .5 and 1": (partial(adjusted_means, (0.5, 1.0)), 0.0),
    }
    for (row, (draw, truth)), n in product(rows.items(), (10, 30, 100, 1000)):
        yield _task(row, f"n = {n:,}", partial(draw, n), truth, quick=n == 100)
    for spreads, clusters in product(((0.0, 0.0), (0.3, 0.3), (2.0, 2.0), (2.0, 0.3)), (6, 10, 30, 100)):
        row = f"clusters, spreads {spreads[0]:g} and {spreads[1]:g} between them"
        yield _task(row, f"{clusters} clusters", partial(clustered_means, spreads, clusters), 0.0, quick=clusters == 30)


def _task(row: str, column: str, draw: Draw, truth: float, *, quick: bool) -> Task:
    simulate = partial(of_draws, draw, truth)
    return Task(family="independent arms", row=row, column=column, runs=5_000, simulate=simulate, quick=quick)


ARMS = Family(
    name="Independent arms",
    about="Coverage in %, 95 nominal. `difference` and `quotient` of `arm_mean` and `ratio_of_sums`, `cluster_mean`, "
    "and `cuped`; n units, or clusters of 2 to 25 values, in the smaller arm. All lean on the central limit "
    "theorem.",
    tasks=tuple(_tasks()),
    two_sided=True,
    approximate=True,
)
