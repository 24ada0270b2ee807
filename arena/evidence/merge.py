"""Judgments of a case, over both presentations, repeats and judges, and calls that failed, merged into one comparison.

In columns, for any number of pairs of variants. Sums of wins, ties and losses are exact, so that a tie is a tie.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from arena.evidence.run_table import FailedCall
from arena.evidence.shares import Mask, Numbers, Shares, by_order, counted_shares, means, repeats_of
from arena.files.judgments import JudgmentColumns
from arena.records.judgment import Comparison
from arena.stats.clusters import Floats

Panel = Literal["mean", "majority"]
_TIE = 1e-12  # a mean of shares nearer to ½ is ½: what is between is rounding, of shares that are no halves
_MOST_PARTS = 2**20  # in which a repeat's share is counted: sums of so fine parts are exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """One entry a pair of variants and case, sorted by pair: the unit of evidence, as columns."""

    variants: tuple[str, ...]
    treatment: Numbers  # of the pair, by its number: whose share is counted
    control: Numbers
    case: Numbers  # number in the table
    cluster: Numbers  # of the case; −1: none
    scores: Floats  # the treatment's share, 0 to 1
    lows: Floats  # if everything missing had gone against the treatment
    highs: Floats
    wins: Floats  # a judgment's share s is 2s − 1 of a win, 1 − 2s of a loss, and a tie for the rest
    losses: Floats
    consistent: npt.NDArray[np.int8]  # 1: both orders name the same outcome; 0: they don't; −1: not both were read
    treatment_failed: Mask  # a call for its answer failed
    control_failed: Mask

    @property
    def units(self) -> Numbers:
        """Return each entry's independent unit: its case's cluster, else the case."""
        return np.where(self.cluster >= 0, -1 - self.cluster, self.case)

    def pairs(self) -> Iterator[tuple[int, int, slice]]:
        """Yield treatment and control of each pair that was compared, and where its entries stand."""
        starts = np.flatnonzero(np.diff(self.treatment, prepend=-1) | np.diff(self.control, prepend=-1))
        for start, end in zip(starts, (*starts[1:], len(self.case)), strict=True):
            yield int(self.treatment[start]), int(self.control[start]), slice(int(start), int(end))

    def records(self, table: JudgmentColumns) -> tuple[Comparison, ...]:
        """Return each entry as a comparison, by the names of the table that it is from, which keeps its cases' ids."""
        ids, names = list(table.cases or ()), list(table.clusters)
        columns = (self.case, self.cluster, self.scores, self.lows, self.highs)
        facts = (self.consistent, self.control_failed, self.treatment_failed)
        return tuple(
            Comparison(
                case=ids[case],
                cluster=None if cluster < 0 else names[cluster],
                score=score,
                low=low,
                high=high,
                outcome="tie" if score == 0.5 else "win" if score > 0.5 else "loss",
                consistent=None if consistent < 0 else consistent > 0,
                control_failed=control_failed,
                treatment_failed=treatment_failed,
            )
            for case, cluster, score, low, high, consistent, control_failed, treatment_failed in zip(
                *(column.tolist() for column in (*columns, *facts)), strict=True
            )
        )


def merge(
    table: JudgmentColumns,
    shares: Shares,
    failed: Iterable[FailedCall] = (),
    *,
    panel: Panel = "mean",
    repeats: int | None = None,
) -> Comparisons:
    """Return what judgments and failed calls say of each pair in each case.

    The score is the mean over repeats of the treatment's share in a repeat. A repeat's share is

    - the mean over its judgments (orders and judges) of win 1, tie ½, loss 0, where a judgment that
      failed or could not be read counts ½, with bounds 0 and 1. With `panel: majority` each judge has one
      vote, the outcome of the mean over its own judgments, and the side with more votes has it all;
    - 0 where the treatment's call failed and 1 where the control's did: that arm's loss, no judge asked;
    - ½ with bounds 0 and 1 where both calls failed, or nothing was judged of what was asked.

    Judgments by likelihood of one judge in both orders are one verdict: see `counted_shares`.

    Args:
        table: that the judgments are from.
        shares: its judgments, of two variants or of all pairs.
        failed: calls for answers that have no judgment for want of one.
        panel: how the verdicts of several judges become one.
        repeats: completions a case and variant, where each case of the table was asked for so many; None: only what
            there is counts.
    """
    agreed = _agreed(shares)
    parts = _Parts.of_judgments(shares, panel).without(lost := _Parts.of_failures(failed, shares.pairs))
    parts = parts.joined(lost)
    if repeats is not None:
        parts = parts.joined(_Parts.missing(parts, repeats, len(shares.pairs), len(table.case_cluster)))
    keys = parts.pair * _many(table) + parts.case
    entry: Numbers = np.arange(len(keys))
    if (np.diff(keys) <= 0).any():
        keys, entry = np.unique(keys, return_inverse=True)
    pair, case = keys // _many(table), keys % _many(table)
    scores, lows, highs, wins, losses = (
        parts.mean(column, entry, len(keys))
        for column in (parts.share, parts.low, parts.high, parts.wins, parts.losses)
    )
    scores[np.abs(scores - 0.5) < _TIE] = 0.5
    consistent = np.full(len(keys), -1, dtype=np.int8)
    consistent[np.searchsorted(keys, shares.pair * _many(table) + shares.numbers)] = agreed
    sides = np.array(shares.pairs, dtype=np.int64).reshape(-1, 2)
    return Comparisons(
        variants=tuple(table.variants),
        treatment=sides[pair, 0],
        control=sides[pair, 1],
        case=case,
        cluster=np.asarray(table.case_cluster, dtype=np.int64)[case],
        scores=scores,
        lows=lows,
        highs=highs,
        wins=wins,
        losses=losses,
        consistent=consistent,
        treatment_failed=np.bincount(entry, weights=parts.failed & 1, minlength=len(keys)) > 0,
        control_failed=np.bincount(entry, weights=parts.failed & 2, minlength=len(keys)) > 0,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """One entry a pair, case and repeat: the sums of its shares, and of how many."""

    pair: Numbers
    case: Numbers
    repeat: Numbers
    low: Floats  # what could not be read counting 0
    share: Floats  # ½
    high: Floats  # 1
    wins: Floats
    losses: Floats
    count: Numbers
    failed: Numbers  # 0: no call failed, 1: the one for the treatment's answer, 2: for the control's, 3: both

    @classmethod
    def of_judgments(cls, shares: Shares, panel: Panel) -> "_Parts":
        cases, repeat, group = repeats_of(shares)
        counted = counted_shares(shares, group)

        number, count = len(cases), np.ones(len(cases), dtype=np.int64)

        def spoken(missing: float) -> Floats:
            return np.where(np.isnan(counted), missing, counted)

        if panel == "majority":
            low, share, high = (_votes(spoken(each), group, shares.judge, number) for each in (0.0, 0.5, 1.0))
            wins, losses = np.maximum(2.0 * share - 1.0, 0.0), np.maximum(1.0 - 2.0 * share, 0.0)
        else:
            count = np.bincount(group, minlength=number)
            low, share, high = (_sums(spoken(each), group, number) for each in (0.0, 0.5, 1.0))
            wins = _sums(np.maximum(2.0 * spoken(0.5) - 1.0, 0.0), group, number)
            losses = wins - 2.0 * share + count
        pair, case, nobody = shares.pair[cases], shares.numbers[cases], np.zeros(number, dtype=np.int64)
        return cls(pair, case, repeat, low, share, high, wins, losses, count, nobody)

    @classmethod
    def of_failures(cls, failed: Iterable[FailedCall], pairs: Sequence[tuple[int, int]]) -> "_Parts":
        by_slot: dict[tuple[int, int], set[int]] = {}
        for one in failed:
            by_slot.setdefault((one.case, one.repeat), set()).add(one.variant)
        rows = [
            (pair, case, repeat, who)
            for (case, repeat), variants in by_slot.items()
            for pair, (treatment, control) in enumerate(pairs)
            if (who := (treatment in variants) + 2 * (control in variants))
        ]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
        return cls._without_judgment(*columns.T)

    @classmethod
    def missing(cls, found: "_Parts", repeats: int, pairs: int, cases: int) -> "_Parts":
        """Return an entry for each repeat that was asked for and has none."""
        inside = found.repeat < repeats
        there = (found.pair[inside] * cases + found.case[inside]) * repeats + found.repeat[inside]
        rest = np.setdiff1d(np.arange(pairs * cases * repeats), there)
        return cls._without_judgment(
            rest // repeats // cases, rest // repeats % cases, rest % repeats, np.zeros(len(rest), dtype=np.int64)
        )

    @classmethod
    def _without_judgment(cls, pair: Numbers, case: Numbers, repeat: Numbers, who: Numbers) -> "_Parts":
        unknown = (who == 0) | (who == 3)
        low, lost = (who == 2).astype(np.float64), (who == 1).astype(np.float64)
        high, one = low + unknown, np.ones(len(who), dtype=np.int64)
        return cls(pair, case, repeat, low, low + unknown / 2.0, high, low, lost, one, who)

    def without(self, lost: "_Parts") -> "_Parts":
        """Return the entries whose calls did not fail."""
        if not len(lost.pair):
            return self
        failed = set(zip(lost.pair.tolist(), lost.case.tolist(), lost.repeat.tolist(), strict=True))
        here = zip(self.pair.tolist(), self.case.tolist(), self.repeat.tolist(), strict=True)
        kept = np.fromiter((place not in failed for place in here), dtype=np.bool_, count=len(self.pair))
        return _Parts(*(getattr(self, name)[kept] for name in self.__slots__))

    def joined(self, other: "_Parts") -> "_Parts":
        if not len(other.pair):
            return self
        return _Parts(*(np.concatenate((getattr(self, name), getattr(other, name))) for name in self.__slots__))

    def mean(self, sums: Floats, entry: Numbers, number: int) -> Floats:
        """Return the mean over repeats of the means, all counted in parts of one size, so that sums are exact."""
        size = math.lcm(*np.unique(self.count).tolist())
        weights = size // self.count if size <= _MOST_PARTS else 1.0 / self.count
        whole = np.bincount(entry, minlength=number) * (size if size <= _MOST_PARTS else 1)
        found: Floats = np.clip(np.bincount(entry, weights=sums * weights, minlength=number) / whole, 0.0, 1.0)
        return found


def _sums(values: Floats, groups: Numbers, number: int) -> Floats:
    found: Floats = np.bincount(groups, weights=values, minlength=number).astype(np.float64, copy=False)
    return found


def _many(table: JudgmentColumns) -> int:
    return max(len(table.case_cluster), 1)


def _votes(shares: Floats, group: Numbers, judge: Numbers, groups: int) -> Floats:
    """Return what a majority of judges says of each group: 1, ½ or 0, each judge voting by its mean share."""
    judges = int(judge.max(initial=0)) + 1
    keys, vote = np.unique(group * judges + judge, return_inverse=True)
    said = means(shares, vote, len(keys)) - 0.5
    said[np.abs(said) < _TIE] = 0.0
    lead = np.bincount(keys // judges, weights=np.sign(said), minlength=groups)
    verdicts: Floats = (np.sign(lead) + 1.0) / 2.0
    return verdicts


def _agreed(shares: Shares) -> npt.NDArray[np.int8]:
    """Return of each case 1 where both orders name one outcome, 0 where they do not, −1 where one was not read."""
    first, second = (np.sign(order - 0.5) for order in by_order(shares, shares.share, shares.case, shares.cases))
    return np.where(np.isnan(first) | np.isnan(second), -1, first == second).astype(np.int8)
