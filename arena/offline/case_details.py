"""The cases of a finished run in detail, gathered from its folder."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal, Protocol, TypeVar

from arena.engine.work import context_of
from arena.evidence.of_run import evidence_of_run
from arena.records.answered import Answered
from arena.records.case import Case, Document
from arena.records.case_details import CaseDetails
from arena.records.judgment import Comparison
from arena.records.variant import Variant
from arena.runs.saved import SavedRun

Outcome = Literal["win", "loss", "tie"]


class _OfCase(Protocol):
    @property
    def case(self) -> str: ...


T = TypeVar("T", bound=_OfCase)


def case_details(run: SavedRun) -> tuple[CaseDetails, ...]:
    """Return every case of a run of two variants that was asked, in the order of the golden set.

    Where no judge decides, a case's outcome is which variant passed the greater share of its checks.
    """
    duel = run.result
    arms = (duel.control, duel.treatment)
    answers = _by_case(run.completions)
    judgments = _by_case(run.judgments)
    comparisons = comparisons_of(run)
    variants = run.experiment.variants
    found = []
    for case in run.experiment.golden.cases:
        if case.id not in answers:
            continue
        rows = {arm: tuple(row for row in answers[case.id] if row.variant == arm) for arm in arms}
        said = sorted(judgments.get(case.id, ()), key=lambda each: (each.judge, each.repeat, each.first))
        merged = comparisons.get(case.id)
        found.append(
            CaseDetails(
                case=case,
                context={arm: _context(case, variants.get(arm)) for arm in arms},
                answers=rows,
                judgments=tuple(said),
                outcome=merged.outcome if merged else _by_checks(rows[duel.control], rows[duel.treatment]),
                score=merged.score if merged else None,
                consistent=merged.consistent if merged else None,
            )
        )
    return tuple(found)


def comparisons_of(run: SavedRun) -> dict[str, Comparison]:
    """Return each case's comparison in a run of two variants; nothing where no judge decided."""
    if run.result.win_rate is None:
        return {}
    return {one.case: one for one in evidence_of_run(run).comparisons}


def _by_case(rows: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row.case, []).append(row)
    return found


def _context(case: Case, variant: Variant | None) -> tuple[Document, ...]:
    return case.context if variant is None else context_of(case, variant)


def _by_checks(control: Sequence[Answered], treatment: Sequence[Answered]) -> Outcome | None:
    shares = [_passed(rows) for rows in (control, treatment)]
    if shares[0] is None or shares[1] is None:
        return None
    return "tie" if shares[0] == shares[1] else "win" if shares[1] > shares[0] else "loss"


def _passed(rows: Sequence[Answered]) -> Fraction | None:
    """Return the share of checks that passed; a call that failed passed none."""
    read = [score.passed for row in rows for score in row.scores if score.passed is not None]
    failed = any(row.failure is not None for row in rows)
    return Fraction(sum(read), len(read)) if read else Fraction(0) if failed else None
