"""`arena runs`: the past runs of this project."""

from pathlib import Path

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat, Root
from arena.cli.project import project_root
from arena.cli.screen import say
from arena.reports.report import Found


def runs(root: Root = None, output_format: OutputFormat = "text", output: OutputFile = None) -> None:
    """List past runs, newest first."""
    from arena.runs.history import past_runs

    files = output or []
    check_formats("runs", output_format, files)
    folder = project_root(root, start=Path.cwd())
    found = past_runs(folder)
    if not found.runs and output_format == "text" and not files:
        say(f"no runs yet in {folder}: arena duel EXPERIMENT makes the first one")
        return
    deliver(Found(result=found), output_format=output_format, files=files)
