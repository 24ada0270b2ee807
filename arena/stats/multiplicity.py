"""p-values adjusted for how many questions were asked."""

from collections.abc import Sequence


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that control the false discovery rate (Benjamini & Hochberg, JRSS-B 1995).

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> benjamini_hochberg([0.001, 0.02, None, 0.12, 0.42])
    [0.004, 0.04, None, 0.16, 0.42]
    """
    return _step_up(p_values, penalty=1.0)


def benjamini_yekutieli(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values that control the false discovery rate under any dependence (Benjamini & Yekutieli, AoS 2001).

    Args:
        p_values: each in [0, 1]; None where there is no test: it stays None and does not count.

    Raises:
        ValueError: a p-value outside [0, 1].

    >>> benjamini_yekutieli([0.5, None])
    [0.5, None]
    """
    tests = sum(p is not None for p in p_values)
    return _step_up(p_values, penalty=sum(1.0 / rank for rank in range(1, tests + 1)))


def _step_up(p_values: Sequence[float | None], penalty: float) -> list[float | None]:
    """Adjust from the largest down: the least of p·m·penalty / rank met so far, at most 1."""
    ranked = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    if any(not 0.0 <= p <= 1.0 for p, _ in ranked):
        raise ValueError("a p-value must lie between 0 and 1")
    adjusted: list[float | None] = [None] * len(p_values)
    least = 1.0
    for rank in range(len(ranked), 0, -1):
        p, place = ranked[rank - 1]
        least = min(least, p * len(ranked) * penalty / rank)
        adjusted[place] = least
    return adjusted
