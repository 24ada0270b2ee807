"""The project that a command without an experiment speaks of."""

import shlex
from pathlib import Path

from arena.errors import UsageError


def project_root(given: Path | None, *, start: Path) -> Path:
    """Return the root whose `.arena/` is meant: `given`, else the nearest parent of `start` that has one.

    Without any `.arena/runs` it is the nearest parent with `.git` or `pyproject.toml`, else `start`.

    Raises:
        UsageError: `given` is no folder.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"--root {given}: no such folder")
        return given.resolve()
    from arena.files.reading.sources import find_root
    from arena.runs.home import runs_folder

    with_runs = (each for each in (start, *start.parents) if runs_folder(each).is_dir())
    return next(with_runs, None) or find_root(start / "any file")


def run_reference(run: str, root: Path, *, start: Path) -> str:
    """Return how a command typed in `start` names a run of the project at `root`: `latest --root demo`."""
    named = shlex.quote(run)
    if project_root(None, start=start) == root.resolve():
        return named
    near = root.resolve().relative_to(start) if root.resolve().is_relative_to(start) else root
    return f"{named} --root {shlex.quote(str(near))}"
