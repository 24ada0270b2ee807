"""A planned duel as `--dry-run` shows it: its calls, their price, and what its cases can prove at best."""

from collections.abc import Sequence
from dataclasses import replace

from arena.deciding.wording import limit_label
from arena.engine.design import Design
from arena.engine.plan import Plan
from arena.kinds.quantities import repeats_needed
from arena.measuring.values import cases_of
from arena.planning.provable import Provable, provable
from arena.records.case import Case
from arena.records.metric import Metric
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
    found = provable_by(design, design.experiment.metrics)
    return tuple(Feasibility(message=one.message, within_reach=one.within_reach) for one in found)


def provable_by(design: Design, metrics: Sequence[Metric]) -> tuple[Provable, ...]:
    """Return what the design's cases could prove of metrics: each counts the cases that it is of.

    Args:
        design: whose cases are asked, as often as it repeats them.
        metrics: of its experiment.
    """
    found: list[Provable] = []
    for metric in metrics:
        cases = cases_of(metric, design.experiment, design.selection.cases)
        alpha, repeats = design.experiment.gate.alpha, repeats_needed(metric.source)
        of_metric = provable([metric], cases=len(cases), alpha=alpha, clusters=clusters_of(cases))
        found += of_metric if design.repeats >= repeats else (_too_few_repeats(one, design) for one in of_metric)
    return tuple(found)


def _too_few_repeats(one: Provable, design: Design) -> Provable:
    needed = repeats_needed(one.metric.source)
    label = f"{one.metric.label} {limit_label(one.criterion)}"
    message = f"{label}: needs {needed} answers to a case, the plan asks for {design.repeats}: --repeats {needed}"
    return replace(one, needed=None, message=message)


def clusters_of(cases: Sequence[Case]) -> int | None:
    """Return how many independent units cases are; None where none shares a cluster."""
    labels = [case.cluster for case in cases]
    if not any(labels):
        return None
    return len({label for label in labels if label is not None}) + sum(label is None for label in labels)
