"""Where a run comes from: versions of the code and the commit of the project."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from arena import __version__
from arena.records.run import GitState

SDKS = ("openai", "anthropic", "xllamacpp", "genai-prices")
GIT_PATIENCE_S = 10.0


def versions() -> dict[str, str]:
    """Return the versions of arena, Python and each installed SDK, without importing any."""
    found = {"arena": __version__, "python": platform.python_version()}
    for name in SDKS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_state(root: Path) -> GitState | None:
    """Return the commit of the project at `root`; None outside a repository or without git."""
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    if not commit or changes is None:
        return None
    return GitState(commit=commit, dirty=bool(changes))


def _git(root: Path, *arguments: str) -> str | None:
    # core.fsmonitor names a program: a repository that strangers wrote must not start one.
    command = ["git", "-c", "core.fsmonitor=false", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
