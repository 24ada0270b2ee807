"""`arena report`: any report again, from the run folder alone."""

from pathlib import Path

from arena.cli.deliver import check_formats, check_ranking_formats, deliver, deliver_ranking, telling_junit
from arena.cli.options import OutputFile, OutputFormat, Root, RunArgument
from arena.cli.project import project_root, run_reference


def report(
    run: RunArgument = "latest",
    output_format: OutputFormat = "text",
    output: OutputFile = None,
    root: Root = None,
) -> None:
    """Print the report of a past run again, or write it to files; nothing is asked of any model."""
    from arena.reports.shown import Shown
    from arena.runs.find import find
    from arena.runs.saved import load

    files = output or []
    here = Path.cwd()
    folder = project_root(root, start=here)
    saved = load(find(run, root=folder))
    if saved.is_ranking:
        check_ranking_formats(output_format, files)
        deliver_ranking(saved.ranking, saved.facts, output_format=output_format, files=files)
        return
    check_formats(output_format, files)
    shown = Shown(reference=run_reference(run, folder, start=here))
    with telling_junit(saved.id, output_format, files):
        deliver(saved.result, saved.facts, shown, output_format=output_format, files=files, run=saved)
