import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from arena.completions import pack as pack_module
from arena.completions.inspection import info, prune, verify
from arena.completions.pack import pack, unpack
from arena.completions.store.cache import Cache
from arena.errors import CacheMiss, StorageFailed, UsageError
from arena.records.call import Completion
from completion_parts import answer_to, request

REQUESTS = [request(number) for number in range(8)]
ANSWERS = [
    answer_to(asked, f"answer {n}", called_at=f"2026-11-{n + 10}T00:00:00.000000+00:00", cost_usd=0.5)
    for n, asked in enumerate(REQUESTS)
]
KEYS = [asked.key for asked in REQUESTS]


def cache_with(folder: Path, *answers: Completion) -> Path:
    """Fill a cache."""
    with Cache(folder) as cache:
        cache.put(answers)
    return folder


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Return a cache that holds ANSWERS."""
    return cache_with(tmp_path / "cache", *ANSWERS)


def packed(folder: Path, file: Path, keys: list[str] = KEYS) -> Path:
    """Pack a cache's answers, read-only."""
    with Cache(folder, read_only=True) as cache:
        assert pack(cache, keys, file) == len(set(keys))
    return file


def unpacked(file: Path, folder: Path) -> int:
    """Unpack into a cache."""
    with Cache(folder) as cache:
        return unpack(file, cache)


def test_a_pack_brings_the_answers_to_another_cache(filled: Path, tmp_path: Path) -> None:
    """Equal in every field; unpacked twice it changes nothing."""
    file = packed(filled, tmp_path / "run.pack")
    assert unpacked(file, tmp_path / "other") == len(ANSWERS)
    assert unpacked(file, tmp_path / "other") == 0
    with Cache(tmp_path / "other") as cache:
        assert [cache.get(key) for key in KEYS] == ANSWERS


def test_equal_answers_make_equal_packs(filled: Path, tmp_path: Path) -> None:
    """Whatever the order in which they were paid for or named, and whatever else the cache holds."""
    other = cache_with(tmp_path / "other", *reversed(ANSWERS), answer_to(request(99)))
    one = packed(filled, tmp_path / "one.pack", KEYS)
    two = packed(other, tmp_path / "two.pack", [*reversed(KEYS), KEYS[0]])
    assert one.read_bytes() == two.read_bytes()


def test_a_pack_is_text_that_can_be_reviewed(filled: Path, tmp_path: Path) -> None:
    """A header and a line an answer, plain ASCII."""
    lines = packed(filled, tmp_path / "run.pack").read_text("ascii").splitlines()
    assert json.loads(lines[0])["answers"] == len(lines) - 1 == len(ANSWERS)
    assert {json.loads(line)["completion"]["text"] for line in lines[1:]} == {answer.text for answer in ANSWERS}


def test_only_the_named_answers_are_packed(filled: Path, tmp_path: Path) -> None:
    """A run's pack holds that run."""
    file = packed(filled, tmp_path / "run.pack", KEYS[:2])
    assert unpacked(file, tmp_path / "other") == 2


def test_a_run_that_is_not_all_there_is_not_packed(filled: Path, tmp_path: Path) -> None:
    """Half a run would be a miss in CI: said now, nothing written."""
    with Cache(filled) as cache, pytest.raises(CacheMiss, match="1 of 9 answers"):
        pack(cache, [*KEYS, "0" * 64], tmp_path / "run.pack")
    assert not (tmp_path / "run.pack").exists()


def test_a_pack_that_cannot_be_written_leaves_nothing(filled: Path, tmp_path: Path) -> None:
    """Exit 4, and no half file."""
    (tmp_path / "folder.pack").mkdir()
    with Cache(filled) as cache, pytest.raises(StorageFailed, match="cannot be written"):
        pack(cache, KEYS, tmp_path / "folder.pack")
    with Cache(filled) as cache, pytest.raises(StorageFailed, match="cannot be written"):
        pack(cache, KEYS, tmp_path / "nowhere" / "run.pack")
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "folder.pack"}


def test_what_the_cache_holds_stays_as_it_was_first_paid(filled: Path, tmp_path: Path) -> None:
    """A pack adds, it never replaces."""
    other = cache_with(tmp_path / "other", answer_to(REQUESTS[0], "my own"))
    assert unpacked(packed(filled, tmp_path / "run.pack"), other) == len(ANSWERS) - 1
    with Cache(other) as cache:
        mine = cache.get(KEYS[0])
    assert mine is not None
    assert mine.text == "my own"


def sealed(*entries: Any, **header: Any) -> bytes:
    """Return a pack with a valid seal around whatever somebody wrote."""
    body = b"".join(entry if isinstance(entry, bytes) else json.dumps(entry).encode() + b"\n" for entry in entries)
    top = {"arena_pack": 1, "answers": len(entries), "sha256": hashlib.sha256(body).hexdigest(), **header}
    return json.dumps(top).encode() + b"\n" + body


GOOD = {"key": "0" * 64, "completion": {"text": "a", "finish": "stop", "model_requested": "m"}}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"", "not a pack", id="empty"),
        pytest.param(b"\x80\x04\x95pickle", "not a pack", id="a pickle"),
        pytest.param(b"[" * 5000, "not a pack", id="endless nesting"),
        pytest.param(b'"text"\n', "not a pack", id="other JSON"),
        pytest.param(sealed(GOOD, arena_pack=2), "version 1", id="another version"),
        pytest.param(sealed(GOOD, sha256="0" * 64), "checksum", id="another seal"),
        pytest.param(sealed(GOOD, answers=2), "checksum", id="another count"),
        pytest.param(sealed(GOOD) + b'{"key": 1}\n', ":3: not an answer", id="one line more"),
        pytest.param(sealed(b"{broken\n"), ":2: not an answer", id="not JSON"),
        pytest.param(sealed(b"[" * 100_000 + b"\n"), ":2: not an answer", id="nested line"),
        pytest.param(sealed([1]), ":2: not an answer", id="not an object"),
        pytest.param(sealed({**GOOD, "key": "../../etc/passwd"}), ":2: not a request's key", id="a path for a key"),
        pytest.param(sealed({**GOOD, "completion": {"text": 1}}), ":2: not of a completion's shape", id="wrong type"),
        pytest.param(sealed({**GOOD, "completion": []}), ":2: not of a completion's shape", id="no completion"),
    ],
)
def test_a_hostile_pack_is_refused_whole(tmp_path: Path, content: bytes, complaint: str) -> None:
    """Exit 2, with its line; not one answer of it is stored."""
    file = tmp_path / "run.pack"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(complaint)) as raised:
        unpacked(file, tmp_path / "cache")
    assert raised.value.exit_code == 2
    assert not (tmp_path / "cache").exists()


def test_a_flipped_byte_breaks_the_seal(filled: Path, tmp_path: Path) -> None:
    """An edited answer is not taken for the one that was paid for."""
    file = packed(filled, tmp_path / "run.pack")
    file.write_bytes(file.read_bytes().replace(b"answer 3", b"answer 4"))
    with pytest.raises(UsageError, match="not as it was sealed"):
        unpacked(file, tmp_path / "other")


def test_a_pack_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size is bounded while it is read, whatever the header says."""
    monkeypatch.setattr(pack_module, "LARGEST_PACK", 1000)
    file = tmp_path / "run.pack"
    file.write_bytes(sealed(*[GOOD] * 50))
    with pytest.raises(UsageError, match="more than"):
        unpacked(file, tmp_path / "cache")


def test_a_pack_that_is_not_there_is_a_wrong_command_line(tmp_path: Path) -> None:
    """Exit 2 with the system's own words."""
    with pytest.raises(UsageError, match="No such file"):
        unpacked(tmp_path / "run.pack", tmp_path / "cache")


def test_info_sums_up(filled: Path) -> None:
    """Entries, models, dates, and what they cost when they were paid for."""
    cache_with(filled, answer_to(request(50), model_requested="other"))
    with Cache(filled, read_only=True) as cache:
        summary = info(cache)
    assert (summary.entries, summary.damaged) == (9, ())
    assert summary.models == {"m": 8, "other": 1}
    assert (summary.oldest, summary.newest) == (ANSWERS[0].called_at, ANSWERS[7].called_at)
    assert summary.paid_usd == 4.0
    assert summary.size_bytes >= 4096


def test_info_of_nothing(tmp_path: Path) -> None:
    """A cache that is not there is an empty one."""
    with Cache(tmp_path / "cache") as cache:
        summary = info(cache)
    assert (summary.entries, summary.models, summary.oldest, summary.size_bytes) == (0, {}, None, 0)


def spoil(folder: Path, key: str) -> None:
    """Damage one entry."""
    with Cache(folder) as cache:
        cache.open_for_writing().set(key, b"nonsense")


@pytest.mark.parametrize("read_only", [True, False])
def test_verify_names_every_damaged_entry(filled: Path, read_only: bool) -> None:
    """Each entry is read and checked; read-only, nothing is mended."""
    spoil(filled, KEYS[2])
    with Cache(filled, read_only=read_only) as cache:
        found = verify(cache)
    assert (found.entries, found.damaged) == (8, (KEYS[2],))


@pytest.mark.parametrize(
    ("choose", "left"),
    [
        pytest.param({}, [0, 1, 3, 4, 5, 6, 7], id="damaged alone"),
        pytest.param({"older_than": datetime(2026, 11, 15, tzinfo=UTC)}, [5, 6, 7], id="by age"),
        pytest.param({"keep": KEYS[:2]}, [0, 1], id="by use"),
        pytest.param({"older_than": datetime(2026, 11, 15, tzinfo=UTC), "keep": KEYS[:2]}, [0, 1, 5, 6, 7], id="both"),
    ],
)
def test_prune_deletes_what_is_chosen(filled: Path, choose: dict[str, Any], left: list[int]) -> None:
    """Old and unused entries go, where both are asked for both must hold; damaged ones always go."""
    spoil(filled, KEYS[2])
    with Cache(filled) as cache:
        assert prune(cache, **choose) == 8 - len(left)
        assert prune(cache, **choose) == 0
    with Cache(filled) as cache:
        assert [n for n, key in enumerate(KEYS) if cache.get(key)] == left
        assert cache.warnings == []


def test_pruning_makes_the_file_smaller(tmp_path: Path) -> None:
    """What is deleted is given back to the disk."""
    texts = [hashlib.sha512(b"%d" % number).hexdigest() * 20 for number in range(300)]
    folder = cache_with(tmp_path, *(answer_to(request(number), text) for number, text in enumerate(texts)))
    (database,) = folder.rglob("cache.db")
    before = database.stat().st_size
    with Cache(folder) as cache:
        prune(cache, keep=())
    assert database.stat().st_size < before / 2
