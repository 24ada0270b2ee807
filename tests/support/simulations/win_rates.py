"""The win rate's interval and the gate, over independent cases, judged duels and clusters."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt

from arena.records.judgment import Judgment
from arena.stats.bounded_mean import lower_tail_p_value
from merged import merge_case
from null_duels import Draw, Duel, clustered, skewed_clusters, telling_gaps, telling_sizes, verdict
from simulations.errors import ALPHA, Errors, Family, Task

Floats = npt.NDArray[np.float64]
Winner = Literal["first", "second", "tie"] | None
CASES = (5, 10, 20, 50, 200, 1000, 5000)


@dataclass(frozen=True)
class Kinds:
    """Independent cases: what one can be recorded as (score and its bounds), how often, and the true mean score."""

    recorded: Floats  # one row a kind: score, low, high
    shares: Floats
    truth: float


def scored(distribution: Mapping[float, float]) -> Kinds:
    """Return cases with these scores, nothing missing."""
    scores, shares = np.array(list(distribution)), np.array(list(distribution.values()))
    return Kinds(np.column_stack([scores] * 3), shares, float(scores @ shares))


def with_ties(ties: float, win_rate: float = 0.5) -> Kinds:
    """Return cases that are won, tied or lost."""
    return scored({0.0: 1.0 - ties / 2 - win_rate, 0.5: ties, 1.0: win_rate - ties / 2})


@cache
def merged(orders: tuple[Winner, Winner], failed: tuple[bool, bool]) -> tuple[float, float, float]:
    """Return what a case counts: judged in both orders, or with failed calls of control and treatment."""
    shown = (("control", "treatment"), ("treatment", "control"))
    judgments = [
        Judgment(case="c", first=a, second=b, winner=winner, outcome="read" if winner else "unparseable")
        for (a, b), winner in zip(shown, orders, strict=True)
    ]
    control, treatment = ((0,) if arm else () for arm in failed)
    found = merge_case("c", () if any(failed) else judgments, control_failed=control, treatment_failed=treatment)
    return found.score, found.low, found.high


def judged(*, bias: float = 0.0, unread: float = 0.0, unread_losses: float = 0.0, failing: float = 0.0) -> Kinds:
    """Return duels between equals before a judge who is right in four of five cases, merged over both orders.

    Args:
        bias: how often the judge names whatever is shown first.
        unread: how often a judgment cannot be read.
        unread_losses: how often one that goes against the treatment cannot be read.
        failing: how often an arm's call fails.
    """
    shares: dict[tuple[float, float, float], float] = {}
    for better, share in (("control", 0.4), ("treatment", 0.4), (None, 0.2)):
        orders = [_presentation(better, first, bias, unread, unread_losses) for first in ("control", "treatment")]
        for (one, p), (two, q) in product(orders[0].items(), orders[1].items()):
            for failed in product((False, True), repeat=2):
                calls = np.prod([failing if arm else 1.0 - failing for arm in failed])
                kind = merged((one, two), failed)
                shares[kind] = shares.get(kind, 0.0) + share * p * q * float(calls)
    return Kinds(np.array(list(shares)), np.array(list(shares.values())), 0.5)


def _presentation(
    better: str | None, first: str, bias: float, unread: float, unread_losses: float
) -> dict[Winner, float]:
    right, wrong = ("first", "second") if better == first else ("second", "first")
    fair = {right: 0.8, wrong: 0.1, "tie": 0.1} if better else {"first": 0.3, "second": 0.3, "tie": 0.4}
    lost = "first" if first == "control" else "second"
    found: dict[Winner, float] = {None: 0.0}
    for winner in ("first", "second", "tie"):
        named = (1.0 - bias) * fair[winner] + (bias if winner == "first" else 0.0)
        gone = unread + (unread_losses if winner == lost else 0.0)
        found[winner] = named * (1.0 - gone)
        found[None] += named * gone
    return found


def misses(duel: Duel, truth: float, alpha: float = ALPHA) -> tuple[bool, bool]:
    """Return whether the interval, counting what is missing at its worst, is all above the truth, and all below.

    The p-value against one mean says it without the search for the ends.
    """
    lows = duel.scores if duel.lows is None else duel.lows
    highs = duel.scores if duel.highs is None else duel.highs
    return all_above(lows, truth, duel.clusters, alpha), all_above(1.0 - highs, 1.0 - truth, duel.clusters, alpha)


def all_above(scores: Floats, truth: float, clusters: list[int] | None = None, alpha: float = ALPHA) -> bool:
    """Return whether Gaffke's interval of the scores is all above the truth."""
    return float(scores.mean()) > truth and lower_tail_p_value(scores, truth, clusters) <= alpha / 2


def of_duel(duel: Duel, truth: float) -> npt.NDArray[np.int64]:
    """Return whether it is missed above, missed below, passed, failed; only between equals is a verdict wrong.

    The gate is asked where the interval excludes ½: where it does not, there is no verdict.
    """
    above, below = misses(duel, truth)
    said = verdict(duel) if truth == 0.5 and (above or below) else "inconclusive"
    return np.array([above, below, said == "pass", said == "fail"], dtype=np.int64)


def of_kinds(kinds: Kinds, n: int, rng: np.random.Generator, runs: int) -> Errors:
    """Simulate duels of n independent cases; what they record depends on counts, and equal counts are decided once."""
    counts, times = np.unique(rng.multinomial(n, kinds.shares, runs), axis=0, return_counts=True)
    total = np.zeros(4, dtype=np.int64)
    for row, repeated in zip(counts, times, strict=True):
        scores, lows, highs = np.repeat(kinds.recorded, row, axis=0).T
        missing = bool((lows != highs).any())
        duel = Duel(scores, None, lows, highs) if missing else Duel(scores)
        total += repeated * of_duel(duel, kinds.truth)
    return _errors(runs, total)


def of_draw(draw: Draw, rng: np.random.Generator, runs: int) -> Errors:
    """Simulate duels between equals in clusters, one by one."""
    total = np.sum([of_duel(draw(rng), 0.5) for _ in range(runs)], axis=0)
    return _errors(runs, total)


def _errors(runs: int, total: npt.NDArray[np.int64]) -> Errors:
    above, below, passed, failed = (int(count) for count in total)
    return Errors(runs=runs, above=above, below=below, passed=passed, failed=failed)


INDEPENDENT: Mapping[str, Kinds] = {
    **{f"ties {ties:g}": with_ties(ties) for ties in (0.0, 0.2, 0.5, 0.9)},
    "quarters, evenly": scored(dict.fromkeys((0.0, 0.25, 0.5, 0.75, 1.0), 0.2)),
    "mostly .75, else 0": scored({0.0: 1 / 3, 0.75: 2 / 3}),
    "mostly .25, else 1": scored({1.0: 1 / 3, 0.25: 2 / 3}),
    "mostly .55, else .05": scored({0.55: 0.9, 0.05: 0.1}),
    "win rate .75": with_ties(0.0, 0.75),
    "win rate .75, ties .2": with_ties(0.2, 0.75),
    "win rate .9": with_ties(0.0, 0.9),
    "win rate .98": with_ties(0.0, 0.98),
}
JUDGED: Mapping[str, Kinds] = {
    "no bias": judged(),
    "names the first in .3": judged(bias=0.3),
    "names the first in .7": judged(bias=0.7),
    "a tenth unread": judged(bias=0.1, unread=0.1),
    "3 of 10 losses unread": judged(unread_losses=0.3),
    "half of the losses unread, biased": judged(bias=0.3, unread_losses=0.5),
    "a fifth of the calls fail": judged(failing=0.2),
    "calls fail and losses are unread": judged(failing=0.1, unread_losses=0.2),
}


def _equal(groups: int, size: int) -> Callable[[np.random.Generator], npt.NDArray[np.int64]]:
    return lambda _: np.full(groups, size)


def _unequal(groups: int) -> Callable[[np.random.Generator], npt.NDArray[np.int64]]:
    return lambda rng: rng.integers(2, 26, groups)


SIZES: Mapping[str, Callable[[np.random.Generator], npt.NDArray[np.int64]]] = {
    **{f"{g} × {m}": _equal(g, m) for g, m in ((5, 4), (10, 5), (20, 10), (8, 25), (50, 4))},
    **{f"{g} × 2–25": _unequal(g) for g in (6, 10, 20, 50)},
}
IN_CLUSTERS: Mapping[str, Callable[[str], Draw]] = {
    "a win rate of its own each": lambda sizes: clustered(SIZES[sizes]),
    "a win rate of its own, ties .5": lambda sizes: clustered(SIZES[sizes], ties=0.5),
    ".55 in nine of ten, else .05": lambda sizes: skewed_clusters(SIZES[sizes]),
}
OTHER_CLUSTERS: Mapping[str, Draw] = {
    "30 clusters, lost where large": telling_sizes(30),
    "40 cases in 10, losses missing": telling_gaps(40, 0.3, groups=10),
}


def _tasks(family: str, kinds: Mapping[str, Kinds], runs: int, quick: Mapping[str, int]) -> Iterator[Task]:
    for (row, kind), n in product(kinds.items(), CASES):
        yield Task(
            family=family,
            row=row,
            column=f"n = {n:,}",
            runs=runs,
            simulate=partial(of_kinds, kind, n),
            quick=quick.get(row) == n,
        )


def _clusters(family: str) -> Iterator[Task]:
    quick = {".55 in nine of ten, else .05": "10 × 5", "a win rate of its own each": "10 × 2–25"}
    for row, column in product(IN_CLUSTERS, SIZES):
        draw = IN_CLUSTERS[row](column)
        simulate = partial(of_draw, draw)
        yield Task(family=family, row=row, column=column, runs=4_000, simulate=simulate, quick=quick.get(row) == column)
    for row, draw in OTHER_CLUSTERS.items():
        yield Task(family=family, row=row, column="as said", runs=4_000, simulate=partial(of_draw, draw))


_SIDES = "the likelier of the two misses of the 95% interval, and of the two wrong verdicts"
INDEPENDENT_CASES = Family(
    name="Win rate, independent cases",
    about=f"In %, at most 2.5: {_SIDES}. `win_rate` and `decide`; case scores as said, the true mean ½ unless it says.",
    tasks=tuple(
        _tasks(
            "independent",
            INDEPENDENT,
            10_000,
            {"ties 0.2": 10, "ties 0.9": 200, "mostly .75, else 0": 20, "win rate .9": 50},
        )
    ),
)
JUDGED_CASES = Family(
    name="Win rate, judged in two orders",
    about=f"In %, at most 2.5: {_SIDES}, where what is missing counts at its worst. Equals before a judge who is right "
    "in four of five cases, both orders merged by `merge`; then `win_rate` and `decide`.",
    tasks=tuple(
        _tasks(
            "judged",
            JUDGED,
            20_000,
            {"names the first in .7": 20, "half of the losses unread, biased": 50, "a fifth of the calls fail": 10},
        )
    ),
)
CLUSTERED_CASES = Family(
    name="Win rate, clusters",
    about=f"In %, at most 2.5: {_SIDES}. `win_rate` with clusters, and `decide`; columns are clusters × cases.",
    tasks=tuple(_clusters("clusters")),
)
