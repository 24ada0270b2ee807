"""Krippendorff's alpha on its four scales, with gaps, and its bootstrap over cases."""

from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.stats.estimate import Estimate
from arena.stats.krippendorff import Scale, krippendorff_alpha
from reference_values import reference

SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval", "ratio")


def _alpha(
    ratings: Sequence[Sequence[Hashable | None]], scale: Scale = "nominal", resamples: int = 300, seed: int = 0
) -> Estimate:
    return krippendorff_alpha(ratings, scale=scale, rng=np.random.default_rng(seed), resamples=resamples)


def test_alpha_agrees_with_the_krippendorff_package_on_every_scale() -> None:
    """Gaps, two raters and four, one pair of cases; a case with one rating does not count."""
    for entry in reference("krippendorff_alpha"):
        found = _alpha(entry["ratings"], entry["scale"])
        assert found.value == pytest.approx(entry["alpha"], abs=1e-12)
        assert found.n == entry["n"]


def _ratings() -> st.SearchStrategy[list[list[int | None]]]:
    rating = st.one_of(st.none(), st.integers(0, 4))
    return st.integers(1, 12).flatmap(
        lambda n: st.lists(st.lists(rating, min_size=n, max_size=n), min_size=2, max_size=4)
    )


@settings(max_examples=60)
@given(ratings=_ratings(), scale=st.sampled_from(SCALES))
def test_alpha_is_at_most_1_and_undefined_only_with_a_reason(ratings: list[list[int | None]], scale: Scale) -> None:
    """And it does not mind the order of raters or cases."""
    found = _alpha(ratings, scale, resamples=40)
    turned = _alpha([row[::-1] for row in ratings[::-1]], scale, resamples=40)
    assert found.value == (None if turned.value is None else pytest.approx(turned.value))
    assert (found.interval is None) == (found.reason is not None)
    if found.value is not None:
        assert found.value <= 1.0
    if found.interval is not None:
        assert found.interval.low < found.interval.high <= 1.0


@settings(max_examples=40)
@given(ratings=_ratings())
def test_each_scale_ignores_what_it_does_not_measure(ratings: list[list[int | None]]) -> None:
    """Nominal any renaming, ordinal any stretching, interval zero and unit, ratio the unit."""
    renaming = {0: "d", 1: "a", 2: "c", 3: "e", 4: "b"}

    def each(change: dict[int, Hashable]) -> list[list[Hashable | None]]:
        return [[None if rating is None else change[rating] for rating in row] for row in ratings]

    changes: dict[Scale, dict[int, Hashable]] = {
        "nominal": {**renaming},
        "ordinal": {value: value**3 for value in range(5)},
        "interval": {value: 7.0 * value - 3.0 for value in range(5)},
        "ratio": {value: 0.5 * value for value in range(5)},
    }
    for scale, change in changes.items():
        plain, changed = _alpha(ratings, scale, resamples=2).value, _alpha(each(change), scale, resamples=2).value
        assert changed == (None if plain is None else pytest.approx(plain, abs=1e-9))


@settings(max_examples=30)
@given(ratings=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=20))
def test_all_scales_agree_on_two_values(ratings: list[tuple[bool, bool]]) -> None:
    """There is one distance only."""
    rows = [[1 + int(pair[side]) for pair in ratings] for side in (0, 1)]
    nominal, *others = (_alpha(rows, scale, resamples=2).value for scale in SCALES)
    for value in others:
        assert value == (None if nominal is None else pytest.approx(nominal, abs=1e-9))


def test_the_interval_narrows_and_covers() -> None:
    """The cases are resampled: with more of them it is narrower, around the same value."""
    rng = np.random.default_rng(5)
    truth = rng.integers(1, 6, 400)
    noisy = [np.clip(truth + rng.integers(-1, 2, 400), 1, 5).tolist() for _ in range(2)]
    widths = []
    for n in (25, 400):
        found = _alpha([row[:n] for row in noisy], "ordinal")
        assert found.interval is not None
        assert found.value is not None
        assert found.interval.low < found.value < found.interval.high
        widths.append(found.interval.high - found.interval.low)
    assert widths[1] < widths[0] / 2


def test_the_same_generator_gives_the_same_interval() -> None:
    """Chance is an argument."""
    rows = [[1, 2, 3, 1, 2, 3], [1, 2, 3, 3, 2, 1]]
    assert _alpha(rows, seed=3) == _alpha(rows, seed=3)


def test_perfect_agreement_has_no_interval() -> None:
    """Every resample agrees as well; that is no certainty."""
    for scale in SCALES:
        found = _alpha([[1, 2, 3, 4] * 5, [1, 2, 3, 4] * 5], scale)
        assert found.value == pytest.approx(1.0)
        assert found.interval is None
        assert "the resamples do not differ" in (found.reason or "")


def test_a_rare_rating_gives_no_interval() -> None:
    """A third of the resamples miss the one case that differs, so their alpha does not exist."""
    found = _alpha([[1] * 10, [1] * 9 + [2]])
    assert found.value == pytest.approx(0.0, abs=0.1)
    assert (found.interval, found.reason) == (None, "too many resamples have one rating only: too few cases differ")


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([], "no case has two ratings"),
        ([[], []], "no case has two ratings"),
        ([[1, 2, 3]], "no case has two ratings"),
        ([[1, None], [None, 2]], "no case has two ratings"),
        ([[1, float("nan")], [float("nan"), 2]], "no case has two ratings"),
        ([[1, 1], [1, 1]], "every rating is the same: there is no disagreement to compare with"),
        ([[1, 2], [1, None]], "every rating is the same: there is no disagreement to compare with"),
    ],
)
def test_what_cannot_be_measured_is_undefined(ratings: list[list[float | None]], reason: str) -> None:
    """No two ratings of a case, or no difference at all."""
    for scale in SCALES:
        found = _alpha(ratings, scale)
        assert (found.value, found.interval, found.reason) == (None, None, reason)


def test_one_case_has_a_value_and_no_interval() -> None:
    """Its resamples are all the same."""
    found = _alpha([[1], [2]])
    assert (found.value, found.n, found.interval) == (0.0, 1, None)


@pytest.mark.parametrize(
    ("ratings", "scale", "message"),
    [
        ([[1, 2], [1]], "nominal", "each rater needs one rating, or None"),
        ([["good"], ["bad"]], "ordinal", "'good' is not a number, as the ordinal scale needs"),
        ([[float("inf")], [1]], "interval", "inf is not a number"),
        ([[-1], [1]], "ratio", "-1 is not a number from 0"),
    ],
)
def test_ratings_off_the_scale_are_refused(ratings: list[list[Hashable]], scale: Scale, message: str) -> None:
    """By name."""
    with pytest.raises(ValueError, match=message):
        _alpha(ratings, scale)


def test_a_level_outside_0_and_1_is_refused() -> None:
    """It has no interval."""
    with pytest.raises(ValueError, match="level"):
        krippendorff_alpha([[1], [2]], rng=np.random.default_rng(0), level=0.0)
