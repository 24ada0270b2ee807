"""`arena cache`: what is stored, whether it is intact, and how the answers of a run are carried elsewhere."""

import json
import sqlite3
from pathlib import Path

import pytest

from arena_command import Arena, arena_in
from loopback import Loopback

EXPERIMENT = """
model: openai:gpt-6-luna
judge: anthropic:claude-sonnet-5-5
decoding: {max_tokens: 50}
variants:
  control: Be helpful. quality=0.3
  treatment: Be helpful. quality=0.8
checks: [{judge: Is polite.}, {max_words: 40}]
cases:
  - {id: one, input: My package hasn't arrived.}
  - {id: two, input: Why was I charged twice?}
  - {id: three, input: Hello?}
"""
ANSWERS, JUDGMENTS, CHECKS = 6, 6, 6


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Arena:
    """Return the command line in a folder whose experiment was run once, each answer paid for."""
    run = arena_in(tmp_path, monkeypatch, capsys)
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT)
    with Loopback() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        assert run("duel", "--quiet").exit_code == 0
        assert server.count == ANSWERS + JUDGMENTS + CHECKS
    for name in server.environment:
        if name.endswith("_KEY"):
            monkeypatch.delenv(name)
    return run


def flip_a_byte(root: Path) -> None:
    """Damage one stored answer, as a failing disk would."""
    database = next((root / ".arena" / "cache").rglob("cache.db"))
    with sqlite3.connect(database) as connection:
        row, blob = connection.execute("SELECT rowid, value FROM Cache LIMIT 1").fetchone()
        damaged = blob[:-1] + bytes([blob[-1] ^ 1])
        connection.execute("UPDATE Cache SET value = ? WHERE rowid = ?", (damaged, row))
    connection.close()


def test_info_says_what_is_stored(arena: Arena, tmp_path: Path) -> None:
    """Answers by model, size, money and time; as text, or as JSON."""
    text = arena("cache", "info").out
    assert text.startswith("18 answers   all intact   ")
    assert "gpt-6-luna               6" in text
    found = json.loads(arena("cache", "info", "--output-format", "json").out)
    assert found["models"] == {"claude-sonnet-5-5": JUDGMENTS + CHECKS, "gpt-6-luna": ANSWERS}
    assert found["damaged"] == []
    assert Path(found["folder"]).is_relative_to(tmp_path)
    assert arena("cache", "info", "--output-format", "pdf").exit_code == 2


def test_a_folder_without_a_cache_has_nothing_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asking creates nothing."""
    done = arena_in(tmp_path, monkeypatch, capsys)("cache", "info")
    assert (done.exit_code, done.out.splitlines()[0]) == (0, "0 answers   all intact   0.0 MB   first paid $0")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_answer_is_found_and_pruned(arena: Arena, tmp_path: Path) -> None:
    """Verify is exit 4 and says what deletes it; then the others are still there."""
    assert arena("cache", "verify").out.startswith("18 answers   all intact   ")
    flip_a_byte(tmp_path)
    done = arena("cache", "verify")
    assert done.exit_code == 4
    assert "1 of 18 answers are damaged" in done.err
    assert "hint: arena cache prune" in done.err
    assert arena("cache", "prune").out == "1 answers deleted\n"
    assert arena("cache", "verify").out.startswith("17 answers   all intact   ")


def test_a_database_that_is_garbage_is_set_aside_with_a_warning(arena: Arena, tmp_path: Path) -> None:
    """The cache is whole again, and says what became of the old file."""
    database = next((tmp_path / ".arena" / "cache").rglob("cache.db"))
    database.write_bytes(b"garbage " * 999)
    done = arena("cache", "verify")
    assert done.exit_code == 0
    assert "warning: the cache was damaged" in done.err


def test_old_answers_are_pruned_by_age(arena: Arena) -> None:
    """Nothing is older than a day; everything is older than none."""
    assert arena("cache", "prune", "--older-than", "1d").out == "0 answers deleted\n"
    assert arena("cache", "prune", "--older-than", "0").out == "18 answers deleted\n"
    assert arena("cache", "prune", "--older-than", "a week").exit_code == 2


def test_a_sealed_pack_carries_a_run_to_another_machine(arena: Arena, tmp_path: Path) -> None:
    """Every answer of it: judgments and judged checks too. There the run costs nothing and needs no network."""
    assert arena("cache", "pack", "-o", "run.pack").exit_code == 0
    done = arena("cache", "unpack", "run.pack", "--cache-dir", "elsewhere")
    assert done.out == "18 answers stored\n"
    assert arena("duel", "--offline", "--quiet", "--cache-dir", "elsewhere").exit_code == 0
    assert arena("cache", "unpack", "run.pack", "--cache-dir", "elsewhere").out == "0 answers stored\n"


def test_a_pack_that_was_changed_is_refused(arena: Arena, tmp_path: Path) -> None:
    """Exit 2, and nothing of it is stored."""
    arena("cache", "pack", "-o", "run.pack")
    pack = tmp_path / "run.pack"
    pack.write_text(pack.read_text().replace("warehouse", "wirehouse", 1))
    done = arena("cache", "unpack", "run.pack", "--cache-dir", "elsewhere")
    assert done.exit_code == 2
    assert "checksum differs" in done.err
    assert arena("cache", "info", "--cache-dir", "elsewhere").out.startswith("0 answers")


def test_a_transcript_of_a_run_replays_it(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named in the experiment it answers in place of models whose keys are missing, with the same result."""
    before = json.loads(arena("report", "--output-format", "json").out)
    assert arena("cache", "pack", "latest", "-o", "run.jsonl", "--note", "Recorded at a loopback.").exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    header = lines[0]
    assert header["models"] == {"answers": "openai:gpt-6-luna", "judge": "anthropic:claude-sonnet-5-5"}
    assert (header["authored"], header["note"]) == (False, "Recorded at a loopback.")
    assert header["decoding"] == {"control": {"max_tokens": 50}, "treatment": {"max_tokens": 50}}
    assert [line["case"] for line in lines[1:7]] == ["one", "one", "two", "two", "three", "three"]
    assert len(lines) == 1 + ANSWERS + JUDGMENTS + CHECKS
    (tmp_path / "experiment.yaml").write_text(f"{EXPERIMENT}transcript: run.jsonl\n")
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):  # the vendors' own hosts need a key, a loopback does not
        monkeypatch.delenv(name)
    done = arena("duel", "--quiet", "--cache-dir", "elsewhere", "--output-format", "json")
    assert done.exit_code == 0
    after = json.loads(done.out)
    assert after["calls"] == {"made": 0, "cached": 0, "failed": 0}
    assert after["win_rate"] == before["win_rate"]


def test_arms_with_models_of_their_own_are_named_each(arena: Arena, tmp_path: Path) -> None:
    """The header of a transcript says who answered; without a judge nobody judged."""
    (tmp_path / "experiment.yaml").write_text(
        "variants:\n  control: {model: scripted:one}\n  treatment: {model: scripted:two}\n"
        "checks: [{max_words: 40}]\ncases: [{id: one, input: Hi}]\n"
    )
    assert arena("duel", "--quiet").exit_code == 0
    assert arena("cache", "pack", "-o", "run.jsonl").exit_code == 0
    header = json.loads((tmp_path / "run.jsonl").read_text().splitlines()[0])
    assert header["models"] == {"control": "scripted:one", "treatment": "scripted:two"}
    assert "decoding" not in header
    assert "note" not in header


def test_an_answer_that_is_not_stored_cannot_be_packed(arena: Arena) -> None:
    """Exit 4 names it; nothing is sent."""
    arena("cache", "prune", "--older-than", "0")
    done = arena("cache", "pack", "-o", "run.pack")
    assert done.exit_code == 4
    assert "--offline: no stored answer for case" in done.err


def test_a_pack_of_another_kind_is_refused(arena: Arena) -> None:
    """The ending says which of the two it is to be."""
    done = arena("cache", "pack", "-o", "run.zip")
    assert done.exit_code == 2
    assert "FILE.pack (sealed) or FILE.jsonl (a transcript)" in done.err
