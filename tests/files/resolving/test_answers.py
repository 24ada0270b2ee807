"""Answers and contexts by case id: unknown, missing and doubled ids are mistakes with a line."""

from pathlib import Path

import pytest

from arena.records.case import Document
from authored_project import HEAD, load, refused

CASES = "cases: [{id: c1, input: Where is it?}, {id: c2, input: Why was I charged?}, {id: c3, input: Hello}]\n"
OUTPUTS = HEAD + "variants: {control: {outputs: o.jsonl}, treatment: b}\n" + CASES


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (
            '{"case": "c1", "output": "x"}\n\n{"case": "c9", "output": 5}\n{"case": "c2", "outptu": "y"}\n{bad\n'
            '{"case": "c1", "case": "c2", "output": ""}\n{"case": "c1", "output": NaN}\n',
            [
                "o.jsonl:3:26: output: expected text, found 5: write it in quotes to make it text",
                "o.jsonl:4:16: unknown key 'outptu' (did you mean 'output'?)",
                "o.jsonl:5:2: not JSON: Expecting property name enclosed in double quotes",
                "o.jsonl:6: duplicate key 'case': each key may stand once; rename or remove one",
                "o.jsonl:7: 'NaN' is not a finite number",
            ],
        ),
        (
            '{"case": "c1", "output": "x"}\n{"case": "c4", "output": "x"}\n{"case": "c1", "output": "x"}\n',
            [
                "o.jsonl:1:1: nothing for cases 'c2', 'c3': every case needs a line",
                "o.jsonl:2:10: case: unknown case 'c4'",
                "o.jsonl:3:1: a second answer to 'c1': give each its 'repeat', from 0",
            ],
        ),
        (
            '{"case": "c1", "output": "x"}\n{"case": "c2", "output": "x"}\n{"case": "c3", "output": "x", '
            '"repeat": 2}\n',
            ["o.jsonl:1:1: 'repeat' does not count up from 0 in case 'c3'"],
        ),
        ("", ["o.jsonl:1:1: is empty: expected at least one"]),
        ('{"case": "c1", "output": 1e999}', ["o.jsonl:1: '1e999' is not a finite number"]),
        ('{"case": "c1", "output": ' + "9" * 5000 + "}", ["o.jsonl:1: a number has too many digits"]),
        ('{"case": "c1", "output": ' + "[" * 50_000 + "}", ["o.jsonl:1: nested too deep"]),
        (b"\xff", ["o.jsonl:1:1: byte 0xff ('ÿ' in latin-1) is not UTF-8: save the file as UTF-8"]),
    ],
)
def test_wrong_outputs_are_refused(tmp_path: Path, lines: str | bytes, messages: list[str]) -> None:
    """An arm that lacks an answer, or has one too many, is mended before anything is judged."""
    found = refused(tmp_path, OUTPUTS, {"o.jsonl": lines})
    assert found[: len(messages)] == messages


def test_repeats_ask_for_as_many_outputs(tmp_path: Path) -> None:
    """An arm of answers has as many for each case as the other arm is asked for."""
    lines = "".join(f'{{"case": "c{i}", "output": "x"}}\n' for i in (1, 2, 3))
    assert refused(tmp_path, OUTPUTS + "repeats: 2\n", {"o.jsonl": lines}) == [
        "o.jsonl:1:1: 'repeats: 2' asks for 2 answers to each case; there are fewer to cases 'c1', 'c2', 'c3'"
    ]


def test_a_line_that_yaml_cannot_read_keeps_its_line_number(tmp_path: Path) -> None:
    """Columns are found by reading the line as YAML; where that fails, the line is enough."""
    lines = '{"case": "c1", "output": 5, "cost_usd": "\\ud83d\\ude00"}\n'
    assert refused(tmp_path, OUTPUTS, {"o.jsonl": lines})[0].startswith("o.jsonl:1: output: expected text, found 5")


def test_very_long_files_are_refused_early(tmp_path: Path) -> None:
    """More lines than any experiment has are not read to the end."""
    messages = refused(tmp_path, OUTPUTS, {"o.jsonl": "0\n" * 100_001})
    assert "o.jsonl:100001: more than 100,000 lines: split the file" in messages or len(messages) == 201


CONTEXT = HEAD + "variants: {control: a, treatment: {system: '{{ context }}', context: {file: NAME}}}\n" + CASES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.jsonl", '{"case": "c1", "context": "p"}\n{"case": "c2", "context": [{"id": "d", "text": "q"}]}\n'
                    '{"case": "c3", "context": {"file": "doc.txt"}}\n'),
        ("c.yaml", "c1: p\nc2: [{id: d, text: q}]\nc3: {file: doc.txt}\n"),
        ("c.json", '{"c1": "p", "c2": [{"id": "d", "text": "q"}], "c3": {"file": "doc.txt"}}'),
    ],
)  # fmt: skip
def test_a_context_file_maps_cases_to_documents(tmp_path: Path, name: str, content: str) -> None:
    """Two retrieval stacks are compared by two such files."""
    variant = load(tmp_path, CONTEXT.replace("NAME", name), {name: content, "doc.txt": "r\n"}).variants["treatment"]
    assert variant.context is None
    assert variant.context_by_case == {
        "c1": (Document(text="p"),),
        "c2": (Document(id="d", text="q"),),
        "c3": (Document(text="r"),),
    }


def test_any_other_file_is_one_document_for_every_case(tmp_path: Path) -> None:
    """A policy in a text file replaces the context of each case."""
    variant = load(tmp_path, CONTEXT.replace("NAME", "policy.md"), {"policy.md": "p\n"}).variants["treatment"]
    assert (variant.context, variant.context_by_case) == ((Document(text="p"),), None)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.yaml", "c1: p\nc2: q\nc9: 5\n", "c.yaml:3:5: c9: expected a text, a list of {id, text}, or {file: "
         "PATH}, found 5"),
        ("c.yaml", "c1: p\nc2: q\nc9: r\n", "c.yaml:3:5: c9: unknown case 'c9'"),
        ("c.yaml", "c1: no\n", "c.yaml:1:5: c1: 'no' is false to YAML 1.1 and text to others: write 'no' in "
         "quotes, or false"),
        ("c.yaml", "c1: p\nc2: q\n", "c.yaml:1:1: nothing for case 'c3': every case needs a line"),
        ("c.jsonl", '{"case": "c1", "context": "p"}\n{"case": "c1", "context": "p"}\n',
         "c.jsonl:2:1: a second context of 'c1': remove one"),
        ("c.jsonl", '{"case": "c1"}\n', "c.jsonl:1:1: required key 'context' is missing"),
        ("c.yaml", "c1: p\nc2: q\nc3: {file: gone.md}\n", "c.yaml:3:12: c3.file: 'gone.md' does not exist"),
    ],
)  # fmt: skip
def test_wrong_context_files_are_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    """A context for a case that is not there, or none for one that is, is a mistake."""
    assert message in refused(tmp_path, CONTEXT.replace("NAME", name), {name: content})


def test_a_context_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The mistake stands at the name."""
    assert refused(tmp_path, CONTEXT.replace("NAME", "gone.yaml")) == [
        "experiment.yaml:3:77: variants.treatment.context.file: 'gone.yaml' does not exist"
    ]
