"""What every case says of every pair of variants, as columns: from judgments in columns, and from calls that failed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
import numpy.typing as npt

from arena.evidence.merge import Panel
from arena.files.judgments import JudgmentColumns
from arena.offline.tally.compared import Shares, counted_shares, means, odds_of, repeats_of
from arena.stats.clusters import Floats
from arena.stats.contests import Contests

Numbers = npt.NDArray[np.int64]
_TIE = 1e-12  # a mean of shares nearer to ½ is ½: what is between is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One entry a pair of variants and case, sorted by pair: the mean over repeats of the mean over judgments.

    A judgment's share s of the first variant is 2s − 1 of a win, 1 − 2s of a loss, and a tie for the rest.
    """

    variants: tuple[str, ...]
    first: Numbers  # number of the pair's first variant
    second: Numbers  # above the first's
    case: Numbers
    cluster: Numbers  # of the case; −1: none
    wins: Floats  # of the first; wins, losses and ties sum to 1
    losses: Floats
    ties: Floats
    lows: Floats  # the first's share, if everything missing had gone against it
    highs: Floats
    failed: Numbers  # 0: no call failed, 1: one for the first's answers, 2: for the second's, 3: for both

    @property
    def scores(self) -> Floats:
        """Return the first's share in each entry."""
        shares: Floats = np.clip(self.wins + self.ties / 2.0, 0.0, 1.0)
        return np.where(np.abs(shares - 0.5) < _TIE, 0.5, shares)

    @property
    def units(self) -> Numbers:
        """Return each entry's independent unit: its case's cluster, else the case."""
        return np.where(self.cluster >= 0, -1 - self.cluster, self.case)

    def pairs(self) -> Iterator[tuple[int, int, slice]]:
        """Yield both numbers of each pair that was compared, and where its entries stand."""
        starts = np.flatnonzero(np.diff(self.first, prepend=-1) | np.diff(self.second, prepend=-1))
        for start, end in zip(starts, (*starts[1:], len(self.first)), strict=True):
            yield int(self.first[start]), int(self.second[start]), slice(int(start), int(end))

    def contests(self) -> Contests:
        """Return the entries as contests, the unit as the case; its variants are in the order of their names."""
        order = sorted(range(len(self.variants)), key=self.variants.__getitem__)
        place = np.argsort(np.array(order, dtype=np.intp))
        return Contests(
            variants=tuple(self.variants[number] for number in order),
            first=place[self.first],
            second=place[self.second],
            wins=self.wins,
            losses=self.losses,
            ties=self.ties,
            cases=np.unique(self.units, return_inverse=True)[1].astype(np.intp),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCall:
    """One call for an answer that failed: numbers of the case and of the variant, and the repeat."""

    case: int
    repeat: int
    variant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Judgments of all pairs as one table in which a pair's case is a case, and all of one case are one cluster.

    Each pair stands in one order: the variant with the lower number, its first, is what the table calls treatment.
    """

    shares: Shares
    pair: Numbers  # of each of the table's cases: first · variants + second
    case: Numbers  # likewise, the case that it is


def judged(table: JudgmentColumns) -> Judged:
    """Return the judgments of all pairs as one table."""
    shown, other = np.asarray(table.first, dtype=np.int64), np.asarray(table.second, dtype=np.int64)
    first_shown = shown < other
    pair = np.minimum(shown, other) * len(table.variants) + np.maximum(shown, other)
    many = max(len(table.case_cluster), 1)
    keys, item = np.unique(pair * many + np.asarray(table.case, dtype=np.int64), return_inverse=True)
    cluster, case = np.asarray(table.case_cluster, dtype=np.int64), keys % many
    share, lead = np.asarray(table.share), np.asarray(table.lead)
    shares = Shares(
        cases=len(keys),
        case=item.astype(np.int64),
        repeat=np.asarray(table.repeat, dtype=np.int64),
        judge=np.asarray(table.judge, dtype=np.int64),
        treatment_first=first_shown,
        share=np.where(first_shown, 1.0 - share, share),
        failed=np.asarray(table.failed) > 0,
        lead=np.where(first_shown, -lead, lead),
        case_cluster=np.where(cluster[case] >= 0, many + cluster[case], case),
        odds=odds_of(table, np.arange(len(table)), first_shown),
    )
    return Judged(shares=shares, pair=keys // many, case=case)


def evidence_of(
    table: JudgmentColumns, found: Judged, failed: Iterable[FailedCall] = (), *, panel: Panel = "mean"
) -> Evidence:
    """Return what judgments and failed calls say of each pair in each case.

    A judgment that was not read is a tie whose share may be anything from 0 to 1. A failed call is a loss against
    each variant that answered; two failed calls are such a tie as well.

    Args:
        table: judgments of two variants or more.
        found: the same, all pairs as one table.
        failed: calls for answers that have no judgment for want of one.
        panel: how the verdicts of several judges become one.
    """
    variants = tuple(table.variants)
    items = _Items.of_judgments(found, panel).joined(_Items.of_failures(failed, len(variants)))
    many = max(len(table.case_cluster), 1)
    keys, entry = np.unique(items.pair * many + items.case, return_inverse=True)
    wins, losses, ties, lows, highs = (
        means(column, entry, len(keys)) for column in (items.wins, items.losses, items.ties, items.lows, items.highs)
    )
    lost = [np.bincount(entry, weights=items.failed & who, minlength=len(keys)) > 0 for who in (1, 2)]
    return Evidence(
        variants=variants,
        first=keys // many // len(variants),
        second=keys // many % len(variants),
        case=keys % many,
        cluster=np.asarray(table.case_cluster, dtype=np.int64)[keys % many],
        wins=wins,
        losses=losses,
        ties=ties,
        lows=np.clip(lows, 0.0, 1.0),
        highs=np.clip(highs, 0.0, 1.0),
        failed=lost[0] * np.int64(1) + lost[1] * np.int64(2),
    )


@dataclass(frozen=True, slots=True)
class _Items:
    """One entry a pair, case and repeat."""

    pair: Numbers
    case: Numbers
    wins: Floats
    losses: Floats
    ties: Floats
    lows: Floats
    highs: Floats
    failed: Numbers

    @classmethod
    def of_judgments(cls, found: Judged, panel: Panel) -> "_Items":
        groups, group = repeats_of(found.shares)
        counted = counted_shares(found.shares, group)
        filled = [np.where(np.isnan(counted), missing, counted) for missing in (0.0, 0.5, 1.0)]
        if panel == "majority":
            filled = [_votes(values, group, found.shares.judge, len(groups)) for values in filled]
            group = np.arange(len(groups))
        low, share, high = filled
        lead = 2.0 * share - 1.0
        columns = (np.maximum(lead, 0.0), np.maximum(-lead, 0.0), 1.0 - np.abs(lead), low, high)
        wins, losses, ties, lows, highs = (means(column, group, len(groups)) for column in columns)
        nobody = np.zeros(len(groups), dtype=np.int64)
        return cls(found.pair[groups], found.case[groups], wins, losses, ties, lows, highs, nobody)

    @classmethod
    def of_failures(cls, failed: Iterable[FailedCall], variants: int) -> "_Items":
        calls = sorted({(one.case, one.repeat, one.variant) for one in failed})
        rows = [row for _, same in groupby(calls, key=lambda call: call[:2]) for row in _lost(list(same), variants)]
        cells = np.array(rows, dtype=np.int64).reshape(-1, 3)
        who = cells[:, 2]
        second, first, both = (who == 2) * 1.0, (who == 1) * 1.0, (who == 3) * 1.0
        return cls(cells[:, 0], cells[:, 1], second, first, both, second, second + both, who)

    def joined(self, other: "_Items") -> "_Items":
        columns = (
            np.concatenate((getattr(self, name), getattr(other, name)))
            for name in ("pair", "case", "wins", "losses", "ties", "lows", "highs", "failed")
        )
        return _Items(*columns)


def _votes(shares: Floats, group: Numbers, judge: Numbers, groups: int) -> Floats:
    """Return what a majority of judges says of each group: 1, ½ or 0, each judge voting by its mean share."""
    judges = int(judge.max(initial=0)) + 1
    keys, vote = np.unique(group * judges + judge, return_inverse=True)
    lead = np.bincount(keys // judges, weights=np.sign(means(shares, vote, len(keys)) - 0.5), minlength=groups)
    verdicts: Floats = (np.sign(lead) + 1.0) / 2.0
    return verdicts


def _lost(calls: Sequence[tuple[int, int, int]], variants: int) -> Iterator[tuple[int, int, int]]:
    """Yield pair, case and who failed (1 the first, 2 the second, 3 both) of one case and repeat."""
    case, failed = calls[0][0], {variant for _, _, variant in calls}
    for first, second in combinations(range(variants), 2):
        who = (first in failed) + 2 * (second in failed)
        if who:
            yield first * variants + second, case, who
