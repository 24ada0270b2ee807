"""How many cases a duel needs: for a win rate alone, and for everything that an experiment decides at once.

Nothing is known of the cases here but what the caller takes to be true; `pilot` goes by a finished run instead.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from arena.deciding.decide import criteria
from arena.deciding.wording import limit_label
from arena.errors import Refused, UsageError
from arena.kinds import table as kinds
from arena.kinds.kind import MeanRule
from arena.planning.duel_power import MOST, MOST_ENUMERATED, ThreePoint, fewest_cases_with
from arena.planning.size import Circumstances, Inputs
from arena.records.metric import Criterion, Metric
from arena.records.plans import CriterionSize, SizePlan

#: Multiples of the size at which the curve is shown.
CURVE = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
UNKNOWN_SPREAD = "no spread is known: what perfect data could prove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is taken to be true of two arms that nobody has compared yet."""

    win_rate: float | None = None  # the treatment's, where superiority is to be proved
    ties: float = 0.0  # share of cases without a winner
    changed: float = 0.0  # share of cases in which a guardrail changes, half of them for the worse

    def check(self) -> None:
        """Refuse what cannot be true.

        Raises:
            UsageError: naming the option.
        """
        if self.win_rate is not None and not 0.0 <= self.win_rate <= 1.0:
            raise Refused("a share from 0 to 1", argument="win_rate", value=f"{self.win_rate:g}")
        if not 0.0 <= self.ties < 1.0:
            raise Refused("a share from 0 to below 1", argument="ties", value=f"{self.ties:g}")
        if not 0.0 <= self.changed <= 1.0:
            raise Refused("a share from 0 to 1", argument="changed", value=f"{self.changed:g}")
        rarer = 1.0 if self.win_rate is None else min(self.win_rate, 1.0 - self.win_rate)
        if self.ties / 2.0 > rarer + 1e-12:
            raise Refused(
                f"a win rate of {self.win_rate:g} leaves room for {2 * rarer:g}",
                argument="ties",
                value=f"{self.ties:g}",
            )


def size_duel(win_rate: float, ties: float = 0.0, *, alpha: float = 0.05, power: float = 0.8) -> SizePlan:
    """Return the cases with which a duel proves a true win rate to be above one half.

    Scores of 0, ½ and 1: Var = θ(1 − θ) − tie/4. Up to 2,000 cases the power is that of the rule itself: the lower end
    of Gaffke's interval above ½ and the sign-flip significant, over all numbers of wins and ties.

    Args:
        win_rate: θ, the true one, above ½, at most 1.
        ties: the true share of tied cases, in [0, 1).
        alpha: two-sided; the rule is one-sided at alpha/2.
        power: in (alpha, 1).

    Raises:
        UsageError: an argument outside its domain, or ties that leave no room for the win rate.

    >>> size_duel(1.0).total
    6
    """
    Circumstances(alpha=alpha, power=power).check()
    Truth(win_rate=win_rate, ties=ties).check()
    if not win_rate > 0.5:
        raise Refused(
            "must be above 0.5; at 0.5 or below there is nothing to prove", argument="win_rate", value=f"{win_rate:g}"
        )
    truth = ThreePoint(better=win_rate - ties / 2.0, same=ties)
    cases = truth.fewest(alpha=alpha, power=power)
    if cases is None:
        raise Refused(
            f"so near 0.5 that more than {MOST:,} cases would be needed", argument="win_rate", value=f"{win_rate:g}"
        )
    by_z = cases > MOST_ENUMERATED
    return plan_cases(
        cases,
        lambda units: truth.power(units, alpha=alpha),
        formula="duel, z with Var = θ(1 − θ) − tie/4"
        if by_z
        else "duel, power of Gaffke's bound and the sign-flip by enumeration",
        inputs={"win_rate": win_rate, "ties": ties, "alpha": alpha, "power": power},
        notes=("one score a case: both orders agree; where they disagree, fewer cases are enough",),
    )


def whole(metric: Metric) -> float:
    """Return 1: the share of the cases that a metric is of where each is of all."""
    return 1.0


def size_experiment(
    metrics: Sequence[Metric],
    truth: Truth,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    share_of: Callable[[Metric], float] = whole,
) -> SizePlan:
    """Return the cases with which a duel proves all that an experiment decides.

    All must pass (intersection–union, Berger 1982). How the criteria depend on each other is not known, so the chance
    that one of them fails is at most the sum of their chances to fail (Bonferroni), and that sum is kept to 1 − power.

    Args:
        metrics: as declared; those for live use alone and secondary ones decide nothing.
        truth: about the treatment. A guardrail on a difference is taken not to change on average; a limit on the
            treatment alone, and what has no bounds, is taken at its best, which is said.
        alpha: two-sided level of the gate; each criterion is tested at half of it.
        power: of all criteria together, in (alpha, 1).
        share_of: the share of the cases that a metric is of, above 0: those with its tag, or its check.

    Raises:
        UsageError: an argument outside its domain, or nothing to decide.
    """
    Circumstances(alpha=alpha, power=power).check()
    truth.check()
    parts = [_part(metric, criterion, truth, alpha, share_of(metric)) for metric, criterion in decisive(metrics)]
    needs = [part.fewest(alpha, power) for part in parts]
    power_of = cache(lambda cases: max(1.0 - sum(1.0 - part.power(cases, alpha) for part in parts), 0.0))
    total = None
    if None not in needs:
        most = max(need for need in needs if need is not None)
        total = (
            most if power_of(most) >= power else fewest_cases_with(lambda n: n > most and power_of(n) >= power, most)
        )
    sizes = tuple(
        CriterionSize(
            criterion=part.label,
            role=part.criterion.metric.role,
            cases=need,
            at_best=part.of_all(part.at_best),
            power=None if total is None else part.power(total, alpha),
            assumed=part.assumed,
            reason=part.never if need is None else None,
        )
        for part, need in zip(parts, needs, strict=True)
    )
    several = len(parts) > 1
    return plan_cases(
        total,
        power_of,
        formula=f"duel, power of the rule that decides it{', criteria together by Bonferroni' if several else ''}",
        inputs={
            "win_rate": truth.win_rate,
            "ties": truth.ties,
            "changed": truth.changed,
            "alpha": alpha,
            "power": power,
        },
        notes=(
            "the criteria's chances to fail are added up (Bonferroni): all pass at least so often, whatever they share",
        )
        if several
        else (),
        criteria=sizes,
    )


def decisive(metrics: Sequence[Metric]) -> list[tuple[Metric, Criterion]]:
    """Return what an experiment decides offline: each limit of its primary metric and its guardrails.

    Raises:
        UsageError: nothing at all.
    """
    found = [
        (metric, criterion)
        for metric in metrics
        if metric.where != "live" and metric.role != "secondary"
        for criterion in criteria(metric)
    ]
    if not found:
        raise UsageError("the experiment decides nothing offline: no primary metric or guardrail has a limit")
    return found


def plan_cases(
    total: int | None,
    power_of: Callable[[int], float],
    *,
    formula: str,
    inputs: Inputs,
    notes: tuple[str, ...] = (),
    criteria: tuple[CriterionSize, ...] = (),
) -> SizePlan:
    """Return the plan of a duel of so many cases, the criterion that needs most marked, with its power curve.

    Args:
        total: cases; None where no number is enough, for the reasons that the criteria give.
        power_of: so many cases.
        formula: its name.
        inputs: what was asked.
        notes: for the reader.
        criteria: what is decided; empty: a win rate alone.
    """
    most = max((one.cases for one in criteria if one.cases is not None), default=0)
    marked = tuple(
        replace(one, drives=len(criteria) > 1 and one.cases is not None and one.cases == most) for one in criteria
    )
    never = [f"{one.criterion}: {one.reason}" for one in marked if one.cases is None]
    sizes = [] if total is None else sorted({max(round(total * step), 1) for step in CURVE})
    return SizePlan(
        schema_version=1,
        kind="size",
        unit="cases",
        per_arm={"cases": total},
        total=total,
        formula=formula,
        inputs=inputs,
        power=None if total is None else power_of(total),
        days=None,
        weeks=None,
        power_curve=tuple((size, power_of(size)) for size in sizes),
        notes=notes,
        criteria=marked,
        reason="; ".join(never) or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One criterion and what is taken to be true of it: a mean of three values, or (None) perfect data."""

    criterion: Criterion
    label: str
    at_best: int | None
    truth: ThreePoint | None
    assumed: str
    share: float  # of all cases, that it is of

    def of_all(self, cases: int | None) -> int | None:
        """Return of how many cases so many are its own."""
        return None if cases is None else math.ceil(cases / self.share - 1e-9)

    @property
    def never(self) -> str:
        if self.at_best is None:
            return "no number of cases could prove it"
        return "the true value is at the limit or beyond it, or too near: no number of cases would prove it"

    def fewest(self, alpha: float, power: float) -> int | None:
        if self.at_best is None or self.truth is None:
            return self.of_all(self.at_best)
        return self.of_all(self.truth.fewest(alpha=alpha, power=power))

    def power(self, cases: int, alpha: float) -> float:
        own = math.floor(cases * self.share + 1e-9)
        if self.at_best is None or own < self.at_best:
            return 0.0
        return 1.0 if self.truth is None else self.truth.power(own, alpha=alpha)


def _part(metric: Metric, criterion: Criterion, truth: Truth, alpha: float, share: float) -> _Part:
    kind = kinds.of(metric, criterion.limit)
    at_best, rule = kind.fewest(criterion, alpha=alpha), kind.rule(criterion)
    scored, assumed = None, UNKNOWN_SPREAD
    if at_best is None:
        assumed = "anything"
    elif rule is not None and rule.always:
        assumed = "anything: any data keep to it"
    elif rule is not None and criterion.limit.is_alone and not metric.is_win_rate:
        assumed = "the treatment at its best in every case"
    elif rule is not None:
        scored, assumed = _scored(criterion, rule, truth)
    label = f"{metric.label} {limit_label(criterion)}"
    return _Part(criterion=criterion, label=label, at_best=at_best, truth=scored, assumed=assumed, share=share)


def _scored(criterion: Criterion, rule: MeanRule, truth: Truth) -> tuple[ThreePoint, str]:
    """Return what is taken to be true of a score, and that in words."""
    same, better, share = 1.0 - truth.changed, truth.changed / 2.0, 0.5
    if not criterion.is_no_harm:
        share, same = _asked_for(criterion, truth) if truth.win_rate is None else (truth.win_rate, truth.ties)
        mirrored = criterion.metric.is_win_rate and not rule.above
        better = (1.0 - share if mirrored else share) - same / 2.0
    scored = ThreePoint(better=better, same=same, step=rule.step, limit=rule.limit, sign_flip=rule.flips)
    if criterion.metric.is_win_rate:
        return scored, f"win rate {100 * share:.3g}%, {100 * same:.3g}% tied"
    if criterion.limit.is_superiority:
        return scored, f"{100 * better:.3g}% of cases one better, {100 * same:.3g}% the same"
    if truth.changed == 0.0:
        return scored, "no case changes"
    return scored, f"no change on average; {100 * truth.changed:.3g}% of cases change by one"


def _asked_for(criterion: Criterion, truth: Truth) -> tuple[float, float]:
    """Return a treatment that is no different; superiority needs to be told by how much it is better."""
    if criterion.limit.is_superiority:
        raise Refused(
            f"say which true win rate is to be proved ({criterion.metric.label} {limit_label(criterion)})",
            argument="win_rate",
            hint="or take it from a finished run: `from_run`",
        )
    return 0.5, truth.ties
