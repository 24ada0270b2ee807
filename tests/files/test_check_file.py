"""`arena check` knows what a file is by what stands in it; `arena schema` says what may stand there."""

import re
from pathlib import Path

import jsonschema
import pytest

from arena.errors import FileError, UsageError
from arena.files.check_file import check_file, recognise
from arena.files.reading.yaml_source import load_yaml
from arena.files.schema import KINDS, json_schema
from authored_project import CASES, HEAD, VARIANTS, write

FILES = {
    "experiment.yaml": HEAD + "variants: {treatment: a}\ncases: [{input: a, vars: {b: 1}}]\n",
    "golden.yaml": CASES,
    "golden.jsonl": '"Hello"\n',
    "golden.csv": "input\nHello\n",
    "rubric.yaml": "axes: [{name: a, question: q, levels: {1: bad, 5: good}}]\n",
}


def test_each_kind_is_recognised_and_validated(tmp_path: Path) -> None:
    """Only an experiment has warnings; one variant alone is right for a comparison with a commit."""
    write(tmp_path, FILES)
    assert [recognise(tmp_path / name) for name in FILES] == ["experiment", "golden", "golden", "golden", "rubric"]
    assert recognise(tmp_path) == "experiment"
    assert check_file(tmp_path) == ("'vars.b' of case '" + _only_id(tmp_path) + "' is used by no template",)
    assert [check_file(tmp_path / name) for name in list(FILES)[1:]] == [()] * 4


def _only_id(folder: Path) -> str:
    from arena.files import experiments

    return experiments.load(folder, single_variant=True).golden.cases[0].id


@pytest.mark.parametrize("content", ["a: 1\n", "[1]\n"])
def test_another_kind_is_not_guessed(tmp_path: Path, content: str) -> None:
    """The message says what tells the kinds apart."""
    write(tmp_path, {"x.yaml": content})
    with pytest.raises(FileError) as caught:
        check_file(tmp_path / "x.yaml")
    assert str(caught.value) == (
        "x.yaml:1:1: not recognised: an experiment has 'variants', a golden set 'cases', a rubric 'axes'"
    )


def test_a_schema_accepts_what_the_loader_accepts() -> None:
    """Short forms included: editors must not underline them."""
    written = {
        "experiment": HEAD + VARIANTS + CASES + "checks: [{contains: a}, {max_words: 3}]\n",
        "golden": "version: 1\ncases: [a, {id: 7, input: b, context: c, tags: d}]\n",
        "rubric": FILES["rubric.yaml"],
    }
    assert written.keys() | {"result"} == set(KINDS)
    for kind, text in written.items():
        jsonschema.validate(load_yaml(text.encode(), kind).value, json_schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_one_and_describes_its_keys(kind: str) -> None:
    """Draft 2020-12, made from the shapes that validate."""
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    if kind != "result":
        described = [part for part in schema["properties"].values() if "description" in part]
        assert len(described) == len(schema["properties"])


def test_an_unknown_schema_is_refused() -> None:
    """With the near one."""
    with pytest.raises(UsageError, match=re.escape("no schema 'goldne' (did you mean 'golden'?)")):
        json_schema("goldne")
