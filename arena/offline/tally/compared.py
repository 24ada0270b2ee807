"""One score a case, with its bounds: from a score such as 8-2-1, or from judgments in columns."""

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from arena.errors import UsageError
from arena.files.judgments import JudgmentColumns
from arena.stats.clusters import Floats

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_CASES = 10_000_000
_SCORE = re.compile(r"(\d{1,12})[-–](\d{1,12})(?:[-–](\d{1,12}))?")
_TIE = 1e-12  # a mean of shares nearer to ½ is ½: what is between is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What every case says, as columns."""

    scores: Floats  # the treatment's share, 0 to 1
    lows: Floats  # if everything missing had gone against the treatment
    highs: Floats
    clusters: list[int | None] | None  # None: no case carries one
    control_failed: int = 0  # cases
    treatment_failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Judgments of two variants, as columns of one entry each."""

    cases: int  # how many there are; they are numbered from 0
    case: Numbers
    repeat: Numbers
    judge: Numbers
    treatment_first: Mask
    share: Floats  # of the treatment; NaN: not read
    failed: Mask  # the judge's call failed
    lead: Floats  # characters by which the treatment's answer is longer; NaN: not known
    case_cluster: Numbers  # one a case; −1: none
    odds: Floats | None = None  # ln of the treatment's over the control's; NaN: not by likelihood; None: none is
    axes: dict[str, tuple[Numbers, Floats, Floats]] = field(default_factory=dict)  # case, control, treatment
    numbers: Numbers = field(default_factory=lambda: np.arange(0))  # of each case in the table it is from, ascending


def is_score(text: str) -> bool:
    """Return whether `text` is wins-losses or wins-losses-ties.

    >>> is_score("8-2"), is_score("8-2-1"), is_score("judgments.jsonl")
    (True, True, False)
    """
    return _SCORE.fullmatch(text) is not None


def from_score(text: str) -> Compared:
    """Return the cases of a score: wins-losses or wins-losses-ties.

    Raises:
        UsageError: it is no score, of no case, or of more than ten million.

    >>> from_score("1-0-1").scores.tolist()
    [1.0, 0.5]
    """
    found = _SCORE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text}: expected wins-losses or wins-losses-ties, e.g. 8-2 or 8-2-1")
    wins, losses, ties = (int(part or 0) for part in found.groups())
    if not 0 < wins + losses + ties <= MOST_CASES:
        many = "nothing was compared" if wins + losses + ties == 0 else f"more than {MOST_CASES:,} cases"
        raise UsageError(f"{text}: {many}")
    scores = np.repeat([1.0, 0.0, 0.5], [wins, losses, ties])
    return Compared(scores=scores, lows=scores, highs=scores, clusters=None)


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
    treatment_first = (first == after)[rows]
    numbers, case = np.unique(np.asarray(table.case)[rows], return_inverse=True)
    share, lead = np.asarray(table.share)[rows], np.asarray(table.lead)[rows]
    shares = Shares(
        cases=len(numbers),
        case=case.astype(np.int64),
        repeat=np.asarray(table.repeat)[rows].astype(np.int64),
        judge=np.asarray(table.judge)[rows].astype(np.int64),
        treatment_first=treatment_first,
        share=np.where(treatment_first, 1.0 - share, share),
        failed=np.asarray(table.failed)[rows] > 0,
        lead=np.where(treatment_first, -lead, lead),
        case_cluster=np.asarray(table.case_cluster)[numbers].astype(np.int64),
        numbers=numbers.astype(np.int64),
        odds=odds_of(table, rows, treatment_first),
    )
    place = np.full(len(table), -1)
    place[rows] = np.arange(len(rows))
    for name, axis in table.axes.items():
        at = place[np.asarray(axis.rows)]
        left, right, at = np.asarray(axis.first)[at >= 0], np.asarray(axis.second)[at >= 0], at[at >= 0]
        turned = treatment_first[at]
        shares.axes[name] = (shares.case[at], np.where(turned, right, left), np.where(turned, left, right))
    return shares


def odds_of(table: JudgmentColumns, rows: Numbers, treatment_first: Mask) -> Floats | None:
    """Return the log-odds of the treatment over the control in some judgments; None where none has any."""
    if not len(table.odds):
        return None
    odds = np.full(len(table), np.nan)
    odds[np.asarray(table.odds_rows)] = np.asarray(table.odds)
    turned: Floats = np.where(treatment_first, -odds[rows], odds[rows])
    return turned


def of_judge(shares: Shares, judge: int) -> Shares:
    """Return one judge's judgments, the cases it judged numbered anew."""
    kept = shares.judge == judge
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
        odds=None if shares.odds is None else shares.odds[kept],
    )


def merged(shares: Shares) -> Compared:
    """Return each case's mean over repeats of the mean over its orders and judges; what was not read counts ½."""
    groups, row_group = repeats_of(shares)
    counted = counted_shares(shares, row_group)
    unread = np.isnan(counted)
    scores, lows, highs = (
        _mean(means(np.where(unread, missing, counted), row_group, len(groups)), groups, shares.cases)
        for missing in (0.5, 0.0, 1.0)
    )
    scores[np.abs(scores - 0.5) < _TIE] = 0.5
    return Compared(scores=scores, lows=lows, highs=highs, clusters=labels(shares.case_cluster))


def counted_shares(shares: Shares, row_group: Numbers) -> Floats:
    """Return the share with which each judgment counts in its case and repeat; NaN: not read."""
    return shares.share if shares.odds is None else _by_likelihood(shares, shares.odds, row_group)


def _by_likelihood(shares: Shares, odds: Floats, row_group: Numbers) -> Floats:
    """Return the shares that count: read by likelihood in both orders, the sign of a judge's mean log-odds."""
    _, pair = np.unique(np.stack([row_group, shares.judge]), axis=1, return_inverse=True)
    pair = pair.reshape(-1)
    number = int(pair.max()) + 1
    read = ~np.isnan(odds)
    orders = [
        means(odds[mask], pair[mask], number)
        for mask in (read & shares.treatment_first, read & ~shares.treatment_first)
    ]
    lead = orders[0] + orders[1]  # NaN where an order is missing: each judgment then counts as it is
    together: Floats = np.where(read & ~np.isnan(lead[pair]), (np.sign(lead[pair]) + 1.0) / 2.0, shares.share)
    return together


def repeats_of(shares: Shares) -> tuple[Numbers, Numbers]:
    """Return the case of each (case, repeat), and for each judgment which of them it belongs to."""
    if not shares.repeat.any():
        return np.arange(shares.cases), shares.case
    most = int(shares.repeat.max()) + 1
    keys, row_group = np.unique(shares.case * most + shares.repeat, return_inverse=True)
    return keys // most, row_group.astype(np.int64)


def means(values: Floats, groups: Numbers, number: int) -> Floats:
    """Return the mean of each group of values; NaN for a group without one."""
    counts = np.bincount(groups, minlength=number)
    sums = np.bincount(groups, weights=values, minlength=number)
    found: Floats = np.divide(sums, counts, out=np.full(number, np.nan), where=counts > 0)
    return found


def labels(case_cluster: Numbers) -> list[int | None] | None:
    """Return a cluster label a case, None for a case without; None where no case has one."""
    if not (case_cluster >= 0).any():
        return None
    return [None if number < 0 else number for number in case_cluster.tolist()]


def _mean(values: Floats, cases: Numbers, number: int) -> Floats:
    return np.clip(means(values, cases, number), 0.0, 1.0)
