"""A planned duel as `--dry-run` shows it: its calls, their price, and what its cases can prove at best."""

from arena.engine.design import Design
from arena.engine.plan import Plan
from arena.planning.provable import provable
from arena.records.preview import Feasibility, RunPreview
from arena.records.result import SCHEMA_VERSION, ExperimentRef


def preview(plan: Plan) -> RunPreview:
    """Return what is known of a run before it is sent."""
    design, budget, expected = plan.design, plan.budget, plan.budget.forecast
    return RunPreview(
        schema_version=SCHEMA_VERSION,
        kind="plan",
        experiment=ExperimentRef(name=design.experiment.name, hash=design.experiment.hash),
        control=design.control.name,
        treatment=design.treatment.name,
        cases=len(design.selection.cases),
        repeats=design.repeats,
        differences=design.differences,
        calls=expected.calls,
        models=expected.models,
        input_tokens=expected.input_tokens,
        output_tokens=expected.output_tokens,
        usd=expected.usd,
        unpriced=expected.unpriced,
        cap_usd=budget.cap_usd,
        cap_enforced=budget.cap_enforced,
        provable=feasibility_of(design),
        selection=design.selection.sentence,
        notes=design.notes,
    )


def feasibility_of(design: Design) -> tuple[Feasibility, ...]:
    """Return, for each declared criterion, whether the design's cases could prove it on perfect data."""
    found = provable(
        design.experiment.metrics,
        cases=len(design.selection.cases),
        alpha=design.experiment.gate.alpha,
        clusters=clusters_of(design),
    )
    return tuple(Feasibility(message=one.message, within_reach=one.within_reach) for one in found)


def clusters_of(design: Design) -> int | None:
    """Return how many independent units the cases are; None where none shares a cluster."""
    labels = [case.cluster for case in design.selection.cases]
    if not any(labels):
        return None
    return len({label for label in labels if label is not None}) + sum(label is None for label in labels)
