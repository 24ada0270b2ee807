from pathlib import Path

import pytest

import reference_values
from reference_values import reference


def test_a_family_without_values_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests assert for each entry of a family: over an empty one they would all pass, and test nothing."""
    path = tmp_path / "values.json"
    path.write_text('{"empty": {"values": []}, "one": {"values": [0.5]}}')
    monkeypatch.setattr(reference_values, "_FILE", path)
    assert reference("one") == [0.5]
    with pytest.raises(AssertionError, match="empty: no reference values"):
        reference("empty")
