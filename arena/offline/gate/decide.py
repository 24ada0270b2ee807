"""A verdict on what a duel found, by the rules of its experiment."""

from arena.deciding.verdict import verdict
from arena.engine.design import Design
from arena.engine.execute import RunEvidence
from arena.offline.gate.evidence_issues import evidence_issues
from arena.offline.gate.must_pass import must_pass
from arena.records.gate import GateResult
from arena.records.result import DuelResult


def decide(design: Design, collected: RunEvidence, duel: DuelResult) -> GateResult:
    """Return what a gate says of everything that came back: a pure function, as the duel's summary is.

    Args:
        design: of the run.
        collected: what came back, in any order.
        duel: its summary.
    """
    rules = design.experiment.gate
    tags = must_pass(
        rules.must_pass,
        design.selection.cases if collected.counted is None else collected.counted,
        collected.answered,
        treatment=design.treatment.name,
        alpha=rules.alpha,
    )
    issues = tuple(evidence_issues(design, duel, collected))
    found = verdict(duel, declared=design.experiment.metrics, must_pass=tags, issues=issues, alpha=rules.alpha)
    sealed = design.experiment.split is not None
    return GateResult(duel=duel, verdict=found, must_pass=tags, sent=True, sealed=sealed)
