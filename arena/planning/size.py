"""How many units a live test of a rate needs, in closed form, and the plan that every kind of size becomes.

Imports neither numpy nor scipy: what costs an import (looks, exact tests, t, duels) comes in as a number or stands in
`planning/searched_size.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from arena.errors import Refused, UsageError
from arena.records.plans import SizePlan
from arena.stats import sample_size
from arena.stats.dunnett import dunnett_alpha
from arena.stats.sample_size import Comparison

Inputs = Mapping[str, float | int | str | bool | None]

_CURVE = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)  # multiples of the size at which the curve is shown
_MOST_UNITS = 10**12
CORRECTIONS = ("bonferroni", "dunnett")

_SUPERIORITY = {
    "pooled": (sample_size.pooled_rates, "two proportions, z with pooled variance (Fleiss, Levin & Paik 2003)"),
    "unpooled": (sample_size.unpooled_rates, "two proportions, z with unpooled variance (Chow, Shao & Wang 2008)"),
    "arcsine": (sample_size.arcsine_rates, "two proportions, arcsine (Cohen 1988)"),
}
_NON_INFERIORITY = {
    "farrington-manning": (
        sample_size.farrington_manning,
        "non-inferiority of two proportions, Farrington & Manning 1990",
    ),
    "wald": (sample_size.wald_non_inferiority, "non-inferiority of two proportions, Wald (Chow, Shao & Wang 2008)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a test is like beside its metric: what it may get wrong, its arms, clusters, looks and traffic."""

    alpha: float = 0.05  # two-sided, of the whole test
    power: float = 0.8
    ratio: float = 1.0  # units of each treatment for each unit of control
    arms: int = 2  # control included
    correction: str = "bonferroni"  # of several comparisons with control; or dunnett
    one_sided: bool = False  # a margin is tested on one side, at alpha/2
    icc: float | None = None
    cluster_size: float | None = None  # units a cluster on average
    cluster_cv: float = 0.0  # coefficient of variation of the cluster sizes
    cuped_rho: float | None = None  # correlation with the pre-period metric
    looks: int | None = None
    spending: str | None = None
    inflation: float = 1.0  # what the looks cost
    per_day: float | None = None  # units that arrive
    share: float = 1.0  # of them that enters the test

    @property
    def comparison_alpha(self) -> float:
        """Two-sided error of each comparison with control; a margin's test has half of it on its one side."""
        if self.correction == "bonferroni" or self.arms == 2:
            return sample_size.bonferroni_alpha(self.alpha, self.arms)
        if self.one_sided:
            return 2.0 * dunnett_alpha(self.alpha / 2.0, self.arms, ratio=self.ratio, sided=1)
        return dunnett_alpha(self.alpha, self.arms, ratio=self.ratio)

    @property
    def factor(self) -> float:
        """By what clusters, CUPED and looks multiply the size of a plain test."""
        return self.inflation * self._cluster_factor() * self._cuped_factor()

    def _cluster_factor(self) -> float:
        if self.icc is None or self.cluster_size is None:
            return 1.0
        return sample_size.design_effect(self.cluster_size, self.icc, self.cluster_cv)

    def _cuped_factor(self) -> float:
        return 1.0 if self.cuped_rho is None else sample_size.cuped_factor(self.cuped_rho)

    def check(self) -> None:
        """Refuse what no test can be like.

        Raises:
            UsageError: naming the argument.
        """
        if not 0.0 < self.alpha < 1.0:
            raise Refused("must lie between 0 and 1", argument="alpha", value=f"{self.alpha:g}")
        if not self.alpha < self.power < 1.0:
            raise Refused("must lie between alpha and 1", argument="power", value=f"{self.power:g}")
        if not 0.0 < self.ratio < float("inf"):
            raise Refused("must be above 0", argument="ratio", value=f"{self.ratio:g}")
        if self.correction not in CORRECTIONS:
            raise Refused(
                f"no such correction; there are {', '.join(CORRECTIONS)}", argument="correction", value=self.correction
            )
        if (self.icc is None) != (self.cluster_size is None):
            raise Refused("clusters need both", argument=("icc", "cluster_size"))
        if self.icc is None and self.cluster_cv != 0.0:
            raise Refused("clusters need `icc` and `cluster_size` too", argument="cluster_cv")
        if self.per_day is None and self.share != 1.0:
            raise Refused("a duration needs `per_day` too", argument="share")
        self._ask(("arms",), lambda: self.comparison_alpha)
        self._ask(("icc", "cluster_size", "cluster_cv"), self._cluster_factor)
        self._ask(("cuped_rho",), self._cuped_factor)
        per_day = 1.0 if self.per_day is None else self.per_day
        self._ask(("per_day", "share"), lambda: sample_size.days_of_traffic(1, per_day, self.share))

    @staticmethod
    def _ask(arguments: tuple[str, ...], what: Callable[[], float]) -> None:
        try:
            what()
        except ValueError as error:
            raise Refused(str(error), argument=arguments) from None

    def inputs(self) -> Inputs:
        """Return what was asked, by the names of the options."""
        return {
            "alpha": self.alpha,
            "power": self.power,
            "ratio": self.ratio,
            "arms": self.arms,
            "correction": self.correction,
            "icc": self.icc,
            "cluster_size": self.cluster_size,
            "cluster_cv": self.cluster_cv,
            "cuped_rho": self.cuped_rho,
            "looks": self.looks,
            "spending": self.spending,
            "inflation": self.inflation,
            "per_day": self.per_day,
            "share": self.share,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A plain test of two arms, and how its power grows."""

    control: float  # units of the control arm, before clusters, CUPED and looks
    power: Callable[[float], float]  # of so many units of the control arm
    formula: str


def size_rate(
    baseline: float,
    mde: float,
    circumstances: Circumstances,
    *,
    margin: float | None = None,
    formula: str | None = None,
) -> SizePlan:
    """Return the size of a test that finds a change of a rate, or proves that it is not worse by a margin.

    Args:
        baseline: the rate of control, in [0, 1].
        mde: the smallest change worth finding, treatment − control, absolute; with a margin the true change, often 0.
        circumstances: of the test; a margin is tested one-sided at alpha/2.
        margin: how much worse is still good enough, absolute, above 0; None: find a change.
        formula: pooled, unpooled or arcsine; with a margin farrington-manning or wald; None: the first of them.

    Raises:
        UsageError: an argument outside its domain.

    >>> plan = size_rate(0.60, 0.05, Circumstances())
    >>> dict(plan.per_arm), plan.total
    ({'control': 1471, 'treatment': 1471}, 2942)
    """
    circumstances = replace(circumstances, one_sided=margin is not None)
    circumstances.check()
    comparison, name = compare_rates(baseline, mde, margin=margin, formula=formula, ratio=circumstances.ratio)
    inputs = {"baseline": baseline, "mde": mde, "margin": margin}
    return plan_size(sized_by(comparison, circumstances, name), circumstances, inputs=inputs, unit="conversations")


def compare_rates(
    baseline: float, mde: float, *, margin: float | None, formula: str | None, ratio: float
) -> tuple[Comparison, str]:
    """Return the comparison of two rates by a formula, and the formula's name and source.

    Raises:
        UsageError: rates outside [0, 1], no such formula, or a difference that no number of units finds.
    """
    if not 0.0 <= baseline <= 1.0:
        raise Refused("a rate lies between 0 and 1", argument="baseline", value=f"{baseline:g}")
    treatment = baseline + mde
    if not -1e-12 <= treatment <= 1.0 + 1e-12:
        raise Refused(
            f"from {baseline:g} it leads to {treatment:g}, which is no rate", argument="mde", value=f"{mde:g}"
        )
    treatment = min(max(treatment, 0.0), 1.0)
    try:
        if margin is None:
            compare, name = _chosen(_SUPERIORITY, formula)
            return compare(baseline, treatment, ratio=ratio), name
        if not 0.0 < margin < 1.0:
            raise Refused("must lie between 0 and 1", argument="margin", value=f"{margin:g}")
        prove, name = _chosen(_NON_INFERIORITY, formula)
        return prove(baseline, treatment, margin, ratio=ratio), name
    except ValueError as error:
        raise UsageError(str(error)) from None


def sized_by(comparison: Comparison, circumstances: Circumstances, formula: str) -> Sized:
    """Return the size of a comparison by its closed form: each comparison with control at its share of alpha."""
    alpha = circumstances.comparison_alpha
    return Sized(
        control=comparison.control_size(alpha=alpha, power=circumstances.power),
        power=lambda control: comparison.power(control, alpha=alpha),
        formula=formula,
    )


def plan_size(
    sized: Sized, circumstances: Circumstances, *, inputs: Inputs, unit: str, notes: tuple[str, ...] = ()
) -> SizePlan:
    """Return the plan of a test: every arm in whole units, weeks, power curve.

    Args:
        sized: the plain test.
        circumstances: that multiply it, and the traffic that fills it.
        inputs: what was asked of the metric, added to those of the circumstances.
        unit: what is counted, in the plural.
        notes: said before those on the circumstances.

    Raises:
        UsageError: more units than anybody has.
    """
    factor, ratio = circumstances.factor, circumstances.ratio
    if not sized.control * factor * max(1.0, ratio) < _MOST_UNITS:
        raise UsageError(f"more than {_MOST_UNITS:.0e} {unit} an arm: the difference is too small to look for")
    control = sample_size.whole(sized.control * factor)
    treatment = sample_size.whole(sized.control * factor * ratio)
    per_arm = {"control": control, **dict.fromkeys(_treatments(circumstances.arms), treatment)}
    total = sum(per_arm.values())
    days = None
    if circumstances.per_day is not None:
        days = sample_size.days_of_traffic(total, circumstances.per_day, circumstances.share)
    weeks = None if days is None else sample_size.full_weeks(days)
    sizes = sorted({max(round(control * step), 1) for step in _CURVE})
    return SizePlan(
        schema_version=1,
        kind="size",
        unit=unit,
        per_arm=per_arm,
        total=total,
        formula=sized.formula,
        inputs={**inputs, **circumstances.inputs()},
        power=sized.power(control / factor),
        days=None if weeks is None else 7 * weeks,
        weeks=weeks,
        power_curve=tuple((size, sized.power(size / factor)) for size in sizes),
        notes=(*notes, *_notes(circumstances, per_arm, unit, days)),
    )


def _treatments(arms: int) -> list[str]:
    return ["treatment"] if arms == 2 else [f"treatment_{index}" for index in range(1, arms)]


def _notes(circumstances: Circumstances, per_arm: Mapping[str, int], unit: str, days: int | None) -> tuple[str, ...]:
    notes = []
    if circumstances.one_sided:
        notes.append(f"non-inferiority, one-sided at {circumstances.comparison_alpha / 2:.4g}")
    if circumstances.arms > 2:
        others = circumstances.arms - 1
        name = circumstances.correction.title()
        notes.append(f"{others} comparisons with control, each at {circumstances.comparison_alpha:.4g} ({name})")
    if circumstances.icc is not None and circumstances.cluster_size is not None:
        clusters = sample_size.whole(per_arm["control"] / circumstances.cluster_size)
        effect = sample_size.design_effect(circumstances.cluster_size, circumstances.icc, circumstances.cluster_cv)
        notes.append(f"clusters: {effect:.3g} times the {unit}; {clusters:,} clusters in control")
    if circumstances.cuped_rho is not None:
        notes.append(f"CUPED: {sample_size.cuped_factor(circumstances.cuped_rho):.3g} times the {unit}")
    if circumstances.looks is not None:
        looks = f"{circumstances.looks} looks ({circumstances.spending})"
        notes.append(f"{looks}: {circumstances.inflation:.3f} times the {unit} at most, fewer where a look stops it")
    if days is not None:
        notes.append(f"{days:,} days of traffic, rounded up to full weeks so that every weekday counts as often")
    return tuple(notes)


def _chosen(
    formulas: Mapping[str, tuple[Callable[..., Comparison], str]], name: str | None
) -> tuple[Callable[..., Comparison], str]:
    key = next(iter(formulas)) if name is None else name
    if key not in formulas:
        raise Refused(f"no such formula here; there are {', '.join(formulas)}", argument="formula", value=key)
    return formulas[key]
