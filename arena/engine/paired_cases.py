"""What came back of a run of two arms, arranged by case: ready to be measured."""

from collections.abc import Sequence

from arena.engine.design import Design, design_of
from arena.engine.execute import RunEvidence
from arena.evidence.of_run import evidence_of
from arena.measuring.answers import Answers
from arena.measuring.axis_values import axis_values
from arena.measuring.values import CaseValues, cases_of, measured_values
from arena.records.case import Case
from arena.records.judgment import Judgment
from arena.records.metric import Metric
from arena.runs.saved import SavedRun


class PairedCases:
    """The answers, judgments and values of both arms, case by case."""

    def __init__(self, design: Design, collected: RunEvidence) -> None:
        self.design = design
        self.cases: Sequence[Case] = design.selection.cases
        self.control, self.treatment = design.control.name, design.treatment.name
        self.collected = collected
        self.answers = Answers(collected.answered)
        self.judgments = _by_case(self.cases, collected.judgments)
        self.evidence = evidence_of(
            self.cases,
            collected.answered,
            collected.judgments,
            control=self.control,
            treatment=self.treatment,
            repeats=design.repeats,
            panel=design.experiment.panel,
        )
        self.axes = axis_values(
            design.experiment.rubric, self.cases, self.judgments, control=self.control, treatment=self.treatment
        )

    def values(self, metric: Metric) -> CaseValues | None:
        """Return a metric's values of the cases that it is of and in which both arms have one."""
        cases = cases_of(metric, self.design.experiment, self.cases)
        return measured_values(metric, cases, self.answers, self.axes, control=self.control, treatment=self.treatment)


def paired_cases_of(run: SavedRun) -> PairedCases:
    """Return what came back of a finished run."""
    return PairedCases(design_of(run), RunEvidence(answered=run.completions, judgments=run.judgments))


def _by_case(cases: Sequence[Case], judgments: Sequence[Judgment]) -> dict[str, list[Judgment]]:
    found: dict[str, list[Judgment]] = {case.id: [] for case in cases}
    for judgment in sorted(judgments, key=lambda one: (one.repeat, one.judge, one.first)):
        found[judgment.case].append(judgment)
    return found
