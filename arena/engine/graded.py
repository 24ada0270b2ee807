"""The scores of one answer: by its rules at once, by what must run something when it has run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from arena.engine.checks import checks_of
from arena.engine.design import Design
from arena.engine.work import AnswerTask, Work, context_of
from arena.grading.means import Complete, Means
from arena.grading.table import RUNNERS, failed, grade, grade_by_running
from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure
from arena.records.score import Score

TIMED = "max_latency_s"


async def scores_of(
    design: Design, work: Work, task: AnswerTask, answer: Answer, complete: Complete
) -> tuple[Score, ...]:
    """Grade an answer; a judged check waits for its reply, and a failed call has no scores.

    Args:
        design: whose checks are made.
        work: where they are made.
        task: what was asked.
        answer: what came back.
        complete: the way to models.
    """
    if isinstance(answer, CallFailure):
        return ()
    # A check of the context looks at what this arm was shown.
    case = replace(task.case, context=context_of(task.case, task.variant))
    scores = []
    for position, check in enumerate(checks_of(design, task.case)):
        if check.is_judged:
            scores.append(Score(check=check.key, passed=None, reason="", error="not asked yet"))
        elif check.key in RUNNERS:
            subject = {"case": case.id, "variant": task.variant.name, "check": str(position)}
            scores.append(await grade_by_running(check, case, answer, _means(design, work, complete, subject)))
        else:
            scores.append(grade(check, case, answer))
    return tuple(
        score if check.name is None else replace(score, name=check.name)
        for check, score in zip(checks_of(design, task.case), scores, strict=True)
    )


def _means(design: Design, work: Work, complete: Complete, subject: Mapping[str, str]) -> Means:
    return Means(
        root=design.root,
        allow_code=work.options.allow_code,
        complete=complete,
        environment=work.workspace.environment,
        subject=subject,
    )


def without_confounded_times(answered: Iterable[Answered], arms: Sequence[str]) -> tuple[Answered, ...]:
    """Return the answers, a check of the time undone where the arms of a case were not called in the same run.

    Servers differ from day to day: the arm that was asked on the slower day would fail for it.

    Args:
        answered: of a whole run.
        arms: the variants that are compared.
    """
    rows = tuple(answered)
    if not any(score.check == TIMED for row in rows for score in row.scores):
        return rows
    called: dict[str, set[tuple[str | None, bool]]] = {}
    for row in rows:
        if row.completion is not None and row.variant in arms:
            called.setdefault(row.case, set()).add((row.completion.called_in, row.completion.replayed))
    return tuple(_untimed(row) if len(called.get(row.case, ())) > 1 else row for row in rows)


def _untimed(row: Answered) -> Answered:
    undone = failed(TIMED, "the arms were not called in the same run: --refresh measures both")
    scores = (replace(undone, name=score.name) if score.check == TIMED else score for score in row.scores)
    return replace(row, scores=tuple(scores))
