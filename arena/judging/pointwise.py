"""Each answer scored alone on the rubric's axes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from arena.asking.question import (
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
from arena.judging.likelihood import TOP_LOGPROBS, UnlikelyReply, expected_level
from arena.judging.pairwise import Candidate, first_token, level
from arena.records.call import Answer, Completion, Request
from arena.records.case import Case
from arena.records.experiment import Judge
from arena.records.judgment import AxisScores, Judgment
from arena.records.rubric import LEVELS, Rubric
from arena.records.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One answer put to one judge alone: the request, and all that reads its reply."""

    request: Request
    question: Question
    candidate: Candidate
    rubric: Rubric  # with the one axis that is asked for, where its level is read by likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What a judge gave one answer on each axis, 1 to 5; None where it gave nothing that can be read."""

    variant: str
    axes: Mapping[str, float | None]
    error: str | None = None  # what failed or could not be read
    cost_usd: float | None = None
    cost_reason: str | None = None


def scorecards(
    judge: Judge,
    rubric: Rubric,
    case: Case,
    candidate: Candidate,
    *,
    repeat: int = 0,
    judge_index: int | None = None,
    workspace: Workspace,
) -> tuple[Scorecard, ...]:
    """Return all that is asked of one judge about one answer: one call, or one an axis where scores are expected.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
    """
    rubrics = [rubric] if judge.scores == "stated" else [replace(rubric, axes=(axis,)) for axis in rubric.axes]
    return tuple(
        scorecard(judge, each, case, candidate, repeat=repeat, judge_index=judge_index, workspace=workspace)
        for each in rubrics
    )


def cards_each(judge: Judge, rubric: Rubric) -> int:
    """Return how many calls one answer takes."""
    return 1 if judge.scores == "stated" else len(rubric.axes)


def scorecard(
    judge: Judge,
    rubric: Rubric,
    case: Case,
    candidate: Candidate,
    *,
    repeat: int = 0,
    judge_index: int | None = None,
    workspace: Workspace,
) -> Scorecard:
    """Return what is asked of one judge about one answer; the other arguments as in `pairwise.ballots`.

    Where scores are expected, the rubric has the one axis that is asked for.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
    """
    question = pointwise_question(judge, rubric, case, candidate, repeat=repeat)
    about = f"axis.{rubric.axes[0].name}" if question.top_logprobs else "axes"
    subject = {"case": case.id, "variant": candidate.variant, "check": about}
    if judge_index is not None:
        subject["judge"] = str(judge_index)
    request = build(question, judge, subject=subject, workspace=workspace, repeat=repeat)
    return Scorecard(request=request, question=question, candidate=candidate, rubric=rubric)


def pointwise_question(judge: Judge, rubric: Rubric, case: Case, candidate: Candidate, *, repeat: int) -> Question:
    """Return the question "what is this answer worth on each axis?"."""
    if judge.scores == "expected":
        return expected_question(judge, rubric, case, candidate, repeat=repeat)
    blocks = [*case_blocks(case, judge), ("ANSWER", candidate.text)]
    word = nonce(prompts.POINTWISE_VERSION, case.id, blocks, candidate.variant, repeat)
    axes = {axis.name: {"type": "integer", "enum": list(LEVELS)} for axis in rubric.axes}
    return Question(
        messages=messages_of(prompts.pointwise_system(rubric, prompt=judge.pointwise_prompt), blocks, word),
        schema=reply_schema(axes=strict_object(axes)),
        schema_name="scores",
        shown=tuple(text for _, text in blocks),
    )


def expected_question(judge: Judge, rubric: Rubric, case: Case, candidate: Candidate, *, repeat: int) -> Question:
    """Return the question "which level, 1 to 5?" on the rubric's one axis, read from the odds of the five digits."""
    (axis,) = rubric.axes
    blocks = [*case_blocks(case, judge), ("ANSWER", candidate.text)]
    word = nonce(prompts.EXPECTED_VERSION, case.id, blocks, [candidate.variant, axis.name], repeat)
    system = prompts.expected_system(rubric, axis, prompt=judge.pointwise_prompt)
    return Question(
        messages=messages_of(system, blocks, word, closing=prompts.EXPECTED_CLOSING),
        schema=reply_schema(level={"type": "integer", "enum": list(LEVELS)}),
        schema_name="level",
        shown=tuple(shown for _, shown in blocks),
        top_logprobs=TOP_LOGPROBS,
    )


def read(asked: Scorecard, answer: Answer) -> Appraisal:
    """Return what the judge gave on each axis; None, with the error, for what is missing or no level."""
    scores, error = read_scores(asked, answer)
    completion = answer if isinstance(answer, Completion) else None
    return Appraisal(
        variant=asked.candidate.variant,
        axes=scores,
        error=error,
        cost_usd=completion.cost_usd if completion else None,
        cost_reason=completion.cost_reason if completion else "the call failed",
    )


def read_scores(asked: Scorecard, answer: Answer) -> tuple[dict[str, float | None], str | None]:
    """Return the score on each axis, and what is wrong with the reply."""
    alternatives = first_token(asked.question, answer)
    if alternatives is not None:
        (axis,) = asked.rubric.axes
        try:
            return {axis.name: expected_level(alternatives, LEVELS)}, None
        except UnlikelyReply as error:
            return {axis.name: None}, f"{axis.name}: {error}"
    reply = read_answer(asked.question, answer)
    given = reply.fields.get("axes") if reply.fields else None
    scores = given if isinstance(given, dict) else {}
    axes = {axis.name: level(scores.get(axis.name)) for axis in asked.rubric.axes}
    return axes, reply.error or "; ".join(reply.complaints) or None


def with_appraisals(judgments: Iterable[Judgment], *appraisals: Appraisal) -> tuple[Judgment, ...]:
    """Return the judgments of one case, judge and repeat with the axes that their answers got alone.

    Without appraisals the judgments stay as they are. The cost of the appraisals is added to the first
    judgment, so that sums over judgments are what was paid; an unknown cost makes that sum unknown.
    """
    if not appraisals:
        return tuple(judgments)
    by_variant = {name: _joined(name, appraisals) for name in dict.fromkeys(each.variant for each in appraisals)}
    found = [_with_axes(judgment, by_variant) for judgment in judgments]
    return (_with_costs(found[0], appraisals), *found[1:]) if found else ()


def _joined(variant: str, appraisals: Iterable[Appraisal]) -> Appraisal:
    """Return all that one answer got, on the axes in the order of their names where each was asked for alone."""
    own = [each for each in appraisals if each.variant == variant]
    if len(own) == 1:
        return own[0]
    axes = {name: score for each in own for name, score in each.axes.items()}
    errors = sorted(each.error for each in own if each.error)
    return Appraisal(variant=variant, axes=dict(sorted(axes.items())), error="; ".join(errors) or None)


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
