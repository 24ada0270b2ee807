"""Whatever bytes a file holds, it loads or is refused: never another exception."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arena.errors import FileError
from arena.files import experiments, golden, rubrics
from authored_project import HEAD, VARIANTS, write

# Pieces of which near-misses are made: structure, traps and text of real files.
PIECES = st.sampled_from(
    [
        "cases:", "axes:", "variants:", "- ", "\n", "  ", "{", "}", "[", "]", ": ", ", ", "&a ", "*a", "<<: ", "!!str ",
        "'", '"', "|", "---", "id: ", "input: ", "checks: ", "contains: ", "regex: ", "(", "no", "012", ".nan", "1e999",
        "vars: ", "messages: ", "role: user", "content: ", "context: ", "file: ", "../x", "{{ input }}", "{% if %}",
        "\x00", "\u202e", "\ud7ff", "é", "\\", "# ", "levels: ", "1: a", "5: b", "judge: ", "metrics: ", "name: ",
        "above: 5pp",
        "live: ", "split: ", "outputs: ", "target: ", "python:a.py:b", "null", "true", "-1", "?",
    ]
)  # fmt: skip
EVERY_TIME_THE_SAME = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], derandomize=True
)
NEAR_MISSES = st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode())
ANY_BYTES = st.one_of(
    st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)


def messages_of(load: Callable[[Path], object], path: Path) -> list[str]:
    """Return the messages with which a file is refused; none when it loads."""
    try:
        load(path)
    except FileError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


@pytest.mark.parametrize("name", ["x.yaml", "x.jsonl", "x.csv", "x.json"])
@settings(EVERY_TIME_THE_SAME, max_examples=300)
@given(data=st.one_of(ANY_BYTES, NEAR_MISSES))
def test_any_golden_set_or_rubric_loads_or_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """Messages are for people: printable, one line each."""
    write(tmp_path, {name: data})
    for load in (golden.load, rubrics.load):
        assert all(message.isprintable() for message in messages_of(load, tmp_path / name))


@settings(EVERY_TIME_THE_SAME, max_examples=600)
@given(data=NEAR_MISSES)
def test_any_experiment_loads_or_is_refused(tmp_path: Path, data: bytes) -> None:
    """Whatever follows a sound beginning."""
    write(tmp_path, {"experiment.yaml": (HEAD + VARIANTS).encode() + data})
    with contextlib.suppress(FileError):
        experiments.load(tmp_path / "experiment.yaml")
