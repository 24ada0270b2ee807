"""An answer taken apart by a judge: which claims the context supports, which statements are to the point."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arena.asking.question import (
    DATA_RULE,
    Question,
    build,
    case_blocks,
    messages_of,
    nonce,
    read_answer,
    reason_of,
    reply_schema,
    strict_object,
)
from arena.grading.judged_answer import JudgedAnswer
from arena.grading.table import failed
from arena.records.call import Answer, Completion, Request
from arena.records.experiment import Judge
from arena.records.score import Score
from arena.records.workspace import Workspace

LABELS = ("YES", "NO")
MOST_NAMED = 3  # parts that did not hold, in a score's reason

_REPLY_RULE = """\
Your reply
Write in one sentence what you found, then every part with its judgment, in the order of the answer. \
Reply with one JSON object of this shape and nothing else:
{"reason": "…", "parts": [{"text": "…", "%s": "YES or NO"}, …]}
An answer without any such part has an empty list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissection:
    """One way to take an answer apart."""

    key: str  # of the check
    version: str
    task: str
    holds: str  # the field that says whether a part holds
    what: str  # of the parts, for a person
    passes_empty: bool  # whether an answer without any part passes


FAITHFUL = Dissection(
    key="faithful",
    version="faithful-1",
    task="""\
You take one ANSWER apart into its claims, and say of each whether the CONTEXT supports it.

How to judge
- A claim is one statement of fact that can be true or false by itself. Greetings, thanks, questions, offers of help \
and what the answer says of the person's own words in the REQUEST are no claims.
- YES means that the context states the claim or that it follows from the context. NO means that the context \
contradicts it or does not speak of it, whether or not it is true.
- Leave no claim out, and add none that the answer does not make.""",
    holds="supported",
    what="claims are supported by the context",
    passes_empty=True,
)
RELEVANT = Dissection(
    key="relevant",
    version="relevant-1",
    task="""\
You take one ANSWER apart into its statements, and say of each whether it is to the point of the REQUEST.

How to judge
- A statement is one thing that the answer tells, asks or proposes. Greetings, thanks and closing words are none.
- YES means that it answers the request, or helps the person with what was asked. NO means that it is about something \
else, or so general that it fits any request.
- Whether a statement is true does not matter here. Leave none out, and add none.""",
    holds="relevant",
    what="statements are to the point",
    passes_empty=False,
)
DISSECTIONS: Mapping[str, Dissection] = {each.key: each for each in (FAITHFUL, RELEVANT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDissection:
    """One dissection of one answer: the request, and all that reads its reply."""

    request: Request
    question: Question
    dissection: Dissection
    least: float  # share that passes


def ask(
    dissection: Dissection,
    least: float,
    *,
    judge: Judge,
    answer: JudgedAnswer,
    check: int,
    workspace: Workspace,
) -> AskedDissection:
    """Return what is asked of the judge about one answer; the arguments as in `judged_check.ask`.

    The answer's case has the context that it was given with. `least` is the share that passes, from 0 to 1.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
    """
    question = dissection_question(dissection, answer, judge)
    request = build(question, judge, subject=answer.subject(check), workspace=workspace, repeat=answer.repeat)
    return AskedDissection(request=request, question=question, dissection=dissection, least=least)


def dissection_question(dissection: Dissection, answer: JudgedAnswer, judge: Judge) -> Question:
    """Return the question "which parts does this answer have, and do they hold?", its material fenced."""
    blocks = [*case_blocks(answer.case, judge, context=dissection is FAITHFUL), ("ANSWER", answer.text)]
    part = strict_object({"text": {"type": "string"}, dissection.holds: {"type": "string", "enum": list(LABELS)}})
    word = nonce(dissection.version, answer.case.id, blocks, answer.variant, answer.repeat)
    instructions = "\n\n".join((dissection.task, DATA_RULE, _REPLY_RULE % dissection.holds))
    return Question(
        messages=messages_of(instructions, blocks, word),
        schema=reply_schema(parts={"type": "array", "items": part}),
        schema_name=dissection.key,
        shown=tuple(shown for _, shown in blocks),
    )


def read(asked: AskedDissection, answer: Answer) -> Score:
    """Return the score, its value the share of parts that hold.

    A reply that failed, cannot be read or breaks its shape anywhere is an error of the check: a share of the
    parts that happen to be readable would be a guess.
    """
    key = asked.dissection.key
    reply = read_answer(asked.question, answer)
    cost = answer.cost_usd if isinstance(answer, Completion) else None
    if reply.fields is None or reply.complaints:
        return failed(key, reply.error or f"schema: {reply.complaints[0]}", cost_usd=cost)
    parts: list[Mapping[str, Any]] = reply.fields["parts"]
    if not parts:
        reason = reason_of(reply) or "the answer makes none"
        passed = asked.dissection.passes_empty
        return Score(check=key, passed=passed, reason=f"no part to judge: {reason}", cost_usd=cost)
    failing = [str(part["text"]) for part in parts if part[asked.dissection.holds] != "YES"]
    share = 1.0 - len(failing) / len(parts)
    return Score(
        check=key,
        passed=share >= asked.least - 1e-12,  # 9 of 10 is 0.9 however it is computed
        reason=_reason(asked.dissection, len(parts), failing),
        value=share,
        unit="share",
        cost_usd=cost,
    )


def _reason(dissection: Dissection, parts: int, failing: list[str]) -> str:
    """Return how many parts hold, and the first that do not."""
    found = f"{parts - len(failing)} of {parts} {dissection.what}"
    if not failing:
        return found
    more = f" (and {len(failing) - MOST_NAMED} more)" if len(failing) > MOST_NAMED else ""
    named = "; ".join(text.encode("utf-8", "replace").decode()[:120] for text in failing[:MOST_NAMED])
    return f"{found}; not: {named}{more}"
