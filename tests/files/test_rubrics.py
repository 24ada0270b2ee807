"""Rubrics: anchored levels, names that can be told apart, and a general one that ships."""

from pathlib import Path

import pytest

from arena.errors import FileError
from arena.files import rubrics
from authored_project import write


def refused(folder: Path, content: str) -> list[str]:
    """Return the messages with which r.yaml is refused."""
    write(folder, {"r.yaml": content})
    with pytest.raises(FileError) as caught:
        rubrics.load(folder / "r.yaml")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_general_rubric_has_three_anchored_axes() -> None:
    """An experiment that names no rubric is judged by it."""
    rubric = rubrics.general()
    assert [axis.name for axis in rubric.axes] == ["correctness", "helpfulness", "clarity"]
    assert all(list(axis.levels) == [1, 3, 5] for axis in rubric.axes)
    assert (rubric.path, len(rubric.sha256)) == (None, 64)


def test_the_name_is_the_file_s_by_default(tmp_path: Path) -> None:
    """Levels are sorted, weights are 1."""
    write(tmp_path, {"kind.yaml": "axes: [{name: a, question: q, levels: {5: good, 1: bad}}]\ninstructions: Mind.\n"})
    rubric = rubrics.load(tmp_path / "kind.yaml")
    assert (rubric.name, rubric.instructions, rubric.axes[0].weight) == ("kind", "Mind.", 1.0)
    assert list(rubric.axes[0].levels) == [1, 5]


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("axes: []\n", ["r.yaml:1:7: axes: is empty: expected at least one"]),
        ("axis: []\n", ["r.yaml:1:1: unknown key 'axis' (did you mean 'axes'?)"]),
        (
            "axes: [{name: a, question: q, levels: {1: x, 6: y}}]\n",
            ["r.yaml:1:39: axes.0.levels: levels are 1 to 5, found '6'"],
        ),
        (
            "axes: [{name: a, question: q, levels: {1: x, 3: y}}]\n",
            ["r.yaml:1:39: axes.0.levels: describe at least levels 1 (worst) and 5 (best)"],
        ),
        (
            "axes:\n- &a {name: a, question: q, levels: {1: no, 5: y}}\n",
            ["r.yaml:2:41: axes.0.levels.1: 'no' is false to YAML 1.1 and text to others: write 'no' in quotes, "
             "or false"],
        ),
        (
            "axes:\n- &a {name: a, question: q, levels: {1: x, 5: y}}\n- *a\n"
            "- {<<: *a, name: \u0430}\n- {<<: *a, name: b, weight: 0}\n",
            ["r.yaml:5:29: axes.3.weight: expected more than 0, found 0"],
        ),
        (
            "axes:\n- &a {name: a, question: q, levels: {1: x, 5: y}}\n- *a\n- {<<: *a, name: \u0430}\n",
            [
                "r.yaml:2:13: axes.1.name: duplicate axis 'a': rename one",
                "r.yaml:4:18: axes.2.name: looks like axis 'a', but is '\\u0430': rename one",
            ],
        ),
    ],
)  # fmt: skip
def test_a_wrong_rubric_is_refused(tmp_path: Path, content: str, messages: list[str]) -> None:
    """A judge cannot follow a scale that is not anchored."""
    assert refused(tmp_path, content) == messages
