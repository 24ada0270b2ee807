"""The rubric's axes: each arm's mean, and the paired difference."""

from collections.abc import Mapping

from arena.kinds import table as kinds
from arena.measuring.values import CaseValues
from arena.records.result import AxisResult
from arena.stats.estimate import Estimate
from arena.stats.multiplicity import benjamini_hochberg


def axis_results(axes: Mapping[str, CaseValues], *, level: float) -> tuple[AxisResult, ...]:
    """Return every axis with its paired difference, adjusted by Benjamini–Hochberg over the axes.

    An axis without scores is None with the reason. Cases without a score are not guessed: their
    number is the difference between `n` and the cases of the run.
    """
    found = {
        name: kinds.AXIS.difference(values.arms, unit="points", level=level)
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
