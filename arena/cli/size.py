"""`arena size`: how many units a test needs, before it starts."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.options import OutputFormat
from arena.cli.screen import Screen, give, screen_of
from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.records.plans import SizePlan

app = typer.Typer(help="How many units a test needs.", no_args_is_help=True)

DESIGN = "Design"
TRAFFIC = "Traffic"

Alpha = Annotated[
    float,
    typer.Option("--alpha", help="Two-sided error of the whole test; a margin takes half.", rich_help_panel=DESIGN),
]
Power = Annotated[float, typer.Option("--power", help="Chance to find what is there.", rich_help_panel=DESIGN)]
Ratio = Annotated[
    float, typer.Option("--ratio", help="Units of treatment for each unit of control.", rich_help_panel=DESIGN)
]
Margin = Annotated[
    float | None,
    typer.Option("--margin", help="Prove that treatment is at most this much worse.", rich_help_panel=DESIGN),
]
Arms = Annotated[int, typer.Option("--arms", min=2, help="Arms, control included.", rich_help_panel=DESIGN)]
Icc = Annotated[float | None, typer.Option("--icc", help="Intra-cluster correlation, 0 to 1.", rich_help_panel=DESIGN)]
ClusterSize = Annotated[
    float | None, typer.Option("--cluster-size", help="Units a cluster, on average.", rich_help_panel=DESIGN)
]
ClusterCv = Annotated[
    float, typer.Option("--cluster-cv", help="Variation of the cluster sizes: sd / mean.", rich_help_panel=DESIGN)
]
CupedRho = Annotated[
    float | None,
    typer.Option("--cuped-rho", help="Correlation with the pre-period metric.", rich_help_panel=DESIGN),
]
Looks = Annotated[
    int | None, typer.Option("--looks", min=1, help="Equally spaced looks, the last included.", rich_help_panel=DESIGN)
]
SpendingName = Annotated[
    str, typer.Option("--spending", help="Design of the looks, as in arena looks plan.", rich_help_panel=DESIGN)
]
PerDay = Annotated[float | None, typer.Option("--per-day", help="Units that arrive a day.", rich_help_panel=TRAFFIC)]
Share = Annotated[
    float, typer.Option("--share", help="Share of them in the test, all arms together.", rich_help_panel=TRAFFIC)
]


@app.command()
def rate(
    baseline: Annotated[float, typer.Option("--baseline", help="The rate of control, 0 to 1.")],
    mde: Annotated[
        float | None,
        typer.Option("--mde", help="Smallest change worth finding, absolute; with --margin the true change."),
    ] = None,
    alpha: Alpha = 0.05,
    power: Power = 0.8,
    ratio: Ratio = 1.0,
    margin: Margin = None,
    arms: Arms = 2,
    icc: Icc = None,
    cluster_size: ClusterSize = None,
    cluster_cv: ClusterCv = 0.0,
    cuped_rho: CupedRho = None,
    looks: Looks = None,
    spending: SpendingName = "obrien-fleming",
    per_day: PerDay = None,
    share: Share = 1.0,
    formula: Annotated[
        str | None,
        typer.Option(
            "--formula",
            help="pooled, unpooled, arcsine; with --margin farrington-manning, wald.",
            rich_help_panel=DESIGN,
        ),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Fisher's exact test by enumeration, for small arms.", rich_help_panel=DESIGN),
    ] = False,
    output_format: OutputFormat = "text",
) -> None:
    """Say how much traffic a change of a rate needs, such as resolved or escalated conversations."""
    from arena.planning.size import Circumstances, size_rate

    _check_format(output_format)
    circumstances = Circumstances(
        alpha=alpha,
        power=power,
        ratio=ratio,
        arms=arms,
        icc=icc,
        cluster_size=cluster_size,
        cluster_cv=cluster_cv,
        cuped_rho=cuped_rho,
        looks=looks,
        spending=spending if looks else None,
        inflation=_inflation(looks, spending, alpha / max(arms - 1, 1), power),
        per_day=per_day,
        share=share,
    )
    change = _change(mde, margin)
    if not exact:
        _give(size_rate(baseline, change, circumstances, margin=margin, formula=formula), output_format)
        return
    if margin is not None or formula is not None:
        raise UsageError("--exact: stands alone, without --margin and --formula")
    from arena.planning.searched_size import size_rate_exactly

    _give(size_rate_exactly(baseline, change, circumstances), output_format)


@app.command()
def mean(
    sd: Annotated[float, typer.Option("--sd", help="Standard deviation of one unit, in the metric's unit.")],
    mde: Annotated[
        float | None,
        typer.Option("--mde", help="Smallest change worth finding, same unit; with --margin the true change."),
    ] = None,
    alpha: Alpha = 0.05,
    power: Power = 0.8,
    ratio: Ratio = 1.0,
    margin: Margin = None,
    arms: Arms = 2,
    icc: Icc = None,
    cluster_size: ClusterSize = None,
    cluster_cv: ClusterCv = 0.0,
    cuped_rho: CupedRho = None,
    looks: Looks = None,
    spending: SpendingName = "obrien-fleming",
    per_day: PerDay = None,
    share: Share = 1.0,
    output_format: OutputFormat = "text",
) -> None:
    """Say how much traffic a change of a mean needs, such as latency, cost or a rating."""
    from arena.planning.searched_size import size_mean
    from arena.planning.size import Circumstances

    _check_format(output_format)
    circumstances = Circumstances(
        alpha=alpha,
        power=power,
        ratio=ratio,
        arms=arms,
        icc=icc,
        cluster_size=cluster_size,
        cluster_cv=cluster_cv,
        cuped_rho=cuped_rho,
        looks=looks,
        spending=spending if looks else None,
        inflation=_inflation(looks, spending, alpha / max(arms - 1, 1), power),
        per_day=per_day,
        share=share,
    )
    _give(size_mean(sd, _change(mde, margin), circumstances, margin=margin), output_format)


@app.command()
def duel(
    win_rate: Annotated[float, typer.Option("--win-rate", help="The true win rate that should be proved.")],
    ties: Annotated[float, typer.Option("--ties", help="Share of cases that end in a tie.")] = 0.0,
    alpha: Alpha = 0.05,
    power: Power = 0.8,
    output_format: OutputFormat = "text",
) -> None:
    """Say how many cases a duel needs, by the rule that decides it."""
    from arena.planning.searched_size import size_duel

    _check_format(output_format)
    _give(size_duel(win_rate, ties, alpha=alpha, power=power), output_format)


def _change(mde: float | None, margin: float | None) -> float:
    if mde is None and margin is None:
        raise UsageError("--mde: say which change is worth finding, or with --margin how much worse is good enough")
    return 0.0 if mde is None else mde


def _inflation(looks: int | None, spending: str, alpha: float, power: float) -> float:
    if looks is None:
        return 1.0
    from arena.planning.looks import equal_fractions, plan_looks

    return plan_looks(equal_fractions(looks), spending, alpha=alpha, power=power).inflation


def _check_format(output_format: str) -> None:
    if output_format not in ("text", "json"):
        raise UsageError(f"--output-format {output_format}: no such format; there are text, json")


def _give(plan: "SizePlan", output_format: str) -> None:
    from arena.reports import size_report

    screen = screen_of(sys.stdout, os.environ)
    text = size_report.render_json(plan) if output_format == "json" else size_report.render(plan, width=screen.width)
    give(plain(text, screen))


def plain(text: str, screen: Screen) -> str:
    """Return text as the screen can show it: where it has ASCII alone, every mark of ours becomes one of its."""
    if screen.unicode:
        return text
    from arena.reports.canvas import ASCII, WIDER

    return text.translate(ASCII | WIDER).replace("←", "<").encode("ascii", "backslashreplace").decode("ascii")
