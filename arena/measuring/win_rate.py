"""The win rate of comparisons, and what is decided of it: for duels, tallies and label swaps alike."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from arena.deciding.decide import decide
from arena.kinds import table as kinds
from arena.kinds.quantities import own_source
from arena.measuring.values import CaseValues
from arena.records.case import Case
from arena.records.experiment import Experiment
from arena.records.judgment import Comparison
from arena.records.metric import Criterion, Limit, Metric
from arena.records.result import MetricResult, WinRate, WorstCase
from arena.stats.anytime_win_rate import anytime_win_rate
from arena.stats.preference import Preference, win_rate


def described(found: Preference, *, control_failed: int, treatment_failed: int) -> WinRate:
    """Return a preference with the failures that are counted in it.

    Args:
        found: of the cases, failures included.
        control_failed: cases in which the control's call failed.
        treatment_failed: cases in which the treatment's call failed.
    """
    return WinRate(
        value=found.value,
        interval=found.interval,
        n=found.n,
        unit_of_measure="share",
        reason=found.reason,
        standard_error=found.standard_error,
        p_value=found.p_value,
        p_method=found.p_method,
        cases=found.cases,
        clusters=found.clusters,
        wins=found.wins,
        losses=found.losses,
        ties=found.ties,
        failed={"control": control_failed, "treatment": treatment_failed},
        worst_case=worst_case(found),
    )


def worst_case(found: Preference) -> WorstCase:
    """Return the interval's ends if everything missing had gone one way and the other; 0 and 1 for no case."""
    low, high = found.worst_case_low, found.worst_case_high
    return WorstCase(low=0.0 if low is None else low, high=1.0 if high is None else high)


def scores_of(comparisons: Sequence[Comparison]) -> CaseValues:
    """Return the scores of comparisons as the values of a metric: the treatment's share of each case, and control's."""

    def arms(shares: Sequence[float]) -> tuple[list[float], list[float]]:
        return [1.0 - share for share in shares], list(shares)

    control, treatment = arms([one.score for one in comparisons])
    return CaseValues(
        cases=[one.case for one in comparisons],
        control=control,
        treatment=treatment,
        clusters=[one.cluster for one in comparisons],
        worst=arms([one.low for one in comparisons]),
        best=arms([one.high for one in comparisons]),
        of=len(comparisons),
    )


def preference_of(comparisons: Sequence[Comparison], level: float, *, largest: int | None = None) -> Preference:
    """Return the win rate of comparisons, the case or its cluster the unit.

    Args:
        comparisons: one a case; in the order in which they count where `largest` is given.
        level: of the interval.
        largest: cases of the plan's greatest cluster: the interval then holds at any stop. None: at this n.
    """
    scores = [one.score for one in comparisons]
    clusters = [one.cluster for one in comparisons]
    lows, highs = [one.low for one in comparisons], [one.high for one in comparisons]
    if largest is None:
        return win_rate(scores, clusters=clusters, lows=lows, highs=highs, level=level)
    return anytime_win_rate(scores, clusters=clusters, lows=lows, highs=highs, level=level, largest=largest)


def win_rates(experiment: Experiment) -> tuple[Metric, ...]:
    """Return the win rates of an experiment: that of all cases first, declared or not, then those of tags."""
    declared = [metric for metric in experiment.metrics if metric.is_win_rate and metric.is_offline]
    whole = [metric for metric in declared if metric.tag is None] or [kinds.UNDECLARED]
    return (*whole, *(metric for metric in declared if metric.tag is not None))


def compared_in(metric: Metric, comparisons: Sequence[Comparison], cases: Iterable[Case]) -> Sequence[Comparison]:
    """Return the comparisons that a win rate is of: of the cases with its tag."""
    if metric.tag is None:
        return comparisons
    tagged = {case.id for case in cases if metric.tag in case.tags}
    return [one for one in comparisons if one.case in tagged]


def win_rate_lines(metric: Metric, found: Preference | None, *, alpha: float) -> tuple[MetricResult, ...]:
    """Return a win rate as a metric: control's share, the treatment's, their difference; one line a limit.

    Args:
        metric: a win rate.
        found: of its comparisons; None where nothing was compared.
        alpha: two-sided level of the decision.
    """
    if found is None:
        return ()
    limits = metric.limits or (kinds.UNDECLARED.limits if metric.tag is None else (None,))
    return tuple(_win_rate_line(found, metric, limit, alpha) for limit in limits)


def _win_rate_line(found: Preference, metric: Metric, limit: Limit | None, alpha: float) -> MetricResult:
    compared, share = kinds.WIN_RATE.compared(found), kinds.WIN_RATE.share(found)
    line = MetricResult(
        name=metric.name,
        role=metric.role,
        unit=metric.unit,
        control=compared.control,
        treatment=compared.treatment,
        difference=compared.estimate,
        limit=limit,
        decision=None,
        p_value=found.p_value,
        level=None if metric.tag is None else share,
        direction=metric.direction,
        source=own_source(metric),
        tag=metric.tag,
    )
    if limit is None:
        return line
    criterion = Criterion(metric=metric, limit=limit)
    ruling = decide(share, criterion, worst_case=worst_case(found), sign_flip_p=found.p_value, alpha=alpha)
    note = ruling.message if ruling.outcome == "inconclusive" else None
    return replace(line, decision=ruling.outcome, note=note, message=ruling.message)
