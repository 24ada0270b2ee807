"""How a duel's judges behaved, each by itself."""

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from arena.engine.design import Design
from arena.evidence.health import judge_health
from arena.evidence.self_preference import family, own_arm, self_preference
from arena.measuring.answers import Answers
from arena.offline.duel.flagged import flagged_answers
from arena.records.experiment import Judge
from arena.records.judgment import Judgment
from arena.records.result import JudgeHealth
from arena.stats.estimate import Estimate

if TYPE_CHECKING:
    from arena.offline.duel.people import People


def judges_of(
    design: Design, answers: Answers, judgments: Sequence[Judgment], people: "People | None", *, level: float
) -> tuple[JudgeHealth, ...]:
    """Return the health of each judge of a design's panel, in the panel's order.

    Args:
        design: of the run.
        answers: what was judged.
        judgments: of all judges, in any order.
        people: what labels say of these answers; None: there are none.
        level: of the intervals, in (0, 1).
    """
    arms = (design.control.name, design.treatment.name)
    texts = {arm: [one.completion.text for one in answers.all_of(arm) if one.completion is not None] for arm in arms}
    failures = {arm: sum(one.failure is not None for one in answers.all_of(arm)) for arm in arms}
    by_judge: dict[str, list[Judgment]] = {judge.id: [] for judge in design.experiment.judges}
    for judgment in judgments:
        by_judge.setdefault(judgment.judge, []).append(judgment)
    return tuple(
        judge_health(
            by_judge[judge.id],
            model=judge.id,
            control=arms[0],
            treatment=arms[1],
            texts=texts,
            level=level,
            min_consistency=design.experiment.gate.min_consistency,
            flagged=flagged_answers(by_judge[judge.id]),
            arm_failures=failures,
            cases=len(design.selection.cases) * design.repeats,
            self_preference=_self_preference(design, judge, by_judge, people, level=level),
            human_agreement=people.by_judge.get(judge.id) if people else None,
            min_human_agreement=design.experiment.gate.min_human_agreement,
        )
        for judge in design.experiment.judges
    )


def _self_preference(
    design: Design, judge: Judge, by_judge: Mapping[str, Sequence[Judgment]], people: "People | None", *, level: float
) -> Estimate:
    """Return how much more a judge favours its own family than people do, or else judges of a third family."""
    arms, model = (design.control, design.treatment), str(judge.model)
    models = {arm.name: None if arm.model is None else str(arm.model) for arm in arms}
    if isinstance(unknown := own_arm(model, models), Estimate):
        return unknown
    near = {family(each) for each in (model, *(name for name in models.values() if name))}
    strangers = [each.id for each in design.experiment.judges if family(str(each.model)) not in (None, *near)]
    references = people.shares if people else _shares([one for each in strangers for one in by_judge[each]], design)
    return self_preference(
        model,
        models,
        _shares(by_judge[judge.id], design),
        references,
        treatment=design.treatment.name,
        clusters={case.id: case.cluster for case in design.selection.cases},
        level=level,
    )


def _shares(judgments: Collection[Judgment], design: Design) -> dict[str, float]:
    """Return the treatment's mean share of each case of which any judgment was read."""
    given: dict[str, list[float]] = {}
    for one in judgments:
        share = one.share_of(design.treatment.name)
        if share is not None:
            given.setdefault(one.case, []).append(share)
    return {case: fmean(shares) for case, shares in given.items()}
