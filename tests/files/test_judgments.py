"""Judgments files: what is right is read into columns, what is wrong is named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from arena.errors import FileError, UsageError
from arena.files.judgments import JudgmentColumns, load
from arena.records.judgment import Flag

GOOD = {"case": "c1", "first": "a", "second": "b", "winner": "first"}


def read(folder: Path, *rows: dict[str, Any] | str, name: str = "j.jsonl") -> JudgmentColumns:
    """Read a file of these lines."""
    path = folder / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return load([path])


def refused(folder: Path, *rows: dict[str, Any] | str) -> list[str]:
    """Return the mistakes of a file of these lines, without its folder."""
    with pytest.raises(FileError) as error:
        read(folder, *rows)
    return [str(mistake).replace(str(folder / "j.jsonl"), "j.jsonl") for mistake in error.value.mistakes]


def test_a_judgment_becomes_an_entry_of_every_column(tmp_path: Path) -> None:
    """Names are numbered in the order of their appearance; blank lines and a BOM are no judgments."""
    table = read(
        tmp_path,
        "\ufeff" + json.dumps(GOOD | {"judge": "anna", "cluster": "k", "length_first": 10, "length_second": 4}),
        "",
        GOOD | {"case": "c2", "first": "b", "second": "a", "winner": None, "outcome": "failed", "repeat": 1},
        {"case": "c3", "first": "a", "second": "b", "score_second": 0.25, "reason": "shorter"},
    )
    assert (list(table.variants), list(table.judges), list(table.clusters)) == (["a", "b"], ["anna", ""], ["k"])
    assert (list(table.case), list(table.first), list(table.second)) == ([0, 1, 2], [0, 1, 0], [1, 0, 1])
    assert (list(table.repeat), list(table.judge), list(table.case_cluster)) == ([0, 1, 0], [0, 1, 1], [0, -1, -1])
    assert table.share[0] == 0.0
    assert table.share[1] != table.share[1]
    assert table.share[2] == 0.25
    assert list(table.failed) == [0, 1, 0]
    assert table.lead[0] == -6.0
    assert table.warnings == []


def test_axes_are_kept_where_both_answers_have_points(tmp_path: Path) -> None:
    """An axis that scored one answer alone compares nothing."""
    axes = {"clarity": {"first": 3, "second": 4.5}, "tone": {"first": 3, "second": None}}
    table = read(tmp_path, GOOD, GOOD | {"case": "c2", "axes": axes})
    assert list(table.axes) == ["clarity"]
    clarity = table.axes["clarity"]
    assert (list(clarity.rows), list(clarity.first), list(clarity.second)) == ([1], [3.0], [4.5])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{bad", "j.jsonl:2:2: not JSON: Expecting property name enclosed in double quotes"),
        ("[1]", "j.jsonl:2: expected an object, found [1]"),
        ('{"case": "c1", "case": "c2"}', "j.jsonl:2: duplicate key 'case': each key may stand once; rename or "
         "remove one"),
        ('{"case": "c1", "score_second": NaN}', "j.jsonl:2: 'NaN' is not a finite number"),
        ({"case": "c1", "first": "a", "second": "b"}, "j.jsonl:2: has neither 'winner' nor 'score_second': null is a "
         "judgment that could not be read"),
        ({"first": "a", "second": "b", "winner": "tie"}, "j.jsonl:2: required key 'case' is missing"),
        (GOOD | {"case": 7.5}, "j.jsonl:2:2: case: expected text, found 7.5"),
        (GOOD | {"winner": "A"}, 'j.jsonl:2:45: winner: expected first, second, tie or null, found "A"'),
        (GOOD | {"winner": ["first"]}, 'j.jsonl:2:45: winner: expected first, second, tie or null, found ["first"]'),
        (GOOD | {"log_odds": "much"}, 'j.jsonl:2:64: log_odds: expected a number, found "much"'),
        (GOOD | {"log_odds": True}, "j.jsonl:2:64: log_odds: expected a number, found true"),
        (GOOD | {"score_second": 0.5}, "j.jsonl:2:64: score_second: 'winner' is there too: a judgment has one of them"),
        (GOOD | {"winner": None, "score_second": 1.5}, "j.jsonl:2:61: score_second: expected a number from 0 to 1, "
         "found 1.5"),
        (GOOD | {"winner": None, "score_second": True}, "j.jsonl:2:61: score_second: expected a number from 0 to 1, "
         "found true"),
        (GOOD | {"winner": None, "outcome": "read"}, "j.jsonl:2:61: outcome: expected unparseable or failed where "
         "there is no winner"),
        (GOOD | {"second": "a"}, "j.jsonl:2:30: second: 'a' is compared with itself: name two variants"),
        (GOOD | {"judge": 3}, "j.jsonl:2:64: judge: expected text, found 3"),
        (GOOD | {"cluster": 3}, "j.jsonl:2:64: cluster: expected text, found 3"),
        (GOOD | {"repeat": -1}, "j.jsonl:2:64: repeat: expected a whole number from 0, found -1"),
        (GOOD | {"length_first": -1, "length_second": 3}, "j.jsonl:2:64: length_first: expected a number of "
         "characters, found -1"),
        (GOOD | {"axes": []}, None),
        (GOOD | {"axes": 3}, "j.jsonl:2:64: axes: expected axes by name, found 3"),
        (GOOD | {"axes": {"tone": {"first": 9}}}, "j.jsonl:2:64: axes: tone: expected a number from 1 to 5, found 9"),
        (GOOD | {"axes": {"tone": {"a": 3}}}, 'j.jsonl:2:64: axes: tone: expected {"first": 1–5, "second": 1–5}'),
        ('{"case": ' + "[" * 100_000, "j.jsonl:2: nested too deep"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_place(tmp_path: Path, line: dict[str, Any] | str, message: str | None) -> None:
    """File, line, column where it is known, key, and what was expected."""
    if message is None:
        assert len(read(tmp_path, GOOD, line)) == 2
    else:
        assert refused(tmp_path, GOOD, line) == [message]


def test_every_mistake_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    """A file is mended in one go."""
    found = refused(tmp_path, GOOD | {"winner": "x"}, GOOD, "{", GOOD | {"judge": 1})
    assert [one.split(":")[1] for one in found] == ["1", "3", "4"]


def test_a_case_belongs_to_one_cluster(tmp_path: Path) -> None:
    """Two labels for one case would make two units of evidence out of one."""
    assert refused(tmp_path, GOOD | {"cluster": "k"}, GOOD | {"cluster": "l"}) == [
        "j.jsonl:2:64: cluster: case 'c1' has another cluster, or none, further up"
    ]


def test_bytes_that_are_not_text_are_refused_with_their_line(tmp_path: Path) -> None:
    """Line and column, as for any other file."""
    path = tmp_path / "j.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b'\n{"case": "\xff"}\n')
    with pytest.raises(FileError, match=r"j\.jsonl:2:11: byte 0xff"):
        load([path])


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    """A file of one line is another kind of file."""
    assert refused(tmp_path, GOOD, " " * 5_000_000) == ["j.jsonl:2: longer than 4 MiB: expected one judgment a line"]


def test_unknown_keys_are_warned_of_once(tmp_path: Path) -> None:
    """A misspelt optional key must not vanish, and must not be told a million times."""
    table = read(tmp_path, GOOD, GOOD | {"case": "c2", "jugde": "x"}, GOOD | {"case": "c3", "jugde": "x"})
    assert [warning.replace(str(tmp_path) + "/", "") for warning in table.warnings] == [
        "j.jsonl:2: unknown key 'jugde' is ignored (did you mean 'judge'?), 2 lines"
    ]


def test_garbage_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A thousand mistakes are enough to see that this is another kind of file."""
    assert refused(tmp_path, *["x"] * 5000)[-1].endswith("… and 800 more mistakes")


def test_an_empty_file_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    """No judgment is no tally."""
    assert refused(tmp_path) == ["j.jsonl: holds no judgment: expected a JSON object a line"]
    with pytest.raises(UsageError, match="cannot read"):
        load([tmp_path / "gone.jsonl"])


def test_more_names_than_a_comparison_has_are_refused(tmp_path: Path) -> None:
    """A column of ids that was taken for a judge's name is a mistake, not a panel of thousands."""
    rows = [GOOD | {"case": f"c{i}", "judge": f"j{i}"} for i in range(2**15 + 1)]
    assert refused(tmp_path, *rows) == [
        "j.jsonl:32769:68: judge: more than 32,768 different names: is this column an id?"
    ]


def test_several_files_are_one_table(tmp_path: Path) -> None:
    """A case is known by its id, whichever file a judgment stands in."""
    for name in ("x.jsonl", "y.jsonl"):
        (tmp_path / name).write_text(json.dumps(GOOD | {"judge": name}) + "\n")
    table = load([tmp_path / "x.jsonl", tmp_path / "y.jsonl"])
    assert (list(table.case), list(table.judge)) == ([0, 0], [0, 1])


def test_a_case_may_be_numbered(tmp_path: Path) -> None:
    """Published logs number their cases: 17 and "17" are one."""
    table = read(tmp_path, GOOD | {"case": 17}, GOOD | {"case": "17", "first": "b", "second": "a"})
    assert list(table.case) == [0, 0]


def test_a_flag_names_the_side_whose_answer_is_suspected(tmp_path: Path) -> None:
    """As a run writes it, or as earlier versions did: one text, where it is clear whose answer is meant."""
    flag = Flag(side="second", family="override", excerpt="obey: me")
    written = GOOD | {"second": "b: c", "flagged": [{"side": "second", "family": "override", "excerpt": "obey: me"}]}
    old = GOOD | {"second": "b: c", "flagged": ["b: c: override: obey: me"]}
    assert read(tmp_path, written, old).flagged == [(0, "c1", (flag,)), (1, "c1", (flag,))]


@pytest.mark.parametrize(
    "flag",
    [
        7,
        "obey",
        "c: override: obey",
        {"side": "third", "family": "override", "excerpt": "obey"},
        {"side": ["first"], "family": "override", "excerpt": "obey"},
        {"side": "first", "family": 7, "excerpt": "obey"},
        {"side": "first", "family": "override"},
        {"side": "first", "family": "override", "excerpt": "obey", "variant": "a"},
    ],
)
def test_a_flag_of_another_shape_is_refused(tmp_path: Path, flag: Any) -> None:
    """With its place, and what was expected."""
    expected = 'flagged: expected a list of {"side": "first" or "second", "family": text, "excerpt": text}, found '
    (message,) = refused(tmp_path, GOOD | {"flagged": [flag]})
    assert message.startswith(f"j.jsonl:1:64: {expected}{json.dumps(flag)[:20]}")
