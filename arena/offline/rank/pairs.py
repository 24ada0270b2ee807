"""Every pair of variants by itself: win rates that hold all at once, and how its judgments behaved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from arena.evidence.merge import Comparisons
from arena.evidence.shares import Shares, by_order, labels, means, repeats_of
from arena.measuring.win_rate import described
from arena.records.ranking import RankedPair
from arena.records.result import WinRate, WorstCase
from arena.stats.clusters import Floats
from arena.stats.multiplicity import holm
from arena.stats.preference import Preference, win_rate

NO_PREFERENCE = 0.5


def ranked_pairs(compared: Comparisons, shares: Shares, *, level: float) -> list[RankedPair]:
    """Return each pair that was compared.

    With m pairs each interval is at level 1 − (1 − level)/m, so that all hold at once (Bonferroni). A variant is
    better where that interval, also if everything missing had gone against it, lies beyond ½ and the adjusted test of
    no difference agrees: the two conditions of a duel.

    Args:
        compared: what each case says.
        shares: the judgments that it comes from.
        level: of all pairs together, in (0, 1).
    """
    places = list(compared.pairs())
    rates_of = _Rates(compared, 1.0 - (1.0 - level) / max(len(places), 1))
    rates = [rates_of.of(*place) for place in places]
    adjusted = holm([rate.p_value for rate in rates])
    behaved = _behaviour(shares)
    pairs = []
    for (first, second, _), rate, p in zip(places, rates, adjusted, strict=True):
        names = compared.variants[first], compared.variants[second]
        one = RankedPair(
            first=names[0],
            second=names[1],
            win_rate=rate,
            p_adjusted=p,
            better=_better(rate, p, names, alpha=1.0 - level),
            consistency=None,
            first_slot_share=None,
            judgments=0,
            unparseable=0,
            failed=0,
        )
        pairs.append(replace(one, **behaved.get((first, second), {})))
    return pairs


class _Rates:
    """Win rates of pairs, each computed once for pairs that went alike: many small ones do."""

    def __init__(self, compared: Comparisons, level: float) -> None:
        self._compared = compared
        self._columns = np.stack((compared.scores, compared.lows, compared.highs))
        self._level = level
        self._known: dict[bytes, Preference] = {}

    def of(self, first: int, second: int, rows: slice) -> WinRate:
        """Return the win rate of one pair, whose entries are `rows`."""
        rate = described(self._preference(rows), control_failed=0, treatment_failed=0)
        names, found = self._compared.variants, self._compared
        failed = [int(column[rows].sum()) for column in (found.treatment_failed, found.control_failed)]
        return replace(rate, failed={names[first]: failed[0], names[second]: failed[1]})

    def _preference(self, rows: slice) -> Preference:
        columns, clusters = self._columns[:, rows], labels(self._compared.cluster[rows])
        if clusters is not None:
            return self._computed(columns, clusters)
        columns = columns[:, np.lexsort(columns)]
        key = columns.tobytes()
        if key not in self._known:
            self._known[key] = self._computed(columns, None)
        return self._known[key]

    def _computed(self, columns: Floats, clusters: list[int | None] | None) -> Preference:
        scores, lows, highs = columns
        return win_rate(scores, clusters=clusters, lows=lows, highs=highs, level=self._level)


def _better(rate: WinRate, p: float | None, names: tuple[str, str], *, alpha: float) -> str | None:
    if rate.reason is not None or rate.interval is None or p is None or p > alpha:
        return None
    if min(rate.interval.low, rate.worst_case.low) > NO_PREFERENCE:
        return names[0]
    if max(rate.interval.high, rate.worst_case.high) < NO_PREFERENCE:
        return names[1]
    return None


def _behaviour(shares: Shares) -> dict[tuple[int, int], dict[str, Any]]:
    """Return, by pair, its judgments' consistency and first-slot share, and how many were not read."""
    pair, number = shares.pair[shares.case], len(shares.pairs)
    unread = np.isnan(shares.share)
    slot = np.where(shares.treatment_first, shares.share, 1.0 - shares.share)
    first_slot = means(slot[~unread], pair[~unread], number)
    consistency = _consistency(shares)
    counts = [
        np.bincount(pair, weights=rows, minlength=number)
        for rows in (np.ones(len(pair)), unread & ~shares.failed, shares.failed)
    ]
    return {
        names: {
            "consistency": _known(consistency[place]),
            "first_slot_share": _known(first_slot[place]),
            "judgments": int(counts[0][place]),
            "unparseable": int(counts[1][place]),
            "failed": int(counts[2][place]),
        }
        for place, names in enumerate(shares.pairs)
    }


def _consistency(shares: Shares) -> Floats:
    """Return each pair's share of order pairs that name the same outcome, a case and repeat counting once."""
    cases, _, group = repeats_of(shares)
    first, second = by_order(shares, shares.share, group, len(cases))
    both = ~np.isnan(first) & ~np.isnan(second)
    agreed = np.sign(first[both] - NO_PREFERENCE) == np.sign(second[both] - NO_PREFERENCE)
    return means(agreed.astype(np.float64), shares.pair[cases[both]], len(shares.pairs))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def turned(pair: RankedPair) -> RankedPair:
    """Return the same pair with its second variant first."""
    rate = pair.win_rate
    interval = rate.interval and replace(rate.interval, low=1.0 - rate.interval.high, high=1.0 - rate.interval.low)
    mirrored = replace(
        rate,
        value=None if rate.value is None else 1.0 - rate.value,
        interval=interval,
        wins=rate.losses,
        losses=rate.wins,
        worst_case=WorstCase(low=1.0 - rate.worst_case.high, high=1.0 - rate.worst_case.low),
    )
    return replace(pair, first=pair.second, second=pair.first, win_rate=mirrored)


def win_matrix(names: Sequence[str], pairs: Sequence[RankedPair]) -> dict[str, dict[str, float | None]]:
    """Return each variant's win rate against each other one; None on the diagonal and where nothing was compared."""
    matrix: dict[str, dict[str, float | None]] = {row: dict.fromkeys(names) for row in names}
    for pair in pairs:
        value = pair.win_rate.value
        matrix[pair.first][pair.second] = value
        matrix[pair.second][pair.first] = None if value is None else 1.0 - value
    return matrix


def mean_win_rates(matrix: Mapping[str, Mapping[str, float | None]]) -> dict[str, float | None]:
    """Return each variant's mean win rate over those that it was compared with; None where there is none."""
    known = {name: [value for value in row.values() if value is not None] for name, row in matrix.items()}
    return {name: float(np.mean(values)) if values else None for name, values in known.items()}
