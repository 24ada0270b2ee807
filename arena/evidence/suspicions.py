"""Suspected prompt injection: which answers, and what would be decided if they had lost for it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from arena.evidence.merge import Comparisons
from arena.evidence.shares import Mask, Numbers
from arena.files.judgments import JudgmentColumns
from arena.records.metric import Decision
from arena.records.result import FlaggedAnswer, FlaggedRecount, WinRate
from arena.stats.estimate import Estimate
from arena.stats.preference import Preference

DOUBT = "suspected prompt injection could change the verdict"


def flagged_answers(table: JudgmentColumns, *, among: Sequence[str] | None = None) -> tuple[FlaggedAnswer, ...]:
    """Return each suspicion once, by case, whatever the number of judgments that carry it.

    Args:
        table: judgments of any variants.
        among: two variants, whose judgments are looked at; None: all.
    """
    variants = list(table.variants)
    found: set[tuple[str, str, str, str]] = set()
    for row, case, flags in table.flagged:
        shown = {"first": variants[table.first[row]], "second": variants[table.second[row]]}
        if among is None or set(shown.values()) == set(among):
            found |= {(case, shown[flag.side], flag.family, flag.excerpt) for flag in flags}
    return tuple(
        FlaggedAnswer(case=case, variant=variant, family=family, excerpt=excerpt)
        for case, variant, family, excerpt in sorted(found)
    )


def against_flags(comparisons: Comparisons, table: JudgmentColumns) -> Comparisons:
    """Return the comparisons with each flagged answer lost; ½ with bounds 0 and 1 where both answers are flagged.

    Args:
        comparisons: of two variants.
        table: that they are from.
    """
    treatment, control = (_flagged(comparisons, table, side) for side in (comparisons.treatment, comparisons.control))
    scores, lows, highs = (
        np.where(treatment & control, both, np.where(treatment, 0.0, np.where(control, 1.0, column)))
        for column, both in ((comparisons.scores, 0.5), (comparisons.lows, 0.0), (comparisons.highs, 1.0))
    )
    return replace(comparisons, scores=scores, lows=lows, highs=highs)


def _flagged(comparisons: Comparisons, table: JudgmentColumns, side: Numbers) -> Mask:
    """Return of each comparison whether the answer of that side is flagged in any judgment of the two."""
    marked = set()
    for row, _, flags in table.flagged:
        shown = {"first": table.first[row], "second": table.second[row]}
        marked |= {(table.case[row], shown[flag.side], sum(shown.values())) for flag in flags}
    sums = comparisons.treatment + comparisons.control
    entries = zip(comparisons.case.tolist(), side.tolist(), sums.tolist(), strict=True)
    return np.fromiter((entry in marked for entry in entries), dtype=np.bool_, count=len(side))


def recount(
    flagged: Sequence[FlaggedAnswer],
    win_rate: Preference | WinRate,
    before: Sequence[Decision | None],
    after: Sequence[Decision | None],
) -> FlaggedRecount:
    """Return the count against the flags, and whether it changes anything that was decided.

    Args:
        flagged: the suspected answers.
        win_rate: with each of them lost.
        before: what was decided of the win rate, one a limit.
        after: what would have been.
    """
    return FlaggedRecount(
        cases=len({answer.case for answer in flagged}),
        win_rate=Estimate(
            value=win_rate.value,
            interval=win_rate.interval,
            n=win_rate.n,
            unit_of_measure="share",
            reason=win_rate.reason,
        ),
        decision=after[0],
        changes_verdict=list(before) != list(after),
    )
