"""PPI++: human labels on some cases, a judge's scores on all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from arena.stats.bounded_mean import clustered_gaffke_interval, gaffke_interval
from arena.stats.means import mean_estimate
from arena.stats.prediction_powered import BOUNDED, CORRECTED_FROM, corrected_mean, prediction_powered_mean
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


@settings(max_examples=80)
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


@settings(max_examples=40)
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


def judged(rng: np.random.Generator, n: int, right: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Return n labels of wins, ties and losses, and a judge's scores of them."""
    labels = rng.choice([0.0, 0.5, 1.0], n, p=[0.2, 0.1, 0.7])
    return labels, np.where(rng.random(n) < right, labels, rng.choice([0.0, 0.25, 0.75, 1.0], n))


def test_few_labels_speak_alone() -> None:
    """Below the count, and where every case has a label: the labels' mean and Gaffke's interval."""
    labels, scores = judged(np.random.default_rng(1), 3 * CORRECTED_FROM)
    for n, rest in ((1, 60), (CORRECTED_FROM - 1, 400), (CORRECTED_FROM, 0)):
        found = corrected_mean(labels[:n], scores[:n], scores[len(scores) - rest :])
        assert (found.value, found.interval, found.n) == (labels[:n].mean(), gaffke_interval(labels[:n]), n)
    used = corrected_mean(labels[:CORRECTED_FROM], scores[:CORRECTED_FROM], scores[CORRECTED_FROM:])
    assert used.interval is not None
    assert used.interval.method == BOUNDED


def test_the_judge_is_used_where_that_is_narrower() -> None:
    """A judge who is hardly better than chance may follow the labels a little: they speak alone."""
    rng, used = np.random.default_rng(8), 0
    for _ in range(60):
        labels, scores = judged(rng, 600, right=0.2)
        found, alone = corrected_mean(labels[:200], scores[:200], scores[200:]), gaffke_interval(labels[:200])
        assert found.interval is not None
        used += found.interval.method == BOUNDED
        if found.interval.method == BOUNDED:
            assert found.interval.high - found.interval.low < alone.high - alone.low
        else:
            assert (found.value, found.interval) == (labels[:200].mean(), alone)
    assert 0 < used < 60


def test_the_corrected_mean_is_the_tuned_one() -> None:
    """Its value is PPI++'s; its interval is a little wider than PPI++'s and narrower than that of the labels."""
    labels, scores = judged(np.random.default_rng(2), 2000)
    found = corrected_mean(labels[:300], scores[:300], scores[300:])
    plain = prediction_powered_mean(labels[:300], scores[:300], scores[300:]).estimate
    alone = gaffke_interval(labels[:300])
    assert found.value == pytest.approx(plain.value)
    assert found.interval is not None
    assert plain.interval is not None
    assert found.interval.low < plain.interval.low < plain.interval.high < found.interval.high
    assert found.interval.high - found.interval.low < 0.95 * (alone.high - alone.low)


def test_each_end_imagines_one_more_case() -> None:
    """Lower: a case that the judge called won and the labels lost is added; the unlabelled cases are as they are."""
    labels, scores = judged(np.random.default_rng(3), 500)
    y, f, rest = labels[:220], scores[:220], scores[220:]
    power = prediction_powered_mean(y, f, rest).power
    assert power is not None
    more = np.append(y - power * f, 0.0 - power * 1.0)
    error = np.sqrt(more.var(ddof=1) / 221 + power**2 * np.append(f, rest).var(ddof=1) / 280)
    value = more.mean() + power * rest.mean()
    found = corrected_mean(y, f, rest).interval
    assert found is not None
    assert found.low == pytest.approx(value - stdtrit(219, 0.975) * error)


def test_a_judge_who_says_nothing_leaves_the_labels_alone() -> None:
    """A constant judge, one who is against the labels, and labels that are all alike: a finite interval each time."""
    labels, scores = judged(np.random.default_rng(4), 900)
    y = labels[:300]
    for known, f, rest in (
        (y, np.ones(300), np.ones(600)),
        (y, 1.0 - y, 1.0 - labels[300:]),
        (np.ones(300), scores[:300], scores[300:]),
    ):
        found = corrected_mean(known, f, rest)
        assert found.value == pytest.approx(known.mean())
        assert found.interval == gaffke_interval(known)


def test_cases_of_one_cluster_are_one_unit() -> None:
    """With clusters the labels alone decide, by cluster; no cluster at all changes nothing."""
    labels, scores = judged(np.random.default_rng(5), 900)
    y, f, rest = labels[:300], scores[:300], scores[300:]
    pairs = [case // 2 for case in range(300)]
    found = corrected_mean(y, f, rest, clusters=pairs)
    assert (found.interval, found.n) == (clustered_gaffke_interval(y, pairs), 150)
    apart = corrected_mean(y, f, rest, clusters=["a", *[None] * 299])
    assert (apart.interval, apart.n) == (gaffke_interval(y), 300)
    assert corrected_mean(y, f, rest, clusters=[None] * 300) == corrected_mean(y, f, rest)


def test_no_label_is_no_corrected_mean() -> None:
    """A judge alone cannot be corrected."""
    found = corrected_mean([], [], [1.0, 0.5], unit="points")
    assert (found.value, found.interval, found.n, found.unit_of_measure) == (None, None, 0, "points")
    assert found.reason == "no case has a label"


def test_the_corrected_mean_scales_and_mirrors() -> None:
    """Scores of 1 to 5 give the stretched interval, 1 − scores the mirrored one."""
    labels, scores = judged(np.random.default_rng(6), 900)
    y, f, rest = labels[:250], scores[:250], scores[250:]
    plain = corrected_mean(y, f, rest)
    wide = corrected_mean(1 + 4 * y, 1 + 4 * f, 1 + 4 * rest, low=1.0, high=5.0)
    mirrored = corrected_mean(1 - y, 1 - f, 1 - rest)
    assert plain.interval is not None
    assert wide.interval is not None
    assert mirrored.interval is not None
    ends = np.array([plain.interval.low, plain.interval.high])
    assert [wide.interval.low, wide.interval.high] == pytest.approx(1 + 4 * ends)
    assert [mirrored.interval.high, mirrored.interval.low] == pytest.approx(1 - ends)


@settings(max_examples=60)
@given(
    n=st.integers(1, 400),
    rest=st.integers(0, 300),
    share=st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]),
    right=st.sampled_from([0.0, 0.8, 1.0]),
    seed=st.integers(0, 99),
)
def test_every_labelled_run_has_a_finite_interval_about_its_value(
    n: int, rest: int, share: float, right: float, seed: int
) -> None:
    """All won, all lost, a perfect judge, a useless one: within [0, 1] and of some width."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n + rest) < share).astype(float)
    scores = np.where(rng.random(n + rest) < right, truth, rng.choice([0.0, 0.5, 1.0], n + rest))
    found = corrected_mean(truth[:n], scores[:n], scores[n:])
    assert found.interval is not None
    assert found.value is not None
    assert 0.0 <= found.interval.low <= found.value <= found.interval.high <= 1.0
    assert found.interval.low < found.interval.high


def test_values_outside_the_range_are_refused() -> None:
    """A label of 2, a score that is NaN, fewer scores than labels, an empty range."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        corrected_mean([2.0], [1.0], [1.0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        corrected_mean([1.0], [1.0], [float("nan")])
    with pytest.raises(ValueError, match="2 labels for 1 predictions"):
        corrected_mean([1.0, 0.0], [1.0], [1.0])
    with pytest.raises(ValueError, match="between 1 and 1"):
        corrected_mean([1.0], [1.0], [1.0], low=1.0)
