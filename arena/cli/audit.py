"""`arena audit`: can I trust the judge?"""

from pathlib import Path
from typing import Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat, Root
from arena.cli.project import project_root
from arena.cli.screen import say
from arena.reports.report import Found

LabelsArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="LABELS",
        help="What people said: labels.jsonl or .csv, perhaps with the judge's word. The run's own by default.",
        show_default=False,
    ),
]
Run = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="The run whose judge is audited; the latest by default.")
]
JudgmentsFile = Annotated[
    Path | None, typer.Option("--judgments", metavar="FILE", help="A file of judgments in place of a run.")
]
Policy = Annotated[
    float,
    typer.Option("--policy", metavar="SHARE", min=0.0, max=1.0, help="The least agreement of a judge that is trusted."),
]
Against = Annotated[
    Path | None,
    typer.Option("--against", metavar="FILE", help="Has it drifted: an earlier audit's .json, or other labels."),
]
Treatment = Annotated[str | None, typer.Option("--treatment", metavar="NAME", help="Which variant is the new one.")]
Control = Annotated[str | None, typer.Option("--control", metavar="NAME", help="Which variant it is compared with.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the resamples behind the intervals.")]


def audit(
    labels: LabelsArgument = None,
    run: Run = None,
    judgments: JudgmentsFile = None,
    policy: Policy = 0.8,
    against: Against = None,
    treatment: Treatment = None,
    control: Control = None,
    seed: Seed = 0,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
    root: Root = None,
) -> None:
    """Can I trust the judge: does it agree with people?"""
    from arena.offline.audit.sources import Sources, audit_of
    from arena.runs.find import find
    from arena.runs.saved import load

    files = output or []
    check_formats("audit", output_format, files)
    sources = Sources(
        labels=labels,
        judgments=judgments,
        run=lambda: load(find(run or "latest", root=project_root(root, start=Path.cwd()))),
        run_is_named=run is not None,
        control=control,
        treatment=treatment,
    )
    result, warnings = audit_of(sources, policy=policy, against=against, seed=seed)
    for warning in warnings:
        say(f"warning: {warning}")
    deliver(Found(result=result), output_format=output_format, files=files)
    if result.decision == "recalibrate judge":
        raise typer.Exit(1)
