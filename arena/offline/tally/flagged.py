"""Answers that may be talking to the judge, in columns: what `offline.duel.flagged` says of a duel's."""

from dataclasses import replace

import numpy as np

from arena.files.judgments import JudgmentColumns
from arena.offline.tally.compared import Compared, Shares
from arena.records.result import FlaggedAnswer


def flagged_of(table: JudgmentColumns, *, control: str, treatment: str) -> tuple[FlaggedAnswer, ...]:
    """Return each suspicion that the judgments of two variants carry, once, by case."""
    variants = list(table.variants)
    found: set[tuple[str, str, str, str]] = set()
    for row, case, flags in table.flagged:
        shown = {"first": variants[table.first[row]], "second": variants[table.second[row]]}
        if set(shown.values()) == {control, treatment}:
            found |= {(case, shown[flag.side], flag.family, flag.excerpt) for flag in flags}
    return tuple(
        FlaggedAnswer(case=case, variant=variant, family=family, excerpt=excerpt)
        for case, variant, family, excerpt in sorted(found)
    )


def against_flags(
    compared: Compared, shares: Shares, table: JudgmentColumns, flagged: tuple[FlaggedAnswer, ...], *, treatment: str
) -> Compared:
    """Return the comparisons with each flagged answer lost; ½ with bounds 0 and 1 where both answers are flagged.

    Args:
        compared: one a case.
        shares: the judgments behind it, of this table.
        table: where the flags stand.
        flagged: of these two variants.
        treatment: variant name.
    """
    numbers = {case: table.case[row] for row, case, _ in table.flagged}
    carriers: dict[int, set[bool]] = {}
    for answer in flagged:
        place = int(np.searchsorted(shares.numbers, numbers[answer.case]))
        carriers.setdefault(place, set()).add(answer.variant == treatment)
    scores, lows, highs = (np.array(column) for column in (compared.scores, compared.lows, compared.highs))
    for place, treatments in carriers.items():
        both = len(treatments) == 2
        lost = 0.0 if True in treatments else 1.0
        scores[place], lows[place], highs[place] = (0.5, 0.0, 1.0) if both else (lost, lost, lost)
    return replace(compared, scores=scores, lows=lows, highs=highs)
