"""From judgments and labels to the result of an audit. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arena.errors import UsageError
from arena.evidence import agreement as measures
from arena.evidence.corrected import corrected_win_rate, judge_scores, shifted_win_rate
from arena.evidence.label_notes import counted, label_notes
from arena.evidence.labelled import Labelled
from arena.evidence.matching import LabelledCase, Matched, match, of_judge
from arena.files.labels import Labels
from arena.offline.audit.drift import drift
from arena.offline.audit.groups import agreement_groups
from arena.offline.audit.policy import DEFAULT, ruling
from arena.offline.audit.raters import by_rater, rater_alpha, rater_pairs
from arena.records.audit import AuditResult, LabelCount, NamedAgreement
from arena.records.result import SCHEMA_VERSION, ExperimentRef, JudgeHealth
from arena.stats.bounded_mean import clustered_gaffke_interval
from arena.stats.clusters import group
from arena.stats.estimate import Estimate

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is audited, for the report."""

    source: str  # the file of labels
    experiment: ExperimentRef | None = None
    run: str | None = None
    judge: JudgeHealth | None = None
    notes: tuple[str, ...] = ()


def audit(
    evidence: Labelled,
    subject: Subject,
    *,
    rng: np.random.Generator,
    file: Labels | None = None,
    policy: float = DEFAULT,
    earlier: tuple[str, Estimate] | None = None,
    level: float = LEVEL,
) -> AuditResult:
    """Return how far the judge agrees with people, where it errs, and what the policy says of it.

    Args:
        evidence: judgments and labels of two variants.
        subject: what they are of.
        rng: where resamples come from.
        file: what was read besides the labels.
        policy: the least agreement, in [0, 1].
        earlier: the name and the agreement of an audit to compare with.
        level: of the intervals, in (0, 1).

    Raises:
        UsageError: no label is of a case that was judged.
    """
    matched = match(evidence, file)
    if not matched.cases:
        raise UsageError(_nothing_matches(matched.count))
    cases, categories = matched.cases, evidence.categories
    pairs = [pair for case in cases for pair in case.pairs]
    agreement = measures.agreement(cases, level=level)
    ruled = ruling(agreement, policy)
    scores = judge_scores(evidence)
    return AuditResult(
        schema_version=SCHEMA_VERSION,
        kind="audit",
        experiment=subject.experiment,
        run=subject.run,
        source=subject.source,
        control=evidence.control,
        treatment=evidence.treatment,
        judges=tuple(dict.fromkeys(one.judge for one in evidence.judged if one.judge)),
        cases=len(cases),
        judgments=len(pairs),
        unread=sum(pair.judged.winner is None for pair in pairs),
        failed=sum(pair.judged.failed and pair.judged.winner is None for pair in pairs),
        labels=matched.count,
        agreement=agreement,
        agreement_both_orders=measures.agreement_both_orders(cases, level=level),
        kappa=measures.kappa(cases, categories, rng=rng, level=level),
        krippendorff_alpha=measures.alpha(cases, rng=rng, level=level),
        order_kappa=measures.order_kappa(cases, categories, rng=rng, level=level),
        ac1=measures.ac1(cases, categories, rng=rng, level=level),
        pabak=measures.pabak(agreement, categories),
        prevalence=_prevalence(cases, categories),
        confusion=_confusion(cases, categories),
        policy=policy,
        decision=ruled.action,
        decided=ruled.decided,
        decision_note=ruled.note,
        labels_needed=ruled.needed,
        groups=agreement_groups(cases, evidence, level=level),
        by_judge=by_judge(cases, categories, rng=rng, level=level),
        by_rater=by_rater(evidence, rng=rng, level=level),
        rater_pairs=rater_pairs(evidence.labels, categories, level=level),
        rater_alpha=rater_alpha(evidence.labels, rng=rng, level=level),
        judged_win_rate=_judged(scores, evidence.clusters, level),
        corrected_win_rate=corrected_win_rate(matched, scores, evidence.clusters, level=level),
        shifted_win_rate=shifted_win_rate(matched, scores, evidence.clusters, level=level),
        drift=None if earlier is None else drift(agreement, earlier[1], earlier=earlier[0]),
        judge=subject.judge,
        notes=(*subject.notes, *_notes(matched, scores, level)),
    )


def by_judge(
    cases: Sequence[LabelledCase], categories: Sequence[str], *, rng: np.random.Generator, level: float
) -> tuple[NamedAgreement, ...]:
    """Return each judge's own agreement with the labels; nothing where there is one judge only."""
    names = list(dict.fromkeys(pair.judged.judge for case in cases for pair in case.pairs))
    if len(names) < 2:
        return ()
    return tuple(
        NamedAgreement(
            name=name or "unnamed judge",
            agreement=measures.agreement(alone, level=level),
            kappa=measures.kappa(alone, categories, rng=rng, level=level),
        )
        for name, alone in ((name, of_judge(cases, name)) for name in names)
    )


def _judged(scores: Mapping[str, float], clusters: Mapping[str, str], level: float) -> Estimate:
    values, labels = list(scores.values()), [clusters.get(case) for case in scores]
    interval = clustered_gaffke_interval(values, labels, level=level)
    units = len(group(labels, len(values)).sizes)
    return Estimate(value=float(np.mean(values)), interval=interval, n=units, unit_of_measure="share")


def _confusion(cases: Sequence[LabelledCase], categories: Sequence[str]) -> dict[str, dict[str, int]]:
    counts = Counter((pair.label, pair.judged.winner) for case in cases for pair in case.verdicts)
    return {label: {winner: counts[label, winner] for winner in categories} for label in categories}


def _prevalence(cases: Sequence[LabelledCase], categories: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return how common each winner is among the labels, and among the judge's readable winners; cases weigh alike."""
    labels: dict[str, float] = defaultdict(float)
    judge: dict[str, float] = defaultdict(float)
    for case in cases:
        for pair in case.verdicts:
            labels[pair.label] += 1.0 / len(case.verdicts)
            if pair.judged.winner is not None:
                judge[pair.judged.winner] += 1.0 / len(case.verdicts)
    return {"labels": _shares(labels, categories), "judge": _shares(judge, categories)}


def _shares(weights: Mapping[str, float], categories: Sequence[str]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weights.get(name, 0.0) / total for name in categories} if total else {}


def _notes(matched: Matched, scores: Mapping[str, float], level: float) -> list[str]:
    """Return what became of labels and judgments that the figures do not show."""
    return [*label_notes(matched.count), *_unread_notes(matched.cases, level), *_correction_notes(matched, scores)]


def _unread_notes(cases: Sequence[LabelledCase], level: float) -> list[str]:
    read = [
        LabelledCase(case=case.case, cluster=case.cluster, pairs=pairs)
        for case in cases
        if (pairs := tuple(pair for pair in case.pairs if pair.judged.winner is not None))
    ]
    unread = sum(pair.judged.winner is None for case in cases for pair in case.pairs)
    if not unread:
        return []
    alone = measures.agreement(read, level=level).value
    among = "" if alone is None else f"; among those that were read the agreement is {100 * alone:.1f}%"
    words = (
        "judgment of a labelled case could not be read, and counts",
        "judgments of labelled cases could not be read, and count",
    )
    return [f"{counted(unread, *words)} as not agreeing{among}"]


def _correction_notes(matched: Matched, scores: Mapping[str, float]) -> list[str]:
    rest = sum(case not in matched.people for case in scores)
    if not rest:
        return ["every judged case has a label: the corrected win rate is that of the labels"]
    return [f"the corrected win rate holds where the labelled cases are a random sample of all {len(scores):,}"]


def _nothing_matches(count: LabelCount) -> str:
    if not count.given:
        return 'there is no label: a label is one line {"case": …, "winner": …}'
    return "; ".join(["no label can be compared with a judgment", *label_notes(count)])
