"""Judgments of one case merged into one comparison in exact fractions: the reference for `arena.evidence.merge`."""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from arena.evidence.merge import Panel
from arena.records.judgment import Comparison, Judgment

HALF = Fraction(1, 2)


def merge_by_fractions(
    case: str,
    judgments: Iterable[Judgment],
    *,
    control: str,
    treatment: str,
    cluster: str | None = None,
    repeats: int = 1,
    control_failed: Collection[int] = (),
    treatment_failed: Collection[int] = (),
    panel: Panel = "mean",
) -> Comparison:
    """Return the case's comparison, by the rules that `arena.evidence.merge.merge` states; arguments as there.

    Raises:
        ValueError: a judgment is of another case or of other variants.
    """
    by_repeat: dict[int, list[Judgment]] = {repeat: [] for repeat in range(repeats)}
    given = list(judgments)
    for judgment in given:
        if judgment.case != case or {judgment.first, judgment.second} != {control, treatment}:
            raise ValueError(f"judgment of {judgment.case}, {judgment.first}/{judgment.second} is not of {case}")
        by_repeat.setdefault(judgment.repeat, []).append(judgment)
    shares = [
        _repeat_share(
            found,
            treatment,
            panel,
            control_failed=repeat in control_failed,
            treatment_failed=repeat in treatment_failed,
        )
        for repeat, found in by_repeat.items()
    ]
    low, score, high = (mean([share[i] for share in shares]) for i in range(3))
    return Comparison(
        case=case,
        cluster=cluster,
        score=float(score),
        low=float(low),
        high=float(high),
        outcome=outcome_of(score),
        consistent=consistent(given, control=control, treatment=treatment),
        control_failed=bool(control_failed),
        treatment_failed=bool(treatment_failed),
    )


def _repeat_share(
    judgments: Sequence[Judgment], treatment: str, panel: Panel, *, control_failed: bool, treatment_failed: bool
) -> tuple[Fraction, Fraction, Fraction]:
    """Return (low, share, high) of the treatment in one repeat."""
    if control_failed != treatment_failed:
        certain = Fraction(int(control_failed))
        return certain, certain, certain
    if control_failed or not judgments:
        return Fraction(0), HALF, Fraction(1)
    verdicts = list(_by_judge(judgments).values()) if panel == "majority" else [list(judgments)]
    shares = [shares_of(one, treatment) for one in verdicts]
    if not any(share is None for one in shares for share in one):
        certain = _vote(shares, HALF, panel)
        return certain, certain, certain
    low, share, high = (_vote(shares, missing, panel) for missing in (Fraction(0), HALF, Fraction(1)))
    return low, share, high


def _vote(shares: Sequence[Sequence[Fraction | None]], missing: Fraction, panel: Panel) -> Fraction:
    """Return the share that all give together, `missing` standing for each judgment that could not be read."""
    each = [mean([missing if value is None else value for value in one]) for one in shares]
    if panel == "mean":
        return mean(each)
    lead = sum((share > HALF) - (share < HALF) for share in each)
    return HALF if lead == 0 else Fraction(int(lead > 0))


def _by_judge(judgments: Iterable[Judgment]) -> dict[str, list[Judgment]]:
    found: dict[str, list[Judgment]] = {}
    for judgment in judgments:
        found.setdefault(judgment.judge, []).append(judgment)
    return found


def shares_of(judgments: Sequence[Judgment], treatment: str) -> list[Fraction | None]:
    """Return the treatment's share in each judgment of one repeat; None where it could not be read."""
    if all(judgment.log_odds is None for judgment in judgments):
        return [None if (share := one.share_of(treatment)) is None else exact(share) for one in judgments]
    return [share for one in _by_judge(judgments).values() for share in _shares_of_judge(one, treatment)]


def _shares_of_judge(judgments: Sequence[Judgment], treatment: str) -> list[Fraction | None]:
    """Return one judge's shares; read by likelihood in both orders, all are the verdict of both."""
    orders: dict[str, list[Fraction]] = {}
    for judgment in judgments:
        if judgment.log_odds is not None:
            towards = 1 if judgment.second == treatment else -1
            orders.setdefault(judgment.first, []).append(towards * Fraction(judgment.log_odds))
    if len(orders) < 2:
        return [None if (share := one.share_of(treatment)) is None else exact(share) for one in judgments]
    lead = sum(mean(order) for order in orders.values())
    verdict = HALF if lead == 0 else Fraction(int(lead > 0))
    return [None if one.log_odds is None else verdict for one in judgments]


@lru_cache(maxsize=1024)
def exact(share: float) -> Fraction:
    """Return a share as the fraction that it is; most shares of a run are one of a few."""
    return Fraction(share)


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the exact mean of one value or more."""
    first, *rest = values
    if all(value is first for value in rest):
        return first
    return sum(rest, first) / len(values)


def outcome_of(score: Fraction) -> Literal["win", "loss", "tie"]:
    """Return win above ½, loss below, tie at ½."""
    if score == HALF:
        return "tie"
    return "win" if score > HALF else "loss"


def consistent(judgments: Iterable[Judgment], *, control: str, treatment: str) -> bool | None:
    """Return whether both orders name the same outcome: a tie and a win are not the same.

    With repeats or several judges, an order's outcome is that of its mean share.

    Returns:
        None when an order has no judgment that was read.
    """
    shares: dict[str, list[Fraction]] = {control: [], treatment: []}
    for judgment in judgments:
        share = judgment.share_of(treatment)
        if share is not None:
            shares[judgment.first].append(exact(share))
    if not all(shares.values()):
        return None
    return outcome_of(mean(shares[control])) == outcome_of(mean(shares[treatment]))
