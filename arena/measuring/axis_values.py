"""The values of the rubric's axes, case by case."""

from collections.abc import Mapping, Sequence

from arena.judging.axes import axis_means
from arena.measuring.values import CaseValues
from arena.records.case import Case
from arena.records.judgment import Judgment
from arena.records.rubric import Rubric


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
