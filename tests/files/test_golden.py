"""Golden sets in YAML, JSON Lines and CSV; a column that nothing explains is named."""

from pathlib import Path

import pytest

from arena.errors import FileError
from arena.files import golden
from arena.records.case import Case, GoldenSet
from authored_project import write


def load(folder: Path, name: str, content: str | bytes, mapping: dict[str, str] | None = None) -> GoldenSet:
    """Return the golden set of a file with that content."""
    write(folder, {name: content})
    return golden.load(folder / name, mapping)


def refused(folder: Path, name: str, content: str | bytes, mapping: dict[str, str] | None = None) -> list[str]:
    """Return the messages with which it is refused."""
    with pytest.raises(FileError) as caught:
        load(folder, name, content, mapping)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_only_cases_are_required(tmp_path: Path) -> None:
    """The name is the file's, the id that of the content."""
    found = load(tmp_path, "sets/greetings.yaml", "cases: [Hello]\n")
    assert (found.name, found.version, found.path) == ("greetings", None, "sets/greetings.yaml")
    assert found.cases == (Case(id="11b65e9b", input="Hello"),)


def test_the_id_follows_what_is_asked_alone(tmp_path: Path) -> None:
    """Adding a tag, a reference or a check does not rename a case; another context does."""
    ids = [
        load(tmp_path, "g.yaml", f"cases: [{{input: Hello{more}}}]\n").cases[0].id
        for more in (
            "",
            ", tags: [a]",
            ", reference: Hi",
            ", checks: [{empty: false}]",
            ", context: x",
            ", vars: {a: 1}",
        )
    ]
    assert len(set(ids[:4])) == 1
    assert len(set(ids)) == 3


def test_json_lines_hold_a_case_a_line(tmp_path: Path) -> None:
    """Blank lines are skipped; a bare text is an input, whole numbers are ids."""
    content = '"Hello"\n\n{"id": 7, "input": "x", "tags": "a", "cluster": 3}\n'
    assert load(tmp_path, "g.jsonl", content).cases[1] == Case(id="7", input="x", tags=("a",), cluster="3")


def test_json_lines_can_be_mapped(tmp_path: Path) -> None:
    """Another tool's names are told, not guessed; keys that nobody asked for are left out."""
    content = '{"question": "x", "answer": "y", "name": "Dana", "note": 1, "id": "a"}\n'
    mapping = {"input": "question", "reference": "answer", "vars.customer": "name"}
    assert load(tmp_path, "g.jsonl", content, mapping).cases == (
        Case(id="a", input="x", reference="y", vars={"customer": "Dana"}),
    )
    assert refused(tmp_path, "g.jsonl", "5\n", mapping) == [
        "g.jsonl:1:1: expected text or a mapping, found 5: write it in quotes to make it text"
    ]


def test_csv_columns_are_the_fields_of_a_case(tmp_path: Path) -> None:
    """An empty cell is an absent field; tags stand in one cell; a quoted cell may hold line ends."""
    content = '\ufeffid,input,tags,cluster,reference,context\r\na,"Hello,\nyou",x;y,k,,p\r\n\r\nb,Bye,,,r,\r\n'
    first, second = load(tmp_path, "g.csv", content).cases
    assert (first.input, first.tags, first.cluster, first.reference) == ("Hello,\nyou", ("x", "y"), "k", None)
    assert (second.input, second.tags, second.reference, second.context) == ("Bye", (), "r", ())


def test_csv_columns_can_be_mapped(tmp_path: Path) -> None:
    """`--map input=question` says which column holds what."""
    mapping = {"input": "question", "vars.customer": "name"}
    assert load(tmp_path, "g.csv", "id,question,name,note\na,x,Dana,n\n", mapping).cases == (
        Case(id="a", input="x", vars={"customer": "Dana"}),
    )


@pytest.mark.parametrize(
    ("content", "mapping", "message"),
    [
        ("question,answer\nx,y\n", None, "g.csv:1: unknown columns 'question', 'answer': say what they hold, "
         "e.g. --map input=question"),
        ("input,name\nx,y\n", None, "g.csv:1: unknown columns 'name': say what they hold, e.g. --map vars.name=name"),
        ("input\nx\n", {"inptu": "input"}, "g.csv:1: cannot map to 'inptu' (did you mean 'input'?)"),
        ("input\nx\n", {"foo": "input"}, "g.csv:1: cannot map to 'foo' (known: id, input, context, reference, "
         "tags, cluster, vars.NAME)"),
        ("question\nx\n", {"input": "questoin"}, "g.csv:1: no column 'questoin' (did you mean 'question'?)"),
        ("question\nx\n", {"input": "zzz"}, "g.csv:1: no column 'zzz' (columns: 'question')"),
        ("input,input\nx,y\n", None, "g.csv:1: duplicate column 'input': rename one"),
        ("id,input\na,x\nb\n", None, "g.csv:3: this row has 1 columns, the first one 2"),
        ("", None, "g.csv:1: the file is empty: expected a line with the columns' names"),
        ("input\n", None, "g.csv:1: is empty: expected at least one"),
        ('input\n"x"y\n', None, "g.csv:2: not CSV: ',' expected after '\"'"),
        ("id,input\na,x\n b,y\n", None, "g.csv:3: id: ' b' starts or ends with a blank: remove it"),
        ("input\n" + "x\n" * 100_001, None, "g.csv:100002: more than 100,000 rows: split the file"),
    ],
)  # fmt: skip
def test_wrong_csv_is_refused(tmp_path: Path, content: str, mapping: dict[str, str] | None, message: str) -> None:
    """With its line; a CSV cell has no column number that a person could count."""
    assert refused(tmp_path, "g.csv", content, mapping) == [message]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("g.yaml", "cases: []\n", "g.yaml:1:8: cases: is empty: expected at least one"),
        ("g.yaml", "name: x\n", "g.yaml:1:1: required key 'cases' is missing"),
        ("g.yaml", "cases: [a: b: c]\n", "g.yaml:1:13: not YAML: did not find expected ',' or ']'"),
        ("g.yaml", "cases: [x]\nversion: 1.10\n", "g.yaml:2:10: version: expected text, found 1.1: write it in "
         "quotes to make it text"),
        ("g.jsonl", "", "g.jsonl:1:1: is empty: expected at least one"),
        ("g.jsonl", '{"input": "x", "inpt": "y"}\n', "g.jsonl:1:16: unknown key 'inpt' (did you mean 'input'?)"),
        ("g.jsonl", '"a"\n{"input": "x", "checks": [{"regex": "("}]}\n', "g.jsonl:2:37: checks.0.regex: not a "
         "regular expression: missing ) at position 1"),
    ],
)  # fmt: skip
def test_a_wrong_golden_set_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    """Each mistake with its line and column."""
    assert message in refused(tmp_path, name, content)


def test_thousands_of_bad_lines_are_not_all_listed(tmp_path: Path) -> None:
    """The reader of a message is a person."""
    assert len(refused(tmp_path, "g.jsonl", "{bad\n" * 3000)) == 201
