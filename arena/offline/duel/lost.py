"""The cases that the treatment lost, worst first."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from arena.engine.design import Design
from arena.judging.axes import axis_means
from arena.measuring.answers import Answers
from arena.records.answered import Answered
from arena.records.judgment import Comparison, Judgment
from arena.records.result import LostCase


def lost_cases(
    design: Design,
    answers: Answers,
    comparisons: Sequence[Comparison],
    judgments: Mapping[str, Sequence[Judgment]],
) -> tuple[LostCase, ...]:
    """Return every case that the treatment lost: by score, then by how far its axes fell behind.

    Without a judge, a case is lost when the treatment failed a check, or its call, and the control did not.
    """
    control, treatment = design.control.name, design.treatment.name
    if not design.experiment.judges:
        return _lost_by_checks(design, answers)
    lost = [
        LostCase(
            case=one.case,
            score=one.score,
            margin=_margin(judgments.get(one.case, ()), control, treatment),
            reason=_reason(one, judgments.get(one.case, ()), answers, treatment),
        )
        for one in comparisons
        if one.outcome == "loss"
    ]
    return tuple(sorted(lost, key=lambda one: (one.score, one.margin or 0.0, one.case)))


def _margin(judgments: Sequence[Judgment], control: str, treatment: str) -> float | None:
    means = axis_means(judgments, control=control, treatment=treatment).values()
    return fmean(mean.treatment - mean.control for mean in means) if means else None


def _reason(comparison: Comparison, judgments: Sequence[Judgment], answers: Answers, treatment: str) -> str:
    if comparison.treatment_failed:
        return _failure(answers.of(treatment, comparison.case))
    against = [one for one in judgments if (share := one.share_of(treatment)) is not None and share < 0.5]
    return against[0].reason if against else ""


def _failure(answered: Sequence[Answered]) -> str:
    failure = next((one.failure for one in answered if one.failure is not None), None)
    return f"the call failed: {failure.kind.value}: {failure.message}" if failure else ""


def _lost_by_checks(design: Design, answers: Answers) -> tuple[LostCase, ...]:
    lost = []
    for case in design.selection.cases:
        control = answers.of(design.control.name, case.id)
        treatment = answers.of(design.treatment.name, case.id)
        if (troubles := _troubles(treatment)) and not _troubles(control):
            lost.append(LostCase(case=case.id, score=None, margin=None, reason=troubles[0]))
    return tuple(lost)


def _troubles(answered: Sequence[Answered]) -> list[str]:
    failed = [_failure([one]) for one in answered if one.failure is not None]
    return failed + [f"{s.label}: {s.reason}" for one in answered for s in one.scores if s.passed is False]
