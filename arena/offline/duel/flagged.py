"""Answers that may be talking to the judge: what would be decided if they had lost for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from arena.records.judgment import Comparison, Judgment
from arena.records.result import FlaggedAnswer, FlaggedRecount, MetricResult
from arena.stats.estimate import Estimate
from arena.stats.preference import Preference

DOUBT = "answers that may be talking to the judge could change the verdict"


def flagged_answers(judgments: Sequence[Judgment]) -> tuple[FlaggedAnswer, ...]:
    """Return each suspected injection once, whatever the number of judgments that saw it."""
    met = {
        (judgment.case, judgment.variant(flag.side), flag.family, flag.excerpt)
        for judgment in judgments
        for flag in judgment.flagged
    }
    return tuple(
        FlaggedAnswer(case=case, variant=variant, family=family, excerpt=excerpt)
        for case, variant, family, excerpt in sorted(met)
    )


def against_flags(
    comparisons: Sequence[Comparison], flagged: Sequence[FlaggedAnswer], *, treatment: str
) -> tuple[Comparison, ...]:
    """Return the comparisons with each flagged answer lost; ½ with bounds 0 and 1 where both answers are flagged.

    Args:
        comparisons: one a case.
        flagged: answers suspected of talking to the judge.
        treatment: variant name.
    """
    carriers: dict[str, set[bool]] = {}
    for answer in flagged:
        carriers.setdefault(answer.case, set()).add(answer.variant == treatment)
    return tuple(_against(one, carriers[one.case]) if one.case in carriers else one for one in comparisons)


def _against(one: Comparison, treatments: set[bool]) -> Comparison:
    if len(treatments) == 2:
        return replace(one, score=0.5, low=0.0, high=1.0, outcome="tie")
    if True in treatments:
        return replace(one, score=0.0, low=0.0, high=0.0, outcome="loss")
    return replace(one, score=1.0, low=1.0, high=1.0, outcome="win")


def doubted(
    lines: Sequence[MetricResult],
    comparisons: Sequence[Comparison],
    flagged: Sequence[FlaggedAnswer],
    *,
    treatment: str,
    prefers: Callable[[Sequence[Comparison]], Preference],
    decide: Callable[[Preference], Sequence[MetricResult]],
) -> tuple[tuple[MetricResult, ...], FlaggedRecount | None]:
    """Return the win rate's lines, inconclusive where the flagged answers decide them, and the count against them.

    Args:
        lines: the win rate against each of its limits.
        comparisons: one a case.
        flagged: answers suspected of talking to the judge; without any, nothing changes.
        treatment: variant name.
        prefers: comparisons to their win rate.
        decide: a win rate to its lines, in the same order.
    """
    if not flagged or not lines:
        return tuple(lines), None
    preference = prefers(against_flags(comparisons, flagged, treatment=treatment))
    again = decide(preference)
    changed = [before.decision != after.decision for before, after in zip(lines, again, strict=True)]
    recount = FlaggedRecount(
        cases=len({answer.case for answer in flagged}),
        win_rate=Estimate(
            value=preference.value,
            interval=preference.interval,
            n=preference.n,
            unit_of_measure="share",
            reason=preference.reason,
        ),
        decision=again[0].decision,
        changes_verdict=any(changed),
    )
    kept = (_doubtful(one) if differs else one for one, differs in zip(lines, changed, strict=True))
    return tuple(kept), recount


def _doubtful(line: MetricResult) -> MetricResult:
    if line.decision == "inconclusive":
        return line
    return replace(line, decision="inconclusive", note=DOUBT, message=f"{line.name}: {DOUBT}")
