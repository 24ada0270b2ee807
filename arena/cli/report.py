"""`arena report`: any report again, from the run folder alone."""

from pathlib import Path

from arena.cli.deliver import check_formats, deliver, found_in, telling_junit
from arena.cli.options import OutputFile, OutputFormat, Root, RunArgument
from arena.cli.project import project_root, run_reference


def report(
    run: RunArgument = "latest",
    output_format: OutputFormat = "text",
    output: OutputFile = None,
    root: Root = None,
) -> None:
    """Print the report of a past run again, or write it to files; nothing is asked of any model."""
    from arena.runs.find import find
    from arena.runs.saved import load

    files = output or []
    here = Path.cwd()
    folder = project_root(root, start=here)
    saved = load(find(run, root=folder))
    result = saved.ranking if saved.is_ranking else saved.found
    check_formats(result.kind, output_format, files)
    found = found_in(saved, result, facts=saved.facts, reference=run_reference(run, folder, start=here))
    with telling_junit(saved.id, output_format, files):
        deliver(found, output_format=output_format, files=files, folder=saved.path)
