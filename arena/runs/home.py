"""`.arena/`: the one folder of a project that arena writes to by itself."""

import json
from pathlib import Path
from typing import Any

from arena.errors import StorageFailed
from arena.runs.codec import Undecodable, loads
from arena.runs.storage import make_private_folder, write_whole

HOME = ".arena"
MANIFEST = "manifest.json"
_WRITTEN_FIRST = {"run": str, "status": str, "experiment": dict, "files": dict, "options": dict}


def runs_folder(root: Path) -> Path:
    """Return where the runs of the project at `root` stand, whether or not there are any."""
    return root / HOME / "runs"


def prepare_home(root: Path) -> Path:
    """Create `.arena/runs` with a `.gitignore` that keeps all of it out of git; return it.

    Raises:
        StorageFailed: it cannot be written, or is a link to somewhere else.
    """
    home = root / HOME
    folder = runs_folder(root)
    for each in (home, folder):
        if each.is_symlink():
            raise StorageFailed(f"{each} is a link to somewhere else; arena writes only inside the project")
    make_private_folder(folder)
    if not (home / ".gitignore").exists():
        write_whole(home / ".gitignore", ("*\n",))
    return folder


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a run folder; None when there is none that can be read."""
    try:
        return whole_manifest(loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, Undecodable, json.JSONDecodeError):
        return None


def whole_manifest(data: Any) -> dict[str, Any]:
    """Return a manifest that has what every run writes first, each of its kind.

    Raises:
        Undecodable: something of it is missing or of another kind.
    """
    if not isinstance(data, dict):
        raise Undecodable("expected an object")
    for name, kind in _WRITTEN_FIRST.items():
        if not isinstance(data.get(name), kind):
            raise Undecodable(f"{name} is {'of the wrong kind' if name in data else 'missing'}")
    for name in ("path", "hash"):
        if not isinstance(data["experiment"].get(name), str):
            raise Undecodable(f"experiment.{name} is missing")
    return data


def run_folders(root: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return every run folder with its manifest, newest first: by when it ended, else by when it began."""
    folder = runs_folder(root)
    if not folder.is_dir():
        return []
    found = [(each, read_manifest(each)) for each in folder.iterdir() if each.is_dir() and not each.is_symlink()]
    runs = [(path, manifest) for path, manifest in found if manifest is not None]
    return sorted(runs, key=lambda run: (_moment(run[1]), run[0].name), reverse=True)


def _moment(manifest: dict[str, Any]) -> str:
    return str(manifest.get("finished") or manifest.get("started") or "")
