"""Duels between equals: generators whose true win rate is exactly ½, for measuring a gate's false alarms.

A generator draws one duel; what is recorded of it may have gaps, as `lows` and `highs` say. `SCENARIOS` names them all;
`false_verdicts` runs one through the public path, `win_rate` and `decide`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arena.deciding.decide import decide
from arena.records.metric import Decision
from arena.records.result import WorstCase
from arena.stats.estimate import Estimate
from arena.stats.preference import win_rate
from criteria import criterion

Floats = npt.NDArray[np.float64]

BETTER_THAN_EVEN = criterion("win_rate", "above", 0.5)


@dataclass(frozen=True)
class Duel:
    """What one duel recorded."""

    scores: Floats
    clusters: list[int] | None = None
    lows: Floats | None = None
    highs: Floats | None = None


Draw = Callable[[np.random.Generator], Duel]


def with_ties(n: int, ties: float) -> Draw:
    """Return duels of n independent cases: a share of ties, the rest won or lost by the flip of a coin."""

    def draw(rng: np.random.Generator) -> Duel:
        return Duel(rng.choice([0.0, 0.5, 1.0], n, p=[(1 - ties) / 2, ties, (1 - ties) / 2]))

    return draw


def skewed(n: int, often: float, seldom: float) -> Draw:
    """Return duels of n independent cases that score `often` or, rarely, `seldom`, with mean ½."""
    share = (0.5 - seldom) / (often - seldom)

    def draw(rng: np.random.Generator) -> Duel:
        return Duel(np.where(rng.random(n) < share, often, seldom))

    return draw


def clustered(sizes: Callable[[np.random.Generator], npt.NDArray[np.int64]], ties: float = 0.0) -> Draw:
    """Return duels whose clusters have win rates of their own, anything from 0 to 1 and ½ on average."""

    def draw(rng: np.random.Generator) -> Duel:
        of = np.repeat(np.arange(len(size := sizes(rng))), size)
        won = rng.random(len(of)) < rng.beta(0.5, 0.5, len(size))[of]
        scores = np.where(rng.random(len(of)) < ties, 0.5, won.astype(np.float64))
        return Duel(scores, of.tolist())

    return draw


def skewed_clusters(sizes: Callable[[np.random.Generator], npt.NDArray[np.int64]]) -> Draw:
    """Return duels whose clusters all do a little better than even, but for one in ten that does much worse."""

    def draw(rng: np.random.Generator) -> Duel:
        size = sizes(rng)
        means = np.where(rng.random(len(size)) < 0.9, 0.55, 0.05)
        return Duel(np.repeat(means, size), np.repeat(np.arange(len(size)), size).tolist())

    return draw


def telling_sizes(groups: int) -> Draw:
    """Return duels whose small clusters are won and whose large ones are lost: even over cases, not over clusters.

    No method can know of clusters larger than any it has seen: `groups` must be enough to have some.
    """

    def draw(rng: np.random.Generator) -> Duel:
        large = rng.random(groups) < 0.2
        size = np.where(large, 8, 2)  # .2 · 8 cases lost balance .8 · 2 won
        scores = np.repeat(np.where(large, 0.0, 1.0), size)
        return Duel(scores, np.repeat(np.arange(groups), size).tolist())

    return draw


def failing_calls(n: int, rate: float) -> Draw:
    """Return duels whose calls fail equally often in either arm: that arm's loss, open where both failed."""

    def draw(rng: np.random.Generator) -> Duel:
        control, treatment = rng.random(n) < rate, rng.random(n) < rate
        answered = rng.choice([0.0, 0.25, 0.5, 0.75, 1.0], n)
        scores = np.select([control & treatment, control, treatment], [0.5, 1.0, 0.0], answered)
        both = control & treatment
        return Duel(scores, None, np.where(both, 0.0, scores), np.where(both, 1.0, scores))

    return draw


def telling_gaps(n: int, rate: float, groups: int | None = None) -> Draw:
    """Return duels in which a share of the judgments that go against the treatment is missing: each counts ½."""

    def draw(rng: np.random.Generator) -> Duel:
        orders = (rng.random((n, 2)) < 0.5).astype(np.float64)
        missing = (orders == 0.0) & (rng.random((n, 2)) < rate)
        low, high = np.where(missing, 0.0, orders), np.where(missing, 1.0, orders)
        recorded = np.where(missing, 0.5, orders)
        clusters = None if groups is None else (np.arange(n) % groups).tolist()
        return Duel(recorded.mean(axis=1), clusters, low.mean(axis=1), high.mean(axis=1))

    return draw


def _equal(groups: int, size: int) -> Callable[[np.random.Generator], npt.NDArray[np.int64]]:
    return lambda _: np.full(groups, size)


def _unequal(groups: int) -> Callable[[np.random.Generator], npt.NDArray[np.int64]]:
    return lambda rng: rng.integers(2, 26, groups)


SCENARIOS: Mapping[str, Draw] = {
    **{f"{n} cases, ties {ties}": with_ties(n, ties) for n in (5, 10, 20, 50) for ties in (0.0, 0.2, 0.5, 0.9)},
    **{f"{n} cases, mostly .75": skewed(n, 0.75, 0.0) for n in (10, 20, 50)},
    **{f"{n} cases, mostly .55": skewed(n, 0.55, 0.05) for n in (10, 20, 50)},
    **{f"{n} cases, mostly .25": skewed(n, 0.25, 1.0) for n in (10, 50)},
    **{f"{g} × {m}": clustered(_equal(g, m)) for g, m in ((5, 4), (10, 5), (20, 10), (8, 25))},
    **{f"{g} × {m}, ties .5": clustered(_equal(g, m), ties=0.5) for g, m in ((10, 5), (20, 10))},
    **{f"{g} × 2–25": clustered(_unequal(g)) for g in (6, 10, 20)},
    **{f"{g} × {m}, skewed means": skewed_clusters(_equal(g, m)) for g, m in ((10, 5), (20, 10), (50, 4))},
    **{f"{g} × 2–25, skewed means": skewed_clusters(_unequal(g)) for g in (10, 20)},
    **{f"{g} clusters, lost where large": telling_sizes(g) for g in (30,)},
    **{f"{n} cases, a fifth of the calls fail": failing_calls(n, 0.2) for n in (10, 50)},
    **{f"{n} cases, losses missing": telling_gaps(n, 0.3) for n in (20, 50)},
    "50 cases, half of the losses missing": telling_gaps(50, 0.5),
    "40 cases in 10 clusters, losses missing": telling_gaps(40, 0.3, groups=10),
}


#: One or two of every kind, for a study of seconds.
QUICK = (
    "10 cases, ties 0.2",
    "20 cases, ties 0.0",
    "50 cases, ties 0.5",
    "10 cases, mostly .25",
    "20 cases, mostly .75",
    "5 × 4",
    "10 × 5",
    "20 × 10",
    "10 × 2–25",
    "10 × 5, skewed means",
    "20 × 10, skewed means",
    "10 × 2–25, skewed means",
    "30 clusters, lost where large",
    "10 cases, a fifth of the calls fail",
    "50 cases, losses missing",
)


def verdict(duel: Duel, alpha: float = 0.05) -> Decision:
    """Return what the gate would say of "better than even"."""
    found = win_rate(duel.scores, clusters=duel.clusters, lows=duel.lows, highs=duel.highs, level=1.0 - alpha)
    assert found.worst_case_low is not None
    assert found.worst_case_high is not None
    estimate = Estimate(
        value=found.value, interval=found.interval, n=found.n, unit_of_measure="share", reason=found.reason
    )
    worst = WorstCase(low=found.worst_case_low, high=found.worst_case_high)
    return decide(estimate, BETTER_THAN_EVEN, worst_case=worst, sign_flip_p=found.p_value, alpha=alpha).outcome


def false_verdicts(draw: Draw, rng: np.random.Generator, runs: int) -> tuple[int, int]:
    """Return how many of `runs` duels between equals passed, and how many failed.

    A verdict depends on the duel's clusters alone, not on their order, so equal duels are decided once.
    """
    seen: dict[object, Decision] = {}
    verdicts = []
    for _ in range(runs):
        duel = draw(rng)
        key = _content(duel)
        if key not in seen:
            seen[key] = verdict(duel)
        verdicts.append(seen[key])
    return verdicts.count("pass"), verdicts.count("fail")


def _content(duel: Duel) -> object:
    lows = duel.scores if duel.lows is None else duel.lows
    highs = duel.scores if duel.highs is None else duel.highs
    rows = list(zip(duel.scores.tolist(), lows.tolist(), highs.tolist(), strict=True))
    clusters: dict[int, list[tuple[float, float, float]]] = {}
    for row, cluster in zip(rows, duel.clusters or range(len(rows)), strict=True):
        clusters.setdefault(cluster, []).append(row)
    return tuple(sorted(tuple(sorted(members)) for members in clusters.values()))
