"""Coefficients of cases that were rated several times."""

import numpy as np
import pytest

from arena.stats.agreement import gwet_ac1
from arena.stats.agreement_by_case import ac1, kappa, resampled_coefficient
from arena.stats.kappa import cohen_kappa
from arena.stats.krippendorff import krippendorff_alpha

TABLE = np.array([[20.0, 5.0, 1.0], [3.0, 30.0, 2.0], [0.0, 4.0, 10.0]])


def cases_of(
    table: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return one table of shares for each case that a table counts."""
    q = len(table)
    rows = []
    for i in range(q):
        for j in range(q):
            one = np.zeros((q, q))
            one[i, j] = 1.0
            rows += [one] * int(table[i, j])
    return np.stack(rows)


def test_cases_rated_once_give_the_usual_coefficients() -> None:
    """Kappa and AC1 are those of the table; the bootstrap's interval is near the large-sample one."""
    cases = cases_of(TABLE)
    for coefficient, usual in ((kappa, cohen_kappa), (ac1, gwet_ac1)):
        found = resampled_coefficient(cases, coefficient, rng=np.random.default_rng(1))
        expected = usual(TABLE).estimate
        assert found.value == pytest.approx(expected.value)
        assert found.n == 75
        assert found.interval is not None
        assert expected.interval is not None
        assert (found.interval.low, found.interval.high) == pytest.approx(
            (expected.interval.low, expected.interval.high), abs=0.03
        )


def test_every_case_weighs_the_same_and_clusters_are_resampled_whole() -> None:
    """Two copies of a case in one cluster are one unit of evidence: the interval of 150 is that of 75."""
    cases = cases_of(TABLE)
    doubled = np.concatenate((cases, cases))
    labels = [*range(75), *range(75)]
    one = resampled_coefficient(cases, kappa, rng=np.random.default_rng(1))
    both = resampled_coefficient(doubled, kappa, clusters=labels, rng=np.random.default_rng(1))
    assert one.interval is not None
    assert both.interval is not None
    assert both.value == pytest.approx(one.value)
    assert both.n == 75
    assert (both.interval.low, both.interval.high) == pytest.approx((one.interval.low, one.interval.high))


def test_what_has_no_number_says_why() -> None:
    """No case, one category only, and agreement that never fails."""
    rng = np.random.default_rng(0)
    assert resampled_coefficient(np.zeros((0, 2, 2)), kappa, rng=rng).reason == "no case has both ratings"
    same = np.array([[[1.0, 0.0], [0.0, 0.0]]] * 3)
    assert "one category only" in str(resampled_coefficient(same, kappa, rng=rng).reason)
    perfect = resampled_coefficient(cases_of(np.diag([20.0, 20.0])), kappa, rng=rng)
    assert (perfect.value, perfect.interval) == (1.0, None)
    assert "resamples do not differ" in str(perfect.reason)


def test_alpha_resamples_clusters_whole() -> None:
    """Columns of one label go together: the interval of two copies is that of one, and n counts labels."""
    first = [1, 2, 1, 2, 1, 1, 2, 2, 1, 2]
    second = [1, 2, 1, 1, 1, 2, 2, 2, 1, 2]
    ids = list(range(10))
    one = krippendorff_alpha([first, second], rng=np.random.default_rng(2))
    both = krippendorff_alpha([first * 2, second * 2], clusters=ids * 2, rng=np.random.default_rng(2))
    assert (one.n, both.n) == (10, 10)
    assert one.interval is not None
    assert both.interval is not None
    assert both.interval.low == pytest.approx(one.interval.low, abs=0.06)
    naive = krippendorff_alpha([first * 2, second * 2], rng=np.random.default_rng(2))
    assert naive.interval is not None
    assert naive.interval.high - naive.interval.low < both.interval.high - both.interval.low
