"""Mistakes of form and of meaning in one file are named together."""

from pathlib import Path

import pytest

from arena.errors import FileError
from arena.files import experiments


def test_form_and_meaning_are_told_at_once(tmp_path: Path) -> None:
    """A duplicate key does not hide an unknown one, and what is malformed is told once."""
    (tmp_path / "experiment.yaml").write_text(
        "name: x\n"
        "name: y\n"
        "model: openai:m\n"
        "judge: no\n"
        "variants:\n"
        "  control: {sytem: Be helpful.}\n"
        "  treatment: {system: Be kind., decoding: {temperatur: .nan}}\n"
        "cases:\n"
        "  - {id: a, input: 012}\n"
        "  - {id: a, input: Where is it?}\n"
    )
    with pytest.raises(FileError) as refused:
        experiments.load(tmp_path / "experiment.yaml", root=tmp_path)
    assert [(mistake.line, mistake.column) for mistake in refused.value.mistakes] == [
        (2, 1),
        (4, 8),
        (6, 13),
        (7, 44),
        (7, 56),
        (9, 20),
        (10, 10),
    ]
    assert "unknown key 'sytem' (did you mean 'system'?)" in str(refused.value)
