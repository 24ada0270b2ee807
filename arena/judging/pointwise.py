"""Each answer scored alone on the rubric's axes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from arena.completions.question import (
    Question,
    build,
    case_blocks,
    messages_of,
    nonce,
    read_answer,
    reply_schema,
    strict_object,
)
from arena.judging import prompts
from arena.judging.pairwise import LEVELS, Candidate, level
from arena.records.call import Answer, Completion, Request
from arena.records.case import Case
from arena.records.experiment import Judge
from arena.records.judgment import AxisScores, Judgment
from arena.records.rubric import Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One answer put to one judge alone: the request, and all that reads its reply."""

    request: Request
    question: Question
    candidate: Candidate
    rubric: Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What a judge gave one answer on each axis, 1 to 5; None where it gave nothing that can be read."""

    variant: str
    axes: Mapping[str, float | None]
    error: str | None = None  # what failed or could not be read
    cost_usd: float | None = None
    cost_reason: str | None = None


def scorecard(
    judge: Judge,
    rubric: Rubric,
    case: Case,
    candidate: Candidate,
    *,
    repeat: int = 0,
    judge_index: int | None = None,
    environment: Mapping[str, str],
    root: Path | None = None,
) -> Scorecard:
    """Return what is asked of one judge about one answer; the other arguments as in `pairwise.ballots`.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
    """
    question = pointwise_question(judge, rubric, case, candidate, repeat=repeat)
    subject = {"case": case.id, "variant": candidate.variant, "check": "axes"}
    if judge_index is not None:
        subject["judge"] = str(judge_index)
    request = build(question, judge, subject=subject, environment=environment, repeat=repeat, root=root)
    return Scorecard(request=request, question=question, candidate=candidate, rubric=rubric)


def pointwise_question(judge: Judge, rubric: Rubric, case: Case, candidate: Candidate, *, repeat: int) -> Question:
    """Return the question "what is this answer worth on each axis?"."""
    blocks = [*case_blocks(case, judge), ("ANSWER", candidate.text)]
    word = nonce(prompts.POINTWISE_VERSION, case.id, blocks, candidate.variant, repeat)
    axes = {axis.name: {"type": "integer", "enum": list(LEVELS)} for axis in rubric.axes}
    return Question(
        messages=messages_of(prompts.pointwise_system(rubric), blocks, word),
        schema=reply_schema(axes=strict_object(axes)),
        schema_name="scores",
        shown=tuple(text for _, text in blocks),
    )


def read(asked: Scorecard, answer: Answer) -> Appraisal:
    """Return what the judge gave on each axis; None, with the error, for what is missing or no level."""
    reply = read_answer(asked.question, answer)
    given = reply.fields.get("axes") if reply.fields else None
    scores = given if isinstance(given, dict) else {}
    completion = answer if isinstance(answer, Completion) else None
    return Appraisal(
        variant=asked.candidate.variant,
        axes={axis.name: level(scores.get(axis.name)) for axis in asked.rubric.axes},
        error=reply.error or "; ".join(reply.complaints) or None,
        cost_usd=completion.cost_usd if completion else None,
        cost_reason=completion.cost_reason if completion else "the call failed",
    )


def with_appraisals(judgments: Iterable[Judgment], *appraisals: Appraisal) -> tuple[Judgment, ...]:
    """Return the judgments of one case, judge and repeat with the axes that their answers got alone.

    Without appraisals the judgments stay as they are. The cost of the appraisals is added to the first
    judgment, so that sums over judgments are what was paid; an unknown cost makes that sum unknown.
    """
    if not appraisals:
        return tuple(judgments)
    by_variant = {appraisal.variant: appraisal for appraisal in appraisals}
    found = [_with_axes(judgment, by_variant) for judgment in judgments]
    return (_with_costs(found[0], appraisals), *found[1:]) if found else ()


def _with_costs(judgment: Judgment, appraisals: Iterable[Appraisal]) -> Judgment:
    paid = [(judgment.cost_usd, judgment.cost_reason), *((each.cost_usd, each.cost_reason) for each in appraisals)]
    known = [cost for cost, _ in paid if cost is not None]
    return replace(
        judgment,
        cost_usd=sum(known) if len(known) == len(paid) else None,
        cost_reason=next((reason for cost, reason in paid if cost is None), None),
    )


def _with_axes(judgment: Judgment, by_variant: Mapping[str, Appraisal]) -> Judgment:
    first, second = by_variant[judgment.first], by_variant[judgment.second]
    troubles = [judgment.error, *(f"axes of {each.variant}: {each.error}" for each in (first, second) if each.error)]
    return replace(
        judgment,
        axes={name: AxisScores(first=first.axes[name], second=second.axes[name]) for name in first.axes},
        error="; ".join(trouble for trouble in troubles if trouble) or None,
    )
