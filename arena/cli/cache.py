"""`arena cache`: what is stored, whether it is intact, and how to carry it elsewhere."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.deliver import check_formats, deliver, write_file
from arena.cli.options import CacheDir, OutputFile, OutputFormat, Root, RunArgument
from arena.cli.project import project_root
from arena.cli.screen import give, say
from arena.errors import StorageFailed, UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.completions.store.cache import Cache

app = typer.Typer(help="What is stored and whether it is intact.", no_args_is_help=True)

OlderThan = Annotated[
    str | None, typer.Option("--older-than", metavar="DAYS", help="Delete answers older than this too, e.g. 30d.")
]
PackFile = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="FILE.pack: sealed; FILE.jsonl: a transcript to review.")
]
Note = Annotated[str | None, typer.Option("--note", help="A sentence for the first line of a transcript.")]
UnpackFile = Annotated[Path, typer.Argument(metavar="FILE", help="A pack.")]


@app.command()
def info(
    cache_dir: CacheDir = None,
    root: Root = None,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
) -> None:
    """Say what is stored: answers, models, size, and what they cost when they were paid for."""
    from arena.completions import inspection

    files = output or []
    check_formats("cache", output_format, files)
    with _open(cache_dir, root, read_only=True) as cache:
        found = inspection.info(cache)
    deliver(Found(result=found), output_format=output_format, files=files)


@app.command()
def verify(
    cache_dir: CacheDir = None,
    root: Root = None,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
) -> None:
    """Check every answer, and the database from end to end; rebuild it where it is damaged."""
    from arena.completions import inspection
    from arena.reports.safe_text import safe_line

    files = output or []
    check_formats("cache", output_format, files)
    with _open(cache_dir, root) as cache:
        found = inspection.verify(cache)
        for warning in cache.warnings:
            say(f"warning: {safe_line(warning)}")
    deliver(Found(result=found), output_format=output_format, files=files)
    if found.damaged:
        raise StorageFailed(
            f"{len(found.damaged)} of {found.entries} answers are damaged, and will be asked again",
            hint="arena cache prune deletes them",
        )


@app.command()
def prune(older_than: OlderThan = None, cache_dir: CacheDir = None, root: Root = None) -> None:
    """Delete damaged answers, and with --older-than those that are old."""
    from arena.completions import inspection

    limit = None if older_than is None else datetime.now(UTC) - _days(older_than)
    with _open(cache_dir, root) as cache:
        give(f"{inspection.prune(cache, older_than=limit)} answers deleted")


@app.command()
def pack(
    output: PackFile,
    run: RunArgument = "latest",
    note: Note = None,
    cache_dir: CacheDir = None,
    root: Root = None,
) -> None:
    """Write the answers of a run to one file: sealed, for CI; or as a transcript, for review."""
    from arena.completions.pack import pack as seal
    from arena.engine.execute import execute
    from arena.engine.recording import record, transcript_header
    from arena.offline.procedures import RANK
    from arena.providers.replay import dump
    from arena.runs.find import find
    from arena.runs.saved import load

    if output.suffix not in (".pack", ".jsonl"):
        raise UsageError(f"-o {output}: expected FILE.pack (sealed) or FILE.jsonl (a transcript)")
    saved = load(find(run, root=project_root(root, start=Path.cwd())))
    folder = cache_dir or Path(saved.experiment.root) / ".arena" / "cache"
    executing = RANK.execute if saved.is_ranking else execute
    pairs = record(saved, executing, cache_dir=folder, environment=os.environ)
    if output.suffix == ".pack":
        with _open(folder, root, read_only=True) as cache:
            seal(cache, [request.key for request, completion in pairs if not completion.replayed], output)
    else:
        write_file(output, dump(transcript_header(saved, pairs, note), pairs))
    give(f"{len(pairs)} answers of run {saved.id} in {output}")


@app.command()
def unpack(file: UnpackFile, cache_dir: CacheDir = None, root: Root = None) -> None:
    """Store the answers of a pack: all of them, or none where the seal is broken."""
    from arena.completions.pack import unpack as store

    with _open(cache_dir, root) as cache:
        give(f"{store(file, cache)} answers stored")


def _open(cache_dir: Path | None, root: Path | None, *, read_only: bool = False) -> "Cache":
    from arena.completions.store.cache import Cache

    folder = cache_dir or project_root(root, start=Path.cwd()) / ".arena" / "cache"
    return Cache(folder, read_only=read_only)


def _days(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})d?", text)
    if not found:
        raise UsageError(f"--older-than {text}: expected a number of days, e.g. 30d")
    return timedelta(days=int(found[1]))
