"""Axis scores of one case, by variant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from arena.records.judgment import Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisMeans:
    """One axis of one case: each variant's mean, 1 to 5."""

    control: float
    treatment: float


def axis_means(judgments: Iterable[Judgment], *, control: str, treatment: str) -> Mapping[str, AxisMeans]:
    """Return each axis' means over both orders, repeats and judges, in the order in which axes first appear.

    Effects of the order cancel between the orders, so each order is averaged first and then the orders. A
    judgment that scored one of its two answers is left out of the axis: its lone score would stand in
    one arm and not in the other. An axis that no judgment scored is not in the result.

    Args:
        judgments: of one case.
        control: variant name.
        treatment: variant name.

    >>> from arena.records.judgment import AxisScores
    >>> axes = {"clarity": AxisScores(first=3, second=5)}
    >>> shown = Judgment(case="c1", first="old", second="new", winner="second", axes=axes)
    >>> axes = {"clarity": AxisScores(first=4, second=4)}
    >>> swapped = Judgment(case="c1", first="new", second="old", winner="tie", axes=axes)
    >>> axis_means([shown, swapped], control="old", treatment="new")
    {'clarity': AxisMeans(control=3.5, treatment=4.5)}
    """
    pairs: dict[str, dict[str, list[dict[str, float]]]] = {}  # axis, variant shown first, scores by variant
    for judgment in judgments:
        for name, pair in judgment.axes.items():
            if pair.first is not None and pair.second is not None:
                scores = {judgment.first: pair.first, judgment.second: pair.second}
                pairs.setdefault(name, {}).setdefault(judgment.first, []).append(scores)
    return {
        name: AxisMeans(control=_mean_of(control, orders), treatment=_mean_of(treatment, orders))
        for name, orders in pairs.items()
    }


def _mean_of(variant: str, orders: Mapping[str, list[dict[str, float]]]) -> float:
    return fmean([_mean_in_order(variant, order) for order in orders.values()])


def _mean_in_order(variant: str, order: list[dict[str, float]]) -> float:
    return order[0][variant] if len(order) == 1 else fmean([scores[variant] for scores in order])
