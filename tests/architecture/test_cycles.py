"""No module and no package imports itself by a way round, imports inside functions and for types counted."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import arena

ROOT = Path(arena.__file__).parent
MODULES = {
    ".".join(("arena", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}


def imported(path: Path, *, for_types: bool) -> Iterator[str]:
    """Yield every module of arena that a file imports, wherever the import stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_alone = set() if for_types else {id(each) for each in _under_type_checking(tree)}
    for node in ast.walk(tree):
        if id(node) in typing_alone:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def _under_type_checking(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for each in node.body:
                yield from ast.walk(each)


def cycle_of(graph: Mapping[str, set[str]]) -> list[str] | None:
    """Return a cycle of the graph; None where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def test_no_module_imports_itself_by_a_way_round() -> None:
    """An import inside a function counts as one at the top of its file; one for types alone is no import."""
    graph = {name: set(imported(path, for_types=False)) - {name} for name, path in MODULES.items()}
    assert cycle_of(graph) is None


def package_of(name: str) -> str:
    """Return the folder that a module stands in, or is."""
    return name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]


@pytest.mark.parametrize("depth", [2, 3])
def test_no_package_imports_itself_by_a_way_round(depth: int) -> None:
    """Floors do not, and neither do the rooms of a floor; imports for types count here: they are knowledge too."""
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        package = ".".join(package_of(name).split(".")[:depth])
        others = {".".join(package_of(each).split(".")[:depth]) for each in imported(path, for_types=True)}
        graph.setdefault(package, set()).update(
            each
            for each in others - {package}
            if not (each.startswith(f"{package}.") or package.startswith(f"{each}."))
        )
    assert cycle_of(graph) is None


def test_a_cycle_would_be_found() -> None:
    """The test can fail."""
    assert cycle_of({"a": {"b"}, "b": {"a"}}) is not None
