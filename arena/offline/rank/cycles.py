"""Variants that beat each other in a circle, which no order fits."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from arena.records.ranking import Cycle, RankedPair

Beats = Mapping[str, Sequence[str]]


def cycles(names: Sequence[str], pairs: Iterable[RankedPair]) -> tuple[Cycle, ...]:
    """Return the shortest circles of variants each of which beats the next, the surest first.

    A variant beats another one where its win rate against it is above ½. Every step that is in a circle is in one of
    those returned.

    Args:
        names: of the variants, strongest first: a circle is told from its first one in this order.
        pairs: compared with each other.
    """
    found = {frozenset((pair.first, pair.second)): pair for pair in pairs}
    beats: dict[str, list[str]] = {name: [] for name in names}
    for pair in found.values():
        if pair.win_rate.value not in (None, 0.5):
            winner, loser = _by_outcome(pair)
            beats[winner].append(loser)
    circles = {
        _told_from_the_first((winner, *way), names)
        for winner in names
        for loser in beats[winner]
        if (way := _shortest_way(beats, loser, winner))
    }
    ranked = [_cycle(circle, found) for circle in sorted(circles)]
    return tuple(sorted(ranked, key=lambda one: (1.0 if one.p_value is None else one.p_value, len(one.variants))))


def _by_outcome(pair: RankedPair) -> tuple[str, str]:
    won = pair.win_rate.value is not None and pair.win_rate.value > 0.5
    return (pair.first, pair.second) if won else (pair.second, pair.first)


def _shortest_way(beats: Beats, start: str, end: str) -> tuple[str, ...]:
    """Return the variants from `start` on that lead to one that beats `end`, each beating the next; () for none."""
    came_from: dict[str, str | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if end in beats[here]:
            way: list[str] = []
            step: str | None = here
            while step is not None:
                way.append(step)
                step = came_from[step]
            return tuple(reversed(way))
        for loser in beats[here]:
            if loser not in came_from:
                came_from[loser] = here
                waiting.append(loser)
    return ()


def _told_from_the_first(circle: tuple[str, ...], names: Sequence[str]) -> tuple[str, ...]:
    start = circle.index(min(circle, key=names.index))
    return (*circle[start:], *circle[:start])


def _cycle(circle: tuple[str, ...], found: Mapping[frozenset[str], RankedPair]) -> Cycle:
    steps = list(zip(circle, (*circle[1:], circle[0]), strict=True))
    pairs = [found[frozenset(step)] for step in steps]
    p_values = [pair.p_adjusted for pair in pairs if pair.p_adjusted is not None]
    return Cycle(
        variants=circle,
        win_rates=tuple(_rate_of(winner, pair) for (winner, _), pair in zip(steps, pairs, strict=True)),
        p_value=max(p_values) if len(p_values) == len(steps) else None,
        proven=all(pair.better == winner for (winner, _), pair in zip(steps, pairs, strict=True)),
    )


def _rate_of(winner: str, pair: RankedPair) -> float:
    value = pair.win_rate.value or 0.0
    return value if winner == pair.first else 1.0 - value
