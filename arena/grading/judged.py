"""Every check that is a question to a judge, by its key."""

from collections.abc import Sequence
from dataclasses import replace

from arena.grading import claims, judged_check
from arena.grading.claims import DISSECTIONS, AskedDissection
from arena.grading.judged_answer import JudgedAnswer
from arena.grading.judged_check import AskedCheck
from arena.grading.table import JUDGE
from arena.records.call import Answer
from arena.records.case import Check, Document
from arena.records.experiment import Judge
from arena.records.score import Score
from arena.records.workspace import Workspace

Asked = AskedCheck | AskedDissection


def ask(
    check: Check,
    *,
    judge: Judge,
    answer: JudgedAnswer,
    context: Sequence[Document],
    position: int,
    workspace: Workspace,
) -> Asked:
    """Return what a judge is asked about one answer; `position` is the check's among those of its case.

    `context` is what the answer was given with, where a variant has its own: what it is to be faithful to.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
        KeyError: the check is a rule.
    """
    if check.key == JUDGE:
        return judged_check.ask(check.argument, judge=judge, answer=answer, check=position, workspace=workspace)
    informed = replace(answer, case=replace(answer.case, context=tuple(context)))
    dissection, least = DISSECTIONS[check.key], check.argument["min"]
    return claims.ask(dissection, least, judge=judge, answer=informed, check=position, workspace=workspace)


def read(asked: Asked, answer: Answer) -> Score:
    """Return the score; a reply that failed or cannot be read is an error of the check, never a fail."""
    return judged_check.read(asked, answer) if isinstance(asked, AskedCheck) else claims.read(asked, answer)
