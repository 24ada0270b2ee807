"""Two answers to one case, shown to one judge in both orders."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from arena.asking.question import (
    Question,
    Reply,
    asking_decoding,
    build,
    canonical,
    case_blocks,
    messages_of,
    nonce,
    read_answer,
    reason_of,
    reply_schema,
    strict_object,
)
from arena.judging import prompts
from arena.judging.injection import suspicions
from arena.judging.likelihood import TOP_LOGPROBS, UnlikelyReply, log_odds
from arena.records.call import Answer, CallFailure, Completion, Finish, Request
from arena.records.case import Case
from arena.records.experiment import Judge
from arena.records.judgment import AxisScores, Flag, Judgment, Side
from arena.records.rubric import LEVELS, Rubric
from arena.records.workspace import Workspace

LABELS = ("A", "B", "TIE")
LETTERS = ("A", "B")
WINNERS: Mapping[str, Literal["first", "second", "tie"]] = {"A": "first", "B": "second", "TIE": "tie"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One answer that is compared: the variant that gave it, and its text."""

    variant: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One presentation of one case put to one judge: the request, and all that reads its reply."""

    request: Request
    question: Question
    case: Case
    first: Candidate
    second: Candidate
    rubric: Rubric
    judge: Judge
    judge_config: str
    repeat: int


def ballots(
    judge: Judge,
    rubric: Rubric,
    case: Case,
    control: Candidate,
    treatment: Candidate,
    *,
    repeat: int = 0,
    judge_index: int | None = None,
    workspace: Workspace,
) -> tuple[Ballot, ...]:
    """Return what is asked of one judge about one case: both orders, control first in the first of them.

    `presentations: single` leaves one order, which depends on the case's id alone, so that each variant
    is shown first in about half of the cases. `repeat` says which completion of each variant the texts
    are; it is part of the cache key and of the nonce. `judge_index` is the position in a panel, None
    when there is one judge. `workspace` as in `question.build`.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
    """
    orders = [(control, treatment), (treatment, control)]
    if judge.presentations == "single":
        orders = [orders[hashlib.sha256(case.id.encode()).digest()[0] % 2]]
    return tuple(
        ballot(judge, rubric, case, *order, repeat=repeat, judge_index=judge_index, workspace=workspace)
        for order in orders
    )


def ballot(
    judge: Judge,
    rubric: Rubric,
    case: Case,
    first: Candidate,
    second: Candidate,
    *,
    repeat: int,
    judge_index: int | None,
    workspace: Workspace,
) -> Ballot:
    """Return one presentation: `first` is shown as A, `second` as B."""
    question = pairwise_question(judge, rubric, case, first, second, repeat=repeat)
    subject = {"case": case.id, "first": first.variant, "second": second.variant}
    if judge_index is not None:
        subject["judge"] = str(judge_index)
    return Ballot(
        request=build(question, judge, subject=subject, workspace=workspace, repeat=repeat),
        question=question,
        case=case,
        first=first,
        second=second,
        rubric=rubric,
        judge=judge,
        judge_config=configuration(judge, rubric, question),
        repeat=repeat,
    )


def pairwise_question(
    judge: Judge, rubric: Rubric, case: Case, first: Candidate, second: Candidate, *, repeat: int
) -> Question:
    """Return the question "which of the two is better?", with the axes where the judge scores them pairwise."""
    if judge.method == "likelihood":
        return likelihood_question(judge, rubric, case, first, second, repeat=repeat)
    with_axes = judge.axes == "pairwise" and bool(rubric.axes)
    blocks = [*case_blocks(case, judge), ("ANSWER A", first.text), ("ANSWER B", second.text)]
    word = nonce(prompts.PAIRWISE_VERSION, case.id, blocks, [first.variant, second.variant], repeat)
    return Question(
        messages=messages_of(prompts.pairwise_system(rubric, with_axes=with_axes, prompt=judge.prompt), blocks, word),
        schema=pairwise_schema(rubric if with_axes else None),
        schema_name="judgment",
        label="winner",
        labels=LABELS,
        shown=tuple(text for _, text in blocks),
    )


def likelihood_question(
    judge: Judge, rubric: Rubric, case: Case, first: Candidate, second: Candidate, *, repeat: int
) -> Question:
    """Return the question "A or B?", read from the odds of the two letters; it has no tie and no axes."""
    blocks = [*case_blocks(case, judge), ("ANSWER A", first.text), ("ANSWER B", second.text)]
    word = nonce(prompts.LIKELIHOOD_VERSION, case.id, blocks, [first.variant, second.variant], repeat)
    system = prompts.likelihood_system(rubric, prompt=judge.prompt)
    return Question(
        messages=messages_of(system, blocks, word, closing=prompts.LIKELIHOOD_CLOSING),
        schema=reply_schema(winner={"type": "string", "enum": list(LETTERS)}),
        schema_name="judgment",
        label="winner",
        labels=LETTERS,
        shown=tuple(text for _, text in blocks),
        top_logprobs=TOP_LOGPROBS,
    )


def pairwise_schema(rubric: Rubric | None) -> dict[str, Any]:
    """Return the schema of a judgment: reason, the axes' scores of both answers (None: no axes), winner."""
    winner = {"type": "string", "enum": list(LABELS)}
    if rubric is None:
        return reply_schema(winner=winner)
    level = {"type": "integer", "enum": list(LEVELS)}
    axes = {axis.name: strict_object({"A": level, "B": level}) for axis in rubric.axes}
    return reply_schema(axes=strict_object(axes), winner=winner)


def configuration(judge: Judge, rubric: Rubric, question: Question) -> str:
    """Return the judge's whole configuration as 16 hex digits: equal for judgments that may be pooled.

    Covers the model and its endpoint, the decoding that is asked for, the prompts' versions and text,
    the rubric, the reply's schema, how axes are scored, and what of the case the judge sees.
    """
    parts: dict[str, Any] = {
        "model": [judge.model.vendor, judge.model.name, judge.model.base_url, judge.model.api],
        "decoding": asking_decoding(judge.model, judge.decoding, one_token=question.top_logprobs > 0).requested(),
        "versions": [prompts.PAIRWISE_VERSION, prompts.POINTWISE_VERSION],
        "instructions": question.messages[0].content,
        "rubric": rubric.sha256,
        "schema": question.schema,
        "axes": judge.axes,
        "sees": [judge.sees_context, judge.sees_reference],
    }
    own = [prompt and [prompt.version, prompt.text] for prompt in (judge.prompt, judge.pointwise_prompt)]
    if any(own):
        parts["prompts"] = own
    if (judge.method, judge.scores) != ("label", "stated"):
        parts["read"] = [judge.method, judge.scores, prompts.LIKELIHOOD_VERSION, prompts.EXPECTED_VERSION]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:16]


def read(asked: Ballot, answer: Answer) -> Judgment:
    """Return the judgment that the judge's answer is; unparseable or failed where it is none.

    Axis scores that the judge left out, or gave outside 1 to 5, are None and named in `error`; they
    do not spoil a winner that was read.
    """
    reply, odds = read_reply(asked.question, answer)
    completion = answer if isinstance(answer, Completion) else None
    with_axes = asked.judge.axes == "pairwise" and reply.fields and odds is None
    return Judgment(
        case=asked.case.id,
        first=asked.first.variant,
        second=asked.second.variant,
        winner=WINNERS[reply.fields["winner"]] if reply.fields else None,
        outcome="read" if reply.fields else "failed" if reply.failed else "unparseable",
        log_odds=odds,
        axes=axes_of(reply, asked.rubric) if with_axes else {},
        reason=reason_of(reply),
        repeat=asked.repeat,
        cluster=asked.case.cluster,
        judge=asked.judge.id,
        judge_config=asked.judge_config,
        length_first=len(asked.first.text),
        length_second=len(asked.second.text),
        flagged=(*flags("first", asked.first), *flags("second", asked.second)),
        error=reply.error or "; ".join(reply.complaints) or None,
        request_key=answer.request_key,
        model_returned=completion.model_returned if completion else None,
        cost_usd=completion.cost_usd if completion else None,
        cost_reason=completion.cost_reason if completion else "the call failed",
    )


def read_reply(question: Question, answer: Answer) -> tuple[Reply, float | None]:
    """Return what the judge says; by likelihood, the letter that the first token favours and ln p(B) − ln p(A).

    That letter is TIE at odds of exactly 0.
    """
    alternatives = first_token(question, answer)
    if alternatives is None:
        return read_answer(question, answer), None
    try:
        odds = log_odds(alternatives, LETTERS)
    except UnlikelyReply as error:
        return Reply(fields=None, error=str(error)), None
    winner = "TIE" if odds == 0 else "B" if odds > 0 else "A"
    return Reply(fields={"winner": winner, "reason": f"ln p(B) − ln p(A) = {odds:+.3f}"}), odds


def first_token(question: Question, answer: Answer) -> Mapping[str, float] | None:
    """Return the first token's alternatives where they are what is read; None where the text is.

    A reply that was to be cut after one token may end as it likes, but a refusal is one.
    """
    if not question.top_logprobs or isinstance(answer, CallFailure):
        return None
    return None if answer.finish in (Finish.REFUSAL, Finish.CONTENT_FILTER) else answer.logprobs


def axes_of(reply: Reply, rubric: Rubric) -> dict[str, AxisScores]:
    """Return both answers' scores by axis: A is the first, B the second."""
    given = reply.fields.get("axes") if reply.fields else None
    pairs = given if isinstance(given, dict) else {}
    return {axis.name: axis_scores(pairs.get(axis.name)) for axis in rubric.axes}


def axis_scores(pair: object) -> AxisScores:
    """Return one axis as the judge gave it; None for what is no level."""
    levels = pair if isinstance(pair, dict) else {}
    return AxisScores(first=level(levels.get("A")), second=level(levels.get("B")))


def level(value: object) -> float | None:
    """Return a level 1 to 5 as a number; None for everything else, a text or `true` too."""
    return float(value) if isinstance(value, int | float) and value in LEVELS and value is not True else None


def flags(side: Side, candidate: Candidate) -> tuple[Flag, ...]:
    """Return the suspected injections of the answer shown on a side."""
    found = suspicions(candidate.text)
    return tuple(Flag(side=side, family=each.family, excerpt=each.excerpt) for each in found)
