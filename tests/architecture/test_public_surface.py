"""What the package promises to others."""

import importlib
import importlib.metadata
import pkgutil
from pathlib import Path

import arena

REPOSITORY = Path(__file__).parents[2]


def test_both_commands_are_installed() -> None:
    """`arena` for daily use, `prompt-arena` so that a bare `uvx prompt-arena` works."""
    scripts = importlib.metadata.entry_points(group="console_scripts")
    assert {point.name: point.value for point in scripts if point.value.startswith("arena.")} == {
        "arena": "arena.cli.main:main",
        "prompt-arena": "arena.cli.main:main",
    }


def test_the_package_is_typed_and_knows_its_version() -> None:
    """py.typed ships, and the version is that of the distribution."""
    assert (Path(arena.__file__).parent / "py.typed").is_file()
    assert importlib.metadata.version("prompt-arena") == arena.__version__


def test_every_module_says_what_it_is() -> None:
    """Each module opens with a docstring of one sentence at least."""
    for module in pkgutil.walk_packages(arena.__path__, "arena."):
        if module.name != "arena.__main__":
            assert importlib.import_module(module.name).__doc__, module.name


def test_importing_the_package_needs_the_standard_library_only() -> None:
    """`import arena` is safe inside a user's service."""
    source = Path(arena.__file__).read_text()
    assert "import" not in source.replace('"""', "").split("__version__")[0].split("\n", 1)[1]
