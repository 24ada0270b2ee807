"""What a gate knows before anything is sent: that there is nothing to compare, or too little to prove it with."""

from collections.abc import Iterator

from arena.deciding.verdict import nothing_to_compare, together
from arena.deciding.wording import limit_label
from arena.engine.outlook import clusters_of
from arena.engine.plan import DuelPlan
from arena.errors import UsageError
from arena.planning.provable import provable
from arena.records.gate import GateResult, Reason, Verdict
from arena.records.metric import Decision, Metric
from arena.records.result import SCHEMA_VERSION, ExperimentRef


def known_beforehand(plan: DuelPlan, *, unchanged: Decision) -> Verdict | None:
    """Return the verdict that no answer could change; None where answers decide.

    Args:
        plan: of the gate's cases.
        unchanged: what arms that do not differ at all are worth.

    Raises:
        UsageError: no case of a tag that must pass is among the gate's cases.
    """
    _check_tags(plan)
    if not plan.differences:
        return together([nothing_to_compare(unchanged=unchanged)])
    out_of_reach = tuple(_out_of_reach(plan))
    return together(out_of_reach) if out_of_reach else None


def unsent(plan: DuelPlan, verdict: Verdict) -> GateResult:
    """Return the result of a gate that asked nothing."""
    arms = {"control": plan.control, "treatment": plan.treatment}
    return GateResult(
        schema_version=SCHEMA_VERSION,
        kind="gate",
        experiment=ExperimentRef(name=plan.experiment.name, hash=plan.experiment.hash),
        hypothesis=plan.experiment.hypothesis,
        control=plan.control.name,
        treatment=plan.treatment.name,
        cases=len(plan.selection.cases),
        repeats=plan.repeats,
        models={role: str(arm.model) if arm.model else None for role, arm in arms.items()},
        differences=plan.differences,
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
        selection=plan.selection.sentence,
        notes=plan.notes,
        decision=verdict.decision,
        advice=verdict.advice,
        reasons=verdict.reasons,
        must_pass=(),
        sent=False,
        sealed=plan.experiment.split is not None,
    )


def deciding_metrics(plan: DuelPlan) -> list[Metric]:
    """Return the metrics that decide: primary and guardrails."""
    return [metric for metric in plan.experiment.metrics if metric.role != "secondary"]


def _out_of_reach(plan: DuelPlan) -> Iterator[Reason]:
    found = provable(
        deciding_metrics(plan),
        cases=len(plan.selection.cases),
        alpha=plan.experiment.gate.alpha,
        clusters=clusters_of(plan),
    )
    for one in found:
        if not one.within_reach:
            yield Reason(
                criterion=f"{one.criterion.metric.name} {limit_label(one.criterion)}",
                decision="inconclusive",
                estimate=None,
                limit=one.criterion.limit,
                message=one.message,
            )


def _check_tags(plan: DuelPlan) -> None:
    for tag in plan.experiment.gate.must_pass:
        if not any(tag in case.tags for case in plan.selection.cases):
            raise UsageError(
                f"{plan.experiment.path}: gate.must_pass: no case with the tag '{tag}' is among the gate's cases",
                hint="a split leaves some cases to tuning: more cases with the tag, or another split",
            )
