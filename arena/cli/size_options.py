"""The options of `arena size`, each written once."""

from pathlib import Path
from typing import Annotated

import typer

DESIGN = "Design"
TRAFFIC = "Traffic"
PILOT = "From a finished run"
OUTPUT = "Output"

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
Correction = Annotated[
    str,
    typer.Option("--correction", help="Of the error with several arms: bonferroni, dunnett.", rich_help_panel=DESIGN),
]
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
Formula = Annotated[
    str | None,
    typer.Option(
        "--formula",
        help="pooled, unpooled, arcsine; with --margin farrington-manning, wald.",
        rich_help_panel=DESIGN,
    ),
]
Exact = Annotated[
    bool,
    typer.Option("--exact", help="Fisher's exact test by enumeration, for small arms.", rich_help_panel=DESIGN),
]
PerDay = Annotated[float | None, typer.Option("--per-day", help="Units that arrive a day.", rich_help_panel=TRAFFIC)]
Share = Annotated[
    float, typer.Option("--share", help="Share of them in the test, all arms together.", rich_help_panel=TRAFFIC)
]
FromRun = Annotated[
    str | None,
    typer.Option(
        "--from-run",
        metavar="RUN",
        help="Take what is not said from a run: a folder, the beginning of a name, latest.",
        rich_help_panel=PILOT,
    ),
]
MetricName = Annotated[
    str | None,
    typer.Option("--metric", metavar="NAME", help="Which of the run's metrics.", rich_help_panel=PILOT),
]
SizeFormat = Annotated[
    str, typer.Option("--output-format", help="On stdout: text, json, markdown, html or svg.", rich_help_panel=OUTPUT)
]
SizeFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        help="Write to a file too; .svg and .html draw the power curve; .txt, .md, .json. Repeatable.",
        rich_help_panel=OUTPUT,
    ),
]
