"""A project folder of authored files, and the messages that refuse them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from arena.errors import FileError
from arena.files import experiments
from arena.records.experiment import Experiment

HEAD = "model: openai:gpt-6-luna\njudge: anthropic:claude-sonnet\n"
VARIANTS = "variants: {control: Be helpful., treatment: Be kind.}\n"
CASES = "cases: [Where is my parcel?]\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below `folder`, which becomes a project root; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").touch()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def load(folder: Path, experiment: str | bytes, files: Mapping[str, str | bytes] | None = None) -> Experiment:
    """Return the experiment of `experiment.yaml` with that content."""
    write(folder, {"experiment.yaml": experiment, **(files or {})})
    return experiments.load(folder / "experiment.yaml")


def refused(folder: Path, experiment: str | bytes, files: Mapping[str, str | bytes] | None = None) -> list[str]:
    """Return the messages with which the experiment is refused."""
    with pytest.raises(FileError) as caught:
        load(folder, experiment, files)
    assert caught.value.exit_code == 2
    return [str(mistake) for mistake in caught.value.mistakes]
