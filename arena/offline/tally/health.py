"""How a judge behaved, from columns: what `evidence.health` says of a duel's judgments, for a million of them."""

from collections.abc import Iterator

import numpy as np

from arena.deciding.wording import quantity
from arena.evidence.health import MOST_LOST, ONE_ORDER, position_effect
from arena.evidence.self_preference import unknown
from arena.offline.tally.compared import Mask, Numbers, Shares, labels, means, repeats_of
from arena.records.result import FlaggedAnswer, JudgeHealth
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate
from arena.stats.fractional_logit import length_controlled_win_rate
from arena.stats.sign_flip import sign_flip

LEAST_CONSISTENCY = 0.7


def judge_health(
    shares: Shares,
    *,
    model: str,
    level: float = 0.95,
    min_consistency: float = LEAST_CONSISTENCY,
    flagged: tuple[FlaggedAnswer, ...] = (),
) -> JudgeHealth:
    """Return how a judge, or several pooled, behaved, and whether such judgments may decide anything.

    Args:
        shares: the judgments.
        model: the judge's name.
        level: of the intervals, in (0, 1).
        min_consistency: the least consistency (point estimate) of a fit judge, in [0, 1].
        flagged: answers suspected of talking to the judge, passed through.
    """
    unread = np.isnan(shares.share)
    failed = int(shares.failed.sum())
    unparseable = int(unread.sum()) - failed
    first, second = _by_place(shares)
    consistency = _consistency(shares, level)
    total = len(shares.share)
    reasons = (
        *_inconsistent(consistency, min_consistency),
        *_lost(total, unparseable, "judgments could not be read"),
        *_lost(total, failed, "judgments failed"),
    )
    return JudgeHealth(
        model=model,
        config="",
        consistency=consistency,
        first_slot_share=_first_slot_share(shares, level),
        position_p_value=_position_p_value(shares, first, second),
        length_controlled_win_rate=_length_controlled(shares, first, second, level),
        longer_wins=_longer_wins(shares),
        judgments=total,
        unparseable=unparseable,
        failed=failed,
        distinct_answers={},
        flagged=flagged,
        fit=not reasons,
        unfit_reasons=reasons,
        flips=int((~_agreed(shares)[1]).sum()),
        position_effect=_position_effect(shares, first, second, level),
        self_preference=unknown("judgments alone do not say which models answered"),
    )


def in_both_orders(shares: Shares) -> int:
    """Return how many cases were read in both orders."""
    first, second = _by_place(shares)
    return int((~np.isnan(first) & ~np.isnan(second)).sum())


def _by_place(shares: Shares) -> tuple[Floats, Floats]:
    """Return the treatment's mean share in each case where it was shown first, and where second; NaN: not read."""
    read = ~np.isnan(shares.share)
    first, second = read & shares.treatment_first, read & ~shares.treatment_first
    return (
        means(shares.share[first], shares.case[first], shares.cases),
        means(shares.share[second], shares.case[second], shares.cases),
    )


def _consistency(shares: Shares, level: float) -> Estimate:
    """Return the share of order pairs that name the same outcome, averaged inside the case where it has repeats."""
    cases, agreed = _agreed(shares)
    if not len(cases):
        return _unknown(ONE_ORDER)
    by_case = means(agreed.astype(np.float64), cases, shares.cases)
    known = ~np.isnan(by_case)
    return _share(by_case[known], labels(shares.case_cluster[known]), level)


def _agreed(shares: Shares) -> tuple[Numbers, Mask]:
    """Return the case of each repeat that was read in both orders, and whether these name the same outcome."""
    cases, row_group = repeats_of(shares)
    read = ~np.isnan(shares.share)
    first, second = (
        means(shares.share[rows], row_group[rows], len(cases))
        for rows in (read & shares.treatment_first, read & ~shares.treatment_first)
    )
    pairs = ~np.isnan(first) & ~np.isnan(second)
    return cases[pairs], np.sign(first[pairs] - 0.5) == np.sign(second[pairs] - 0.5)


def _first_slot_share(shares: Shares, level: float) -> Estimate:
    """Return the mean share of the answer shown first, over judgments; judgments of one case are one unit."""
    read = ~np.isnan(shares.share)
    if not read.any():
        return _unknown("no judgment was read")
    share = np.where(shares.treatment_first, shares.share, 1.0 - shares.share)[read]
    case = shares.case[read]
    unit = np.where(shares.case_cluster >= 0, shares.cases + shares.case_cluster, np.arange(shares.cases))[case]
    sizes = np.bincount(unit)
    if np.ptp(sizes[sizes > 0]) == 0:  # of one size: the interval is that of the units' means
        by_unit = means(share, unit, len(sizes))[sizes > 0]
        return _share(by_unit, None, level)
    return _share(share, unit.tolist(), level)


def _position_p_value(shares: Shares, first: Floats, second: Floats) -> float | None:
    """Test by sign-flip that the treatment's share is the same in both places: b = (first − second)/2 a case."""
    both = ~np.isnan(first) & ~np.isnan(second)
    if not both.any():
        return None
    return sign_flip((first[both] - second[both]) / 2.0, labels(shares.case_cluster[both])).p_value


def _position_effect(shares: Shares, first: Floats, second: Floats, level: float) -> Estimate:
    both = ~np.isnan(first) & ~np.isnan(second)
    return position_effect((first[both] - second[both]) / 2.0, labels(shares.case_cluster[both]), level=level)


def _length_controlled(shares: Shares, first: Floats, second: Floats, level: float) -> Estimate | None:
    """Return the win rate at equal lengths; None where no judgment that was read carries lengths."""
    rows = ~np.isnan(shares.share) & ~np.isnan(shares.lead)
    if not rows.any():
        return None
    lead = means(shares.lead[rows], shares.case[rows], shares.cases)
    known = ~np.isnan(lead)
    one = np.where(np.isnan(first), second, first)
    score = (one + np.where(np.isnan(second), one, second)) / 2.0
    clusters = labels(shares.case_cluster[known])
    return length_controlled_win_rate(score[known], lead[known], clusters=clusters, level=level)


def _longer_wins(shares: Shares) -> float | None:
    """Return which share of the decided judgments between answers of different length the longer one won."""
    with np.errstate(invalid="ignore"):
        rows = (np.abs(shares.share - 0.5) > 0) & (np.abs(shares.lead) > 0)
    if not rows.any():
        return None
    return float(((shares.share[rows] > 0.5) == (shares.lead[rows] > 0)).mean())


def _share(values: Floats, clusters: Labels | None, level: float) -> Estimate:
    interval = clustered_gaffke_interval(values, clusters, level=level)
    units = len(group(clusters, len(values)).sizes)
    return Estimate(value=float(values.mean()), interval=interval, n=units, unit_of_measure="share")


def _unknown(reason: str) -> Estimate:
    return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=reason)


def _inconsistent(consistency: Estimate, least: float) -> Iterator[str]:
    if consistency.value is None:
        yield f"consistency is unknown: {consistency.reason}"
    elif consistency.value < least:
        yield f"consistency {quantity(consistency.value, 'share')} is below {quantity(least, 'share')}"


def _lost(total: int, lost: int, what: str) -> Iterator[str]:
    if lost > MOST_LOST * total:
        yield f"{lost:,} of {total:,} {what}: more than {quantity(MOST_LOST, 'share')}"
