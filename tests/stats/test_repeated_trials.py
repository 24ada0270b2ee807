"""pass@k and pass^k are unbiased: the mean over all ways to draw k of n answers."""

from itertools import combinations

import pytest

from arena.stats.repeated_trials import pass_at_k, pass_hat_k


@pytest.mark.parametrize("n", [1, 2, 5, 7])
def test_they_are_the_mean_over_all_draws(n: int) -> None:
    """By enumeration, for every number of passes and every k."""
    for c in range(n + 1):
        answers = [True] * c + [False] * (n - c)
        for k in range(1, n + 1):
            draws = list(combinations(answers, k))
            assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws))
            assert pass_hat_k(n, c, k) == pytest.approx(sum(map(all, draws)) / len(draws))


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (3, 1, 0), (3, 4, 1), (3, -1, 1)])
def test_what_cannot_be_is_refused(n: int, c: int, k: int) -> None:
    """No draw of more than there are, no more passes than answers."""
    for share in (pass_at_k, pass_hat_k):
        with pytest.raises(ValueError, match="must be"):
            share(n, c, k)
