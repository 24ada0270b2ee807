"""Whether the judge can be trusted: consistency, position, length, and what could not be read. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from arena.deciding.wording import quantity
from arena.records.judgment import Judgment
from arena.records.result import FlaggedAnswer, JudgeHealth
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import Floats, Labels, group
from arena.stats.estimate import Estimate
from arena.stats.fractional_logit import length_controlled_win_rate
from arena.stats.sign_flip import sign_flip

#: A judge, or an arm, that fails more often than this is not fit.
MOST_LOST = 0.05
ONE_ORDER = "no case was read in both orders"


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


def judge_health(
    judgments: Sequence[Judgment],
    *,
    control: str,
    treatment: str,
    texts: Mapping[str, Iterable[str]],
    model: str | None = None,
    level: float = 0.95,
    min_consistency: float = 0.7,
    flagged: Sequence[FlaggedAnswer] = (),
    arm_failures: Mapping[str, int] | None = None,
    cases: int | None = None,
    self_preference: Estimate | None = None,
    human_agreement: Estimate | None = None,
    min_human_agreement: float | None = None,
) -> JudgeHealth:
    """Return how one judge behaved over a duel, and whether its judgments may decide anything.

    Args:
        judgments: of one judge, all presentations and repeats.
        control: name of the control variant.
        treatment: name of the treatment variant.
        texts: the answers of each variant, for counting distinct ones.
        model: the judge's name; None: the one that its judgments carry.
        level: of the intervals, in (0, 1).
        min_consistency: the least consistency (point estimate) of a fit judge, in [0, 1].
        flagged: answers suspected of talking to the judge, passed through.
        arm_failures: calls for answers that failed, by variant; None: none did.
        cases: how many cases were asked; None: those that have judgments.
        self_preference: see `arena.evidence.self_preference`, passed through.
        human_agreement: the share of its judgments that name people's label; None: there are no labels of them.
        min_human_agreement: the least of it (point estimate) in a fit judge, in [0, 1]; None: nothing is asked.
    """
    read = [j for j in judgments if j.share_of(treatment) is not None]
    shown = _by_case(read, treatment)
    consistency = _consistency(shown, treatment, level)
    effects, clusters = _position_effects(shown, treatment)
    unparseable = sum(j.outcome == "unparseable" for j in judgments)
    failed = sum(j.outcome == "failed" for j in judgments)
    asked = cases if cases is not None else len({j.case for j in judgments})
    reasons = [
        *_inconsistent(consistency, min_consistency),
        *_lost(len(judgments), unparseable, "judgments could not be read"),
        *_lost(len(judgments), failed, "judgments failed"),
        *failing_arms(arm_failures or {}, control, treatment, asked),
        *_disagreeing(human_agreement, min_human_agreement),
    ]
    return JudgeHealth(
        model=(judgments[0].judge if judgments else "") if model is None else model,
        config=judgments[0].judge_config if judgments else "",
        consistency=consistency,
        first_slot_share=_first_slot_share(read, level),
        position_p_value=sign_flip(effects, clusters).p_value if effects else None,
        length_controlled_win_rate=_length_controlled(shown, treatment, level),
        longer_wins=_longer_wins(read),
        judgments=len(judgments),
        unparseable=unparseable,
        failed=failed,
        distinct_answers={
            role: len(set(texts.get(variant, ()))) for role, variant in (("control", control), ("treatment", treatment))
        },
        flagged=tuple(flagged),
        fit=not reasons,
        unfit_reasons=tuple(reasons),
        flips=sum(not agreed for case in shown for agreed in case.agreed(treatment)),
        position_effect=position_effect(effects, clusters, level=level),
        self_preference=self_preference,
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


def position_effect(effects: Sequence[float] | Floats, clusters: Labels | None, *, level: float) -> Estimate:
    """Return the mean position effect with Gaffke's interval.

    Args:
        effects: b of each case, from −½ (always the second) to ½ (always the first).
        clusters: one label a case.
        level: of the interval, in (0, 1).
    """
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


def _disagreeing(agreement: Estimate | None, least: float | None) -> Iterable[str]:
    if least is None:
        return
    if agreement is None or agreement.value is None:
        yield "agreement with people is unknown: no label is of these answers"
    elif agreement.value < least:
        yield f"agreement with people {quantity(agreement.value, 'share')} is below {quantity(least, 'share')}"


def _lost(total: int, lost: int, what: str) -> Iterable[str]:
    if lost > MOST_LOST * total:
        yield f"{lost} of {total} {what}: more than {quantity(MOST_LOST, 'share')}"


def failing_arms(failures: Mapping[str, int], control: str, treatment: str, cases: int) -> Iterable[str]:
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
