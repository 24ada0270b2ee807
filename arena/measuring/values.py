"""The values of the cases of a run, by metric."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeVar

from arena.kinds.kind import Arms
from arena.kinds.quantities import axis_of, is_share
from arena.measuring.answers import Answers
from arena.measuring.measures import Measured, PairedCase, comparable, paired
from arena.records.case import Case
from arena.records.experiment import Experiment
from arena.records.metric import Metric

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseValues:
    """One quantity of the cases in which both arms have it, as sequences of equal length."""

    cases: list[str]
    control: list[float]
    treatment: list[float]
    clusters: list[str | None]
    worst: tuple[list[float], list[float]]  # control and treatment if all that is open went against the treatment
    best: tuple[list[float], list[float]]
    of: int  # cases that were asked
    unmeasured: int = 0  # of those that could be compared

    @property
    def arms(self) -> Arms:
        """Return what was found in both arms."""
        return Arms(control=self.control, treatment=self.treatment, clusters=self.clusters)

    @property
    def extremes(self) -> tuple[Arms, Arms]:
        """Return both arms if all that is open went against the treatment, and if it went for it."""
        against, in_favour = (
            Arms(control=control, treatment=treatment, clusters=self.clusters)
            for control, treatment in (self.worst, self.best)
        )
        return against, in_favour

    def of_cases(self, kept: Set[str]) -> "CaseValues":
        """Return the values of some cases, as if no others had been asked."""
        rows = [row for row, case in enumerate(self.cases) if case in kept]
        if len(kept) == self.of:
            return self
        return replace(self.at(rows), of=len(kept), unmeasured=len(kept) - len(rows))

    def at(self, rows: Sequence[int]) -> "CaseValues":
        """Return the values of rows, each as often as it is named."""

        def of(column: Sequence[_T]) -> list[_T]:
            return [column[row] for row in rows]

        return replace(
            self,
            cases=of(self.cases),
            control=of(self.control),
            treatment=of(self.treatment),
            clusters=of(self.clusters),
            worst=(of(self.worst[0]), of(self.worst[1])),
            best=(of(self.best[0]), of(self.best[1])),
            of=len(rows),
        )

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is open."""
        return self.worst == (self.control, self.treatment) == self.best

    @property
    def is_unknown(self) -> bool:
        """Return whether every value of both arms is open."""
        return all(w != b for side in (0, 1) for w, b in zip(self.worst[side], self.best[side], strict=True))


def declared_metrics(experiment: Experiment) -> list[Metric]:
    """Return the metrics that were declared for offline use, but the win rate."""
    return [m for m in experiment.metrics if m.is_offline and not m.is_win_rate]


def cases_of(metric: Metric, experiment: Experiment, cases: Sequence[Case]) -> Sequence[Case]:
    """Return the cases that a metric is of: those with its tag, and with a check of its names."""
    if metric.tag is not None:
        cases = [case for case in cases if metric.tag in case.tags]
    if metric.checks and not any(check.label in metric.checks for check in experiment.checks):
        cases = [case for case in cases if any(check.label in metric.checks for check in case.checks)]
    return cases


def measured_values(
    metric: Metric,
    cases: Sequence[Case],
    answers: Answers,
    axes: Mapping[str, CaseValues],
    *,
    control: str,
    treatment: str,
) -> CaseValues | None:
    """Return a metric's values of the cases in which both arms have one; None for an axis that the rubric lacks.

    Args:
        metric: that is measured.
        cases: that it is of.
        answers: of the run.
        axes: the judged axes by name, of all cases.
        control: the control's name.
        treatment: the treatment's name.
    """
    if (axis := axis_of(metric.source)) is not None:
        return axes[axis].of_cases({case.id for case in cases}) if axis in axes else None
    pairs = [(case.id, case.cluster) for case in cases]
    found = paired(metric, answers, pairs, control=control, treatment=treatment)
    values = values_of(found, metric, asked=len(cases))
    if len(found) == len(cases) or is_share(metric.source):  # a share is of the cases that have checks
        return values
    could_be = comparable(metric, answers, pairs, control=control, treatment=treatment)
    return replace(values, unmeasured=could_be - len(found))


def values_of(pairs: Sequence[PairedCase], metric: Metric, *, asked: int) -> CaseValues:
    """Return paired cases as sequences, with the worst and the best case for the treatment."""
    up = metric.direction == "up"

    def end(measured: Measured, high: bool) -> float:
        return measured.high if high else measured.low

    return CaseValues(
        cases=[pair.case for pair in pairs],
        control=[pair.control.value for pair in pairs],
        treatment=[pair.treatment.value for pair in pairs],
        clusters=[pair.cluster for pair in pairs],
        worst=([end(pair.control, up) for pair in pairs], [end(pair.treatment, not up) for pair in pairs]),
        best=([end(pair.control, not up) for pair in pairs], [end(pair.treatment, up) for pair in pairs]),
        of=asked,
    )


def exchanged(values: CaseValues, cases: frozenset[str]) -> CaseValues:
    """Return a metric's values with the arms of some cases exchanged: the worst for one arm is the other's best."""
    swap = [case in cases for case in values.cases]

    def crossed(here: Sequence[float], there: Sequence[float]) -> list[float]:
        return [b if swapped else a for a, b, swapped in zip(here, there, swap, strict=True)]

    return replace(
        values,
        control=crossed(values.control, values.treatment),
        treatment=crossed(values.treatment, values.control),
        worst=(crossed(values.worst[0], values.best[1]), crossed(values.worst[1], values.best[0])),
        best=(crossed(values.best[0], values.worst[1]), crossed(values.best[1], values.worst[0])),
    )
