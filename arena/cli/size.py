"""`arena size`: how many units a test needs, before it starts."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import Root
from arena.cli.size_options import (
    DESIGN,
    PILOT,
    Alpha,
    Arms,
    ClusterCv,
    ClusterSize,
    Correction,
    CupedRho,
    Exact,
    Formula,
    FromRun,
    Icc,
    Looks,
    Margin,
    MetricName,
    PerDay,
    Power,
    Ratio,
    Share,
    SizeFile,
    SizeFormat,
    SpendingName,
)
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.planning.size import Circumstances
    from arena.records.experiment import Experiment
    from arena.records.plans import SizePlan
    from arena.runs.saved import SavedRun

app = typer.Typer(help="How many units a test needs.", no_args_is_help=True)


@app.command()
def rate(
    baseline: Annotated[
        float | None, typer.Option("--baseline", help="The rate of control, 0 to 1; or --from-run has it.")
    ] = None,
    mde: Annotated[
        float | None,
        typer.Option("--mde", help="Smallest change worth finding, absolute; with --margin the true change."),
    ] = None,
    alpha: Alpha = 0.05,
    power: Power = 0.8,
    ratio: Ratio = 1.0,
    margin: Margin = None,
    arms: Arms = 2,
    correction: Correction = "bonferroni",
    icc: Icc = None,
    cluster_size: ClusterSize = None,
    cluster_cv: ClusterCv = 0.0,
    cuped_rho: CupedRho = None,
    looks: Looks = None,
    spending: SpendingName = "obrien-fleming",
    per_day: PerDay = None,
    share: Share = 1.0,
    formula: Formula = None,
    exact: Exact = False,
    from_run: FromRun = None,
    metric: MetricName = None,
    output_format: SizeFormat = "text",
    output: SizeFile = None,
    root: Root = None,
) -> None:
    """Say how much traffic a change of a rate needs, such as resolved or escalated conversations."""
    from arena.planning.size import Circumstances, size_rate

    files = output or []
    check_formats("size", output_format, files)
    circumstances = Circumstances(
        alpha=alpha,
        power=power,
        ratio=ratio,
        arms=arms,
        correction=correction,
        icc=icc,
        cluster_size=cluster_size,
        cluster_cv=cluster_cv,
        cuped_rho=cuped_rho,
        per_day=per_day,
        share=share,
    )
    pilot = _Pilot(from_run, metric, root, rate=True)
    control = pilot.mean if baseline is None else baseline
    if control is None:
        raise UsageError("--baseline: say the rate of control, or take it from a finished run with --from-run RUN")
    change = _change(mde, margin)
    circumstances = _looked_at(pilot.clustered(circumstances), looks, spending, one_sided=margin is not None)
    if not exact:
        plan = size_rate(control, change, circumstances, margin=margin, formula=formula)
    elif margin is not None or formula is not None:
        raise UsageError("--exact: stands alone, without --margin and --formula")
    else:
        from arena.planning.searched_size import size_rate_exactly

        plan = size_rate_exactly(control, change, circumstances)
    deliver(Found(result=pilot.noted(plan)), output_format=output_format, files=files)


@app.command()
def mean(
    sd: Annotated[
        float | None,
        typer.Option("--sd", help="Standard deviation of one unit, in the metric's unit; or --from-run has it."),
    ] = None,
    mde: Annotated[
        float | None,
        typer.Option("--mde", help="Smallest change worth finding, same unit (a share of the ratio with --ratio-of)."),
    ] = None,
    ratio_of: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(
            "--ratio-of",
            metavar="MEAN SD MEAN SD",
            help="A ratio metric: its numerator by unit, then its denominator; --mde and --margin are relative.",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    correlation: Annotated[
        float | None,
        typer.Option("--correlation", help="Of numerator and denominator over units.", rich_help_panel=DESIGN),
    ] = None,
    alpha: Alpha = 0.05,
    power: Power = 0.8,
    ratio: Ratio = 1.0,
    margin: Margin = None,
    arms: Arms = 2,
    correction: Correction = "bonferroni",
    icc: Icc = None,
    cluster_size: ClusterSize = None,
    cluster_cv: ClusterCv = 0.0,
    cuped_rho: CupedRho = None,
    looks: Looks = None,
    spending: SpendingName = "obrien-fleming",
    per_day: PerDay = None,
    share: Share = 1.0,
    from_run: FromRun = None,
    metric: MetricName = None,
    output_format: SizeFormat = "text",
    output: SizeFile = None,
    root: Root = None,
) -> None:
    """Say how much traffic a change of a mean or a ratio needs, such as latency, cost or cost per success."""
    from arena.planning.size import Circumstances

    files = output or []
    check_formats("size", output_format, files)
    circumstances = Circumstances(
        alpha=alpha,
        power=power,
        ratio=ratio,
        arms=arms,
        correction=correction,
        icc=icc,
        cluster_size=cluster_size,
        cluster_cv=cluster_cv,
        cuped_rho=cuped_rho,
        per_day=per_day,
        share=share,
    )
    if ratio_of is not None and (sd is not None or from_run is not None):
        raise UsageError("--ratio-of: stands alone, without --sd and --from-run")
    if (ratio_of is None) != (correlation is None):
        raise UsageError("--ratio-of and --correlation: a ratio metric needs both")
    pilot = _Pilot(from_run, metric, root, rate=False)
    change = _change(mde, margin)
    circumstances = _looked_at(pilot.clustered(circumstances), looks, spending, one_sided=margin is not None)
    if ratio_of is not None and correlation is not None:
        plan = _size_ratio(ratio_of, correlation, change, circumstances, margin)
    else:
        from arena.planning.searched_size import size_mean

        spread = pilot.sd if sd is None else sd
        if spread is None:
            raise UsageError("--sd: say the standard deviation of one unit, or --ratio-of, or --from-run RUN")
        plan = size_mean(spread, change, circumstances, margin=margin)
    deliver(Found(result=pilot.noted(plan)), output_format=output_format, files=files)


@app.command()
def duel(
    win_rate: Annotated[
        float | None, typer.Option("--win-rate", help="The true win rate that should be proved.")
    ] = None,
    ties: Annotated[
        float | None, typer.Option("--ties", help="Share of cases that end in a tie; 0 without it.")
    ] = None,
    experiment: Annotated[
        Path | None,
        typer.Option(
            "--experiment", metavar="FILE", help="Prove all that this experiment decides, guardrails included."
        ),
    ] = None,
    changed: Annotated[
        float | None,
        typer.Option("--changed", help="Share of cases in which a guardrail changes, half of them for the worse."),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            "--alpha",
            help="Two-sided; the rule takes half. Without it the experiment's, else 0.05.",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    power: Power = 0.8,
    from_run: FromRun = None,
    draws: Annotated[
        int,
        typer.Option("--draws", min=100, max=100_000, help="Samples of the run's cases.", rich_help_panel=PILOT),
    ] = 4000,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Of the samples of the run's cases.", rich_help_panel=PILOT)
    ] = 0,
    output_format: SizeFormat = "text",
    output: SizeFile = None,
    root: Root = None,
) -> None:
    """Say how many cases a duel needs, by the rule that decides it."""
    files = output or []
    check_formats("size", output_format, files)
    if from_run is not None:
        if ties is not None or changed is not None:
            raise UsageError("--from-run: the run says what is tied and what changes; leave --ties and --changed out")
        from arena.offline.pilot.size import size_from_run

        plan = size_from_run(
            _load(from_run, root),
            experiment=None if experiment is None else _experiment(experiment, root),
            win_rate=win_rate,
            alpha=alpha,
            power=power,
            seed=seed,
            draws=draws,
        )
    elif experiment is not None:
        from arena.measuring.values import cases_of
        from arena.planning.duel_size import Truth, size_experiment

        loaded = _experiment(experiment, root)
        truth = Truth(win_rate=win_rate, ties=ties or 0.0, changed=changed or 0.0)
        level = loaded.gate.alpha if alpha is None else alpha
        asked = loaded.golden.cases
        shares = {metric: len(cases_of(metric, loaded, asked)) / len(asked) for metric in loaded.metrics}
        plan = size_experiment(loaded.metrics, truth, alpha=level, power=power, share_of=shares.__getitem__)
    elif win_rate is None:
        raise UsageError("--win-rate: say which true win rate is to be proved, or take it from --from-run RUN")
    elif changed is not None:
        raise UsageError("--changed: is about guardrails, which --experiment FILE has")
    else:
        from arena.planning.duel_size import size_duel

        plan = size_duel(win_rate, ties or 0.0, alpha=0.05 if alpha is None else alpha, power=power)
    deliver(Found(result=plan), output_format=output_format, files=files)


class _Pilot:
    """What a finished run says of a metric; nothing where none is asked."""

    def __init__(self, reference: str | None, metric: str | None, root: Path | None, *, rate: bool) -> None:
        self.mean: float | None = None
        self.sd: float | None = None
        self._icc: float | None = None
        self._inputs: dict[str, float | int | str | bool | None] = {}
        self._notes: tuple[str, ...] = ()
        if reference is None:
            if metric is not None:
                raise UsageError("--metric: is of a run; say which with --from-run RUN")
            return
        from arena.offline.pilot.metric import metric_of_run

        run = _load(reference, root)
        found = metric_of_run(run, metric, rate=rate)
        self.mean, self.sd = found.mean, found.sd
        self._icc = None if found.alike is None else found.alike.icc
        self._inputs = {"from_run": run.id, "metric": found.metric}
        self._notes = (found.sentence(run.id),)

    def clustered(self, circumstances: "Circumstances") -> "Circumstances":
        """Return circumstances with the run's ICC where a cluster size is given without one."""
        if circumstances.cluster_size is None or circumstances.icc is not None or "from_run" not in self._inputs:
            return circumstances
        if self._icc is None:
            run = self._inputs["from_run"]
            raise UsageError(f"--icc: run {run} has no clusters to take it from; --cluster-size needs it")
        return replace(circumstances, icc=self._icc)

    def noted(self, plan: "SizePlan") -> "SizePlan":
        return replace(plan, inputs={**plan.inputs, **self._inputs}, notes=(*self._notes, *plan.notes))


def _load(reference: str, root: Path | None) -> "SavedRun":
    from arena.cli.project import project_root
    from arena.runs.find import find
    from arena.runs.saved import load

    return load(find(reference, root=project_root(root, start=Path.cwd())))


def _size_ratio(
    numbers: tuple[float, float, float, float],
    correlation: float,
    change: float,
    circumstances: "Circumstances",
    margin: float | None,
) -> "SizePlan":
    from arena.planning.ratio_size import size_ratio
    from arena.stats.ratio_spread import RatioMetric

    metric = RatioMetric(
        numerator_mean=numbers[0],
        numerator_sd=numbers[1],
        denominator_mean=numbers[2],
        denominator_sd=numbers[3],
        correlation=correlation,
    )
    return size_ratio(metric, change, circumstances, margin=margin)


def _change(mde: float | None, margin: float | None) -> float:
    if mde is None and margin is None:
        raise UsageError("--mde: say which change is worth finding, or with --margin how much worse is good enough")
    return 0.0 if mde is None else mde


def _looked_at(circumstances: "Circumstances", looks: int | None, spending: str, *, one_sided: bool) -> "Circumstances":
    """Return circumstances with what the looks cost each comparison."""
    circumstances = replace(circumstances, one_sided=one_sided)
    circumstances.check()
    if looks is None:
        return circumstances
    from arena.planning.looks import equal_fractions, plan_looks

    plan = plan_looks(equal_fractions(looks), spending, alpha=circumstances.comparison_alpha, power=circumstances.power)
    return replace(circumstances, looks=looks, spending=spending, inflation=plan.inflation)


def _experiment(path: Path, root: Path | None) -> "Experiment":
    from arena.files.experiments import load

    return load(path, root=root)
