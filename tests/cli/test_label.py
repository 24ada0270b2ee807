"""`arena label` as a rater meets it: at a terminal, from a script, and with a file that comes back."""

import io
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import labelled_runs
from arena.records.call import ToolCall
from arena.records.case import Document, Message
from arena.records.run_options import RunOptions
from arena.runs.folder import open_run
from command_line import Done, arena
from hostile_text import DANGEROUS, HOSTILE
from labelled_runs import ARMS, answered, winner_of
from sample_runs import clock, experiment
from terminal import terminal

PROMPT = "[q]uit\n"
ANNA = ("label", "--rater", "anna")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project with a finished run of nine cases."""
    labelled_runs.run(tmp_path, labelled_runs.cases(9))
    return tmp_path


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs a command with these lines at its stdin."""

    def run(folder: Path, lines: Sequence[str], *arguments: str, width: int = 80) -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return arena(folder, *(arguments or ANNA), environment={"COLUMNS": str(width), "USER": "dana"})

    return run


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of labels.jsonl."""
    path = next((folder / ".arena" / "runs").iterdir()) / "labels.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def said(folder: Path) -> list[str]:
    """Return what the labels say: first, second or tie."""
    return [winner_of(row) for row in rows(folder)]


class TestAtATerminal:
    """Keys of a person at a real pseudo-terminal."""

    def test_one_key_labels_a_case(self, folder: Path) -> None:
        """Digits, letters and arrows need no Return; every label is on the disk before the next case is shown."""
        with terminal(folder, ANNA) as screen:
            for count, key in enumerate(("1", "\x1b[D", "2", "\x1b[C", "t", "L", "r"), start=1):
                screen.wait_for(PROMPT)
                assert len(rows(folder)) == count - 1
                screen.press(key)
            screen.wait_for("7 of 9 labelled")
            assert said(folder) == ["first", "first", "second", "second", "tie", "first", "second"]
            screen.press("q")
            assert screen.end() == 0
        assert "goes on" in screen.shown
        assert {row["rater"] for row in rows(folder)} == {"anna"}
        assert all(len(row["answers"]) == 16 for row in rows(folder))

    def test_keys_that_send_several_bytes_label_nothing(self, folder: Path) -> None:
        """Ctrl-right, Insert, F5, Alt-2, a lone Escape and a Cyrillic letter hold the bytes of other keys."""
        with terminal(folder, ANNA) as screen:
            screen.wait_for(PROMPT)
            for key in ("\x1b[1;2C", "\x1b[2~", "\x1b[15~", "\x1b2", "\x1b", "ж"):
                screen.press(key)
                screen.wait_for("means nothing here")
            screen.press("q")
            assert screen.end() == 0
        assert rows(folder) == []

    def test_undo_skip_note_and_help(self, folder: Path) -> None:
        """A note goes with the label; what is undone is asked again at once, also after a new start."""
        with terminal(folder, ANNA) as screen:
            screen.wait_for(PROMPT)
            screen.press("u")
            screen.wait_for("nothing to undo")
            screen.press("n")
            screen.wait_for("then Return:")
            screen.press("polite, but wrong\n")
            screen.wait_for("the note is kept with your label")
            screen.press("?")
            assert "tie: both are equally good" in screen.wait_for("Is it clear?")
            screen.press("x")
            screen.wait_for("x means nothing here")
            screen.press("1")
            screen.wait_for("1 of 9 labelled")
            assert rows(folder)[0]["note"] == "polite, but wrong"
            screen.press("s")
            screen.wait_for("1 of 9 labelled, 1 skipped")
            screen.press("u")
            screen.wait_for("taken back")
            screen.press("u")
            shown = screen.wait_for("0 of 9 labelled") + screen.wait_for(PROMPT)
            assert "polite, but wrong" in shown
            assert rows(folder) == []
            screen.press("2")
            screen.wait_for("1 of 9 labelled")
            screen.press("\x04")
            assert screen.end() == 0
        assert (said(folder), rows(folder)[0]["note"]) == (["second"], "polite, but wrong")
        with terminal(folder, ANNA) as screen:
            screen.wait_for(PROMPT)
            screen.press("u")
            screen.wait_for("0 of 9 labelled")
            assert rows(folder) == []

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
    def test_whatever_ends_it_the_labels_are_kept(self, folder: Path, number: signal.Signals, code: int) -> None:
        """The next start goes on with the next case of the same order."""
        with terminal(folder, ANNA) as screen:
            for key in "12t":
                screen.wait_for(PROMPT)
                screen.press(key)
            shown = screen.wait_for("3 of 9 labelled") + screen.wait_for(PROMPT)
            assert screen.kill(number) == code
        if number != signal.SIGKILL:
            assert "stopped; kept: 3 labels of anna" in screen.shown
            assert "--rater anna goes on" in screen.shown
        assert said(folder) == ["first", "second", "tie"]
        with terminal(folder, ANNA) as screen:
            assert _case_in(screen.wait_for("3 of 9 labelled") + screen.wait_for(PROMPT)) == _case_in(shown)

    def test_ctrl_c_is_130(self, folder: Path) -> None:
        """As a key of the terminal, not only as a signal."""
        with terminal(folder, ANNA) as screen:
            screen.wait_for(PROMPT)
            screen.press("1")
            screen.wait_for(PROMPT)
            screen.press("\x03")
            assert screen.end() == 130
        assert said(folder) == ["first"]

    @pytest.mark.parametrize(("width", "beside"), [(80, False), (120, True)])
    def test_answers_stand_side_by_side_where_there_is_room(self, folder: Path, width: int, beside: bool) -> None:
        """From 100 columns; no line is longer than the terminal, and no variant's name is shown."""
        with terminal(folder, ANNA, width=width) as screen:
            shown = screen.wait_for(PROMPT)
        lines = shown.splitlines()
        assert any("Answer 1" in line and "Answer 2" in line for line in lines[:-1]) == beside
        assert max(map(len, lines)) <= width
        assert not any(arm in shown for arm in ARMS)

    def test_hostile_text_is_shown_and_not_obeyed(self, tmp_path: Path) -> None:
        """In input, conversation, documents, reference, answers and tool calls."""
        some = [
            replace(
                case,
                messages=(Message(role="user", content=HOSTILE), Message(role="assistant", content=HOSTILE)) * i,
                input=HOSTILE,
                vars={"name": HOSTILE},
                context=(Document(id="d", text=HOSTILE),),
                reference=HOSTILE,
            )
            for i, case in enumerate(labelled_runs.cases(2))
        ]
        calls = (ToolCall(name=HOSTILE, arguments=HOSTILE),)
        answers = [answered(case.id, arm, HOSTILE + arm[:4], tool_calls=calls) for case in some for arm in ARMS]
        labelled_runs.run(tmp_path, some, answers)
        with terminal(tmp_path, ANNA, width=120, NO_COLOR="1") as screen:
            screen.wait_for(PROMPT)
            screen.press("d\x1b[Z?1")
            screen.wait_for("1 of 2 labelled")
            screen.wait_for(PROMPT)
            screen.press("t")
            screen.wait_for("any other key ends")
            screen.press("q")
            assert screen.end() == 0
        assert not DANGEROUS.search(screen.shown.replace("\r\n", "\n"))
        assert "␛" in screen.shown


def _case_in(shown: str) -> str:
    return next(line for line in shown.splitlines() if line.strip().startswith("Input"))


class TestFromAScript:
    """Where no person sits at stdin, a line is a key."""

    def test_words_and_letters_a_line_each(self, folder: Path, typed: Any) -> None:
        """The end of the input quits; the summary is the result."""
        done = typed(folder, ["left", "note too long", "RIGHT", "", "tie", "skip", "what is this", "help"])
        assert done.code == 0
        assert said(folder) == ["first", "second", "tie"]
        assert rows(folder)[1]["note"] == "too long"
        assert "what is this means nothing here" in done.err
        assert " anna          3        1     5" in done.out
        run = next((folder / ".arena" / "runs").iterdir()).name
        assert done.err.endswith(f"arena label {run} --rater anna goes on\n")

    def test_every_rater_has_an_order_and_a_progress(self, folder: Path, typed: Any) -> None:
        """The seed is in the notes and in the summary; sides and cases differ."""
        typed(folder, ["1"] * 9, *ANNA)
        typed(folder, ["1"] * 4, "label")
        anna, dana = ([row for row in rows(folder) if row["rater"] == name] for name in ("anna", "dana"))
        assert (len(anna), len(dana)) == (9, 4)
        assert [row["case"] for row in anna[:4]] != [row["case"] for row in dana]
        assert {row["first"] for row in anna} == set(ARMS)
        found = arena(folder, "label", "--progress", "--output-format", "json").json
        assert [(each["rater"], each["labelled"], each["skipped"], each["left"]) for each in found["raters"]] == [
            ("anna", 9, 0, 0),
            ("dana", 4, 0, 5),
        ]
        notes = json.loads((Path(found["labels"]).parent / "labelling.json").read_text())
        for each in found["raters"]:
            assert notes["raters"][each["rater"]]["seed"] == each["seed"]
        assert (found["kind"], found["cases"], found["without_pair"], found["schema_version"]) == ("label", 9, 0, 1)

    def test_skipped_cases_come_back_and_labelled_ones_on_demand(self, folder: Path, typed: Any) -> None:
        """A new label replaces the old one, whose note is kept; undo brings the old one back."""
        first = typed(folder, ["s"] + ["n first word", "1"] + ["1"] * 7)
        assert "1 case skipped: the same command shows them again" in first.err
        second = typed(folder, ["2"])
        assert "8 of 9 labelled, 1 skipped" in second.err
        assert said(folder) == ["first"] * 8 + ["second"]
        nothing = typed(folder, [])
        assert "nothing is left: anna labelled all 9 cases; --again shows them again" in nothing.err
        noted = next(row["case"] for row in rows(folder) if row.get("note"))
        again = (*ANNA, "--case", noted, "--again")
        typed(folder, ["tie"], *again)
        assert [(row["winner"], row["note"]) for row in rows(folder) if row["case"] == noted] == [("tie", "first word")]
        typed(folder, ["s", "u", "2"], *again)
        typed(folder, ["1", "u"], *again)
        assert [winner_of(row) for row in rows(folder) if row["case"] == noted] == ["second"]
        assert len(rows(folder)) == 9

    def test_undoing_a_label_of_a_skipped_case_makes_it_skipped_again(self, folder: Path, typed: Any) -> None:
        """What was before is as it was."""
        typed(folder, ["s"] + ["1"] * 8)
        done = typed(folder, ["1", "undo"])
        assert " anna          8        1     0" in done.out

    def test_a_sample_is_gone_on_with(self, folder: Path, typed: Any) -> None:
        """Its seed is recorded; the same cases are another rater's sample; N of all lifts it."""
        typed(folder, ["1"] * 2, *ANNA, "--sample", "6")
        done = typed(folder, ["1"] * 4)
        assert "going on with your sample of 6 of 9 cases; --sample 9 shows all" in done.err
        assert "6 of 9, seed" in done.out
        typed(folder, ["1"] * 6, "label", "--rater", "ben", "--sample", "6")
        cases = {name: {row["case"] for row in rows(folder) if row["rater"] == name} for name in ("anna", "ben")}
        assert cases["anna"] == cases["ben"]
        assert len(cases["anna"]) == 6
        hard = {"c00", "c03", "c06"}
        assert len(hard & cases["anna"]) == 2
        done = typed(folder, [], *ANNA, "--sample", "9")
        assert "6 of 9 labelled" in done.err

    def test_a_label_that_a_power_cut_halved_is_told(self, folder: Path, typed: Any) -> None:
        """Its case is asked again."""
        typed(folder, ["1"])
        path = next((folder / ".arena" / "runs").iterdir()) / "labels.jsonl"
        path.write_text(path.read_text() + '{"case": "c0')
        done = typed(folder, ["1"])
        assert "warning: the last line of labels.jsonl was never finished and is dropped: 12 characters" in done.err
        assert len(rows(folder)) == 2

    def test_differences_read_without_colour_and_equal_answers_are_named(self, tmp_path: Path, typed: Any) -> None:
        """Words of one answer alone stand in brackets."""
        some = labelled_runs.cases(3)
        texts = {"control": "It takes two days.", "treatment": "It takes three long days."}
        answers = [answered("c00", arm, texts[arm]) for arm in ARMS] + [answered("c01", arm, "Same.") for arm in ARMS]
        answers += [answered("c02", arm, f"{arm[:4]} " * 5000) for arm in ARMS]
        labelled_runs.run(tmp_path, some, answers)
        shown = typed(tmp_path, ["d", "1", "1", "1"], width=120).err
        assert "It takes [two] days." in shown
        assert "It takes [three long] days." in shown
        assert "Both answers are the same." in shown
        assert "[cont" not in shown

    def test_failed_answers_are_counted_and_empty_ones_shown(self, tmp_path: Path, typed: Any) -> None:
        """An empty answer is an answer; no answer is none."""
        some = labelled_runs.cases(2)
        answers = [answered("c00", "control", None), answered("c00", "treatment", "Yes.")]
        answers += [answered("c01", "control", " \n"), answered("c01", "treatment", "Yes.")]
        labelled_runs.run(tmp_path, some, answers, judges=())
        done = typed(tmp_path, ["1"])
        assert "(an empty answer)" in done.err
        assert "1 case with two answers\n1 not shown: an answer failed" in done.out


class TestRefused:
    """What cannot be labelled is exit 2 with plain words."""

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("label", "2030"), "no run is called 2030"),
            (("label", "--rater", " "), "--rater ' ': starts or ends with a blank: remove it"),
            (("label", "--case", "c99"), "--case c99: no such case with two answers in this run (it has c00"),
            (("label", "--tag", "odd"), "the tags are easy, hard"),
            (("label", "--output-format", "junit"), "no such format; there are text, json"),
            (("label", "--page", "a.html", "--progress"), "--page and --progress are two different things"),
            (
                ("label", "--progress", "--sample", "3"),
                "--sample chooses what is labelled: it goes not with --progress",
            ),
            (("label", "--page", "a.txt"), "expected a name that ends in .html"),
            (("label", "--import", "none.jsonl"), "cannot read none.jsonl"),
        ],
    )
    def test_a_wrong_command_line(self, folder: Path, arguments: Sequence[str], why: str) -> None:
        """Nothing is written."""
        done = arena(folder, *arguments, environment={"USER": "anna"})
        assert (done.code, done.out) == (2, "")
        assert why in done.err
        assert rows(folder) == []

    def test_a_run_that_is_not_finished_or_has_no_two_answers(self, tmp_path: Path) -> None:
        """Each is told what to do."""
        (tmp_path / "pyproject.toml").touch()
        with open_run(experiment(tmp_path), options=RunOptions(), clock=clock()):
            pass
        done = arena(tmp_path, "label")
        assert done.code == 2
        assert "was interrupted" in done.err
        some = labelled_runs.cases(1)
        labelled_runs.run(tmp_path / "other", some, [answered("c00", arm, None) for arm in ARMS])
        done = arena(tmp_path / "other", "label")
        assert done.code == 2
        assert "nothing to label: an answer failed in each of its 1 case" in done.err


class TestImport:
    """Labels that were made elsewhere come back in a file."""

    def test_a_file_comes_in_whole_or_not_at_all(self, folder: Path, typed: Any) -> None:
        """Twice the same file changes nothing; a wrong line refuses all of it."""
        typed(folder, ["1"] * 9)
        made = rows(folder)
        path = next((folder / ".arena" / "runs").iterdir()) / "labels.jsonl"
        path.unlink()
        file = folder / "labels-anna.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in made[:5]))
        done = arena(folder, "label", "--import", file.name)
        assert (done.code, done.err) == (0, "")
        assert "Read       5 new" in done.out
        assert " anna          5        0     4" in done.out
        assert rows(folder) == made[:5]
        made[0]["winner"] = "tie"
        file.write_text("".join(json.dumps(row) + "\n" for row in made))
        found = arena(folder, "label", "--import", file.name, "--output-format", "json").json
        assert found["imported"] == {"new": 4, "replaced": 1, "known already": 4, "unverified": 0}
        before = path.read_bytes()
        file.write_text(json.dumps(made[1] | {"answers": "0" * 16}) + "\n" + json.dumps(made[2] | {"winner": "tie"}))
        done = arena(folder, "label", "--import", file.name)
        assert done.code == 2
        assert done.err.startswith("error: labels-anna.jsonl:1:")
        assert "other answers were compared than those of this run" in done.err
        assert path.read_bytes() == before

    def test_hand_written_labels_are_taken_on_trust(self, folder: Path) -> None:
        """Without rater and digest: the rater is given, the trust is told, a key that nobody knows is named."""
        file = folder / "notes.jsonl"
        file.write_text('{"case": "c00", "winner": "treatment", "mood": "good"}\n')
        assert arena(folder, "label", "--import", file.name).code == 2
        done = arena(folder, "label", "--import", file.name, "--rater", "ben")
        assert done.code == 0
        assert "unknown key 'mood' is ignored" in done.err
        assert "warning: 1 label does not say which answers it compares: taken on trust" in done.err
        assert rows(folder) == [{"case": "c00", "winner": "treatment", "rater": "ben"}]

    def test_a_rater_who_may_be_another_one_is_named(self, folder: Path, typed: Any) -> None:
        """Anna on a page and anna at a terminal would vote twice."""
        typed(folder, ["1"])
        file = folder / "labels-Anna.jsonl"
        file.write_text(json.dumps(rows(folder)[0] | {"rater": "Anna"}))
        done = arena(folder, "label", "--import", file.name)
        assert done.code == 0
        assert "warning: Anna looks like anna, who labelled this run before: two people?" in done.err
        assert " Anna          1" in done.out
