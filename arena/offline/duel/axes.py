"""The rubric's axes: each arm's mean, and the paired difference."""

from collections.abc import Mapping, Sequence

from arena.judging.axes import axis_means
from arena.offline.duel.metrics import LEVELS_OF_AN_AXIS, CaseValues
from arena.records.case import Case
from arena.records.judgment import Judgment
from arena.records.result import AxisResult
from arena.records.rubric import Rubric
from arena.stats.estimate import Estimate
from arena.stats.multiplicity import benjamini_hochberg
from arena.stats.paired import bounded_difference


def axis_values(
    rubric: Rubric,
    cases: Sequence[Case],
    judgments: Mapping[str, Sequence[Judgment]],
    *,
    control: str,
    treatment: str,
) -> dict[str, CaseValues]:
    """Return, for each axis, the scores of every case in which both answers have one.

    Args:
        rubric: whose axes are returned, in its order.
        cases: that were asked.
        judgments: by case.
        control: the control's name.
        treatment: the treatment's name.
    """
    means = {case.id: axis_means(judgments.get(case.id, ()), control=control, treatment=treatment) for case in cases}
    found = {}
    for axis in rubric.axes:
        scored = [(case, means[case.id][axis.name]) for case in cases if axis.name in means[case.id]]
        left, right = [mean.control for _, mean in scored], [mean.treatment for _, mean in scored]
        found[axis.name] = CaseValues(
            cases=[case.id for case, _ in scored],
            control=left,
            treatment=right,
            clusters=[case.cluster for case, _ in scored],
            worst=(left, right),
            best=(left, right),
            of=len(cases),
            unmeasured=len(cases) - len(scored),
        )
    return found


def axis_results(axes: Mapping[str, CaseValues], *, level: float) -> tuple[AxisResult, ...]:
    """Return every axis with its paired difference, adjusted by Benjamini–Hochberg over the axes.

    An axis without scores is None with the reason. Cases without a score are not guessed: their
    number is the difference between `n` and the cases of the run.
    """
    low, high = LEVELS_OF_AN_AXIS
    found = {
        name: bounded_difference(
            values.control, values.treatment, low=low, high=high, clusters=values.clusters, level=level
        )
        for name, values in axes.items()
        if values.control
    }
    names = list(axes)
    adjusted = benjamini_hochberg([found[name].p_value if name in found else None for name in names])
    return tuple(
        AxisResult(
            name=name,
            control=found[name].control,
            treatment=found[name].treatment,
            difference=found[name].estimate,
            p_value=found[name].p_value,
            p_adjusted=p,
            better=found[name].better,
        )
        if name in found
        else _unscored(name)
        for name, p in zip(names, adjusted, strict=True)
    )


def _unscored(name: str) -> AxisResult:
    reason = "the judge gave no score that could be read"
    return AxisResult(
        name=name,
        control=None,
        treatment=None,
        difference=Estimate(value=None, interval=None, n=0, unit_of_measure="points", reason=reason),
        p_value=None,
        p_adjusted=None,
    )
