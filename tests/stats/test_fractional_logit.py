"""The win rate at equal lengths, against a generalised linear model."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arena.stats.fractional_logit import length_controlled_win_rate
from reference_values import reference


def test_it_agrees_with_statsmodels() -> None:
    """Ten cases, and eight in five clusters."""
    for entry in reference("fractional_logit"):
        found = length_controlled_win_rate(entry["scores"], entry["differences"], clusters=entry["clusters"])
        assert found.interval is not None
        assert (found.value, found.interval.low, found.interval.high) == pytest.approx(entry["expected"], abs=1e-8)


def test_one_very_long_answer_does_not_separate_wins_from_losses() -> None:
    """The others hardly differ, so the slope is steep; statsmodels 0.15.0 has the same share at equal lengths."""
    found = length_controlled_win_rate([0.5, 0.5, 0.25, 0.75, 1], [1, 2, 3, 4, 1000])
    assert found.value == pytest.approx(0.3767300320, abs=1e-9)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.integers(-2, 2)), min_size=3, max_size=8))
def test_wins_and_losses_are_separated_only_where_a_length_parts_them(cases: list[tuple[float, int]]) -> None:
    """All wins on one side of it and all losses on the other, a tie being both."""
    scores, differences = [score for score, _ in cases], [length for _, length in cases]
    assume(len(set(differences)) > 1)
    separated = any(
        all(
            (score == 0 or side * (length - threshold) >= 0) and (score == 1 or side * (length - threshold) <= 0)
            for score, length in cases
        )
        for threshold in range(-2, 3)
        for side in (-1, 1)
    )
    reason = length_controlled_win_rate(scores, differences).reason or ""
    assert reason.startswith("wins and losses are separated") == separated


@pytest.mark.parametrize(
    ("scores", "differences", "value"),
    [
        ([0, 1, 1, 1, 0, 1, 1], [0, 0, 2, 1, 2, 2, 1_000_000], 0.5855156308),
        ([1, 1, 0, 1, 0], [1_000_000, 2, 0, 1, 2], None),
    ],
)
def test_one_difference_of_a_million_is_followed_or_said_to_be_too_far(
    scores: list[float], differences: list[float], value: float | None
) -> None:
    """A maximum there is; where steps of any size do not reach it, that is the reason."""
    found = length_controlled_win_rate(scores, differences)
    if value is None:
        assert found.reason == "the fit does not settle: one difference in length is too far from the others"
    assert found.value == (None if value is None else pytest.approx(value, abs=1e-8))


def test_lengths_that_are_all_far_from_equal_predict_nothing_there() -> None:
    """Every answer is shorter, and the trend among them would have to be followed far outside."""
    found = length_controlled_win_rate([0.0, 0.25, 0.25], [-1, -1, -2])
    assert (found.value, found.reason) == (None, "equal lengths lie too far outside the lengths that were seen")


def test_scores_without_any_pattern_leave_nothing_to_judge_by() -> None:
    """All ties fit perfectly: the share is one half, and no interval of no width is given."""
    found = length_controlled_win_rate([0.5] * 5, [1, 2, 3, 4, 9])
    assert found.value == pytest.approx(0.5)
    assert found.interval is None
    assert found.reason == "the fit leaves no variation to judge by"
