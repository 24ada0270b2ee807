"""A statement about one answer that a judge finds true or false: `{judge: "Promises no refund."}`."""

from dataclasses import dataclass

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
)
from arena.grading.judged_answer import JudgedAnswer
from arena.grading.table import JUDGE, failed
from arena.records.call import Answer, Completion, Request
from arena.records.experiment import Judge
from arena.records.score import Score
from arena.records.workspace import Workspace

VERSION = "check-1"
LABELS = ("PASS", "FAIL")

TASK = """\
You check one ANSWER to a request against one statement.

How to judge
- PASS means that the statement is true of the answer as it is written. FAIL means that it is not.
- Judge this statement alone; how good the answer is otherwise does not matter.
- Use the CONTEXT and the REFERENCE where they are shown."""

REPLY_RULE = """\
Your reply
Write the reason first, in one or two sentences that name what decided, then the judgment. \
Reply with one JSON object of this shape and nothing else:
{"reason": "…", "judgment": "PASS or FAIL"}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCheck:
    """One judged check of one answer: the request, and the question that reads its reply."""

    request: Request
    question: Question


def ask(
    statement: str,
    *,
    judge: Judge,
    answer: JudgedAnswer,
    check: int,
    workspace: Workspace,
) -> AskedCheck:
    """Return what is asked of the judge about one answer.

    `statement` is the check's, in the user's words: it belongs to the instructions. `check` is the
    check's position among those of its case, for the request's subject. `workspace` as in `question.build`.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
    """
    question = check_question(statement, judge, answer)
    request = build(question, judge, subject=answer.subject(check), workspace=workspace, repeat=answer.repeat)
    return AskedCheck(request=request, question=question)


def check_question(statement: str, judge: Judge, answer: JudgedAnswer) -> Question:
    """Return the question "is the statement true of this answer?", its material fenced."""
    blocks = [*case_blocks(answer.case, judge), ("ANSWER", answer.text)]
    word = nonce(VERSION, answer.case.id, blocks, statement, answer.variant, answer.repeat)
    instructions = "\n\n".join((TASK, DATA_RULE, REPLY_RULE, f"The statement\n{statement}"))
    return Question(
        messages=messages_of(instructions, blocks, word),
        schema=reply_schema(judgment={"type": "string", "enum": list(LABELS)}),
        schema_name="check",
        label="judgment",
        labels=LABELS,
        shown=tuple(shown for _, shown in blocks),
    )


def read(asked: AskedCheck, answer: Answer) -> Score:
    """Return the score; a reply that failed or cannot be read is an error of the check, never a fail."""
    reply = read_answer(asked.question, answer)
    cost = answer.cost_usd if isinstance(answer, Completion) else None
    if reply.fields is None:
        return failed(JUDGE, reply.error or "", cost_usd=cost)
    passed = reply.fields["judgment"] == "PASS"
    return Score(check=JUDGE, passed=passed, reason=reason_of(reply) or "no reason given", cost_usd=cost)
