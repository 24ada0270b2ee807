"""Which run is meant by RUN: a folder, the beginning of a name, `latest` or `latest~1`."""

import re
from pathlib import Path

from arena.errors import UsageError
from arena.runs.home import MANIFEST, run_folders

MOST_LISTED = 10


def find(reference: str, *, root: Path) -> Path:
    """Return the folder of the run that `reference` means.

    Args:
        reference: a run's folder, its name or the beginning of it, `latest` (the finished run that
            ended last) or `latest~N` (the N-th before it).
        root: the project root.

    Raises:
        UsageError: no run, or more than one, is meant; the message lists what there is.
    """
    back = re.fullmatch(r"latest(?:~(\d+))?", reference)
    if back:
        return _latest(int(back[1] or 0), root)
    if (Path(reference) / MANIFEST).is_file():
        return Path(reference).resolve()
    return _by_prefix(reference, root)


def _latest(back: int, root: Path) -> Path:
    runs = run_folders(root)
    finished = [path for path, facts in runs if facts.is_complete]
    if back < len(finished):
        return finished[back]
    if finished:
        raise UsageError(f"latest~{back}: there are only {len(finished)} finished runs", hint="arena runs lists them")
    if runs:
        return runs[0][0]  # loading it says that it is going on, or how to take it up again
    raise _none_yet(root)


def _by_prefix(reference: str, root: Path) -> Path:
    paths = [path for path, _ in run_folders(root)]
    if not paths:
        raise _none_yet(root)
    exact = [path for path in paths if path.name == reference]
    found = exact or [path for path in paths if reference and path.name.startswith(reference)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{reference} is the beginning of {len(found)} runs:\n{_listed(found)}")
    raise UsageError(f"no run is called {reference}; there are:\n{_listed(paths)}")


def _listed(paths: list[Path]) -> str:
    lines = [f"  {path.name}" for path in paths[:MOST_LISTED]]
    more = len(paths) - MOST_LISTED
    return "\n".join([*lines, f"  … {more} more (arena runs)"] if more > 0 else lines)


def _none_yet(root: Path) -> UsageError:
    return UsageError(f"no runs yet in {root}", hint="arena duel EXPERIMENT makes the first one")
