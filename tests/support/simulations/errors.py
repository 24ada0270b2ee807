"""What a simulation counts: how often an interval misses the truth, and how often a verdict is wrong."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from zlib import crc32

import numpy as np
from scipy.special import bdtrc

ALPHA = 0.05
SEED = 2026


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Counts of one point."""

    runs: int
    above: int  # intervals all of which is above the truth
    below: int
    passed: int = 0  # verdicts for what is not so
    failed: int = 0  # verdicts against what is not so
    ratio: float | None = None  # mean width, or mean number of cases, against what it is compared with

    @property
    def coverage(self) -> float:
        """Return the share of intervals that hold the truth."""
        return 1.0 - (self.above + self.below) / self.runs

    @property
    def one_sided(self) -> float:
        """Return the share of the likelier of the two misses and the two wrong verdicts; at most α/2 is allowed."""
        return max(self.above, self.below, self.passed, self.failed) / self.runs

    @property
    def improbability(self) -> float:
        """Return the probability of so many one-sided errors or more if each had probability α/2."""
        return improbable(round(self.one_sided * self.runs), self.runs, ALPHA / 2)

    @property
    def improbability_of_misses(self) -> float:
        """Return the probability of so many misses or more if each had probability α."""
        return improbable(self.above + self.below, self.runs, ALPHA)


def improbable(count: int, runs: int, rate: float) -> float:
    """Return P(at least `count` of `runs`) at a rate."""
    return float(bdtrc(count - 1, runs, rate)) if count else 1.0


def monte_carlo_error(share: float, runs: int) -> float:
    """Return the standard error of a simulated share."""
    return sqrt(share * (1.0 - share) / runs)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One point of the grid; a cell of the table shows the worst of its tasks."""

    family: str
    row: str
    column: str
    runs: int
    simulate: Callable[[np.random.Generator, int], Errors]
    setting: str = ""
    quick: bool = False  # part of the study of seconds

    @property
    def name(self) -> str:
        """Return what names the point, and seeds it."""
        return ", ".join(part for part in (self.row, self.column, self.setting) if part)

    def run(self, runs: int | None = None) -> Errors:
        """Simulate the point: the same errors each time."""
        seed = [SEED, crc32(f"{self.family}: {self.name}".encode())]
        return self.simulate(np.random.default_rng(seed), runs or self.runs)


@dataclass(frozen=True, kw_only=True)
class Family:
    """One table."""

    name: str
    about: str  # what its cells are
    tasks: Sequence[Task]
    two_sided: bool = False  # judged by coverage, not by either side
    approximate: bool = False  # a method that is labelled so: reported, and not held to the level

    def least_probable(self, points: Iterable[tuple[Task, Errors]]) -> tuple[float, Task, Errors]:
        """Return the point with the most errors for its runs."""
        return min(
            (
                (errors.improbability_of_misses if self.two_sided else errors.improbability, task, errors)
                for task, errors in points
            ),
            key=lambda found: found[0],
        )
