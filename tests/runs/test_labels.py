"""Labels on the disk: nothing is lost, nothing counts twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from arena.errors import StorageFailed
from arena.records.label import Label
from arena.records.labelling import SampleChoice
from arena.runs import labels
from arena.runs.labels import LABELLING, LABELS, LabelBook
from arena.runs.lock import acquire
from command_line import clean

WRITER = """
import sys
from pathlib import Path
from arena.records.label import Label
from arena.runs.labels import LabelBook
book = LabelBook(Path(sys.argv[1]))
for i in range(40):
    book.put(Label(case=f"c{i}", winner="old", rater=sys.argv[2]))
    if i % 4 == 0:
        book.skip(f"c{i}", sys.argv[2])
    if i % 10 == 9:
        book.remove(Label(case=f"c{i}", winner="old", rater=sys.argv[2]))
"""
FULL_DISK = """
import resource, sys
from pathlib import Path
from arena.errors import StorageFailed
from arena.records.label import Label
from arena.runs.labels import LabelBook
book = LabelBook(Path(sys.argv[1]))
room = book.path.stat().st_size + 20
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
try:
    book.put(Label(case="c2", winner="old", rater="anna"))
except StorageFailed as error:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(error.exit_code, error)
"""


def label(case: str, winner: str = "old", rater: str = "anna", **keys: object) -> Label:
    """Return a label."""
    return Label(**{"case": case, "winner": winner, "rater": rater, **keys})  # type: ignore[arg-type]  # by name


def lines(book: LabelBook) -> list[str]:
    """Return the lines of the file."""
    return book.path.read_text().splitlines()


def test_a_label_is_one_line_and_stays_as_it_was_written(tmp_path: Path) -> None:
    """Lines of others, also those that people wrote by hand, are never written anew."""
    book = LabelBook(tmp_path)
    assert book.labels() == ()
    book.path.write_text('{"case":"c0", "winner":"new", "rater":"ben", "mood":"good"}\n')
    book.put(label("c1"))
    book.put(label("c1", "tie"))
    book.put(label("c1", rater="ben"))
    assert lines(book) == [
        '{"case":"c0", "winner":"new", "rater":"ben", "mood":"good"}',
        '{"case": "c1", "winner": "tie", "rater": "anna"}',
        '{"case": "c1", "winner": "old", "rater": "ben"}',
    ]
    book.remove(label("c1"))
    assert [(each.case, each.rater) for each in book.labels()] == [("c0", "ben"), ("c1", "ben")]
    assert (tmp_path / LABELS).stat().st_mode & 0o777 == 0o600


def test_labels_of_several_repeats_stand_beside_each_other(tmp_path: Path) -> None:
    """One that names no repeat is of the same answers as any."""
    book = LabelBook(tmp_path)
    book.put(label("c1", repeat=0))
    book.put(label("c1", repeat=1))
    assert len(book.labels()) == 2
    book.put_all([label("c1", "tie"), label("c2")])
    assert [(each.case, each.winner) for each in book.labels()] == [("c1", "tie"), ("c2", "old")]


def test_skips_seeds_and_samples_are_no_labels(tmp_path: Path) -> None:
    """They stand in a file of their own, by rater."""
    book = LabelBook(tmp_path)
    assert book.notes() == {}
    book.begin("anna", seed=7, sample=SampleChoice(size=5, of=9, seed=3))
    book.skip("c1", "anna")
    book.skip("c2", "anna")
    book.skip("c1", "anna")
    book.skip("c9", "ben")
    book.unskip("c2", "anna")
    assert book.labels() == ()
    assert LabelBook(tmp_path).notes()["anna"].skipped == ("c1",)
    assert LabelBook(tmp_path).notes()["anna"].sample == SampleChoice(size=5, of=9, seed=3)
    assert json.loads((tmp_path / LABELLING).read_text())["raters"]["ben"] == {"skipped": ["c9"]}


def test_a_line_that_was_never_finished_is_dropped_and_told(tmp_path: Path) -> None:
    """A power cut can leave half a line of a label that was never confirmed; one without its line end is whole."""
    book = LabelBook(tmp_path)
    assert book.repair() is None
    book.put(label("c1"))
    assert book.repair() is None
    with book.path.open("a") as file:
        file.write('{"case": "c2", "win')
    assert book.repair() == '{"case": "c2", "win'
    assert lines(book) == ['{"case": "c1", "winner": "old", "rater": "anna"}']
    book.path.write_text(book.path.read_text().rstrip("\n"))
    assert book.repair() is None
    book.put(label("c2"))
    assert [each.case for each in book.labels()] == ["c1", "c2"]


def test_what_is_no_label_is_named_with_its_line(tmp_path: Path) -> None:
    """A changed file is not guessed at, and never overwritten."""
    book = LabelBook(tmp_path)
    book.put(label("c1"))
    with book.path.open("a") as file:
        file.write('{"case": "c2"}\n')
    with pytest.raises(StorageFailed, match=r"labels.jsonl:2 was changed or damaged: Label: winner is missing"):
        book.put(label("c3"))
    assert len(lines(book)) == 2
    book.path.write_bytes(b"\xff\n")
    with pytest.raises(StorageFailed, match=r"labels\.jsonl cannot be read"):
        book.labels()
    (tmp_path / LABELLING).write_text("[]")
    with pytest.raises(StorageFailed, match=r"labelling\.json was changed or damaged"):
        book.notes()


def test_two_raters_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two processes append, skip and take back in one folder; each line of both is there."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), rater], env=clean({}))
        for rater in ("anna", "ben")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    book = LabelBook(tmp_path)
    wanted = {f"c{i}" for i in range(40) if i % 10 != 9}
    for rater in ("anna", "ben"):
        assert {each.case for each in book.labels() if each.rater == rater} == wanted
        assert len(book.notes()[rater].skipped) == 10
    assert len(book.labels()) == 72


def test_a_full_disk_leaves_the_labels_as_they_were(tmp_path: Path) -> None:
    """Half a label is taken back; the error names the file."""
    book = LabelBook(tmp_path)
    book.put(label("c1"))
    before = book.path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], env=clean({}), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"4 cannot write {book.path}: File too large")
    assert book.path.read_bytes() == before


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nothing outside the run's folder is written to."""
    outside = tmp_path / "outside"
    outside.touch()
    (tmp_path / "run").mkdir()
    book = LabelBook(tmp_path / "run")
    book.path.symlink_to(outside)
    with pytest.raises(StorageFailed, match=r"cannot write .*labels.jsonl"):
        book.put(label("c1"))
    assert outside.read_bytes() == b""


def test_a_folder_that_somebody_holds_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(labels, "LONGEST_WAIT_S", 0.05)
    held = acquire(tmp_path)
    assert held is not None
    with pytest.raises(StorageFailed, match="another process is writing to it"):
        LabelBook(tmp_path).put(label("c1"))
    held.release()
    LabelBook(tmp_path).put(label("c1"))
