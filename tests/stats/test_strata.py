"""Two arms compared within strata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.differences import newcombe_interval
from arena.stats.strata import MantelHaenszel, Stratum, mantel_haenszel, standardise
from reference_values import reference


def stratum(control_hits: int, control: int, treatment_hits: int, treatment: int) -> Stratum:
    """Return a stratum from its four counts."""
    return Stratum(control_hits=control_hits, control=control, treatment_hits=treatment_hits, treatment=treatment)


ARM = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
STRATUM = st.tuples(ARM, ARM).map(lambda arms: stratum(*arms[0], *arms[1]))


def test_the_mantel_haenszel_ratios_agree_with_statsmodels() -> None:
    """StratifiedTable: the article's two segments, four others, and one stratum of four units."""
    for entry in reference("mantel_haenszel"):
        found = mantel_haenszel([stratum(*counts) for counts in entry["strata"]])
        odds = found.odds_ratio
        assert odds.interval is not None
        numbers = [odds.value, odds.interval.low, odds.interval.high, found.risk_ratio.value]
        assert numbers == pytest.approx(entry["expected"], rel=1e-6)


def test_the_association_agrees_with_statsmodels() -> None:
    """Cochran–Mantel–Haenszel, without the continuity correction."""
    for entry in reference("cochran_mantel_haenszel"):
        found = mantel_haenszel([stratum(*counts) for counts in entry["strata"]])
        assert found.p_value == pytest.approx(entry["p_value"], rel=1e-9)


def test_the_article_reverses() -> None:
    """A wins both segments by five points, and loses the pooled comparison by four."""
    found = standardise([stratum(170, 200, 640, 800), stratum(560, 800, 130, 200)])
    assert found.reversed
    assert found.crude == pytest.approx(0.77 - 0.73)
    assert found.by_stratum == pytest.approx((-0.05, -0.05))
    assert found.estimate.value == pytest.approx(-0.05)
    assert found.estimate.interval is not None
    assert found.estimate.interval.high < 0.0


@given(ARM, ARM)
def test_one_stratum_is_the_crude_comparison(control: tuple[int, int], treatment: tuple[int, int]) -> None:
    """Newcombe's interval, and no reversal."""
    found = standardise([stratum(*control, *treatment)])
    expected = newcombe_interval(*treatment, *control)
    assert found.estimate.value == pytest.approx(found.crude)
    assert found.estimate.interval is not None
    assert (found.estimate.interval.low, found.estimate.interval.high) == pytest.approx((expected.low, expected.high))
    assert not found.reversed


@given(st.lists(STRATUM, min_size=1, max_size=4))
def test_swapped_arms_mirror_every_comparison(strata: list[Stratum]) -> None:
    """Differences change sign, ratios are inverted, the p-value stays."""
    swapped = [stratum(s.treatment_hits, s.treatment, s.control_hits, s.control) for s in strata]
    found, mirrored = mantel_haenszel(strata), mantel_haenszel(swapped)
    assert found.p_value == pytest.approx(mirrored.p_value)
    assert found.risk_difference.value == pytest.approx(-(mirrored.risk_difference.value or 0.0), abs=1e-12)
    for ratio, inverse in ((found.odds_ratio, mirrored.odds_ratio), (found.risk_ratio, mirrored.risk_ratio)):
        if ratio.interval is not None and inverse.interval is not None:
            assert ratio.interval.low == pytest.approx(1.0 / inverse.interval.high)
    assert standardise(strata).estimate.value == pytest.approx(-(standardise(swapped).estimate.value or 0.0), abs=1e-12)


def test_a_stratum_without_one_arm_adds_nothing_to_mantel_haenszel_and_undoes_standardisation() -> None:
    """Its rate in that arm is unknown."""
    whole, half = stratum(5, 10, 8, 10), stratum(0, 0, 3, 4)
    assert mantel_haenszel([whole, half]).odds_ratio.value == mantel_haenszel([whole]).odds_ratio.value
    found = standardise([whole, half])
    assert found.estimate.reason == "a stratum has units of one arm alone"
    assert found.by_stratum[1] is None
    assert standardise([whole, stratum(0, 0, 0, 0)]).estimate == standardise([whole]).estimate


def reasons(found: MantelHaenszel) -> tuple[str | None, str | None, str | None]:
    """Return why each comparison lacks an interval."""
    return found.odds_ratio.reason, found.risk_ratio.reason, found.risk_difference.reason


def test_what_is_undefined_says_why() -> None:
    """Nobody; no hits in control; none in treatment; all hits."""
    nothing = mantel_haenszel([])
    assert (nothing.p_value, nothing.risk_difference.value) == (None, None)
    assert nothing.risk_difference.reason == "no stratum has units of both arms"
    assert standardise([]).estimate.reason == "no units"

    no_control = mantel_haenszel([stratum(0, 5, 3, 5)])
    assert (no_control.odds_ratio.value, no_control.risk_ratio.value) == (None, None)
    assert reasons(no_control) == (
        "no stratum has both misses of treatment and hits of control",
        "control has no hits",
        None,
    )
    no_treatment = mantel_haenszel([stratum(3, 5, 0, 5)])
    assert (no_treatment.odds_ratio.value, no_treatment.risk_ratio.value) == (0.0, 0.0)
    assert reasons(no_treatment)[:2] == (
        "no stratum has both hits of treatment and misses of control",
        "treatment has no hits",
    )
    all_hits = mantel_haenszel([stratum(5, 5, 5, 5)])
    assert (all_hits.risk_ratio.value, all_hits.risk_difference.value, all_hits.p_value) == (1.0, 0.0, None)
    assert reasons(all_hits)[1:] == (
        "every unit of both arms is a hit",
        "no rate varies within any arm and stratum",
    )


def test_the_p_value_is_cochrans() -> None:
    """One stratum: the chi-square of the 2 × 2 table times (n − 1)/n; and never 0."""
    found = mantel_haenszel([stratum(600, 1000, 650, 1000)]).p_value
    assert found == pytest.approx(0.0209, abs=1e-3)
    assert (mantel_haenszel([stratum(0, 10**5, 10**5, 10**5)]).p_value or 0.0) > 0.0


def test_impossible_counts_are_refused() -> None:
    """More hits than units; a level of 1."""
    for compare in (mantel_haenszel, standardise):
        with pytest.raises(ValueError, match="hits must lie between"):
            compare([stratum(3, 2, 0, 1)])
        with pytest.raises(ValueError, match="the level must lie between"):
            compare([stratum(1, 2, 0, 1)], level=1.0)
