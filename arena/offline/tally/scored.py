"""Pass and score of two variants, turned into one comparison a case."""

from collections.abc import Mapping
from statistics import fmean
from typing import Literal

import numpy as np

from arena.files.imports.promptfoo_results import Scored, ScoredTable
from arena.offline.tally.compared import Compared
from arena.records.tally import VariantScores

UNKNOWN = (0.5, 0.0, 1.0)


def compare(table: ScoredTable, *, control: str, treatment: str) -> Compared:
    """Return what each case says: the higher score wins, equal scores tie.

    A call that failed is its arm's loss; both failed, or one that was not run: ½ with bounds 0 and 1.

    Args:
        table: scores of any variants; a case with neither of the two is left out.
        control: variant name.
        treatment: variant name.
    """
    kept = [i for i, case in enumerate(table.cases) if control in case or treatment in case]
    cases = [table.cases[i] for i in kept]
    columns = np.array([_compared(case.get(control), case.get(treatment)) for case in cases]).reshape(-1, 3)
    numbers: dict[str, int] = {}
    clusters = [None if (label := table.clusters[i]) is None else numbers.setdefault(label, len(numbers)) for i in kept]
    return Compared(
        scores=columns[:, 0],
        lows=columns[:, 1],
        highs=columns[:, 2],
        clusters=clusters if numbers else None,
        control_failed=_failures(cases, control),
        treatment_failed=_failures(cases, treatment),
    )


def _compared(control: Scored | None, treatment: Scored | None) -> tuple[float, float, float]:
    if control is None or treatment is None or (control.failed and treatment.failed):
        return UNKNOWN
    if control.failed or treatment.failed:
        score = float(control.failed)
    else:
        score = 0.5 + 0.5 * float(np.sign(treatment.score - control.score))
    return score, score, score


def _failures(cases: list[Mapping[str, Scored]], variant: str) -> int:
    return sum(variant in case and case[variant].failed for case in cases)


def variant_scores(table: ScoredTable, name: str, role: Literal["control", "treatment"]) -> VariantScores:
    """Return how one variant did by itself."""
    found = [case[name] for case in table.cases if name in case]
    answered = [one.score for one in found if not one.failed]
    return VariantScores(
        name=name,
        role=role,
        cases=len(found),
        passed=sum(one.passed for one in found),
        failed=len(found) - len(answered),
        mean_score=fmean(answered) if answered else None,
    )
