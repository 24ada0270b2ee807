"""How the judges of a duel stand to people: agreement, and the win rate as people would see it."""

from collections.abc import Iterable, Sequence

import numpy as np

from arena.evidence import agreement as measures
from arena.evidence.corrected import corrected_win_rate
from arena.evidence.judges import LabelFindings
from arena.evidence.label_notes import label_notes
from arena.evidence.labelled import Labelled, digests_of, of_shares
from arena.evidence.matching import match, of_judge
from arena.evidence.of_run import Evidence
from arena.records.answered import Answered
from arena.records.label import Label
from arena.records.result import HumanAgreement


def human_agreement(
    labels: Sequence[Label],
    source: str,
    evidence: Evidence,
    answered: Iterable[Answered],
    *,
    judges: Sequence[str],
    least: float | None,
    rng: np.random.Generator,
    level: float,
) -> LabelFindings:
    """Return how judges agree with the labels that are of these answers.

    Args:
        labels: of people, of cases that were asked or of none that there are.
        source: where they are from.
        evidence: the judgments.
        answered: the answers that were judged: a label holds for its texts alone.
        judges: ids of the panel.
        least: the agreement that is asked for, in [0, 1]; None: nothing is.
        rng: where resamples come from.
        level: of the intervals, in (0, 1).
    """
    labelled = Labelled(
        control=evidence.control,
        treatment=evidence.treatment,
        judged=of_shares(evidence.table, evidence.shares),
        labels=labels,
        clusters={one.case: one.cluster for one in evidence.comparisons if one.cluster is not None},
        asked=frozenset(evidence.table.cases or ()),
        digests=digests_of(answered, control=evidence.control, treatment=evidence.treatment),
        scores={one.case: one.score for one in evidence.comparisons},
    )
    matched = match(labelled)
    notes = tuple(f"{source}: {note}" for note in label_notes(matched.count))
    if not matched.cases:
        return LabelFindings(agreement=None, by_judge={}, shares={}, notes=notes)
    agreement = measures.agreement(matched.cases, level=level)
    found = HumanAgreement(
        source=source,
        labels=matched.count.used,
        raters=len({label.rater for label in labels}),
        cases=len(matched.cases),
        agreement=agreement,
        agreement_both_orders=measures.agreement_both_orders(matched.cases, level=level),
        kappa=measures.kappa(matched.cases, labelled.categories, rng=rng, level=level),
        corrected_win_rate=corrected_win_rate(matched, labelled.scores or {}, labelled.clusters, level=level),
        least=least,
        enough=None if least is None or agreement.value is None else agreement.value >= least,
    )
    by_judge = {name: measures.agreement(of_judge(matched.cases, name), level=level) for name in judges}
    return LabelFindings(agreement=found, by_judge=by_judge, shares=matched.people, notes=notes)
