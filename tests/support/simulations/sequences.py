"""The betting confidence sequence: looked at after every case, and as the reason to stop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import log

import numpy as np
import numpy.typing as npt

from arena.stats.mean_test import MOST, PRIOR_MEAN, PRIOR_VARIANCE, MeanTest
from simulations.errors import ALPHA, Errors, Family, Task
from simulations.win_rates import INDEPENDENT, JUDGED, SIZES, Kinds, with_ties

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LOOKS = (5, 10, 20, 50, 200, 1000, 5000)
PLANNED = 300  # cases of a duel that may stop
AT_A_TIME = 2_000_000  # scores held at once


def ever_refuted(scores: Floats, mean: float, alpha: float = ALPHA) -> tuple[Bools, Bools]:
    """Return, for many sequences at once, whether a `MeanTest` was ever above and ever below by each of their cases.

    Args:
        scores: one sequence a row.
        mean: that is tested.
        alpha: two-sided.
    """
    i, target = np.arange(1, scores.shape[1] + 1), log(2.0 / alpha)
    means = (PRIOR_MEAN + np.cumsum(scores, axis=1)) / (i + 1)
    spread = PRIOR_VARIANCE + np.cumsum((scores - means) ** 2, axis=1)
    before = np.column_stack((np.full(len(scores), PRIOR_VARIANCE), (spread / (i + 1))[:, :-1]))
    bets = np.sqrt(2.0 * target / (i * np.log1p(i) * before))
    higher = np.cumsum(np.log1p(np.minimum(bets, MOST / mean) * (scores - mean)), axis=1) >= target
    lower = np.cumsum(np.log1p(-np.minimum(bets, MOST / (1.0 - mean)) * (scores - mean)), axis=1) >= target
    return np.logical_or.accumulate(higher, axis=1), np.logical_or.accumulate(lower, axis=1)


def _drawn(kinds: Kinds, n: int, rng: np.random.Generator, runs: int) -> Iterator[Floats]:
    """Yield sequences of scores in the order in which they come, some at a time."""
    for start in range(0, runs, each := max(1, AT_A_TIME // n)):
        yield kinds.recorded[rng.choice(len(kinds.shares), (min(each, runs - start), n), p=kinds.shares), 0]


def looked_at(kinds: Kinds, n: int, rng: np.random.Generator, runs: int) -> Errors:
    """Simulate intervals after n cases, each the intersection of those after every case."""
    counts = np.zeros(2, dtype=np.int64)
    for scores in _drawn(kinds, n, rng, runs):
        counts += [int(refuted[:, -1].sum()) for refuted in ever_refuted(scores, kinds.truth)]
    return Errors(runs=runs, above=int(counts[0]), below=int(counts[1]))


def stopped(kinds: Kinds, rng: np.random.Generator, runs: int) -> Errors:
    """Simulate duels that stop once "better than even" is decided; the ratio is that of cases asked to those planned.

    Only what is said against the truth is an error: nothing is where treatment is better and that is what was shown.
    """
    asked, passed, failed = 0, 0, 0
    for scores in _drawn(kinds, PLANNED, rng, runs):
        above, below = ever_refuted(scores, 0.5)
        decided = above | below
        asked += int(np.where(decided[:, -1], decided.argmax(axis=1) + 1, PLANNED).sum())
        first = np.minimum(decided.argmax(axis=1), PLANNED - 1)
        rows = np.arange(len(scores))
        passed += int((decided[:, -1] & above[rows, first]).sum())
        failed += int((decided[:, -1] & below[rows, first]).sum())
    wrong_pass = passed if kinds.truth <= 0.5 else 0
    wrong_fail = failed if kinds.truth >= 0.5 else 0
    return Errors(runs=runs, above=0, below=0, passed=wrong_pass, failed=wrong_fail, ratio=asked / runs / PLANNED)


def in_clusters(sizes: str, nine_of_ten: bool, rng: np.random.Generator, runs: int) -> Errors:
    """Simulate cluster after cluster, each one score that weighs as its size."""
    above = below = 0
    for _ in range(runs):
        drawn, test = SIZES[sizes](rng), MeanTest(0.5, alpha=ALPHA)
        rates = rng.beta(0.5, 0.5, len(drawn))
        means = (
            np.where(rng.random(len(drawn)) < 0.9, 0.55, 0.05) if nine_of_ten else rng.binomial(drawn, rates) / drawn
        )
        largest = max(25, int(drawn.max()))
        for mean, size in zip(means.tolist(), drawn.tolist(), strict=True):
            test.add(mean, size / largest)
        above, below = above + test.above, below + test.below
    return Errors(runs=runs, above=above, below=below)


def _looks(kinds: Mapping[str, Kinds], looks: Sequence[int]) -> Iterator[Task]:
    for (row, kind), n in product(kinds.items(), looks):
        simulate = partial(looked_at, kind, n)
        quick = n == 50
        column = f"by n = {n:,}"
        yield Task(family="looks", row=row, column=column, runs=5_000, simulate=simulate, quick=quick)


def _stops() -> Iterator[Task]:
    rows: Mapping[str, Callable[[float], Kinds]] = {
        "no ties": lambda rate: with_ties(0.0, rate),
        "ties .2": lambda rate: with_ties(0.2, rate),
    }
    for (row, kinds), rate in product(rows.items(), (0.5, 0.55, 0.6, 0.65, 0.75, 0.85)):
        simulate = partial(stopped, kinds(rate))
        column = f"win rate {rate:g}"
        yield Task(family="stops", row=row, column=column, runs=20_000, simulate=simulate, quick=rate in (0.5, 0.75))
    skewed = {name: kind for name, kind in INDEPENDENT.items() if kind.truth == 0.5 and not name.startswith("ties")}
    for row, kind in {"ties .9": with_ties(0.9), **skewed, **_READ}.items():
        yield Task(family="stops", row=row, column="win rate 0.5", runs=20_000, simulate=partial(stopped, kind))


def _clusters() -> Iterator[Task]:
    for nine_of_ten, sizes in product((False, True), SIZES):
        row = ".55 in nine of ten, else .05" if nine_of_ten else "a win rate of its own each"
        simulate = partial(in_clusters, sizes, nine_of_ten)
        yield Task(
            family="cluster looks", row=row, column=sizes, runs=5_000, simulate=simulate, quick=sizes == "20 × 10"
        )


_READ = {name: JUDGED[name] for name in ("no bias", "names the first in .3", "names the first in .7")}
LOOKED_AT = Family(
    name="Betting interval, looked at after every case",
    about="In %, at most 2.5: the likelier of the two misses, ever so far. `MeanTest` and `betting_interval`: the same "
    "figures hold for one look after n cases, since the interval keeps what it ever ruled out.",
    tasks=tuple(_looks({**INDEPENDENT, **_READ}, LOOKS)),
)
LOOKED_AT_CLUSTERS = Family(
    name="Betting interval, looked at after every cluster",
    about="In %, at most 2.5: the likelier of the two misses of ½, ever. `MeanTest` with weights; clusters × cases.",
    tasks=tuple(_clusters()),
)
STOPPED = Family(
    name="Duels that stop once they are decided",
    about=f"In %, at most 2.5: wrong verdicts of a duel of {PLANNED} cases that stops at the first proof; in brackets "
    "the mean share of its cases that it asked. `MeanTest` against ½.",
    tasks=tuple(_stops()),
)
