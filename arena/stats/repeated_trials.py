"""What n answers to one task say of k of them: that one passes, that all pass."""

from math import comb


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return the chance that at least one of k answers passes: 1 − C(n − c, k) / C(n, k), unbiased.

    Args:
        n: answers to the task, at least k.
        c: how many of them passed, 0 to n.
        k: answers drawn without replacement, at least 1.

    Returns:
        A share in [0, 1].

    Raises:
        ValueError: k < 1, n < k, or c outside 0 to n.

    Chen et al. 2021, "Evaluating Large Language Models Trained on Code", equation 1.

    >>> pass_at_k(5, 1, 3)
    0.6
    """
    _check(n, c, k)
    return 1.0 - comb(n - c, k) / comb(n, k)


def pass_hat_k(n: int, c: int, k: int) -> float:
    """Return the chance that all of k answers pass: C(c, k) / C(n, k), unbiased. Written pass^k.

    Args:
        n: answers to the task, at least k.
        c: how many of them passed, 0 to n.
        k: answers drawn without replacement, at least 1.

    Returns:
        A share in [0, 1].

    Raises:
        ValueError: k < 1, n < k, or c outside 0 to n.

    Yao et al. 2024, "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains".

    >>> pass_hat_k(5, 4, 3)
    0.4
    """
    _check(n, c, k)
    return comb(c, k) / comb(n, k)


def _check(n: int, c: int, k: int) -> None:
    if not 1 <= k <= n:
        raise ValueError(f"k must be 1 to n = {n}, found {k}")
    if not 0 <= c <= n:
        raise ValueError(f"c must be 0 to n = {n}, found {c}")
