"""How often the gate calls equals unequal."""

from collections.abc import Collection

import numpy as np
import pytest
from scipy.special import bdtrc

from null_duels import QUICK, SCENARIOS, false_verdicts

ONE_SIDED = 0.025  # half of the gate's α


def improbable(count: int, runs: int) -> float:
    """Return the probability of so many false verdicts or more if each had probability α/2."""
    return float(bdtrc(count - 1, runs, ONE_SIDED)) if count else 1.0


def worst_point(names: Collection[str], runs: int) -> tuple[float, str]:
    """Return the least probable count over these nulls and both wrong verdicts, and where it is."""
    points = []
    for number, name in enumerate(names):
        passed, failed = false_verdicts(SCENARIOS[name], np.random.default_rng([2026, number]), runs)
        points += [(improbable(passed, runs), f"{name}: pass"), (improbable(failed, runs), f"{name}: fail")]
    return min(points)


def test_no_null_passes_or_fails_more_often_than_half_of_alpha() -> None:
    """Ties, skew, clusters, failures, gaps: the worst of them stays within the one-sided level, but for chance."""
    probability, where = worst_point(QUICK, runs=100)
    assert probability > 1e-3 / len(SCENARIOS), where


@pytest.mark.simulation
def test_no_null_passes_or_fails_more_often_than_half_of_alpha_in_the_long_run() -> None:
    """The same over thousands of duels a null."""
    probability, where = worst_point(SCENARIOS, runs=4000)
    assert probability > 1e-3 / len(SCENARIOS), where
