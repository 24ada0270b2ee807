"""Sizes of tests of ratio metrics, and of tests with several arms."""

import pytest

from arena.errors import UsageError
from arena.planning.ratio_size import size_ratio
from arena.planning.searched_size import size_mean
from arena.planning.size import Circumstances, size_rate
from arena.stats.ratio_spread import RatioMetric

COST = RatioMetric(numerator_mean=12.0, numerator_sd=6.0, denominator_mean=4.0, denominator_sd=1.5, correlation=0.5)


def test_a_ratio_is_sized_as_a_mean_of_its_spread() -> None:
    """5% of the ratio, by the delta method's standard deviation: within a unit or two of the t test of such a mean."""
    found = size_ratio(COST, 0.05, Circumstances())
    mean = size_mean(COST.sd, 0.05 * COST.value, Circumstances())
    assert found.per_arm["control"] == pytest.approx(mean.per_arm["control"], abs=2)
    assert "delta method" in found.formula
    assert found.inputs["correlation"] == 0.5


def test_a_ratio_may_not_be_worse_by_a_margin() -> None:
    """One-sided, relative; a true improvement makes it easier."""
    plain = size_ratio(COST, 0.0, Circumstances(), margin=0.05)
    assert plain.total == size_ratio(COST, 0.05, Circumstances()).total
    assert any("one-sided at 0.025" in note for note in plain.notes)
    assert (size_ratio(COST, 0.02, Circumstances(), margin=0.05).total or 0) < (plain.total or 0)


def test_dunnett_asks_less_than_bonferroni() -> None:
    """Three comparisons at .0188 each instead of .0167; with two arms nothing is corrected."""
    dunnett, bonferroni = (
        size_rate(0.6, 0.05, Circumstances(arms=4, correction=name)) for name in ("dunnett", "bonferroni")
    )
    assert (dunnett.total or 0) < (bonferroni.total or 0)
    assert any("0.01883 (Dunnett)" in note for note in dunnett.notes)
    assert size_rate(0.6, 0.05, Circumstances(correction="dunnett")).total == 2942


def test_dunnett_of_margins_is_one_sided() -> None:
    """Its critical value is a little above the two-sided one at twice the error."""
    one, two = (Circumstances(arms=4, correction="dunnett", one_sided=sided) for sided in (True, False))
    assert one.comparison_alpha == pytest.approx(two.comparison_alpha, rel=0.01)
    assert one.comparison_alpha < two.comparison_alpha


@pytest.mark.parametrize(
    ("metric", "mde", "margin", "message"),
    [
        (COST, 0.0, None, "mde 0"),
        (COST, -0.1, 0.05, "margin 0.05"),
        (
            RatioMetric(numerator_mean=1, numerator_sd=1, denominator_mean=0, denominator_sd=1, correlation=0),
            0.1,
            None,
            "ratio_of",
        ),
    ],
)
def test_a_users_mistake_is_named(metric: RatioMetric, mde: float, margin: float | None, message: str) -> None:
    """Exit 2, by the name of the option."""
    with pytest.raises(UsageError, match=message):
        size_ratio(metric, mde, Circumstances(), margin=margin)


@pytest.mark.parametrize(
    ("circumstances", "message"),
    [
        (Circumstances(correction="tukey"), "correction tukey: no such correction; there are bonferroni, dunnett"),
        (Circumstances(cluster_cv=0.5), "cluster_cv: clusters need"),
        (Circumstances(icc=2.0, cluster_size=5), "icc, cluster_size"),
        (Circumstances(per_day=-5.0), "per_day"),
        (Circumstances(per_day=5.0, share=1.5), "share"),
        (Circumstances(arms=1), "arms"),
    ],
)
def test_circumstances_that_cannot_be_are_refused(circumstances: Circumstances, message: str) -> None:
    """By the name of the option."""
    with pytest.raises(UsageError, match=message):
        circumstances.check()
