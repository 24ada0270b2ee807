"""Files of labels: both forms, CSV, and every mistake at its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from arena.errors import FileError, UsageError
from arena.files.labels import Labels, labels_of, load
from arena.records.label import Label, answers_digest


def write(folder: Path, *rows: Any, name: str = "labels.jsonl") -> Path:
    """Write rows as JSON Lines, texts as they are."""
    path = folder / name
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def read(folder: Path, *rows: Any, name: str = "labels.jsonl", **more: Any) -> Labels:
    """Return what such a file says of control and treatment."""
    names = {"control": "control", "treatment": "treatment"} | more
    return labels_of(load(write(folder, *rows, name=name)), **names)


def mistakes(folder: Path, *rows: Any, name: str = "labels.jsonl") -> list[str]:
    """Return the messages with which a file is refused, without the folder's name."""
    with pytest.raises(FileError) as caught:
        read(folder, *rows, name=name)
    return [str(each).removeprefix(f"{folder}/") for each in caught.value.mistakes]


def test_a_label_is_a_case_a_winner_and_a_rater(tmp_path: Path) -> None:
    """Everything else is optional, and null is nothing; blank lines are skipped."""
    full = {"case": "c2", "winner": "Tie", "rater": "anna", "repeat": 1, "first": "treatment"}
    full |= {"answers": "0123456789abcdef", "note": "both wrong"}
    found = read(
        tmp_path, {"case": "c1", "winner": "treatment"}, "", full, {"case": "c3", "winner": "control", "note": None}
    )
    assert found.labels == (
        Label(case="c1", winner="treatment"),
        Label(
            case="c2",
            winner="tie",
            rater="anna",
            repeat=1,
            first="treatment",
            answers="0123456789abcdef",
            note="both wrong",
        ),
        Label(case="c3", winner="control"),
    )
    assert (found.judged, found.relabelled, found.others) == ({}, 0, 0)


def test_letters_stand_for_control_and_treatment(tmp_path: Path) -> None:
    """A is control, B treatment, in any case of letters; the judge's word beside it, null where it was not read."""
    rows = [("A", "b"), ("tie", "TIE"), ("b", None), (None, "A")]
    found = read(
        tmp_path,
        *({"case": f"c{i}", "human": human, "judge": judge} for i, (human, judge) in enumerate(rows)),
        control="old",
        treatment="new",
    )
    assert [label.winner for label in found.labels] == ["old", "tie", "new"]
    assert found.judged == {"c0": "new", "c1": "tie", "c2": None, "c3": "old"}


def test_pass_and_fail_are_two_outcomes(tmp_path: Path) -> None:
    """People and judge may pass or fail one answer."""
    file = load(write(tmp_path, {"case": "c0", "human": "Pass", "judge": "fail"}, {"case": "c1", "judge": "pass"}))
    assert (file.has_judgments, file.is_pass_fail) == (True, True)
    found = labels_of(file, control="fail", treatment="pass")
    assert [label.winner for label in found.labels] == ["pass"]
    assert found.judged == {"c0": "fail", "c1": "pass"}


def test_the_last_word_of_a_rater_on_a_case_counts(tmp_path: Path) -> None:
    """A re-label replaces the earlier line and is counted; raters who differ are kept apart."""
    said = [("c1", "control", "anna"), ("c1", "treatment", "ben"), ("c1", "treatment", "anna")]
    found = read(tmp_path, *({"case": case, "winner": winner, "rater": rater} for case, winner, rater in said))
    assert [(label.rater, label.winner) for label in found.labels] == [("ben", "treatment"), ("anna", "treatment")]
    assert found.relabelled == 1


def test_labels_of_other_variants_are_counted_and_left_out(tmp_path: Path) -> None:
    """A third variant may be named where there is one."""
    rows = [{"case": "c1", "winner": "third"}, {"case": "c2", "winner": "control"}]
    found = read(tmp_path, *rows, variants=["third"])
    assert (len(found.labels), found.others) == (1, 1)


def test_csv_has_the_same_columns(tmp_path: Path) -> None:
    """An empty cell is an absent key; a quoted line break does not shift the lines of mistakes."""
    found = read(tmp_path, "case,winner,rater,repeat,note", 'c1,TIE,anna,1,"two\nlines"', "c2,control,,,", name="l.csv")
    assert found.labels == (
        Label(case="c1", winner="tie", rater="anna", repeat=1, note="two\nlines"),
        Label(case="c2", winner="control"),
    )
    assert mistakes(tmp_path, "case,winner", 'c1,"ti\nme"', ",tie", "c3,tie,x", name="a.csv") == [
        "a.csv:5: this row has 3 columns, the first one 2"
    ]
    assert mistakes(tmp_path, "case,winner", 'c1,"tie', name="b.csv") == ["b.csv:2: not CSV: unexpected end of data"]
    assert mistakes(tmp_path, "case,winner", ",tie", "c2,nobody", name="c.csv") == [
        "c.csv:2: required key 'case' is missing"
    ]
    assert mistakes(tmp_path, "case,winner,repeat", "c2,tie,x", name="d.csv") == [
        "d.csv:2: repeat: expected a whole number from 0, found 'x'"
    ]


def test_no_label_of_a_table_is_lost(tmp_path: Path) -> None:
    """Too many rows, and columns of one name, are refused: left out, they would count as not labelled."""
    assert mistakes(tmp_path, "case,winner", "c1,tie\n" * 100_000 + "c1,tie", name="l.csv") == [
        "l.csv:100002: more than 100,000 rows: split the file"
    ]
    assert mistakes(tmp_path, "case,winner,winner", "c1,tie,control", name="l.csv") == [
        "l.csv:1: duplicate column 'winner': rename one"
    ]


def test_every_mistake_is_told_at_its_line(tmp_path: Path) -> None:
    """All at once, each where it stands."""
    rows = [
        "[1]",
        '{"case": 3.5, "winner": "tie"}',
        '{"case": "c", "human": "C"}',
        '{"case": "c", "winner": "tie", "judge": "A"}',
        '{"case": "c"}',
        '{"case": "c", "winner": 1, "rater": 2}',
        '{"case": "c", "winner": "tie", "repeat": -1, "answers": "xyz"}',
        '{"case": "c", "winner": "tie"',
        '{"case": "c", "winner": "tie", "case": "d"}',
        '{"winner": ""}',
    ]
    assert mistakes(tmp_path, *rows) == [
        "labels.jsonl:1:1: expected an object, found a list",
        "labels.jsonl:2:10: case: expected text, found 3.5",
        "labels.jsonl:3:24: human: expected A, B or TIE (or pass, fail), found 'C'",
        "labels.jsonl:4:25: winner: excludes 'human' and 'judge': a label has one form or the other",
        "labels.jsonl:5:1: has neither 'winner' nor 'human'",
        "labels.jsonl:6:25: winner: expected a variant's name or tie, found 1",
        "labels.jsonl:6:37: rater: expected text, found 2",
        "labels.jsonl:7:42: repeat: expected a whole number from 0, found -1",
        "labels.jsonl:7:57: answers: expected 16 hex digits, found 'xyz'",
        "labels.jsonl:8:30: not JSON: Expecting ',' delimiter",
        "labels.jsonl:9: duplicate key 'case': each key may stand once; rename or remove one",
        "labels.jsonl:10:1: required key 'case' is missing",
        "labels.jsonl:10:12: winner: expected a variant's name or tie, found ''",
    ]


def test_a_winner_that_is_no_variant_is_told_with_those_there_are(tmp_path: Path) -> None:
    """A letter is no variant's name where the winner stands."""
    rows = [{"case": "c1", "winner": "treatmant"}, {"case": "c2", "winner": "A"}]
    assert mistakes(tmp_path, *rows) == [
        "labels.jsonl:1:26: winner: 'treatmant' is no variant; there are control, treatment, and tie "
        "(did you mean 'treatment'?)",
        "labels.jsonl:2:26: winner: 'A' is no variant; there are control, treatment, and tie",
    ]


def test_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    """They change nothing, and may be a typing error."""
    path = write(
        tmp_path, {"case": "c1", "winner": "tie", "ratter": "x"}, {"case": "c2", "winner": "tie", "ratter": "y"}
    )
    assert load(path, name="l.jsonl").warnings == (
        "l.jsonl: unknown key 'ratter' is ignored (did you mean 'rater'?), 2 lines",
    )


def test_a_file_without_a_label_or_that_cannot_be_read(tmp_path: Path) -> None:
    """Nothing is not zero labels."""
    assert mistakes(tmp_path, "") == ["labels.jsonl: holds no label: expected a JSON object a line"]
    with pytest.raises(UsageError, match="cannot read"):
        load(tmp_path / "none.jsonl")


def test_a_digest_names_a_case_and_both_texts() -> None:
    """Whatever the order of the names; another text, name or case is another digest."""
    texts = {"control": "Hi.", "treatment": "Hello."}
    digest = answers_digest("c1", texts)
    assert digest == answers_digest("c1", dict(reversed(texts.items())))
    others = [answers_digest("c2", texts), answers_digest("c1", texts | {"control": "Hi"}), answers_digest("c1", {})]
    assert len({digest, *others}) == 4


@pytest.mark.parametrize("name", ["tie", "TIE"])
def test_labels_cannot_tell_a_variant_called_tie_from_a_tie(tmp_path: Path, name: str) -> None:
    """Whichever form they have, they are refused: a tie would be read as a win."""
    for row in ({"case": "c1", "winner": "tie"}, {"case": "c1", "human": "A"}):
        with pytest.raises(FileError, match=r"labels.jsonl:1.*a variant is called .*rename it"):
            read(tmp_path, row, treatment=name)
