"""How a duel's judges stand to people: agreement, and the win rate as people would see it."""

from collections.abc import Sequence

import numpy as np

from arena.engine.design import Design
from arena.engine.execute import RunEvidence
from arena.evidence.judges import People
from arena.offline.audit import measures
from arena.offline.audit.corrected import corrected_win_rate
from arena.offline.audit.evidence import Evidence, digests_of, of_judgments
from arena.offline.audit.matching import match
from arena.offline.audit.summarise import label_notes, of_judge
from arena.records.judgment import Comparison
from arena.records.result import HumanAgreement


def people_of(design: Design, collected: RunEvidence, comparisons: Sequence[Comparison], *, level: float) -> People:
    """Return how the judges agree with the labels that are of these answers.

    Args:
        design: with labels.
        collected: what came back.
        comparisons: one a case.
        level: of the intervals, in (0, 1).
    """
    control, treatment = design.control.name, design.treatment.name
    cases = design.selection.cases
    asked = frozenset(case.id for case in cases)
    elsewhere = {case.id for case in design.experiment.golden.cases} - asked
    evidence = Evidence(
        control=control,
        treatment=treatment,
        judged=of_judgments(collected.judgments, control=control, treatment=treatment),
        labels=[label for label in design.labels.rows if label.case not in elsewhere],
        clusters={case.id: case.cluster for case in cases if case.cluster is not None},
        asked=asked,
        digests=digests_of(collected.answered, control=control, treatment=treatment),
        scores={one.case: one.score for one in comparisons},
    )
    matched = match(evidence)
    notes = tuple(f"{design.labels.source}: {note}" for note in label_notes(matched.count))
    if not matched.cases:
        return People(agreement=None, by_judge={}, shares={}, notes=notes)
    agreement = measures.agreement(matched.cases, level=level)
    least = design.experiment.gate.min_human_agreement
    found = HumanAgreement(
        source=design.labels.source or "",
        labels=matched.count.used,
        raters=len({label.rater for label in evidence.labels}),
        cases=len(matched.cases),
        agreement=agreement,
        agreement_both_orders=measures.agreement_both_orders(matched.cases, level=level),
        kappa=measures.kappa(matched.cases, evidence.categories, rng=np.random.default_rng(design.seed), level=level),
        corrected_win_rate=corrected_win_rate(matched, evidence.scores or {}, evidence.clusters, level=level),
        least=least,
        enough=None if least is None or agreement.value is None else agreement.value >= least,
    )
    names = [judge.id for judge in design.experiment.judges]
    by_judge = {name: measures.agreement(of_judge(matched.cases, name), level=level) for name in names}
    return People(agreement=found, by_judge=by_judge, shares=matched.people, notes=notes)
