"""Floors below the command line know arguments, not options."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import arena
from arena.cli.refusals import OPTIONS, hint_of, message_of
from arena.errors import Refused
from arena.planning.duel_size import Truth

HOUSE = Path(arena.__file__).parent
#: What is shown on a screen speaks of its options.
DOORWAYS = ("cli", "reports")
OPTION = re.compile(r"(?<![\w-])--[a-z]")
#: Options of git, in hints that say how to fetch more of its history.
OF_GIT = ("git fetch --unshallow",)


def errors_below() -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every string in what is raised, and of every hint, below the command line."""
    for file in sorted(HOUSE.rglob("*.py")):
        if file.relative_to(HOUSE).parts[0] in DOORWAYS:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "hint"):
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{file.relative_to(HOUSE)}:{part.lineno}", part.value


def test_no_error_below_the_command_line_names_an_option() -> None:
    """From Python and pytest an option does not exist: errors name arguments, and the doorway adds the dashes."""
    texts = list(errors_below())
    assert len(texts) > 500
    assert [
        f"{place}: {text}"
        for place, text in texts
        if OPTION.search(text) and not any(command in text for command in OF_GIT)
    ] == []


def test_an_argument_is_told_by_its_name_in_python_and_as_its_option_on_the_command_line() -> None:
    """`win_rate 2: …` from Python, `--win-rate 2: …` on the screen."""
    with pytest.raises(Refused) as refused:
        Truth(win_rate=2.0).check()
    assert str(refused.value) == "win_rate 2: a share from 0 to 1"
    assert message_of(refused.value) == "--win-rate 2: a share from 0 to 1"


def test_several_arguments_and_those_of_other_names_are_told_as_their_options() -> None:
    """`columns` is --map, and what a hint says in backticks is its option where there is one."""
    error = Refused("no columns", argument=("columns", "cases"), hint="`max_cost_usd` helps, `arena check` does not")
    assert message_of(error) == "--map and --case: no columns"
    assert hint_of(error) == "--max-cost helps, `arena check` does not"


def test_every_argument_in_backticks_is_known_to_the_command_line() -> None:
    """An argument of which a message speaks has an option in the table, else users would see its Python name."""
    options = {"offline", "only", "limit", "root"} | {name for name in OPTIONS if "_" in name}
    spoken_of = {word for _, text in errors_below() for word in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)}
    assert spoken_of <= options
