"""`.arena/`: the one folder of a project that arena writes to by itself."""

from pathlib import Path

from arena.errors import StorageFailed
from arena.records.codec import Undecodable, loads
from arena.records.run import RunFacts
from arena.runs.facts import facts_from_json
from arena.runs.storage import make_private_folder, write_whole

HOME = ".arena"
MANIFEST = "manifest.json"


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


def read_facts(folder: Path) -> RunFacts | None:
    """Return the facts of a run from its folder; None when there are none that can be read."""
    try:
        return facts_from_json(loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, Undecodable):
        return None


def run_folders(root: Path) -> list[tuple[Path, RunFacts]]:
    """Return every run folder with its facts, newest first: by when it ended, else by when it began."""
    folder = runs_folder(root)
    if not folder.is_dir():
        return []
    found = [(each, read_facts(each)) for each in folder.iterdir() if each.is_dir() and not each.is_symlink()]
    runs = [(path, facts) for path, facts in found if facts is not None]
    return sorted(runs, key=lambda run: (run[1].finished or run[1].started, run[0].name), reverse=True)
