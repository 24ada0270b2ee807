from pathlib import Path

import diskcache
import pytest

from arena.completions.store.raw_disk import RawDisk


@pytest.fixture
def store(tmp_path: Path) -> diskcache.Cache:
    """Return a diskcache that may hold nothing but inline bytes."""
    return diskcache.Cache(str(tmp_path), disk=RawDisk)


@pytest.mark.parametrize("key", [1, b"k", 1.5, ("k",), None])
def test_keys_are_text(store: diskcache.Cache, key: object) -> None:
    """Any other key would be pickled."""
    with pytest.raises(TypeError, match="keys are text"):
        store.set(key, b"v")
    store.close()


@pytest.mark.parametrize("value", [1, "v", None, ["v"], memoryview(b"v")])
def test_values_are_bytes(store: diskcache.Cache, value: object) -> None:
    """Any other value would be pickled, or take another way through the reader."""
    with pytest.raises(TypeError, match="values are bytes"):
        store.set("k", value)
    store.close()


def test_a_large_value_stays_inline(store: diskcache.Cache, tmp_path: Path) -> None:
    """However long an answer is, no file is made beside the database."""
    store.set("k", b"v" * 2_000_000)
    assert store.get("k") == b"v" * 2_000_000
    store.close()
    assert {path.name for path in tmp_path.iterdir()} == {"cache.db"}


def test_files_are_never_named_read_or_removed(store: diskcache.Cache, tmp_path: Path) -> None:
    """The ways of diskcache to a file all end here."""
    (tmp_path / "precious").write_bytes(b"mine")
    with pytest.raises(TypeError, match="no files"):
        store.disk.filename()
    with (tmp_path / "precious").open("rb") as stream, pytest.raises(TypeError, match="values are bytes"):
        store.set("k", stream, read=True)
    store.disk.remove("precious")
    store.close()
    assert (tmp_path / "precious").read_bytes() == b"mine"
