"""Two raters, or several: percent agreement, kappas, AC1 and PABAK."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.stats.agreement import cross_table, gwet_ac1, pabak, percent_agreement, prevalence
from arena.stats.estimate import Estimate
from arena.stats.kappa import Weights, cohen_kappa, fleiss_kappa
from arena.stats.proportions import wilson_interval
from reference_values import reference

WEIGHTS: tuple[Weights, ...] = ("unweighted", "linear", "quadratic")
TABLES = st.integers(2, 4).flatmap(
    lambda q: st.lists(st.lists(st.integers(0, 30), min_size=q, max_size=q), min_size=q, max_size=q)
)
COEFFICIENTS: dict[str, Callable[[Any], Estimate]] = {
    "unweighted": lambda table: cohen_kappa(table).estimate,
    "linear": lambda table: cohen_kappa(table, weights="linear").estimate,
    "quadratic": lambda table: cohen_kappa(table, weights="quadratic").estimate,
    "ac1": lambda table: gwet_ac1(table).estimate,
    "pabak": pabak,
}


def test_kappa_agrees_with_psych_statsmodels_and_scikit_learn() -> None:
    """Value, standard error and interval, as far as each of them gives it."""
    for entry in reference("cohen_kappa"):
        table = entry.get("table") or cross_table(*entry["raters"])
        found = cohen_kappa(table, weights=entry["weights"])
        assert found.estimate.value == pytest.approx(entry["kappa"], abs=1e-10)
        if "standard_error" in entry:
            assert found.standard_error == pytest.approx(entry["standard_error"], abs=1e-10)
        if "interval" in entry:
            assert found.estimate.interval is not None
            ends = (found.estimate.interval.low, found.estimate.interval.high)
            assert ends == pytest.approx(entry["interval"], abs=1e-9)


def test_fleiss_kappa_agrees_with_statsmodels() -> None:
    """The table of Fleiss 1971, published as 0.210."""
    for entry in reference("fleiss_kappa"):
        assert fleiss_kappa(entry["table"]).estimate.value == pytest.approx(entry["kappa"], abs=1e-12)


def test_the_interval_of_fleiss_kappa_agrees_with_irrcac() -> None:
    """Two to six raters, few cases."""
    for entry in reference("fleiss_kappa_interval"):
        found = fleiss_kappa(entry["table"]).estimate
        assert found.value == pytest.approx(entry["kappa"], abs=1e-12)
        assert found.interval is not None
        assert (found.interval.low, found.interval.high) == pytest.approx(entry["interval"], abs=1e-8)


def test_ac1_and_pabak_agree_with_irrcac() -> None:
    """Empty categories count; a prevailing one does not drag AC1 down."""
    for entry in reference("gwet_ac1_and_pabak"):
        found = gwet_ac1(entry["table"])
        assert found.estimate.value == pytest.approx(entry["ac1"], abs=1e-10)
        assert found.standard_error == pytest.approx(entry["standard_error"], abs=1e-10)
        assert pabak(entry["table"]).value == pytest.approx(entry["pabak"], abs=1e-10)


@pytest.mark.parametrize("n", [1, 2, 50])
def test_perfect_agreement_is_1_and_shows_nothing_of_how_sure(n: int) -> None:
    """No interval of no width; of one category alone kappa is undefined and AC1 is not."""
    perfect, alone = [[n, 0], [0, n]], [[n, 0], [0, 0]]
    for found in (cohen_kappa(perfect), fleiss_kappa([[2, 0], [0, 2]] * n), gwet_ac1(perfect), gwet_ac1(alone)):
        assert found.estimate.value == pytest.approx(1.0)
        assert (found.estimate.interval, found.standard_error) == (None, 0.0)
        assert found.estimate.reason == "the ratings leave no variation to judge by"
    assert cohen_kappa(alone).estimate.value is None
    assert fleiss_kappa([[2, 0]] * n).estimate.value is None


def test_two_fleiss_raters_are_scotts_pi() -> None:
    """(Pₐ − Σπ²)/(1 − Σπ²) with the prevalences of both raters."""
    table = [[20, 5], [3, 12]]
    ratings = [[2, 0]] * 20 + [[1, 1]] * 8 + [[0, 2]] * 12
    first, second = prevalence(table) or (0.0, 0.0)
    chance = first**2 + second**2
    assert fleiss_kappa(ratings).estimate.value == pytest.approx((32 / 40 - chance) / (1 - chance))


def test_the_error_of_fleiss_kappa_is_the_jackknifes() -> None:
    """Leaving out one case at a time gives the same error, but for terms of order 1/n."""
    rng = np.random.default_rng(0)
    table = rng.multinomial(5, [0.5, 0.3, 0.2], 300) + rng.multinomial(3, [1, 0, 0], 300)
    values = [fleiss_kappa(np.delete(table, case, axis=0)).estimate.value or 0.0 for case in range(300)]
    jackknife = np.std(values) * 299 / 300**0.5
    assert fleiss_kappa(table).standard_error == pytest.approx(jackknife, rel=0.02)


@pytest.mark.parametrize("coefficient", ["unweighted", "linear", "quadratic", "ac1"])
def test_the_large_sample_errors_are_those_of_simulation(coefficient: str) -> None:
    """The interval's half width is 1.96 standard deviations of the coefficient over many tables."""
    rng = np.random.default_rng(1)
    shares = np.array([[0.4, 0.08, 0.02], [0.05, 0.2, 0.05], [0.0, 0.08, 0.12]])
    measure = COEFFICIENTS[coefficient]
    values = [measure(rng.multinomial(500, shares.ravel()).reshape(3, 3)).value or 0.0 for _ in range(2000)]
    interval = measure(500 * shares).interval
    assert interval is not None
    assert (interval.high - interval.low) / 2 == pytest.approx(1.959964 * np.std(values), rel=0.05)


def test_98_percent_agreement_can_be_a_kappa_of_0() -> None:
    """Where one category prevails kappa collapses; AC1 and PABAK stand beside it."""
    table = [[98, 1], [1, 0]]
    assert percent_agreement(table).value == 0.98
    assert (cohen_kappa(table).estimate.value or 0.0) < 0.0
    assert gwet_ac1(table).estimate.value == pytest.approx((0.98 - 0.0198) / (1 - 0.0198))
    assert pabak(table).value == pytest.approx(0.96)
    assert prevalence(table) == (0.99, 0.01)


def test_percent_agreement_has_wilsons_interval() -> None:
    """And PABAK the same on its own scale."""
    wilson, found, moved = wilson_interval(98, 100), percent_agreement([[98, 1], [1, 0]]), pabak([[98, 1], [1, 0]])
    assert found.interval == wilson
    assert moved.interval is not None
    assert (moved.interval.low, moved.interval.high) == pytest.approx((2 * wilson.low - 1, 2 * wilson.high - 1))


@settings(max_examples=60)
@given(table=TABLES, name=st.sampled_from(sorted(COEFFICIENTS)))
def test_coefficients_stay_in_range_and_do_not_mind_who_is_first(table: list[list[int]], name: str) -> None:
    """Between −1 and 1 and inside their intervals; undefined ones say why."""
    found, swapped = COEFFICIENTS[name](table), COEFFICIENTS[name](np.transpose(table))
    assert found.value == (None if swapped.value is None else pytest.approx(swapped.value))
    assert (found.interval is None) == (found.reason is not None)
    if found.value is not None:
        assert -1 - 1e-12 <= found.value <= 1 + 1e-12
    if found.interval is not None and found.value is not None:
        assert -1 <= found.interval.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.interval.high <= 1


@settings(max_examples=40)
@given(table=st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=2), min_size=2, max_size=2))
def test_weights_make_no_difference_between_two_categories(table: list[list[int]]) -> None:
    """There is one step only."""
    plain, *weighted = (cohen_kappa(table, weights=weights).estimate.value for weights in WEIGHTS)
    for value in weighted:
        assert value == (None if plain is None else pytest.approx(plain, abs=1e-12))


@settings(max_examples=40)
@given(table=st.lists(st.lists(st.integers(1, 30), min_size=3, max_size=3), min_size=3, max_size=3))
def test_the_error_falls_with_the_square_root_of_n(table: list[list[int]]) -> None:
    """Four times the cases, half the error."""
    for weights in WEIGHTS:
        once, four = (cohen_kappa(times * np.array(table), weights=weights).standard_error for times in (1, 4))
        assert once == pytest.approx(2 * (four or 0.0), abs=1e-9)


def test_perfect_agreement_has_a_value_and_no_interval() -> None:
    """An error of 0 is no certainty."""
    for found in (cohen_kappa([[50, 0], [0, 50]]), gwet_ac1([[50, 0], [0, 50]]), fleiss_kappa([[3, 0], [0, 3]] * 5)):
        assert (found.estimate.value, found.standard_error, found.estimate.interval) == (1.0, 0.0, None)
        assert found.estimate.reason == "the ratings leave no variation to judge by"


def test_one_category_only_leaves_kappa_undefined() -> None:
    """0/0: nobody knows whether they would have agreed on another."""
    for found in (*(cohen_kappa([[9, 0], [0, 0]], weights=weights) for weights in WEIGHTS), fleiss_kappa([[3, 0]] * 4)):
        assert (found.estimate.value, found.standard_error) == (None, None)
        assert "one category only" in (found.estimate.reason or "")
    assert gwet_ac1([[9, 0], [0, 0]]).estimate.value == 1.0


def test_a_table_of_one_category_has_no_chance_corrected_coefficient() -> None:
    """No other category could have been given."""
    for found in (pabak([[4]]), gwet_ac1([[4]]).estimate):
        assert (found.value, found.reason) == (None, "one category leaves nothing to agree about")


def test_no_cases_are_undefined() -> None:
    """With the reason."""
    empty = np.zeros((2, 2))
    for found in (
        percent_agreement(empty),
        pabak(empty),
        gwet_ac1(empty).estimate,
        cohen_kappa(empty).estimate,
        fleiss_kappa([]).estimate,
    ):
        assert (found.value, found.interval, found.n, found.reason) == (None, None, 0, "no case has both ratings")
    assert prevalence(empty) is None
    assert cohen_kappa(cross_table([], [])).estimate.value is None


def test_one_and_two_cases_are_labelled() -> None:
    """One case never has an interval; two have one that says it is approximate."""
    assert cohen_kappa([[0, 1], [0, 0]]).estimate.interval is None
    assert fleiss_kappa([[1, 1]]).estimate.interval is None
    interval = cohen_kappa([[1, 1], [0, 0]]).estimate.interval or cohen_kappa([[2, 1], [0, 1]]).estimate.interval
    assert interval is not None
    assert "approximate below n = 30" in interval.method


def test_categories_count_in_the_order_given() -> None:
    """Loss to win is two steps, though the alphabet says one."""
    raters = ["loss", "tie", "win"], ["win", "tie", "win"]
    named = cross_table(*raters, categories=["loss", "tie", "win"])
    assert named.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert cross_table([10, 9], [9, 9]).tolist() == [[1, 0], [1, 0]]
    assert cross_table(["b", "a"], ["b", "b"]).tolist() == [[0, 1], [0, 1]]


def test_ratings_that_do_not_fit_are_refused() -> None:
    """In number, or outside the categories, or a category twice."""
    with pytest.raises(ValueError, match="2 ratings of the first rater for 1"):
        cross_table([1, 2], [1])
    with pytest.raises(ValueError, match="'maybe' is not one"):
        cross_table(["yes"], ["maybe"], categories=["yes", "no"])
    with pytest.raises(ValueError, match="twice"):
        cross_table(["yes"], ["yes"], categories=["yes", "yes"])


@pytest.mark.parametrize(
    "table", [[[1, 2]], [[1, -1], [0, 1]], [[0.5, 1], [1, 1]], [[float("nan"), 1], [1, 1]], [1, 2]]
)
def test_a_table_that_counts_nothing_is_refused(table: Any) -> None:
    """Square, whole numbers from 0."""
    for measure in COEFFICIENTS.values():
        with pytest.raises(ValueError, match="table of two raters"):
            measure(table)


@pytest.mark.parametrize("table", [[[1, 1], [2, 1]], [[1, 0], [0, 1]], [[2, -1]], [[0.5, 1.5]], [3, 3]])
def test_fleiss_needs_the_same_number_of_raters_for_each_case(table: Any) -> None:
    """At least two."""
    with pytest.raises(ValueError, match="rat"):
        fleiss_kappa(table)


def test_a_level_outside_0_and_1_is_refused() -> None:
    """It has no interval."""
    with pytest.raises(ValueError, match="level"):
        cohen_kappa([[3, 1], [1, 3]], level=1.0)
