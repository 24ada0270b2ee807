"""A recipe of CONTRIBUTING.md, followed to the letter in a copy of the repository.

A step says where its block goes: In `path/of/the/file`. A block of `python` is a new file, or the end of one; a
block of `diff` changes one: the lines of each part, divided by `@@`, stand together in it, at one place.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from command_line import clean

REPOSITORY = Path(__file__).parents[2]
#: What the tests of a recipe need.
COPIED = ("arena", "tests", "docs", "golden", "rubrics", "examples", "pyproject.toml", "README.md", "CONTRIBUTING.md")


def steps(title: str) -> Iterator[tuple[str, str, str]]:
    """Yield file, kind and text of every block of the section called `title`."""
    page = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    for words, kind, text in re.findall(r"(.*?)```(\w+)\n(.*?)```\n", section, re.DOTALL):
        yield re.findall(r"\bIn `([\w./-]+)`", words)[-1], kind, text


def follow(title: str, folder: Path) -> Path:
    """Copy the repository into `folder` and do what the recipe says; return the test file that it writes."""
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".arena", ".*_cache"))
        else:
            shutil.copy(source, folder / name)
    tests = []
    for file, kind, text in steps(title):
        path = folder / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(changed(before, text, file) if kind == "diff" else added(before, text), encoding="utf-8")
        tests += [path] if file.startswith("tests/") and kind == "python" else []
    assert len(tests) == 1, f"{title}: the recipe has one test"
    return tests[0]


def added(before: str, text: str) -> str:
    """Return a file with a block at its end, two blank lines apart."""
    return f"{before}\n\n{text}" if before else text


def changed(before: str, diff: str, file: str) -> str:
    """Return a file with every part of a diff applied."""
    for part in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        old = "".join(line[1:] or "\n" for line in lines if line[:1] != "+")
        new = "".join(line[1:] or "\n" for line in lines if line[:1] != "-")
        assert before.count(old) == 1, f"{file}: {old!r} stands there {before.count(old)} times"
        before = before.replace(old, new)
    return before


def run(folder: Path, *arguments: str) -> None:
    """Run a module of Python in the copy; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=clean({"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
