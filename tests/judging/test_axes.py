"""Axis scores of a case are averaged inside each order, then over the orders."""

from dataclasses import replace

from arena.judging.axes import AxisMeans, axis_means
from arena.records.judgment import AxisScores, Judgment
from judge_parts import judgment


def scored(first: str, one: float | None, other: float | None, repeat: int = 0) -> Judgment:
    """Return a judgment that gives one axis."""
    return replace(judgment(first, 0.5, repeat=repeat), axes={"clarity": AxisScores(first=one, second=other)})


def means(*judgments: Judgment) -> dict[str, AxisMeans]:
    """Return the means of a case."""
    return dict(axis_means(judgments, control="control", treatment="treatment"))


def test_both_orders_are_averaged_by_variant() -> None:
    """A judge that favours the first slot by a point favours neither variant."""
    assert means(scored("control", 4, 3), scored("treatment", 4, 3)) == {
        "clarity": AxisMeans(control=3.5, treatment=3.5)
    }


def test_order_with_more_judgments_weighs_no_more() -> None:
    """Two readings of one order and one of the other do not bring the effect of the order back."""
    found = means(scored("control", 5, 1), scored("control", 5, 1, repeat=1), scored("treatment", 5, 1))
    assert found == {"clarity": AxisMeans(control=3.0, treatment=3.0)}


def test_lone_score_of_a_pair_is_left_out() -> None:
    """A judgment that scored one answer says nothing about the difference."""
    assert means(scored("control", 5, None), scored("treatment", 3, 2)) == {
        "clarity": AxisMeans(control=2.0, treatment=3.0)
    }


def test_axis_that_nobody_scored_is_absent() -> None:
    """Nothing read is no number."""
    assert means(scored("control", None, None), judgment("treatment", None)) == {}
