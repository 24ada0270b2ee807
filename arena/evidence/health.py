"""Whether a judge can be trusted: consistency, position, length, and what could not be read; from columns. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from statistics import fmean

import numpy as np

from arena.deciding.wording import quantity
from arena.evidence.self_preference import unknown
from arena.evidence.shares import Mask, Numbers, Shares, by_order, labels, means, repeats_of
from arena.records.result import JudgeHealth
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate
from arena.stats.fractional_logit import length_controlled_win_rate
from arena.stats.sign_flip import sign_flip

#: A judge, or an arm, that fails more often than this is not fit.
MOST_LOST = 0.05
LEAST_CONSISTENCY = 0.7
ONE_ORDER = "no case was read in both orders"


def judge_health(
    shares: Shares, *, model: str, config: str = "", level: float = 0.95, min_consistency: float = LEAST_CONSISTENCY
) -> JudgeHealth:
    """Return how a judge, or several pooled, behaved, and whether such judgments may decide anything.

    Args:
        shares: the judgments, all presentations and repeats.
        model: the judge's id.
        config: the digest of its configuration.
        level: of the intervals, in (0, 1).
        min_consistency: the least consistency (point estimate) of a fit judge, in [0, 1].
    """
    unread = np.isnan(shares.share)
    failed = int(shares.failed.sum())
    unparseable = int(unread.sum()) - failed
    first, second = by_order(shares, shares.share, shares.case, shares.cases)
    both = ~np.isnan(first) & ~np.isnan(second)
    effects, clusters = (first[both] - second[both]) / 2.0, labels(shares.case_cluster[both])
    agreeing = _agreed(shares)
    consistency = _consistency(shares, *agreeing, level)
    total = len(shares.share)
    health = JudgeHealth(
        model=model,
        config=config,
        consistency=consistency,
        first_slot_share=_first_slot_share(shares, level),
        position_p_value=sign_flip(effects, clusters).p_value if len(effects) else None,
        length_controlled_win_rate=_length_controlled(shares, first, second, level),
        longer_wins=_longer_wins(shares),
        judgments=total,
        unparseable=unparseable,
        failed=failed,
        distinct_answers={},
        flagged=(),
        fit=True,
        unfit_reasons=(),
        flips=int((~agreeing[1]).sum()),
        position_effect=_share(effects, clusters, level, ONE_ORDER, low=-0.5, high=0.5),
        self_preference=unknown("judgments alone do not say which models answered"),
    )
    reasons = (
        *_inconsistent(consistency, min_consistency),
        *_lost(total, unparseable, "judgments could not be read"),
        *_lost(total, failed, "judgments failed"),
    )
    return unfit_for(health, reasons)


def unfit_for(health: JudgeHealth, reasons: Iterable[str]) -> JudgeHealth:
    """Return a judge's health with more reasons why it may decide nothing; without any it stays as it is."""
    unfit = (*health.unfit_reasons, *reasons)
    return replace(health, fit=not unfit, unfit_reasons=unfit)


def in_both_orders(shares: Shares) -> int:
    """Return how many cases were read in both orders."""
    first, second = by_order(shares, shares.share, shares.case, shares.cases)
    return int((~np.isnan(first) & ~np.isnan(second)).sum())


def _agreed(shares: Shares) -> tuple[Numbers, Mask]:
    """Return the case of each repeat that was read in both orders, and whether these name the same outcome."""
    cases, _, row_group = repeats_of(shares)
    first, second = by_order(shares, shares.share, row_group, len(cases))
    pairs = ~np.isnan(first) & ~np.isnan(second)
    return cases[pairs], np.sign(first[pairs] - 0.5) == np.sign(second[pairs] - 0.5)


def _consistency(shares: Shares, cases: Numbers, agreed: Mask, level: float) -> Estimate:
    """Return the share of order pairs that name the same outcome, averaged inside the case where it has repeats."""
    by_case = means(agreed.astype(np.float64), cases, shares.cases)
    known = ~np.isnan(by_case)
    return _share(by_case[known], labels(shares.case_cluster[known]), level, ONE_ORDER)


def _first_slot_share(shares: Shares, level: float) -> Estimate:
    """Return the mean share of the answer shown first, over judgments; judgments of one case are one unit."""
    read = ~np.isnan(shares.share)
    share = np.where(shares.treatment_first, shares.share, 1.0 - shares.share)[read]
    unit = np.where(shares.case_cluster >= 0, shares.cases + shares.case_cluster, np.arange(shares.cases))
    units = unit[shares.case[read]]
    sizes = np.bincount(units)
    if len(set(sizes[sizes > 0].tolist())) < 2:  # of one size: the interval is that of the units' means
        return _share(means(share, units, len(sizes))[sizes > 0], None, level, "no judgment was read")
    return _share(share, units.tolist(), level, "no judgment was read")


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


def _share(
    values: Floats, clusters: Labels | None, level: float, reason: str, *, low: float = 0.0, high: float = 1.0
) -> Estimate:
    if not len(values):
        return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=reason)
    interval = clustered_gaffke_interval(values, clusters, low=low, high=high, level=level)
    units = len(group(clusters, len(values)).sizes)
    return Estimate(value=fmean(values.tolist()), interval=interval, n=units, unit_of_measure="share")


def _inconsistent(consistency: Estimate, least: float) -> Iterator[str]:
    if consistency.value is None:
        yield f"consistency is unknown: {consistency.reason}"
    elif consistency.value < least:
        yield f"consistency {quantity(consistency.value, 'share')} is below {quantity(least, 'share')}"


def disagreeing(agreement: Estimate | None, least: float | None) -> Iterator[str]:
    """Yield why a judge is not fit whose agreement with people is below the least that is asked for.

    Args:
        agreement: the share of its judgments that name people's label; None: there are no labels of them.
        least: of it (point estimate), in [0, 1]; None: nothing is asked.
    """
    if least is None:
        return
    if agreement is None or agreement.value is None:
        yield "agreement with people is unknown: no label is of these answers"
    elif agreement.value < least:
        yield f"agreement with people {quantity(agreement.value, 'share')} is below {quantity(least, 'share')}"


def _lost(total: int, lost: int, what: str) -> Iterator[str]:
    if lost > MOST_LOST * total:
        yield f"{lost:,} of {total:,} {what}: more than {quantity(MOST_LOST, 'share')}"


def failing_arms(failures: Mapping[str, int], control: str, treatment: str, cases: int) -> Iterator[str]:
    """Name an arm that fails too often, and arms that fail unequally beyond chance (exact sign test at 5%).

    Args:
        failures: calls for answers that failed, by variant.
        control: name of the control variant.
        treatment: name of the treatment variant.
        cases: answers that were asked of each arm.
    """
    before, after = failures.get(control, 0), failures.get(treatment, 0)
    for variant, lost in ((control, before), (treatment, after)):
        if lost > MOST_LOST * cases:
            yield f"{variant}: {lost} of {cases} answers failed: more than {quantity(MOST_LOST, 'share')}"
    if before + after and sign_flip([1.0] * after + [-1.0] * before).p_value <= MOST_LOST:
        yield f"the arms fail unequally: {control} {before}, {treatment} {after}"
