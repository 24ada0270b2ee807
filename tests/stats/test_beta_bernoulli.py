"""Which arm is best under Beta posteriors, and what another would cost."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.stats.beta_bernoulli import Posterior, choices, posterior
from reference_values import reference

PARAMETER = st.one_of(st.sampled_from([0.5, 1.0, 2.0]), st.floats(0.5, 5000.0))
ARMS = st.lists(st.builds(Posterior, PARAMETER, PARAMETER), min_size=1, max_size=5)


def test_two_arms_agree_with_r() -> None:
    """integrate(dbeta · pbeta)."""
    for entry in reference("probability_best"):
        first, second = choices([posterior(*arm) for arm in entry["arms"]])
        assert second.probability_best == pytest.approx(entry["probability"], abs=1e-9)
        assert first.probability_best == pytest.approx(1.0 - entry["probability"], abs=1e-9)


def test_two_arms_agree_with_the_finite_sum() -> None:
    """No units at all, a probability of 1e-219, and rates of a thousandth."""
    for entry in reference("probability_best_whole_parameters"):
        _, second = choices([posterior(*arm) for arm in entry["arms"]])
        assert second.probability_best == pytest.approx(entry["probability"], rel=1e-8)


@given(ARMS)
def test_one_arm_is_the_best_and_losses_differ_as_means_do(arms: list[Posterior]) -> None:
    """Probabilities add up to 1; expected loss is E[max] less the arm's mean."""
    found = choices(arms)
    assert sum(choice.probability_best for choice in found) == pytest.approx(1.0, abs=1e-9)
    assert all(choice.expected_loss >= 0.0 for choice in found)
    highest = [choice.expected_loss + arm.mean for choice, arm in zip(found, arms, strict=True)]
    assert highest == pytest.approx([highest[0]] * len(arms), abs=1e-9)


def test_quadrature_agrees_with_simulation() -> None:
    """Four unequal arms, a million draws."""
    arms = [Posterior(3, 7), Posterior(30, 60), Posterior(0.5, 0.5), Posterior(40, 90)]
    rng = np.random.default_rng(5)
    rates = np.array([rng.beta(arm.alpha, arm.beta, 1_000_000) for arm in arms])
    best = np.bincount(rates.argmax(axis=0), minlength=4) / rates.shape[1]
    loss = (rates.max(axis=0) - rates).mean(axis=1)
    found = choices(arms)
    assert [choice.probability_best for choice in found] == pytest.approx(best, abs=3e-3)
    assert [choice.expected_loss for choice in found] == pytest.approx(loss, abs=1e-3)


def test_a_single_arm_is_best_without_loss() -> None:
    """There is nothing else to choose."""
    (only,) = choices([posterior(0, 0)])
    assert only.probability_best == pytest.approx(1.0, abs=1e-12)
    assert only.expected_loss == 0.0


def test_equal_arms_share_the_probability() -> None:
    """E[max] of three uniform rates is ¾."""
    for choice in choices([posterior(0, 0)] * 3):
        assert choice.probability_best == pytest.approx(1 / 3)
        assert choice.expected_loss == pytest.approx(0.25)


def test_a_hopeless_arm_keeps_a_positive_probability_and_a_sure_one_a_small_loss() -> None:
    """With uniform priors 0 of 20 beats 20 of 20 with probability ∫ 21(1 − x)²⁰ x²¹ dx = 21·21!·20!/42!."""
    worse, better = choices([posterior(0, 20), posterior(20, 20)])
    exactly = 21 * math.factorial(21) * math.factorial(20) / math.factorial(42)
    assert worse.probability_best == pytest.approx(exactly, rel=1e-9)
    assert 0.0 < better.expected_loss < worse.probability_best
    assert choices([posterior(0, 10**5), posterior(10**5, 10**5)])[0].probability_best > 0.0


def test_what_is_no_posterior_is_refused() -> None:
    """No arms; more successes than trials; a prior flatter than Jeffreys'."""
    with pytest.raises(ValueError, match="no arms"):
        choices([])
    with pytest.raises(ValueError, match="5 of 4 is not a proportion"):
        posterior(5, 4)
    for wrong in (Posterior(0.1, 1.0), Posterior(1.0, float("inf")), Posterior(float("nan"), 1.0)):
        with pytest.raises(ValueError, match="at least 1/2"):
            choices([wrong])
    with pytest.raises(ValueError, match="at least 1/2"):
        posterior(1, 2, prior=Posterior(0.0, 0.0))
