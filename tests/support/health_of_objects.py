"""A judge's health from judgments one by one: the reference for `arena.evidence.health`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from arena.deciding.wording import quantity
from arena.evidence.health import MOST_LOST, ONE_ORDER
from arena.evidence.self_preference import unknown
from arena.records.judgment import Judgment
from arena.records.result import JudgeHealth
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate
from arena.stats.fractional_logit import length_controlled_win_rate
from arena.stats.sign_flip import sign_flip


@dataclass(frozen=True, slots=True)
class _Shown:
    """One case's judgments that could be read, by which variant was shown first."""

    cluster: str | None
    treatment_first: tuple[Judgment, ...]
    control_first: tuple[Judgment, ...]

    def shares(self, treatment: str) -> tuple[list[float], list[float]]:
        """Return the treatment's shares: where it was shown first, and where it was shown second."""
        first, second = (
            [share for j in judgments if (share := j.share_of(treatment)) is not None]
            for judgments in (self.treatment_first, self.control_first)
        )
        return first, second

    def agreed(self, treatment: str) -> list[bool]:
        """Return of each repeat that was read in both orders whether these name the same outcome."""
        repeats = {j.repeat: j for j in self.control_first}
        pairs = ((j, repeats[j.repeat]) for j in self.treatment_first if j.repeat in repeats)
        return [_outcome(one, treatment) == _outcome(other, treatment) for one, other in pairs]


def health_of_objects(
    judgments: Sequence[Judgment], *, treatment: str, level: float = 0.95, min_consistency: float = 0.7
) -> JudgeHealth:
    """Return how one judge behaved; arguments as those of `arena.evidence.health.judge_health`."""
    read = [j for j in judgments if j.share_of(treatment) is not None]
    shown = _by_case(read, treatment)
    consistency = _consistency(shown, treatment, level)
    effects, clusters = _position_effects(shown, treatment)
    unparseable = sum(j.outcome == "unparseable" for j in judgments)
    failed = sum(j.outcome == "failed" for j in judgments)
    reasons = [
        *_inconsistent(consistency, min_consistency),
        *_lost(len(judgments), unparseable, "judgments could not be read"),
        *_lost(len(judgments), failed, "judgments failed"),
    ]
    return JudgeHealth(
        model=judgments[0].judge if judgments else "",
        config="",
        consistency=consistency,
        first_slot_share=_first_slot_share(read, level),
        position_p_value=sign_flip(effects, clusters).p_value if effects else None,
        length_controlled_win_rate=_length_controlled(shown, treatment, level),
        longer_wins=_longer_wins(read),
        judgments=len(judgments),
        unparseable=unparseable,
        failed=failed,
        distinct_answers={},
        flagged=(),
        fit=not reasons,
        unfit_reasons=tuple(reasons),
        flips=sum(not agreed for case in shown for agreed in case.agreed(treatment)),
        position_effect=_position_effect(effects, clusters, level=level),
        self_preference=unknown("judgments alone do not say which models answered"),
    )


def _by_case(read: Sequence[Judgment], treatment: str) -> list[_Shown]:
    cases: dict[str, list[Judgment]] = defaultdict(list)
    for judgment in read:
        cases[judgment.case].append(judgment)
    return [
        _Shown(
            cluster=judgments[0].cluster,
            treatment_first=tuple(j for j in judgments if j.first == treatment),
            control_first=tuple(j for j in judgments if j.first != treatment),
        )
        for judgments in cases.values()
    ]


def _consistency(shown: Sequence[_Shown], treatment: str, level: float) -> Estimate:
    """Return the share of order pairs that name the same outcome, averaged inside the case where it has repeats."""
    agreed, clusters = [], []
    for case in shown:
        pairs = case.agreed(treatment)
        if pairs:
            agreed.append(fmean(pairs))
            clusters.append(case.cluster)
    return _share(agreed, clusters, level, ONE_ORDER)


def _outcome(judgment: Judgment, treatment: str) -> int:
    share = judgment.share_of(treatment)
    return 0 if share is None or share == 0.5 else 1 if share > 0.5 else -1


def _first_slot_share(read: Sequence[Judgment], level: float) -> Estimate:
    """Return the mean share of the answer shown first, over judgments; judgments of one case are one unit."""
    shares = [share for j in read if (share := j.share_of(j.first)) is not None]
    units = [("case", j.case) if j.cluster is None else ("cluster", j.cluster) for j in read]
    return _share(shares, units, level, "no judgment was read")


def _share(values: Sequence[float], clusters: Labels, level: float, reason: str) -> Estimate:
    if not values:
        return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=reason)
    interval = clustered_gaffke_interval(values, clusters, level=level)
    units = len(group(clusters, len(values)).sizes)
    return Estimate(value=fmean(values), interval=interval, n=units, unit_of_measure="share")


def _position_effects(shown: Sequence[_Shown], treatment: str) -> tuple[list[float], list[str | None]]:
    """Return b = (the treatment's share shown first − shown second)/2 of each case read in both orders."""
    effects, clusters = [], []
    for case in shown:
        first, second = case.shares(treatment)
        if first and second:
            effects.append((fmean(first) - fmean(second)) / 2.0)
            clusters.append(case.cluster)
    return effects, clusters


def _position_effect(effects: Sequence[float] | Floats, clusters: Labels | None, *, level: float) -> Estimate:
    n = len(effects)
    if n == 0:
        return Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason=ONE_ORDER)
    interval = clustered_gaffke_interval(effects, clusters, low=-0.5, high=0.5, level=level)
    units = len(group(clusters, n).sizes)
    return Estimate(value=float(fmean(effects)), interval=interval, n=units, unit_of_measure="share")


def _longer_wins(read: Sequence[Judgment]) -> float | None:
    """Return which share of the decided judgments between answers of different length the longer one won."""
    won = []
    for judgment in read:
        share, first, second = judgment.share_of(judgment.second), judgment.length_first, judgment.length_second
        if share is None or share == 0.5 or first is None or second is None or first == second:
            continue
        won.append((share > 0.5) == (second > first))
    return fmean(won) if won else None


def _length_controlled(shown: Sequence[_Shown], treatment: str, level: float) -> Estimate | None:
    """Return the win rate at equal lengths; None where no judgment carries lengths."""
    scores, differences, clusters = [], [], []
    for case in shown:
        longer = [d for j in (*case.treatment_first, *case.control_first) if (d := _lead(j, treatment)) is not None]
        orders = [fmean(shares) for shares in case.shares(treatment) if shares]
        if longer:
            scores.append(fmean(orders))
            differences.append(fmean(longer))
            clusters.append(case.cluster)
    return length_controlled_win_rate(scores, differences, clusters=clusters, level=level) if scores else None


def _lead(judgment: Judgment, treatment: str) -> int | None:
    """Return by how many characters the treatment's answer is longer."""
    if judgment.length_first is None or judgment.length_second is None:
        return None
    lead = judgment.length_second - judgment.length_first
    return lead if judgment.second == treatment else -lead


def _inconsistent(consistency: Estimate, least: float) -> Iterable[str]:
    if consistency.value is None:
        yield f"consistency is unknown: {consistency.reason}"
    elif consistency.value < least:
        yield f"consistency {quantity(consistency.value, 'share')} is below {quantity(least, 'share')}"


def _lost(total: int, lost: int, what: str) -> Iterable[str]:
    if lost > MOST_LOST * total:
        yield f"{lost} of {total} {what}: more than {quantity(MOST_LOST, 'share')}"
