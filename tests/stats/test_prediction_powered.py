"""PPI++: human labels on some cases, a judge's scores on all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from arena.stats.means import mean_estimate
from arena.stats.prediction_powered import prediction_powered_mean
from reference_values import reference

SCORES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
PAIRS = st.lists(st.tuples(SCORES, SCORES), min_size=0, max_size=30)


def test_the_mean_agrees_with_ppi_python() -> None:
    """Tuned and with λ fixed; its interval is the large-sample one."""
    for entry in reference("prediction_powered_mean"):
        found = prediction_powered_mean(
            entry["labels"], entry["predictions"], entry["unlabelled"], power=entry["power"], small_sample=False
        ).estimate
        assert found.value == pytest.approx(entry["mean"], abs=1e-10)
        if "interval" in entry:
            assert found.interval is not None
            assert (found.interval.low, found.interval.high) == pytest.approx(entry["interval"], abs=1e-10)


def test_without_power_it_is_students_t_on_the_labels() -> None:
    """λ = 0."""
    labels = [1, 0, 1, 1, 0.5]
    found, alone = (
        prediction_powered_mean(labels, [1] * 5, [1, 0], power=0).estimate,
        mean_estimate(labels, unit="share"),
    )
    assert found.interval is not None
    assert alone.interval is not None
    assert found.value == alone.value
    assert (found.interval.low, found.interval.high) == pytest.approx((alone.interval.low, alone.interval.high))


def test_the_small_sample_interval_is_t_with_ddof_1() -> None:
    """On one degree of freedom fewer than labels, or than unlabelled cases if those are fewer."""
    labels, predictions = np.array([1, 0, 1, 1.0]), np.array([1, 0, 0, 1.0])
    for rest, df in ((np.array([1, 0, 1, 1, 0, 1.0]), 3), (np.array([1, 0.0]), 1)):
        found = prediction_powered_mean(labels, predictions, rest, power=0.5).estimate.interval
        error = np.sqrt((labels - 0.5 * predictions).var(ddof=1) / 4 + (0.5 * rest).var(ddof=1) / len(rest))
        assert found is not None
        assert (found.high - found.low) / 2 == pytest.approx(stdtrit(df, 0.975) * error)
        assert found.method == "ppi++, t, approximate below n = 300"


def test_good_predictions_narrow_the_interval_and_useless_ones_do_not_harm_it() -> None:
    """Tuning gives useless predictions next to no weight."""
    rng = np.random.default_rng(0)
    truth = rng.random(2000)
    labels = truth[:100]
    alone = prediction_powered_mean(labels, labels, [], power=None)
    good = prediction_powered_mean(labels, labels + rng.normal(0, 0.05, 100), truth[100:])
    useless = prediction_powered_mean(labels, rng.random(100), rng.random(1900))
    assert alone.standard_error is not None
    assert good.standard_error is not None
    assert useless.standard_error is not None
    assert good.standard_error < alone.standard_error / 3
    assert useless.standard_error < 1.05 * alone.standard_error
    assert (useless.power or 0.0) < 0.2


def test_a_biased_judge_is_corrected() -> None:
    """A judge who passes everyone adds nothing and takes nothing away."""
    found = prediction_powered_mean([1, 0, 1, 0], [1, 1, 1, 1], [1] * 50)
    assert (found.estimate.value, found.power) == (0.5, 0.0)


def test_coverage_with_300_labels_is_nominal() -> None:
    """Labels and a noisy judge, scores of 0, ½ and 1."""
    rng, covered = np.random.default_rng(7), 0
    for _ in range(400):
        truth = rng.choice([0.0, 0.5, 1.0], 1500, p=[0.25, 0.2, 0.55])
        judged = np.where(rng.random(1500) < 0.8, truth, rng.choice([0.0, 0.5, 1.0], 1500))
        interval = prediction_powered_mean(truth[:300], judged[:300], judged[300:]).estimate.interval
        assert interval is not None
        assert interval.method == "ppi++, t"
        covered += interval.low <= 0.65 <= interval.high
    assert covered >= 400 * 0.95 - 2.33 * np.sqrt(400 * 0.95 * 0.05)


@settings(max_examples=80, deadline=None)
@given(pairs=PAIRS, rest=st.lists(SCORES, max_size=30), power=st.sampled_from([None, 0.0, 0.3, 1.0]))
def test_every_input_has_an_interval_or_a_reason(
    pairs: list[tuple[float, float]], rest: list[float], power: float | None
) -> None:
    """N = 0, 1, 2, constants and all."""
    found = prediction_powered_mean([y for y, _ in pairs], [f for _, f in pairs], rest, power=power)
    assert (found.estimate.interval is None) == (found.estimate.reason is not None)
    if found.power is not None:
        assert 0.0 <= found.power <= 1.0
    if found.estimate.interval is not None and found.estimate.value is not None:
        assert found.estimate.interval.low < found.estimate.value < found.estimate.interval.high


@settings(max_examples=40, deadline=None)
@given(
    pairs=st.lists(st.tuples(SCORES, SCORES), min_size=2, max_size=30), rest=st.lists(SCORES, min_size=2, max_size=30)
)
def test_loss_is_one_minus_win(pairs: list[tuple[float, float]], rest: list[float]) -> None:
    """Swapping the arms mirrors the mean."""
    y, f, g = np.array([y for y, _ in pairs]), np.array([f for _, f in pairs]), np.array(rest)
    value, mirrored = (prediction_powered_mean(*them).estimate.value for them in ((y, f, g), (1 - y, 1 - f, 1 - g)))
    assert value is not None
    assert mirrored == pytest.approx(1 - value)


def test_undefined_means_say_why() -> None:
    """No labels; no unlabelled cases to apply λ to; one label; nothing that varies."""
    assert prediction_powered_mean([], [], [1, 0]).estimate.reason == "no case has a label"
    lost = prediction_powered_mean([1, 0], [1, 0], [], power=0.5)
    assert (lost.estimate.value, lost.power) == (None, None)
    assert lost.estimate.reason == "no case without a label has a prediction"
    single = prediction_powered_mean([1], [1], [1, 0])
    assert (single.estimate.value, single.estimate.interval) == (1.0, None)
    assert single.estimate.reason == "one value gives no interval"
    flat = prediction_powered_mean([1, 1], [1, 1], [1, 1], power=1)
    assert (flat.estimate.value, flat.estimate.interval) == (1.0, None)
    assert "do not vary" in (flat.estimate.reason or "")


def test_mistaken_arguments_are_refused() -> None:
    """Different lengths, NaN, λ and level out of range."""
    with pytest.raises(ValueError, match="1 labels for 2 predictions"):
        prediction_powered_mean([1], [1, 0], [1])
    with pytest.raises(ValueError, match="finite"):
        prediction_powered_mean([1, float("nan")], [1, 0], [1])
    with pytest.raises(ValueError, match="power"):
        prediction_powered_mean([1, 0], [1, 0], [1], power=1.5)
    with pytest.raises(ValueError, match="level"):
        prediction_powered_mean([1, 0], [1, 0], [1], level=1)
