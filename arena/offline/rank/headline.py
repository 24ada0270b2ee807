"""The answer of a ranking in a sentence."""

from collections.abc import Sequence

from arena.deciding.wording import quantity
from arena.records.ranking import Cycle, RankedVariant

MOST_NAMED = 4


def headline(variants: Sequence[RankedVariant], circles: Sequence[Cycle], *, level: float, fit: bool = True) -> str:
    """Return which variant is best, or which may be, and whether an order fits at all.

    Args:
        variants: strongest first.
        circles: of variants that beat each other, the surest first.
        level: of all rank sets together.
        fit: whether the judge is; what another one finds is no proof.
    """
    found = _found(variants, circles, level=level)
    return found if fit or not _claims(variants, circles) else f"{found}; but the judge is not fit to decide"


def _claims(variants: Sequence[RankedVariant], circles: Sequence[Cycle]) -> bool:
    """Return whether anything is taken for proven."""
    return any(circle.proven for circle in circles[:1]) or not all(1 in one.rank_set for one in variants)


def _found(variants: Sequence[RankedVariant], circles: Sequence[Cycle], *, level: float) -> str:
    may_be_best = [one.name for one in variants if 1 in one.rank_set]
    if circles and circles[0].proven:
        return f"No order fits: {told(circles[0])}, each step proven"
    if len(may_be_best) == 1:
        return f"{may_be_best[0]} is best of {len(variants)}, sure at {quantity(level, 'share')}"
    if len(may_be_best) == len(variants):
        return f"Cannot tell: any of the {len(variants)} may be best"
    return f"Cannot tell which is best: {_either(may_be_best)}; not {_either(_others(variants, may_be_best))}"


def told(circle: Cycle) -> str:
    """Return a circle in words.

    >>> told(Cycle(variants=("A", "B", "C"), win_rates=(0.7, 0.6, 0.8), p_value=0.2, proven=False))
    'A beats B, B beats C, C beats A'
    """
    steps = zip(circle.variants, (*circle.variants[1:], circle.variants[0]), strict=True)
    return ", ".join(f"{winner} beats {loser}" for winner, loser in steps)


def _others(variants: Sequence[RankedVariant], names: Sequence[str]) -> list[str]:
    return [one.name for one in variants if one.name not in names]


def _either(names: Sequence[str]) -> str:
    shown = (
        list(names) if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} more"]
    )
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
