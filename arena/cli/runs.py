"""`arena runs`: the past runs of this project."""

import os
import sys
from pathlib import Path

from arena.cli.options import OutputFormat, Root
from arena.cli.project import project_root
from arena.cli.screen import give, say, screen_of
from arena.errors import UsageError


def runs(root: Root = None, output_format: OutputFormat = "text") -> None:
    """List past runs, newest first."""
    from arena.reports import run_list
    from arena.runs.history import past_runs

    if output_format not in ("text", "json"):
        raise UsageError(f"--output-format {output_format}: no such format; there are text, json")
    folder = project_root(root, start=Path.cwd())
    found = past_runs(folder)
    if output_format == "json":
        give(run_list.render_json(found))
    elif not found:
        say(f"no runs yet in {folder}: arena duel EXPERIMENT makes the first one")
    else:
        screen = screen_of(sys.stdout, os.environ)
        give(run_list.render(found, width=screen.width, colour=screen.colour, unicode=screen.unicode))
