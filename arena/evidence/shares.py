"""Judgments in columns, turned to one side: whose share of each judgment is counted, and what belongs together."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from arena.files.judgments import JudgmentColumns
from arena.stats.clusters import Floats

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Judgments as columns of one entry each, and the cases that they are of.

    Of two variants, the share is the treatment's. Of all pairs, a pair's case is a case, all of one case are one
    cluster, and the share is that of the variant with the lower number, which stands where the treatment does.
    """

    cases: int  # how many there are; they are numbered from 0
    case: Numbers
    repeat: Numbers
    judge: Numbers
    treatment_first: Mask
    share: Floats  # of the treatment; NaN: not read
    failed: Mask  # the judge's call failed
    lead: Floats  # characters by which the treatment's answer is longer; NaN: not known
    case_cluster: Numbers  # one a case; −1: none
    numbers: Numbers  # of each case in the table it is from, ascending inside a pair
    pairs: tuple[tuple[int, int], ...]  # treatment and control, by their numbers in the table
    pair: Numbers  # of each case, an index of `pairs`
    odds: Floats | None = None  # ln of the treatment's over the control's; NaN: not by likelihood; None: none is
    axes: dict[str, tuple[Numbers, Floats, Floats]] = field(default_factory=dict)  # case, control, treatment


def shares_of(table: JudgmentColumns, *, control: str, treatment: str) -> Shares:
    """Return the judgments that compare two variants; cases without any are left out.

    Args:
        table: judgments of any variants.
        control: variant name, one of the table's.
        treatment: variant name, another one.
    """
    before, after = table.variants.number(control), table.variants.number(treatment)
    first, second = np.asarray(table.first), np.asarray(table.second)
    kept = ((first == before) & (second == after)) | ((first == after) & (second == before))
    rows = np.flatnonzero(kept)
    numbers, case = np.unique(np.asarray(table.case)[rows], return_inverse=True)
    shares = _turned(
        table,
        rows,
        (first == after)[rows],
        case=case.astype(np.int64),
        numbers=numbers.astype(np.int64),
        case_cluster=np.asarray(table.case_cluster)[numbers].astype(np.int64),
        pairs=((after, before),),
        pair=np.zeros(len(numbers), dtype=np.int64),
    )
    shares.axes.update(_axes(table, rows, shares))
    return shares


def shares_of_all(table: JudgmentColumns) -> Shares:
    """Return the judgments of all pairs of variants, each pair's cases for themselves."""
    first, second = np.asarray(table.first, dtype=np.int64), np.asarray(table.second, dtype=np.int64)
    lower, upper = np.minimum(first, second), np.maximum(first, second)
    many, variants = max(len(table.case_cluster), 1), len(table.variants)
    places = np.cumsum(np.r_[0, np.arange(variants - 1, 0, -1)])  # of each variant's first pair
    keys, case = np.unique(
        (places[lower] + upper - lower - 1) * many + np.asarray(table.case, dtype=np.int64), return_inverse=True
    )
    numbers = keys % many
    cluster = np.asarray(table.case_cluster, dtype=np.int64)[numbers]
    return _turned(
        table,
        np.arange(len(table)),
        first < second,
        case=case.astype(np.int64),
        numbers=numbers,
        case_cluster=np.where(cluster >= 0, many + cluster, numbers),
        pairs=tuple((one, other) for one in range(variants) for other in range(one + 1, variants)),
        pair=keys // many,
    )


def _turned(
    table: JudgmentColumns,
    rows: Numbers,
    treatment_first: Mask,
    *,
    case: Numbers,
    numbers: Numbers,
    case_cluster: Numbers,
    pairs: tuple[tuple[int, int], ...],
    pair: Numbers,
) -> Shares:
    """Return some of a table's judgments as shares of the treatment."""
    share, lead = np.asarray(table.share)[rows], np.asarray(table.lead)[rows]
    return Shares(
        cases=len(numbers),
        case=case,
        repeat=np.asarray(table.repeat)[rows].astype(np.int64),
        judge=np.asarray(table.judge)[rows].astype(np.int64),
        treatment_first=treatment_first,
        share=np.where(treatment_first, 1.0 - share, share),
        failed=np.asarray(table.failed)[rows] > 0,
        lead=np.where(treatment_first, -lead, lead),
        case_cluster=case_cluster,
        numbers=numbers,
        pairs=pairs,
        pair=pair,
        odds=_odds(table, rows, treatment_first),
    )


def _odds(table: JudgmentColumns, rows: Numbers, treatment_first: Mask) -> Floats | None:
    """Return the log-odds of the treatment over the control; None where no judgment has any."""
    if not len(table.odds):
        return None
    odds = np.full(len(table), np.nan)
    odds[np.asarray(table.odds_rows)] = np.asarray(table.odds)
    turned: Floats = np.where(treatment_first, -odds[rows], odds[rows])
    return turned


def _axes(table: JudgmentColumns, rows: Numbers, shares: Shares) -> dict[str, tuple[Numbers, Floats, Floats]]:
    """Return, by axis, the case of each judgment that scored both answers, and what it gave control and treatment."""
    found = {}
    place = np.full(len(table), -1)
    place[rows] = np.arange(len(rows))
    for name, axis in table.axes.items():
        at = place[np.asarray(axis.rows)]
        left, right, at = np.asarray(axis.first)[at >= 0], np.asarray(axis.second)[at >= 0], at[at >= 0]
        turned = shares.treatment_first[at]
        found[name] = (shares.case[at], np.where(turned, right, left), np.where(turned, left, right))
    return found


def of_judges(shares: Shares, judges: Collection[int]) -> Shares:
    """Return the judgments of some judges, the cases they judged numbered anew."""
    kept = np.isin(shares.judge, list(judges))
    numbers, case = np.unique(shares.case[kept], return_inverse=True)
    return Shares(
        cases=len(numbers),
        case=case.astype(np.int64),
        repeat=shares.repeat[kept],
        judge=shares.judge[kept],
        treatment_first=shares.treatment_first[kept],
        share=shares.share[kept],
        failed=shares.failed[kept],
        lead=shares.lead[kept],
        case_cluster=shares.case_cluster[numbers],
        numbers=shares.numbers[numbers],
        pairs=shares.pairs,
        pair=shares.pair[numbers],
        odds=None if shares.odds is None else shares.odds[kept],
    )


def counted_shares(shares: Shares, row_group: Numbers) -> Floats:
    """Return the share with which each judgment counts in its case and repeat; NaN: not read.

    Judgments by likelihood of one judge in both orders count as one verdict, the sign of their mean log-odds
    towards the treatment: a bias towards a slot adds to one order what it takes from the other, and is gone.
    Shares would not do: where the bias is large, both orders' shares lie near 0 and 1, and what is left of the
    difference between the answers would be a share next to ½ in every case.

    Args:
        shares: the judgments.
        row_group: for each of them, the number of its case and repeat.
    """
    leads = joint_odds(shares, row_group)
    if leads is None:
        return shares.share
    counted: Floats = np.where(np.isnan(leads), shares.share, (np.sign(leads) + 1.0) / 2.0)
    return counted


def joint_odds(shares: Shares, row_group: Numbers) -> Floats | None:
    """Return for each judgment by likelihood the sum of both orders' log-odds; NaN where an order has none.

    None where no judgment is by likelihood. Arguments as those of `counted_shares`.
    """
    if shares.odds is None:
        return None
    _, spoken = np.unique(np.stack([row_group, shares.judge]), axis=1, return_inverse=True)
    spoken = spoken.reshape(-1)
    number = int(spoken.max(initial=-1)) + 1
    read = ~np.isnan(shares.odds)
    first, second = (
        means(shares.odds[mask], spoken[mask], number)
        for mask in (read & shares.treatment_first, read & ~shares.treatment_first)
    )
    leads: Floats = np.where(read, (first + second)[spoken], np.nan)
    return leads


def repeats_of(shares: Shares) -> tuple[Numbers, Numbers, Numbers]:
    """Return case and repeat of each (case, repeat), and for each judgment which of them it belongs to."""
    if not shares.repeat.any():
        return np.arange(shares.cases), np.zeros(shares.cases, dtype=np.int64), shares.case
    most = int(shares.repeat.max()) + 1
    keys, row_group = np.unique(shares.case * most + shares.repeat, return_inverse=True)
    return keys // most, keys % most, row_group.astype(np.int64)


def means(values: Floats, groups: Numbers, number: int) -> Floats:
    """Return the mean of each group of values; NaN for a group without one."""
    counts = np.bincount(groups, minlength=number)
    sums = np.bincount(groups, weights=values, minlength=number)
    found: Floats = np.divide(sums, counts, out=np.full(number, np.nan), where=counts > 0)
    return found


def by_order(shares: Shares, values: Floats, groups: Numbers, number: int) -> tuple[Floats, Floats]:
    """Return the mean of what was read in each group: where the treatment was shown first, and second; NaN: nothing."""
    read = ~np.isnan(values)
    first, second = read & shares.treatment_first, read & ~shares.treatment_first
    return means(values[first], groups[first], number), means(values[second], groups[second], number)


def labels(case_cluster: Numbers) -> list[int | None] | None:
    """Return a cluster label a case, None for a case without; None where no case has one."""
    if not (case_cluster >= 0).any():
        return None
    return [None if number < 0 else number for number in case_cluster.tolist()]
