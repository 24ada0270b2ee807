"""The label-corrected win rate: a judge who is wrong in a fifth of the cases, and people's labels on some of them."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from arena.stats.bounded_mean import gaffke_interval
from arena.stats.prediction_powered import CORRECTED_FROM
from simulations.errors import ALPHA, Errors, Family, Task
from simulations.win_rates import all_above

Floats = npt.NDArray[np.float64]
LABELS = np.array([0.0, 0.5, 1.0])
SCORES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
Judge = Callable[[float], Floats]  # true win rate -> one row a label, one column a score


def truth(win_rate: float, ties: float) -> Floats:
    """Return how many cases are lost, tied and won."""
    return np.array([1.0 - win_rate - ties / 2, ties, win_rate - ties / 2])


def both_orders(first: Floats, second: Floats) -> Floats:
    """Return the distribution over 0, ¼, ½, ¾ and 1 of the mean of two independent verdicts."""
    return np.convolve(first, second)


def named(verdicts: Floats) -> Floats:
    """Return the same distribution where both orders give the same verdict."""
    shares = np.zeros(5)
    shares[::2] = verdicts
    return shares


def _wrong(rate: float) -> Floats:
    """Return verdicts by label: wrong at a rate, to either side evenly."""
    return np.full((3, 3), rate / 2) + np.eye(3) * (1.0 - 1.5 * rate)


def _even(_: float) -> Floats:
    return np.array([named(row) for row in _wrong(0.2)])


def _each_order(_: float) -> Floats:
    return np.array([both_orders(row, row) for row in _wrong(0.2)])


def _towards(winner: int) -> Judge:
    """Return a judge whose errors, a fifth of all cases, go to one arm as far as that arm has cases to win."""

    def judge(win_rate: float) -> Floats:
        against = 1.0 - win_rate if winner == 2 else win_rate
        rate = min(0.9, 0.2 / against)
        rows = [named(row) for row in np.eye(3)]
        rows[2 - winner] = rate * rows[winner] + (1.0 - rate) * rows[2 - winner]
        rows[1] = 0.2 * rows[winner] + 0.8 * rows[1]
        return np.array(rows)

    return judge


def _position(_: float) -> Floats:
    """Right in 60% of the presentations, and else for whatever is shown first."""
    first, second = 0.6 * np.eye(3) + [0.0, 0.0, 0.4], 0.6 * np.eye(3) + [0.4, 0.0, 0.0]
    return np.array([both_orders(a, b) for a, b in zip(first, second, strict=True)])


def _good(_: float) -> Floats:
    return np.array([named(row) for row in _wrong(0.02)])


JUDGES: Mapping[str, Judge] = {
    "wrong in .2": _even,
    "each order wrong in .2": _each_order,
    "wrong towards the treatment": _towards(2),
    "wrong towards the control": _towards(0),
    "names the first in .4": _position,
    "wrong in .02": _good,
}


def shortcut(counts: Floats, unlabelled: Floats, alpha: float = ALPHA) -> tuple[Floats, Floats, Floats]:
    """Return λ and both ends of many corrected means at once, where the judge is used.

    Args:
        counts: labelled cases by run, label and score.
        unlabelled: cases without a label by run and score.
        alpha: 1 − level.
    """
    n, rest = float(counts[0].sum()), float(unlabelled[0].sum())
    of_labels, of_scores = counts.sum(axis=2), counts.sum(axis=1)
    y, f, g = of_labels @ LABELS / n, of_scores @ SCORES / n, unlabelled @ SCORES / rest
    everything = of_scores + unlabelled
    mean = everything @ SCORES / (n + rest)
    spread = (everything @ SCORES**2 / (n + rest) - mean**2) * (n + rest) / (n + rest - 1.0)
    together = np.einsum("rij,i,j->r", counts, LABELS, SCORES) / n - y * f
    power = np.clip(together / np.maximum((1.0 + n / rest) * spread, 1e-300), 0.0, 1.0)
    own = of_labels @ LABELS**2 / n - y**2 - 2.0 * power * together
    squares = n * np.maximum(own + power**2 * (of_scores @ SCORES**2 / n - f**2), 0.0)
    center, t = y - power * f, float(stdtrit(n - 1.0, 1.0 - alpha / 2))
    ends = []
    for side, imagined in ((-1.0, -power), (1.0, 1.0)):
        away = imagined - center
        variance = (squares + away**2 * n / (n + 1.0)) / n / (n + 1.0) + power**2 * spread / rest
        ends.append(np.clip(center + power * g + away / (n + 1.0) + side * t * np.sqrt(variance), 0.0, 1.0))
    return power, ends[0], ends[1]


@cache
def _alone(counts: tuple[int, ...]) -> tuple[float, float]:
    interval = gaffke_interval(np.repeat(LABELS, counts))
    return interval.low, interval.high


@cache
def _missed(counts: tuple[int, ...], win_rate: float) -> tuple[bool, bool]:
    """Return whether the labels' own interval is above the truth, and below it."""
    scores = np.repeat(LABELS, counts)
    return all_above(scores, win_rate), all_above(1.0 - scores, 1.0 - win_rate)


def draw(
    win_rate: float, ties: float, judge: Judge, labels: int, cases: int, rng: np.random.Generator, runs: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return labelled cases by run, label and score, and unlabelled cases by run and score."""
    joint = truth(win_rate, ties)[:, None] * judge(win_rate)
    counts = rng.multinomial(labels, joint.ravel(), runs).reshape(runs, 3, 5)
    return counts, rng.multinomial(cases - labels, joint.sum(axis=0), runs)


def simulate(
    win_rate: float, ties: float, judge: Judge, labels: int, cases: int, rng: np.random.Generator, runs: int
) -> Errors:
    """Simulate corrected means of a win rate; the ratio is that of their mean width to the labels' own interval."""
    counts, unlabelled = draw(win_rate, ties, judge, labels, cases, rng, runs)
    by_label = [tuple(row) for row in counts.sum(axis=2).tolist()]
    if labels < CORRECTED_FROM:
        missed = np.array([_missed(row, win_rate) for row in by_label])
        above, below = missed.sum(axis=0).tolist()
        return Errors(runs=runs, above=above, below=below)
    alone = np.array([_alone(row) for row in by_label])
    power, low, high = shortcut(counts.astype(np.float64), unlabelled.astype(np.float64))
    used = (power > 0.0) & (high - low < alone[:, 1] - alone[:, 0]) & np.array([max(row) < labels for row in by_label])
    low, high = np.where(used, low, alone[:, 0]), np.where(used, high, alone[:, 1])
    ratio = float((high - low).sum() / (alone[:, 1] - alone[:, 0]).sum())
    return Errors(runs=runs, above=int((low > win_rate).sum()), below=int((high < win_rate).sum()), ratio=ratio)


def _tasks() -> Iterator[Task]:
    few = ((30, 300), (100, 300), (100, 10_000))
    many = ((200, 220), (200, 300), (200, 2000), (200, 10_000), (300, 301), (300, 1000), (300, 2000), (300, 10_000))
    most = ((1000, 1100), (1000, 2000), (1000, 10_000))
    settings = product((*few, *many, *most), (0.5, 0.6, 0.75, 0.9), (0.0, 0.15), JUDGES)
    for (labels, cases), win_rate, ties, judge in settings:
        yield Task(
            family="corrected",
            row=f"{labels:,} of {cases:,}",
            column=f"win rate {win_rate:g}",
            setting=f"ties {ties:g}, {judge}",
            runs=20_000,
            simulate=partial(simulate, win_rate, ties, JUDGES[judge], labels, cases),
            quick=(ties, judge, win_rate) == (0.0, "wrong towards the treatment", 0.75),
        )


CORRECTED_MEANS = Family(
    name="Label-corrected win rate",
    about="Coverage in %, at least 95, at the worst of two shares of ties and six judges; in brackets the least and "
    "the greatest mean width, as a share of that of the labels' own interval (nothing where the labels speak alone). "
    f"`corrected_mean`, which uses the judge from {CORRECTED_FROM} labels on. Five judges are wrong in a fifth of the "
    "cases: evenly, in each order by itself, towards either arm (then next to useless at a win rate of .9), or for "
    "whatever is shown first; the sixth in a fiftieth.",
    tasks=tuple(_tasks()),
    two_sided=True,
)
