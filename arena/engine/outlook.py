"""A planned duel as `--dry-run` shows it: its calls, their price, and what its cases can prove at best."""

from arena.engine.forecast import Forecast
from arena.engine.plan import DuelPlan
from arena.engine.prepare import cap_of
from arena.planning.provable import provable
from arena.records.outlook import Outlook, Reach
from arena.records.result import SCHEMA_VERSION, ExperimentRef


def outlook(plan: DuelPlan, expected: Forecast) -> Outlook:
    """Return what is known of a run before it is sent.

    Args:
        plan: what will be asked.
        expected: what that should cost.
    """
    return Outlook(
        schema_version=SCHEMA_VERSION,
        kind="plan",
        experiment=ExperimentRef(name=plan.experiment.name, hash=plan.experiment.hash),
        control=plan.control.name,
        treatment=plan.treatment.name,
        cases=len(plan.selection.cases),
        repeats=plan.repeats,
        differences=plan.differences,
        calls=expected.calls,
        models=expected.models,
        input_tokens=expected.input_tokens,
        output_tokens=expected.output_tokens,
        usd=expected.usd,
        unpriced=expected.unpriced,
        cap_usd=cap_of(plan),
        cap_enforced=plan.cap_enforced,
        provable=reach(plan),
        selection=plan.selection.sentence,
        notes=plan.notes,
    )


def reach(plan: DuelPlan) -> tuple[Reach, ...]:
    """Return, for each declared criterion, whether the plan's cases could prove it on perfect data."""
    found = provable(
        plan.experiment.metrics,
        cases=len(plan.selection.cases),
        alpha=plan.experiment.gate.alpha,
        clusters=clusters_of(plan),
    )
    return tuple(Reach(message=one.message, within_reach=one.within_reach) for one in found)


def clusters_of(plan: DuelPlan) -> int | None:
    """Return how many independent units the cases are; None where none shares a cluster."""
    labels = [case.cluster for case in plan.selection.cases]
    if not any(labels):
        return None
    return len({label for label in labels if label is not None}) + sum(label is None for label in labels)
