"""What a gate knows before anything is sent: that there is nothing to compare, or too little to prove it with."""

from collections.abc import Iterator

from arena.deciding.verdict import nothing_to_compare, together
from arena.deciding.wording import limit_label
from arena.engine.design import Design
from arena.engine.preview import provable_by
from arena.errors import UsageError
from arena.records.gate import GateResult, Reason, Verdict
from arena.records.metric import Decision, Metric
from arena.records.result import SCHEMA_VERSION, DuelResult, ExperimentRef


def precheck(design: Design, *, unchanged: Decision) -> Verdict | None:
    """Return the verdict that no answer could change; None where answers decide.

    Args:
        design: of the gate's cases.
        unchanged: what arms that do not differ at all are worth.

    Raises:
        UsageError: no case of a tag that must pass is among the gate's cases.
    """
    _check_tags(design)
    if not design.differences:
        return together([nothing_to_compare(unchanged=unchanged)])
    out_of_reach = tuple(_out_of_reach(design))
    return together(out_of_reach) if out_of_reach else None


def skipped_result(design: Design, verdict: Verdict) -> GateResult:
    """Return the result of a gate that asked nothing."""
    arms = {"control": design.control, "treatment": design.treatment}
    nothing = DuelResult(
        schema_version=SCHEMA_VERSION,
        kind="duel",
        experiment=ExperimentRef(name=design.experiment.name, hash=design.experiment.hash),
        hypothesis=design.experiment.hypothesis,
        control=design.control.name,
        treatment=design.treatment.name,
        cases=len(design.selection.cases),
        repeats=design.repeats,
        models={role: str(arm.model) if arm.model else None for role, arm in arms.items()},
        differences=design.differences,
        win_rate=None,
        win_rate_decision=None,
        axes=None,
        metrics=(),
        judge=None,
        judges=(),
        outcomes={},
        lost=(),
        cost_usd=0.0,
        cost_reason=None,
        determinism="D0",
        determinism_reason="nothing was asked",
        cases_needed=None,
        cases_needed_note=None,
        early_stop=None,
        selection=design.selection.sentence,
        notes=design.notes,
    )
    sealed = design.experiment.split is not None
    return GateResult(duel=nothing, verdict=verdict, must_pass=(), sent=False, sealed=sealed)


def deciding_metrics(design: Design) -> list[Metric]:
    """Return the metrics that decide: primary and guardrails."""
    return [metric for metric in design.experiment.metrics if metric.role != "secondary"]


def _out_of_reach(design: Design) -> Iterator[Reason]:
    for one in provable_by(design, deciding_metrics(design)):
        if not one.within_reach:
            yield Reason(
                criterion=f"{one.criterion.metric.label} {limit_label(one.criterion)}",
                decision="inconclusive",
                estimate=None,
                limit=one.criterion.limit,
                message=one.message,
            )


def _check_tags(design: Design) -> None:
    for tag in design.experiment.gate.must_pass:
        if not any(tag in case.tags for case in design.selection.cases):
            raise UsageError(
                f"{design.experiment.path}: gate.must_pass: no case with the tag '{tag}' is among the gate's cases",
                hint="a split leaves some cases to tuning: more cases with the tag, or another split",
            )
