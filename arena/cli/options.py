"""Options that commands share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

from arena.errors import UsageError

OUTPUT = "Output"
CHOICE = "Which cases"
CALLS = "Calls and cost"

ExperimentPath = Annotated[
    Path, typer.Argument(metavar="EXPERIMENT", help="The experiment file, or the folder that holds experiment.yaml.")
]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, the beginning of its name, latest, or latest~1.")
]
Root = Annotated[
    Path | None,
    typer.Option("--root", help="The project root; no file outside it is read.  [default: the nearest .git]"),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Ask a recorded random sample of N cases.", rich_help_panel=CHOICE)
]
Tag = Annotated[
    list[str] | None, typer.Option("--tag", help="Ask only cases with this tag. Repeatable.", rich_help_panel=CHOICE)
]
CaseId = Annotated[
    list[str] | None, typer.Option("--case", help="Ask only this case. Repeatable.", rich_help_panel=CHOICE)
]
Repeats = Annotated[
    int | None, typer.Option("--repeats", min=1, help="Completions per case and variant.", rich_help_panel=CHOICE)
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Show calls, tokens, price and what n can prove; send nothing.", rich_help_panel=CALLS
    ),
]
UntilDecided = Annotated[
    bool,
    typer.Option(
        "--until-decided",
        help="Ask case by case, in random order, until the win rate is decided; its interval holds at any stop.",
        rich_help_panel=CHOICE,
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of samples and of the order of calls.", rich_help_panel=CHOICE)
]
MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="USD", help="Hard stop on what is spent.", rich_help_panel=CALLS),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Answer from the cache alone; a miss is exit 4.", rich_help_panel=CALLS)
]
Refresh = Annotated[
    bool, typer.Option("--refresh", help="Ask everything again, whatever the cache holds.", rich_help_panel=CALLS)
]
Concurrency = Annotated[
    int, typer.Option("--concurrency", min=1, max=1024, help="Calls in flight at once.", rich_help_panel=CALLS)
]
Deadline = Annotated[
    float,
    typer.Option(
        "--deadline",
        min=0.1,
        metavar="SECONDS",
        help="Total time for one call, all its tries together.",
        rich_help_panel=CALLS,
    ),
]
RequestRate = Annotated[
    float | None, typer.Option("--rpm", min=1, help="Requests a minute, per endpoint.", rich_help_panel=CALLS)
]
TokenRate = Annotated[
    float | None, typer.Option("--tpm", min=1, help="Tokens a minute, per endpoint.", rich_help_panel=CALLS)
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="HOST=ENV_VAR",
        help="Send the key in ENV_VAR to HOST, where a file names a base_url there. Repeatable.",
        rich_help_panel=CALLS,
    ),
]
AllowCode = Annotated[
    bool,
    typer.Option(
        "--allow-code",
        help="Run the code of answers where a check tests it, in a sandbox.",
        rich_help_panel=CALLS,
    ),
]
CacheDir = Annotated[
    Path | None,
    typer.Option("--cache-dir", envvar="ARENA_CACHE_DIR", help="The cache's folder.", rich_help_panel=CALLS),
]
EnvFile = Annotated[Path | None, typer.Option("--env-file", help="Read keys from this file too (NAME=value lines).")]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="Read a golden set's FIELD from COLUMN of its .csv or .jsonl, e.g. input=question. Repeatable, or "
        "several with commas.",
        rich_help_panel=CHOICE,
    ),
]
OutputFormat = Annotated[
    str,
    typer.Option(
        "--output-format",
        metavar="FORMAT",
        help="On stdout: text, json, markdown or html; where something is decided, junit or github too.",
        rich_help_panel=OUTPUT,
    ),
]
OutputFile = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        help="Write it to a file too; the ending names the format. Repeatable.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.", rich_help_panel=OUTPUT)]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say what is read, planned and cached.", rich_help_panel=OUTPUT)
]


def columns_of(values: list[str] | None) -> dict[str, str]:
    """Read `--map FIELD=COLUMN` options, each one pair or several with commas.

    Raises:
        UsageError: a pair has no field, no `=` or no column, or a field comes twice.

    >>> columns_of(["input=question,reference=answer"])
    {'input': 'question', 'reference': 'answer'}
    """
    columns: dict[str, str] = {}
    for pair in (part for value in values or () for part in value.split(",")):
        field, _, column = (part.strip() for part in pair.partition("="))
        if not field or not column:
            raise UsageError(f"--map {pair}: expected FIELD=COLUMN, e.g. input=question")
        if field in columns:
            raise UsageError(f"--map {pair}: {field} is mapped already, to {columns[field]}")
        columns[field] = column
    return columns


def allowed_hosts(values: list[str] | None) -> tuple[tuple[str, str], ...]:
    """Read `--allow-host HOST=ENV_VAR` options.

    Raises:
        UsageError: an option has no `=`, no host or no variable name.
    """
    pairs = []
    for value in values or ():
        host, _, variable = value.partition("=")
        if not host or not variable.isidentifier():
            raise UsageError(f"--allow-host {value}: expected HOST=ENV_VAR, e.g. llm.example.com=EXAMPLE_KEY")
        pairs.append((host.strip().lower(), variable))
    return tuple(pairs)
