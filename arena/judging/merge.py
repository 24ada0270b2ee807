"""Judgments of one case, over both presentations, repeats and judges, merged into one comparison."""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Literal

from arena.records.judgment import Comparison, Judgment

HALF = Fraction(1, 2)


def merge(
    case: str,
    judgments: Iterable[Judgment],
    *,
    control: str,
    treatment: str,
    cluster: str | None = None,
    repeats: int = 1,
    control_failed: Collection[int] = (),
    treatment_failed: Collection[int] = (),
) -> Comparison:
    """Return the case's comparison: its one unit of evidence.

    The score is the mean over repeats of the treatment's share in a repeat. A repeat's share is

    - the mean over its judgments (orders and judges) of win 1, tie ½, loss 0, where a judgment that
      failed or could not be read counts ½, with bounds 0 and 1;
    - 0 where the treatment's call failed and 1 where the control's did: that arm's loss, no judge asked;
    - ½ with bounds 0 and 1 where both calls failed, or nothing was judged.

    Sums are exact, so that a tie is a tie.

    Args:
        case: the case's id.
        judgments: all of the case, in any order.
        control: variant name.
        treatment: variant name.
        cluster: of the case.
        repeats: completions per case and variant that were asked for; repeats that only `judgments`
            know count as well.
        control_failed: repeats, counted from 0, in which the control's call failed.
        treatment_failed: repeats in which the treatment's call failed.

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
            found, treatment, control_failed=repeat in control_failed, treatment_failed=repeat in treatment_failed
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
    judgments: Sequence[Judgment], treatment: str, *, control_failed: bool, treatment_failed: bool
) -> tuple[Fraction, Fraction, Fraction]:
    """Return (low, share, high) of the treatment in one repeat."""
    if control_failed != treatment_failed:
        certain = Fraction(int(control_failed))
        return certain, certain, certain
    if control_failed or not judgments:
        return Fraction(0), HALF, Fraction(1)
    given = [judgment.share_of(treatment) for judgment in judgments]
    read = [Fraction(value) for value in given if value is not None]
    if len(read) == len(given):
        certain = mean(read)
        return certain, certain, certain
    low, share, high = (
        mean([missing if value is None else Fraction(value) for value in given])
        for missing in (Fraction(0), HALF, Fraction(1))
    )
    return low, share, high


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the exact mean of one value or more."""
    return values[0] if len(values) == 1 else sum(values, Fraction(0)) / len(values)


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
            shares[judgment.first].append(Fraction(share))
    if not all(shares.values()):
        return None
    return outcome_of(mean(shares[control])) == outcome_of(mean(shares[treatment]))
