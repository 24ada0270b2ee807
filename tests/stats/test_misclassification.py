"""A judge's pass rate, corrected for the judge's own errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.stats.misclassification import rogan_gladen
from reference_values import reference

SHARES = st.floats(0, 1)


def test_the_correction_agrees_with_lee_et_als_program() -> None:
    """Point and interval, also at the edge."""
    for entry in reference("rogan_gladen"):
        found = rogan_gladen(
            entry["share"],
            entry["n"],
            sensitivity=entry["sensitivity"],
            positives=entry["positives"],
            specificity=entry["specificity"],
            negatives=entry["negatives"],
            level=entry.get("level", 0.95),
        )
        assert found.interval is not None
        assert (found.value, found.interval.low, found.interval.high) == pytest.approx(entry["expected"], abs=1e-9)


@settings(max_examples=100)
@given(
    share=SHARES,
    sensitivity=SHARES,
    specificity=SHARES,
    sizes=st.tuples(st.integers(0, 200), st.integers(0, 40), st.integers(0, 40)),
)
def test_every_input_has_an_interval_inside_0_and_1_or_a_reason(
    share: float, sensitivity: float, specificity: float, sizes: tuple[int, int, int]
) -> None:
    """Also without cases, and with a judge no better than chance."""
    n, positives, negatives = sizes
    found = rogan_gladen(
        share, n, sensitivity=sensitivity, positives=positives, specificity=specificity, negatives=negatives
    )
    assert (found.interval is None) == (found.reason is not None)
    if sensitivity + specificity - 1 < 0.0999:
        assert found.value is None
    if found.interval is not None:
        assert 0 <= found.interval.low <= found.interval.high <= 1


@settings(max_examples=60)
@given(share=SHARES, right=st.floats(0.6, 1), refused=st.floats(0.6, 1))
def test_failing_is_one_minus_passing(share: float, right: float, refused: float) -> None:
    """Swapping pass and fail, and with them sensitivity and specificity, mirrors value and interval."""
    passing = rogan_gladen(share, 80, sensitivity=right, positives=20, specificity=refused, negatives=30)
    failing = rogan_gladen(1 - share, 80, sensitivity=refused, positives=30, specificity=right, negatives=20)
    assert passing.value is not None
    assert passing.interval is not None
    assert failing.interval is not None
    assert failing.value == pytest.approx(1 - passing.value, abs=1e-9)
    assert failing.interval.low == pytest.approx(1 - passing.interval.high, abs=1e-9)
    assert failing.interval.high == pytest.approx(1 - passing.interval.low, abs=1e-9)


def test_coverage_holds_where_the_calibration_set_has_another_pass_rate() -> None:
    """True rate .8; half of the calibration cases are good."""
    rng, covered, runs = np.random.default_rng(2), 0, 1000
    for _ in range(runs):
        share = rng.binomial(200, 0.8 * 0.9 + 0.2 * 0.25) / 200
        right, refused = rng.binomial(60, 0.9) / 60, rng.binomial(60, 0.75) / 60
        found = rogan_gladen(share, 200, sensitivity=right, positives=60, specificity=refused, negatives=60).interval
        assert found is not None
        covered += found.low <= 0.8 <= found.high
    assert covered >= runs * 0.95 - 2.33 * np.sqrt(runs * 0.95 * 0.05)


def test_a_perfect_judge_of_unlimited_calibration_is_believed() -> None:
    """Nothing to correct: the judge's rate, with an interval like Agresti and Coull's."""
    found = rogan_gladen(0.7, 1000, sensitivity=1, positives=10**9, specificity=1, negatives=10**9)
    assert found.interval is not None
    assert found.value == pytest.approx(0.7)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.6709, 0.7276), abs=1e-3)


def test_a_judge_near_chance_is_refused() -> None:
    """Below sensitivity + specificity − 1 = 0.1, and not at it."""
    refused = rogan_gladen(0.5, 100, sensitivity=0.6, positives=500, specificity=0.49, negatives=500)
    assert (refused.value, refused.interval) == (None, None)
    assert refused.reason == "sensitivity + specificity − 1 is 0.09: the judge hardly tells pass from fail"
    assert rogan_gladen(0.5, 100, sensitivity=0.6, positives=500, specificity=0.5, negatives=500).value is not None


def test_too_few_calibration_cases_give_no_interval() -> None:
    """What tells the judge from chance is lost to shrinkage."""
    found = rogan_gladen(0.5, 100, sensitivity=1, positives=1, specificity=0.15, negatives=100)
    assert found.value == 0.0 or found.value == 1.0
    assert (found.interval, found.reason) == (
        None,
        "too few calibration cases to tell that the judge is better than chance",
    )


def test_nothing_judged_and_nothing_calibrated_are_undefined() -> None:
    """With the reason."""
    assert rogan_gladen(0, 0, sensitivity=1, positives=5, specificity=1, negatives=5).reason == "no cases"
    for positives, negatives in ((0, 5), (5, 0)):
        found = rogan_gladen(0.5, 9, sensitivity=1, positives=positives, specificity=1, negatives=negatives)
        assert found.reason == "calibration needs both good and bad labelled cases"


def test_mistaken_arguments_are_refused() -> None:
    """Shares, numbers and level."""
    with pytest.raises(ValueError, match="share"):
        rogan_gladen(1.1, 9, sensitivity=1, positives=5, specificity=1, negatives=5)
    with pytest.raises(ValueError, match="share"):
        rogan_gladen(0.5, 9, sensitivity=float("nan"), positives=5, specificity=1, negatives=5)
    with pytest.raises(ValueError, match="negative"):
        rogan_gladen(0.5, -9, sensitivity=1, positives=5, specificity=1, negatives=5)
    with pytest.raises(ValueError, match="level"):
        rogan_gladen(0.5, 9, sensitivity=1, positives=5, specificity=1, negatives=5, level=1)
