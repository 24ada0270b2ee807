"""Another tool's output: rows of pass and score become a table of variants and cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from arena.errors import FileError, UsageError
from arena.files.imports.promptfoo_results import Scored, ScoredTable, load


def row(test: int, prompt: int, score: float, **more: Any) -> dict[str, Any]:
    """Return one row, as the tool writes them."""
    return {
        "testIdx": test,
        "promptIdx": prompt,
        "success": score >= 0.5,
        "score": score,
        "failureReason": 0 if score >= 0.5 else 1,
        "prompt": {"raw": "Be brief: hello", "label": f"prompt {'ab'[prompt]}"},
        "provider": {"id": "openai:gpt-6-luna", "label": ""},
        "vars": {"question": f"q{test}"},
    } | more


def read(folder: Path, value: Any) -> ScoredTable:
    """Read a file that holds `value`."""
    path = folder / "results.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return load(path)


def exported(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return an output file of version 3."""
    return {"evalId": "e", "results": {"version": 3, "results": list(rows), "stats": {}}, "config": {}}


def test_rows_become_cases_by_variant(tmp_path: Path) -> None:
    """A failed assertion is an answer that scored low; failureReason 2 is a call that failed."""
    table = read(tmp_path, exported(row(0, 0, 0.2), row(0, 1, 1.0), row(1, 1, 0.0, failureReason=2)))
    assert table.variants == ("prompt a", "prompt b")
    assert table.cases[0] == {
        "prompt a": Scored(passed=False, score=0.2, failed=False),
        "prompt b": Scored(passed=True, score=1.0, failed=False),
    }
    assert table.cases[1] == {"prompt b": Scored(passed=False, score=0.0, failed=True)}
    assert table.clusters == (None, None)


def test_the_summary_alone_is_read_too(tmp_path: Path) -> None:
    """`results` may be the rows themselves; rows without a reason failed if they have an error and no response."""
    rows = [row(0, 0, 1.0), row(0, 1, 0.0, error="timeout")]
    for one in rows:
        del one["failureReason"]
    table = read(tmp_path, {"version": 3, "results": rows})
    assert table.cases[0]["prompt b"].failed
    assert not table.cases[0]["prompt a"].failed


def test_repeats_of_a_test_are_one_cluster(tmp_path: Path) -> None:
    """The same variables again are not new evidence."""
    table = read(tmp_path, exported(*(row(i, 0, 1.0, vars={"q": "same" if i < 2 else "other"}) for i in range(3))))
    assert table.clusters[0] == table.clusters[1] is not None
    assert table.clusters[2] is None


@pytest.mark.parametrize(
    ("prompts", "providers", "names"),
    [
        (("a", "b"), ("x", "x"), ("a", "b")),
        (("a", "a"), ("x", "y"), ("x", "y")),
        (("a", "a", "b"), ("x", "y", "x"), ("a at x", "a at y", "b at x")),
        (("long " * 20, "b"), ("x", "x"), ("prompt 1", "prompt 2")),
        (("a", "a"), ("x", "x"), ("prompt 1", "prompt 2")),
    ],
)
def test_a_column_is_named_by_what_tells_it_apart(
    tmp_path: Path, prompts: tuple[str, ...], providers: tuple[str, ...], names: tuple[str, ...]
) -> None:
    """The prompt, the provider, both, or its number."""
    rows = [
        row(0, i % 2, 1.0) | {"promptIdx": i, "prompt": {"label": prompt}, "provider": provider}
        for i, (prompt, provider) in enumerate(zip(prompts, providers, strict=True))
    ]
    assert read(tmp_path, exported(*rows)).variants == names


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{", "not JSON"),
        ([], "is not the output of promptfoo"),
        ({"results": {}}, "is not the output of promptfoo"),
        ({"results": []}, "is empty"),
        (exported(row(0, 0, 1.0), {"success": "yes"}), "results.results.1.success: expected true or false"),
        (exported(row(0, 0, 1.0) | {"score": "high"}), "results.results.0.score: expected a number"),
        (exported(row(0, 0, 1.0) | {"testIdx": -1}), "results.results.0.testIdx: expected a number from 0"),
        ({"results": [3]}, "results.results.0: expected an object"),
        (exported(row(0, 0, 1.0), row(0, 0, 1.0)), "results.results.1: a second row of test 0, prompt 0"),
    ],
)
def test_what_is_not_such_a_file_is_refused(tmp_path: Path, value: Any, message: str) -> None:
    """Each wrong row is named."""
    with pytest.raises(FileError) as error:
        read(tmp_path, value)
    assert message in str(error.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, or not text."""
    with pytest.raises(UsageError, match="cannot read"):
        load(tmp_path / "gone.json")
    (tmp_path / "b.json").write_bytes(b"\xff")
    with pytest.raises(FileError, match="not UTF-8"):
        load(tmp_path / "b.json")
