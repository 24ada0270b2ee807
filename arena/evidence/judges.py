"""How the judges of a panel behaved, each by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from arena.evidence.health import disagreeing, failing_arms, judge_health, unfit_for
from arena.evidence.of_run import Evidence
from arena.evidence.self_preference import family, own_arm, self_preference
from arena.evidence.shares import Shares, means, of_judges
from arena.evidence.suspicions import flagged_answers
from arena.records.answered import Answered
from arena.records.experiment import GateRules, Judge
from arena.records.result import HumanAgreement, JudgeHealth
from arena.stats.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedArm:
    """What one variant gave the judges."""

    name: str
    model: str | None  # None: not known
    texts: frozenset[str]
    failed: int  # calls
    asked: int

    @classmethod
    def of(cls, name: str, model: str | None, answered: Iterable[Answered], *, asked: int) -> "JudgedArm":
        """Return an arm from its answers and failures."""
        rows = list(answered)
        texts = frozenset(row.completion.text for row in rows if row.completion is not None)
        return cls(
            name=name, model=model, texts=texts, failed=sum(row.failure is not None for row in rows), asked=asked
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFindings:
    """What a run's labels say."""

    agreement: HumanAgreement | None  # None: no label is of these answers
    by_judge: Mapping[str, Estimate]  # the agreement of each judge, by its id
    shares: Mapping[str, float]  # case -> the treatment's share by its labels
    notes: tuple[str, ...]


def judges_of(
    judges: Sequence[Judge],
    evidence: Evidence,
    arms: tuple[JudgedArm, JudgedArm],
    *,
    rules: GateRules,
    people: LabelFindings | None,
    level: float,
) -> tuple[JudgeHealth, ...]:
    """Return the health of each judge of a panel, in the panel's order.

    Args:
        judges: of the panel.
        evidence: their judgments.
        arms: control and treatment.
        rules: what is asked of a judge.
        people: what labels say of these answers; None: there are none.
        level: of the intervals, in (0, 1).
    """
    control, treatment = arms
    models = {arm.name: arm.model for arm in arms}
    failing = tuple(failing_arms({arm.name: arm.failed for arm in arms}, control.name, treatment.name, treatment.asked))
    found = []
    for judge in judges:
        health = judge_health(
            _judgments_of(evidence, judge),
            model=judge.id,
            config=evidence.configs.get(judge.id, ""),
            level=level,
            min_consistency=rules.min_consistency,
        )
        health = replace(
            health,
            distinct_answers={"control": len(control.texts), "treatment": len(treatment.texts)},
            flagged=flagged_answers(evidence.table),
            self_preference=favours_its_own(
                judge, judges, evidence, models, people=people.shares if people else None, level=level
            ),
        )
        agreement = people.by_judge.get(judge.id) if people else None
        found.append(unfit_for(health, (*failing, *disagreeing(agreement, rules.min_human_agreement))))
    return tuple(found)


def favours_its_own(
    judge: Judge,
    judges: Sequence[Judge],
    evidence: Evidence,
    models: Mapping[str, str | None],
    *,
    people: Mapping[str, float] | None,
    level: float,
) -> Estimate:
    """Return how much more a judge favours its own family than people do, or else judges of a third family.

    Args:
        judge: one of the panel.
        judges: of the panel.
        evidence: their judgments.
        models: of each variant; None: not known.
        people: case to the treatment's share by its labels; None: there are no labels.
        level: of the interval, in (0, 1).
    """
    model, table = str(judge.model), evidence.table
    if isinstance(unknown := own_arm(model, models), Estimate):
        return unknown
    near = {family(each) for each in (model, *(name for name in models.values() if name))}
    strangers = [one for one in judges if family(str(one.model)) not in (None, *near)]
    clusters = [*table.clusters, None]
    return self_preference(
        model,
        models,
        _by_case(evidence, judge),
        _by_case(evidence, *strangers) if people is None else people,
        treatment=evidence.treatment,
        clusters={case: clusters[label] for case, label in zip(table.cases or (), table.case_cluster, strict=True)},
        level=level,
    )


def _judgments_of(evidence: Evidence, *judges: Judge) -> Shares:
    ids = {judge.id for judge in judges}
    return of_judges(evidence.shares, [number for number, name in enumerate(evidence.table.judges) if name in ids])


def _by_case(evidence: Evidence, *judges: Judge) -> dict[str, float]:
    """Return the treatment's mean share of each case of which any judgment of these judges was read."""
    shares, ids = _judgments_of(evidence, *judges), list(evidence.table.cases or ())
    read = ~np.isnan(shares.share)
    found = means(shares.share[read], shares.case[read], shares.cases)
    cases = (ids[number] for number in shares.numbers.tolist())
    return {case: share for case, share in zip(cases, found.tolist(), strict=True) if not isnan(share)}
