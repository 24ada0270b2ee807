"""`arena schema`: JSON Schema for editors and for readers of result.json."""

from typing import Annotated

import typer

from arena.cli.screen import give

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="experiment, golden, rubric or result.")]


def schema(kind: KindArgument) -> None:
    """Print the JSON Schema of a file that people write, or of result.json."""
    from arena.files.schema import json_schema
    from arena.records.codec import dumps

    give(dumps(json_schema(kind), indent=2))
