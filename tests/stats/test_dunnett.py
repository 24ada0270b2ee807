"""Dunnett's critical values for large arms, against the printed tables and a multivariate normal integral."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from arena.stats.dunnett import dunnett_alpha, dunnett_critical
from reference_values import reference


@pytest.mark.parametrize(
    ("treatments", "one_sided", "two_sided"),
    [
        (1, 1.64, 1.96),
        (2, 1.92, 2.21),
        (3, 2.06, 2.35),
        (4, 2.16, 2.44),
        (5, 2.23, 2.51),
        (6, 2.29, 2.57),
        (9, 2.42, 2.69),
    ],
)
def test_the_printed_tables(treatments: int, one_sided: float, two_sided: float) -> None:
    """Dunnett 1955 (one-sided) and 1964 (two-sided), 5%, the row of infinite degrees of freedom."""
    assert round(dunnett_critical(0.05, treatments + 1, sided=1), 2) == one_sided
    assert round(dunnett_critical(0.05, treatments + 1), 2) == two_sided


def test_it_agrees_with_adaptive_quadrature() -> None:
    """Two arms to nine, one side and two, unequal sizes."""
    for entry in reference("dunnett_critical"):
        found = dunnett_critical(entry["alpha"], entry["arms"], ratio=entry["ratio"], sided=entry["sided"])
        assert found == pytest.approx(entry["z"], abs=1e-9)


@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("sided", [1, 2])
def test_the_error_of_all_comparisons_is_the_one_asked_for(ratio: float, sided: int) -> None:
    """For arms of other sizes than control's too: the correlation is r / (1 + r)."""
    critical, rho = dunnett_critical(0.05, 3, ratio=ratio, sided=sided), ratio / (1.0 + ratio)
    upper = np.full(2, critical)
    lower = -upper if sided == 2 else np.full(2, -np.inf)
    inside = multivariate_normal(np.zeros(2), [[1.0, rho], [rho, 1.0]]).cdf(upper, lower_limit=lower)
    assert inside == pytest.approx(0.95, abs=1e-6)


def test_it_lies_between_one_comparison_and_bonferroni() -> None:
    """Nothing to correct with two arms; with more it never asks more than Bonferroni does."""
    assert dunnett_alpha(0.05, 2) == pytest.approx(0.05)
    for arms in (3, 5, 10):
        assert 0.05 / (arms - 1) < dunnett_alpha(0.05, arms) < 0.05
    assert dunnett_alpha(0.05, 3, ratio=1e-9) == pytest.approx(1.0 - 0.95**0.5, abs=1e-6)  # nothing is shared
    assert dunnett_alpha(0.05, 3, ratio=1e5) == pytest.approx(0.05, abs=5e-4)  # nearly everything is


@pytest.mark.parametrize(
    "arguments", [{"alpha": 0.0}, {"alpha": 1.0}, {"arms": 1}, {"sided": 3}, {"ratio": 0.0}, {"ratio": float("inf")}]
)
def test_what_no_test_can_be_is_refused(arguments: dict[str, float]) -> None:
    """Error, arms, sides and ratio each in their domain."""
    with pytest.raises(ValueError, match=r"Dunnett|ratio"):
        dunnett_critical(**({"alpha": 0.05, "arms": 3} | arguments))  # type: ignore[arg-type]  # one bad value each
