"""What a duel found: a pure function of the design and of everything that came back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from arena.engine.calls import calls_expected
from arena.engine.design import Design
from arena.engine.determinism import MEANING, grade, worst
from arena.engine.differences import undeclared_differences
from arena.engine.execute import RunEvidence
from arena.engine.paired_cases import PairedCases
from arena.engine.preview import feasibility_of
from arena.engine.until_decided import largest_cluster
from arena.evidence.judges import JudgedArm, LabelFindings, judges_of
from arena.evidence.panel import panel_agreement
from arena.measuring.cost import cost_of
from arena.measuring.win_rate import compared_in, described, preference_of, win_rate_lines, win_rates
from arena.offline.duel.axes import axis_results
from arena.offline.duel.flagged import doubted
from arena.offline.duel.lost import lost_cases
from arena.offline.duel.metrics import metric_results
from arena.offline.duel.open_checks import open_checks
from arena.planning.cases_needed import at_any_stop, cases_needed_bounded, sentence
from arena.records.judgment import Comparison
from arena.records.metric import Criterion
from arena.records.preview import Feasibility
from arena.records.result import (
    SCHEMA_VERSION,
    ArmDifference,
    DuelResult,
    EarlyStop,
    ExperimentRef,
    JudgeHealth,
    MetricResult,
    PanelAgreement,
    WinRate,
)
from arena.stats.preference import Preference


def summarise(design: Design, collected: RunEvidence) -> DuelResult:
    """Return everything that follows from experiment, completions and judgments.

    Args:
        design: of the run.
        collected: what came back, in any order.
    """
    early_stop = _early_stop(design, collected)
    planned, design = design, _counted(design, collected)
    found = Found(design, collected)
    level = 1.0 - design.experiment.gate.alpha
    comparisons = found.evidence.comparisons if design.experiment.judges else ()
    preference = _preference(planned, comparisons, level) if comparisons else None
    others = _decided(design, _at_a_stop(found.metrics(), early_stop))

    def decide(preferred: Preference | None, counted: Sequence[Comparison]) -> tuple[MetricResult, ...]:
        lines = found.win_rates(counted, preferred, lambda some: _preference(planned, some, level))
        return _decided(design, lines)

    undoubted = decide(preference, comparisons)
    lines, recount = doubted(
        undoubted,
        found.evidence,
        prefers=lambda counted: _preference(planned, counted, level),
        decide=decide,
    )
    metrics = (*lines, *others)
    cost, cost_reason = found.cost()
    people = found.people(level)
    judges = found.judges(people, level)
    axes = axis_results(found.axes, level=level) if _scores_axes(design) else None
    determinism = found.determinism()
    needed, needed_note = found.what_settles_it(comparisons, (*undoubted, *others))
    return DuelResult(
        schema_version=SCHEMA_VERSION,
        kind="duel",
        experiment=ExperimentRef(name=design.experiment.name, hash=design.experiment.hash),
        hypothesis=design.experiment.hypothesis,
        control=design.control.name,
        treatment=design.treatment.name,
        cases=len(found.cases),
        repeats=design.repeats,
        models={
            role: str(variant.model) if variant.model else None
            for role, variant in (("control", design.control), ("treatment", design.treatment))
        },
        differences=found.differences(),
        win_rate=_win_rate(preference, comparisons) if preference else None,
        win_rate_decision=metrics[0].decision if preference else None,
        axes=axes,
        metrics=metrics,
        judge=judges[0] if judges else None,
        judges=judges,
        panel=found.panel(level),
        outcomes={name: found.answers.outcomes(name) for name in (design.control.name, design.treatment.name)},
        lost=lost_cases(design, found.answers, comparisons, found.judgments),
        cost_usd=cost,
        cost_reason=cost_reason,
        determinism=determinism,
        determinism_reason=MEANING[determinism],
        cases_needed=needed,
        cases_needed_note=needed_note,
        early_stop=early_stop,
        flagged_recount=recount,
        people=people.agreement if people else None,
        selection=design.selection.sentence,
        exploratory=design.selection.only,
        notes=(*found.notes(feasibility_of(planned)), *_early_notes(early_stop), *(people.notes if people else ())),
    )


def _early_stop(design: Design, collected: RunEvidence) -> EarlyStop | None:
    """Return where a run that stops once it is decided stood; None for every other run."""
    if collected.counted is None:
        return None
    return EarlyStop(
        stopped_at=len(collected.counted),
        calls_saved=calls_expected(design) - calls_expected(_counted(design, collected)),
        planned=len(design.selection.cases),
        decided=collected.decided,
    )


def _counted(design: Design, collected: RunEvidence) -> Design:
    """Return the design of the cases that count, in the order in which they do."""
    if collected.counted is None:
        return design
    return replace(design, selection=replace(design.selection, cases=collected.counted))


def _preference(planned: Design, comparisons: Sequence[Comparison], level: float) -> Preference:
    if not planned.until_decided:
        return preference_of(comparisons, level)
    return preference_of(comparisons, level, largest=largest_cluster(planned.selection.cases))


def _at_a_stop(metrics: Sequence[MetricResult], stop: EarlyStop | None) -> Iterator[MetricResult]:
    """Yield the metrics; where a run stopped early they decide nothing, for their intervals are of a fixed n."""
    for metric in metrics:
        if stop is None or stop.stopped_at == stop.planned or metric.decision is None:
            yield metric
        else:
            yield replace(metric, decision="inconclusive", note="stopped early: only the win rate holds at any stop")


def _early_notes(stop: EarlyStop | None) -> tuple[str, ...]:
    if stop is None or stop.stopped_at == stop.planned:
        return ()
    return ("stopped early: the win rate's interval holds at any stop, those of axes and metrics do not",)


def _decided(design: Design, metrics: Iterable[MetricResult]) -> tuple[MetricResult, ...]:
    """Return the metrics, without a verdict where the cases were chosen by their outcome."""
    if not design.selection.is_exploratory:
        return tuple(metrics)
    return tuple(replace(metric, decision=None, message=None, note=None) for metric in metrics)


class Found(PairedCases):
    """What came back, and what a duel finds in it."""

    def judges(self, people: LabelFindings | None, level: float) -> tuple[JudgeHealth, ...]:
        """Return how each judge behaved."""
        asked = len(self.cases) * self.design.repeats
        control, treatment = (
            JudgedArm.of(arm.name, str(arm.model) if arm.model else None, self.answers.all_of(arm.name), asked=asked)
            for arm in (self.design.control, self.design.treatment)
        )
        return judges_of(
            self.design.experiment.judges,
            self.evidence,
            (control, treatment),
            rules=self.design.experiment.gate,
            people=people,
            level=level,
        )

    def panel(self, level: float) -> PanelAgreement | None:
        """Return how far the judges agree; None where there are not several."""
        experiment = self.design.experiment
        if len(experiment.judges) < 2:
            return None
        return panel_agreement(self.evidence.shares, rule=experiment.panel, judges=len(experiment.judges), level=level)

    def win_rates(
        self,
        comparisons: Sequence[Comparison],
        whole: Preference | None,
        prefers: Callable[[Sequence[Comparison]], Preference],
    ) -> tuple[MetricResult, ...]:
        """Return the win rate of all cases against its limits, then those of tags.

        Args:
            comparisons: one a case.
            whole: their win rate; None where nothing was compared.
            prefers: comparisons to their win rate.
        """
        alpha = self.design.experiment.gate.alpha
        lines: list[MetricResult] = []
        for metric in win_rates(self.design.experiment):
            compared = compared_in(metric, comparisons, self.cases)
            found = whole if metric.tag is None else prefers(compared) if compared else None
            lines += win_rate_lines(metric, found, alpha=alpha)
        return tuple(lines)

    def metrics(self) -> tuple[MetricResult, ...]:
        """Return every metric but the win rate."""
        return metric_results(self.design.experiment, self.values)

    def people(self, level: float) -> LabelFindings | None:
        """Return how the judges stand to people; None where there are no labels, or no judges."""
        design = self.design
        if not design.labels.rows or not design.experiment.judges:
            return None
        # Only here, for few runs have labels: a warm one takes a tenth of a second, and this an eighth of that to load.
        from arena.evidence.human_agreement import human_agreement

        elsewhere = {case.id for case in design.experiment.golden.cases} - {case.id for case in self.cases}
        return human_agreement(
            [label for label in design.labels.rows if label.case not in elsewhere],
            design.labels.source or "",
            self.evidence,
            self.collected.answered,
            judges=[judge.id for judge in design.experiment.judges],
            least=design.experiment.gate.min_human_agreement,
            rng=np.random.default_rng(design.seed),
            level=level,
        )

    def what_settles_it(
        self, comparisons: Sequence[Comparison], metrics: Sequence[MetricResult]
    ) -> tuple[int | None, str | None]:
        """Return how many cases would settle the headline, and that in words; nothing where it is settled."""
        headline = metrics[0] if comparisons else next((one for one in metrics if one.role == "primary"), None)
        if headline is None or headline.limit is None or headline.decision != "inconclusive":
            return None, None
        if not comparisons:
            return None, headline.note
        criterion = Criterion(metric=headline, limit=headline.limit)
        needed = cases_needed_bounded(
            [one.score for one in comparisons],
            criterion,
            clusters=[one.cluster for one in comparisons],
            level=1.0 - self.design.experiment.gate.alpha,
        )
        if self.design.until_decided:
            needed = at_any_stop(needed, len(self.cases))
        return needed.cases, sentence(needed, len(self.cases))

    def differences(self) -> tuple[ArmDifference, ...]:
        """Return what differs between the arms: declared first, then what was found to."""
        declared = self.design.differences
        return (
            *declared,
            *undeclared_differences(declared, self.answers.all_of(self.control), self.answers.all_of(self.treatment)),
        )

    def cost(self) -> tuple[float | None, str | None]:
        """Return what the run cost when it was first paid for, or why that is unknown."""
        return cost_of(self.collected.answered, self.collected.judgments)

    def determinism(self) -> str:
        """Return the weakest grade of the run's answers and judgments."""
        completions = [one.completion for one in self.collected.answered if one.completion is not None]
        return worst([grade(completions), *(one.determinism for one in self.collected.judgments if one.determinism)])

    def notes(self, reachable: Sequence[Feasibility]) -> tuple[str, ...]:
        """Return what a reader should know besides the figures.

        Args:
            reachable: whether the design's cases could prove each criterion.
        """
        notes = list(self.design.notes)
        completions = [one.completion for one in self.collected.answered if one.completion is not None]
        if any(completion.authored for completion in completions):
            notes.append("replies and judgments were written by hand: this shows the tool, and says nothing of a model")
        elif any(completion.replayed and completion.model_requested != "outputs" for completion in completions):
            notes.append("answers were read from a transcript: no model was called for them")
        notes += [
            f"the arms differ in something that is not declared: {difference.what}: "
            f"{difference.control} against {difference.treatment}"
            for difference in self.differences()
            if not difference.declared
        ]
        notes += open_checks(self.collected.answered)
        notes += [f"too few cases: {one.message}" for one in reachable if not one.within_reach]
        if not self.differences():
            notes.append("nothing to compare: the arms are the same")
        return tuple(notes)


def _scores_axes(design: Design) -> bool:
    return any(judge.axes != "none" for judge in design.experiment.judges)


def _win_rate(found: Preference, comparisons: Sequence[Comparison]) -> WinRate:
    return described(
        found,
        control_failed=sum(one.control_failed for one in comparisons),
        treatment_failed=sum(one.treatment_failed for one in comparisons),
    )
