"""What makes evidence no proof, although the judge is fit: answers that no model gave or that game it, copied cases."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from arena.deciding.decide import criteria
from arena.engine.design import Design
from arena.engine.execute import RunEvidence
from arena.evidence.health import MOST_LOST, failing_arms
from arena.kinds.quantities import is_measured_in
from arena.records.answered import Answered
from arena.records.case import Case
from arena.records.result import DuelResult

#: Below so many answers a single one may well be right for all of them.
FEWEST_ANSWERS = 6
#: One answer to every case once reached a length-controlled win rate of 86% on a public leaderboard (Zheng et al.,
#: "Cheating automatic LLM benchmarks", ICLR 2025): so few different ones, where control has many, are no answers.
FEW_DISTINCT, MANY_DISTINCT = 0.1, 0.5
#: Judges prefer longer answers; an arm so much longer must win at equal length, or have a limit on its length.
MUCH_LONGER = 2.0


def evidence_issues(design: Design, duel: DuelResult, collected: RunEvidence) -> Iterator[str]:
    """Yield a sentence for each thing that keeps a proof from being one.

    Args:
        design: of the run.
        duel: what was found.
        collected: what came back.
    """
    if any(row.completion is not None and row.completion.authored for row in collected.answered):
        yield "the answers were written by hand: they prove nothing of a model"
    if any(judgment.authored for judgment in collected.judgments):
        yield "the judgments were written by hand: they prove nothing of an answer"
    repeated = _repeated(design.selection.cases)
    if repeated > MOST_LOST * len(design.selection.cases):
        yield f"{repeated} of {len(design.selection.cases)} cases repeat another one: give copies one 'cluster'"
    if not design.experiment.judges:
        yield from _failing(design, collected)
        return
    control, treatment = (_texts(collected, arm.name) for arm in (design.control, design.treatment))
    if _is_constant(control, treatment):
        distinct = len(set(treatment))
        answers = "one answer" if distinct == 1 else f"{distinct} different answers"
        yield f"the treatment has {answers} to {len(treatment)} cases: liking them proves nothing"
    ratio = _length_ratio(control, treatment)
    if ratio >= MUCH_LONGER and not _limits_length(design) and not _wins_at_equal_length(duel):
        yield (
            f"the treatment's answers are {ratio:.1f} times as long and do not win at equal length: "
            "give output_tokens_mean a limit if they may be"
        )


def _repeated(cases: Sequence[Case]) -> int:
    """Return how many cases ask what another one asks, in another cluster or in none: the same evidence again."""
    units: dict[object, set[tuple[str | None, str]]] = {}
    for case in cases:
        content = (case.input, case.messages, case.context, case.reference, repr(case.vars))
        units.setdefault(content, set()).add((case.cluster, "" if case.cluster else case.id))
    return sum(len(of_one) - 1 for of_one in units.values())


def _failing(design: Design, collected: RunEvidence) -> Iterator[str]:
    """Yield what a judge's health would say of the arms' failed calls, where there is no judge."""
    arms = (design.control.name, design.treatment.name)
    failures = {arm: sum(row.variant == arm and row.completion is None for row in collected.answered) for arm in arms}
    asked = len(design.selection.cases if collected.counted is None else collected.counted) * design.repeats
    yield from failing_arms(failures, *arms, asked)


def _texts(collected: RunEvidence, variant: str) -> list[str]:
    return [_text(row) for row in collected.answered if row.variant == variant and row.completion is not None]


def _text(row: Answered) -> str:
    return row.completion.text.strip() if row.completion is not None else ""


def _is_constant(control: list[str], treatment: list[str]) -> bool:
    if len(treatment) < FEWEST_ANSWERS or not control:
        return False
    few = len(set(treatment)) <= max(1.0, FEW_DISTINCT * len(treatment))
    return few and len(set(control)) >= MANY_DISTINCT * len(control)


def _length_ratio(control: list[str], treatment: list[str]) -> float:
    if not control or not treatment:
        return 1.0
    return fmean(map(len, treatment)) / max(fmean(map(len, control)), 1.0)


def _limits_length(design: Design) -> bool:
    """Return whether a criterion of this gate says how long the treatment's answers may be, to all cases."""
    return any(
        not criterion.threshold[0]
        for metric in design.experiment.metrics
        if metric.is_offline and metric.tag is None and is_measured_in(metric.source, "tokens")
        for criterion in criteria(metric)
    )


def _wins_at_equal_length(duel: DuelResult) -> bool:
    rate = duel.judge.length_controlled_win_rate if duel.judge else None
    return rate is not None and rate.interval is not None and rate.interval.low > 0.5
