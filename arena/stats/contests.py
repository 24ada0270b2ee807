"""What was played between variants, and whether it can rank them: connected, and nobody beyond comparison."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from arena.stats.clusters import Floats, group

Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """How often one variant won, lost to and tied with another on one case; halves where two orders are merged."""

    first: str
    second: str
    wins: float = 0.0  # of the first
    losses: float = 0.0
    ties: float = 0.0
    case: Hashable | None = None  # contests of the same case depend on each other; None is a case of its own


@dataclass(eq=False)
class DisconnectedVariants(ValueError):
    """Report variants that no chain of contests compares."""

    groups: tuple[tuple[str, ...], ...]  # each connected inside, largest first

    def __str__(self) -> str:
        return "no contests connect " + " with ".join(_listed(names) for names in self.groups)


@dataclass(eq=False)
class SeparatedVariants(ValueError):
    """Report variants that never lost to or tied with the rest: how far they are above it has no finite estimate."""

    above: tuple[str, ...]
    below: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_listed(self.above)} won every contest with {_listed(self.below)}: how far above has no finite answer"


@dataclass(eq=False)
class TiesUnidentified(ValueError):
    """Report wins and ties in which Davidson's ties parameter has no finite estimate."""

    variants: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"too few wins contradict each other among {_listed(self.variants)} beside the ties: the share of ties has "
            "no finite answer (with each tie counted as half a win there is one)"
        )


@dataclass(frozen=True)
class Contests:
    """Contests as arrays, one entry each, with the variants numbered in the order of their names."""

    variants: tuple[str, ...]
    first: Numbers
    second: Numbers
    wins: Floats
    losses: Floats
    ties: Floats
    cases: Numbers  # per contest, the number of its case

    @cached_property
    def case_count(self) -> int:
        """Return how many cases there are."""
        return int(self.cases.max()) + 1 if len(self.cases) else 0

    @cached_property
    def won(self) -> Floats:
        """Return, per row variant, how often it won against each column variant."""
        return self._table(self.wins) + self._table(self.losses).T

    @cached_property
    def tied(self) -> Floats:
        """Return how often each pair of variants tied."""
        return self._table(self.ties) + self._table(self.ties).T

    def _table(self, outcomes: Floats) -> Floats:
        table = np.zeros((len(self.variants), len(self.variants)))
        np.add.at(table, (self.first, self.second), outcomes)
        return table


def arrange(contests: Iterable[Contest] | Contests) -> Contests:
    """Return the contests as arrays; what are arrays already stays as it is.

    Raises:
        ValueError: a variant against itself, a tally that is negative or not finite, or a contest without an outcome.
    """
    if isinstance(contests, Contests):
        return contests
    rows = list(contests)
    tallies = np.array([(row.wins, row.losses, row.ties) for row in rows], dtype=np.float64).reshape(-1, 3)
    for row, tally in zip(rows, tallies, strict=True):
        if row.first == row.second:
            raise ValueError(f"{row.first} cannot be compared with itself")
        if not (np.isfinite(tally).all() and tally.min() >= 0.0 and tally.max() > 0.0):
            raise ValueError(f"{row.first} against {row.second}: wins, losses and ties must be from 0 and not all 0")
    variants = tuple(sorted({name for row in rows for name in (row.first, row.second)}))
    place = {name: number for number, name in enumerate(variants)}
    return Contests(
        variants=variants,
        first=np.array([place[row.first] for row in rows], dtype=np.intp),
        second=np.array([place[row.second] for row in rows], dtype=np.intp),
        wins=tallies[:, 0],
        losses=tallies[:, 1],
        ties=tallies[:, 2],
        cases=group([row.case for row in rows], len(rows)).index,
    )


def require_finite(contests: Contests, *, ties_modelled: bool) -> None:
    """Check that the likelihood has one finite maximum.

    Without a ties parameter: no split of the variants in two where one side never lost or tied (Ford, Am Math Mon
    1957). With one, also: no direction with growing ν along which no outcome becomes less likely. Such a direction
    raises each winner by 1 or more over the loser and keeps those that tied within 1: a system of difference
    constraints, feasible unless some cycle of contests has more wins along it than ties.

    Raises:
        DisconnectedVariants: no chain of contests compares all variants.
        SeparatedVariants: some variants never lost to or tied with the rest.
        TiesUnidentified: the ties parameter has no finite maximum.
    """
    not_lost = (contests.won + contests.tied) > 0
    groups = _components(_reach(not_lost | not_lost.T))
    if len(groups) > 1:
        raise DisconnectedVariants(tuple(_names(contests, members) for members in groups))
    reach = _reach(not_lost)
    if not reach.all():
        # A variant that the fewest others reach is in a set that nobody outside it ever matched.
        above = reach[:, int(np.argmin(reach.sum(axis=0)))]
        raise SeparatedVariants(_names(contests, np.flatnonzero(above)), _names(contests, np.flatnonzero(~above)))
    if ties_modelled and contests.tied.any() and not _winning_cycle(contests):
        raise TiesUnidentified(contests.variants)


def _reach(linked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which variants lead to which along any number of links (Warshall's algorithm)."""
    reach = linked | np.eye(len(linked), dtype=np.bool_)
    for through in range(len(reach)):
        reach |= np.outer(reach[:, through], reach[through])
    return reach


def _components(reach: npt.NDArray[np.bool_]) -> list[Numbers]:
    first_member = np.argmax(reach, axis=1)
    members = [np.flatnonzero(first_member == first) for first in np.unique(first_member)]
    return sorted(members, key=len, reverse=True)


def _winning_cycle(contests: Contests) -> bool:
    """Return whether some cycle of contests has more wins along it than ties (Floyd and Warshall's algorithm)."""
    length = np.where(contests.won > 0, -1.0, np.where(contests.tied > 0, 1.0, np.inf))
    for through in range(len(length)):
        length = np.minimum(length, length[:, through, None] + length[through])
        if length.diagonal().min() < 0:
            return True
    return False


def _names(contests: Contests, members: Numbers) -> tuple[str, ...]:
    return tuple(contests.variants[member] for member in members)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
