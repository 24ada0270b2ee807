"""Every check that is a question to a judge, by its key."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from arena.grading import claims, judged_check
from arena.grading.claims import DISSECTIONS, AskedDissection
from arena.grading.judged_check import AskedCheck
from arena.grading.table import JUDGED
from arena.records.call import Answer, Completion
from arena.records.case import Case, Check, Document
from arena.records.experiment import Judge
from arena.records.score import Score

Asked = AskedCheck | AskedDissection

#: Keys of checks that wait for a judge's reply; every other check is a rule of `arena.grading.table`.
JUDGED_KEYS = frozenset({JUDGED, *DISSECTIONS})


def ask(
    check: Check,
    *,
    judge: Judge,
    case: Case,
    context: Sequence[Document],
    variant: str,
    completion: Completion,
    position: int,
    environment: Mapping[str, str],
    repeat: int = 0,
    root: Path | None = None,
) -> Asked:
    """Return what a judge is asked about one answer; `position` is the check's among those of its case.

    `context` is what the answer was given with, where a variant has its own: what it is to be faithful to.

    Raises:
        UsageError: the judge's model does not take a setting that was asked for.
        KeyError: the check is a rule.
    """
    if check.key == JUDGED:
        return judged_check.ask(
            check.argument,
            judge=judge,
            case=case,
            variant=variant,
            completion=completion,
            check=position,
            environment=environment,
            repeat=repeat,
            root=root,
        )
    return claims.ask(
        DISSECTIONS[check.key],
        check.argument["min"],
        judge=judge,
        case=replace(case, context=tuple(context)),
        variant=variant,
        completion=completion,
        check=position,
        environment=environment,
        repeat=repeat,
        root=root,
    )


def read(asked: Asked, answer: Answer) -> Score:
    """Return the score; a reply that failed or cannot be read is an error of the check, never a fail."""
    return judged_check.read(asked, answer) if isinstance(asked, AskedCheck) else claims.read(asked, answer)
