"""`arena looks`: when a running test may be looked at."""

from typing import Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat
from arena.cli.screen import say
from arena.errors import UsageError
from arena.reports.report import Found

app = typer.Typer(help="When a running test may be looked at.", no_args_is_help=True)

Fractions = Annotated[
    list[str] | None,
    typer.Option("--fractions", metavar="LIST", help="Share of the planned units at each look, e.g. 0.25,0.5,1."),
]
Alpha = Annotated[float, typer.Option("--alpha", help="Two-sided error of all looks together.")]


@app.command()
def plan(
    looks: Annotated[int | None, typer.Option("--looks", min=1, help="Equally spaced, the last included.")] = None,
    fractions: Fractions = None,
    spending: Annotated[
        str,
        typer.Option(
            "--spending",
            help="obrien-fleming, pocock, hwang-shih-decani, power, exact-obrien-fleming or exact-pocock.",
        ),
    ] = "obrien-fleming",
    parameter: Annotated[
        float | None, typer.Option("--parameter", help="Of hwang-shih-decani (-4) or power (3).")
    ] = None,
    alpha: Alpha = 0.05,
    power: Annotated[float, typer.Option("--power", help="At which the cost of the looks is computed.")] = 0.8,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
) -> None:
    """Print the boundary of each look, the error spent, and what the looks cost."""
    from arena.planning.looks import equal_fractions, plan_looks

    files = output or []
    check_formats("looks_plan", output_format, files)
    if (looks is None) == (fractions is None):
        raise UsageError("--looks N or --fractions LIST: say one of them")
    at = equal_fractions(looks or 1) if fractions is None else _numbers("--fractions", fractions)
    found = plan_looks(at, spending, alpha=alpha, power=power, parameter=parameter)
    deliver(Found(result=found), output_format=output_format, files=files)


@app.command()
def check(
    fractions: Fractions = None,
    z: Annotated[
        list[str] | None, typer.Option("--z", metavar="LIST", help="|z| that stops at each look, e.g. 2.96,1.97.")
    ] = None,
    alpha: Alpha = 0.05,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
) -> None:
    """Print the false-positive rate that a schedule really has, and warn where it is not what was meant."""
    from arena.planning.looks import check_looks

    files = output or []
    check_formats("looks_check", output_format, files)
    if not fractions or not z:
        raise UsageError("--fractions LIST and --z LIST: a schedule has both")
    found = check_looks(_numbers("--fractions", fractions), _numbers("--z", z), intended=alpha)
    for warning in found.warnings if output_format == "json" else ():  # the others have them in their place
        say(f"warning: {warning}")
    deliver(Found(result=found), output_format=output_format, files=files)


def _numbers(option: str, values: list[str]) -> tuple[float, ...]:
    """Read a list of numbers: with commas or spaces, or the option repeated; percentages too.

    >>> _numbers("--fractions", ["25%,50%", "1"])
    (0.25, 0.5, 1.0)
    """
    numbers = []
    for word in ",".join(values).replace(" ", ",").split(","):
        if not word:
            continue
        try:
            number = float(word.removesuffix("%")) / (100.0 if word.endswith("%") else 1.0)
        except ValueError:
            raise UsageError(f"{option} {word}: expected numbers with commas, e.g. 0.25,0.5,1") from None
        if number != number:
            raise UsageError(f"{option} {word}: not a number")
        numbers.append(number)
    return tuple(numbers)
