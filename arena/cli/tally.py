"""`arena tally`: what do these judgments say?"""

from typing import Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat
from arena.cli.screen import say
from arena.reports.report import Found

What = Annotated[
    list[str],
    typer.Argument(
        metavar="SCORE|FILE...",
        help="A score, wins-losses or wins-losses-ties (8-2, 8-2-1); judgments.jsonl; or promptfoo's output .json.",
    ),
]
Treatment = Annotated[str | None, typer.Option("--treatment", metavar="NAME", help="Which variant is the new one.")]
Control = Annotated[str | None, typer.Option("--control", metavar="NAME", help="Which variant it is compared with.")]


def tally(
    what: What,
    treatment: Treatment = None,
    control: Control = None,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
) -> None:
    """What do these judgments say: people's, another tool's, or a score such as 8-2?"""
    from arena.offline.tally.sources import tally as tallied

    files = output or []
    check_formats("tally", output_format, files)
    result, warnings = tallied(what, control=control, treatment=treatment)
    for warning in warnings:
        say(f"warning: {warning}")
    deliver(Found(result=result), output_format=output_format, files=files)
