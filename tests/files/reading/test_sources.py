"""Files are read inside the project only, from disk or from a commit."""

import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from arena.errors import FileError, UsageError
from arena.files import experiments
from arena.files.reading import sources
from arena.files.reading.sources import GitTree, Unreadable, WorkingTree, find_root, inside, merge_base
from authored_project import CASES, HEAD, write

TREATMENT = HEAD + "variants: {control: a, treatment: {system: {file: prompts/p.md}}}\n" + CASES


def git(folder: Path, *arguments: str) -> str:
    """Run git with an identity of its own and no configuration of the machine."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True, env=environment)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository whose project lies in a folder of it, with two commits on a branch."""
    git(tmp_path, "init", "-q", "-b", "main")
    project = write(tmp_path / "app", {"experiment.yaml": TREATMENT, "prompts/p.md": "Old prompt.\n"})
    (project / "link.md").symlink_to("prompts/p.md")
    (project / "out.md").symlink_to("/etc/hostname")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "checkout", "-q", "-b", "work")
    write(project, {"prompts/p.md": "New prompt.\n", "prompts/q.md": "Q"})
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "two")
    return project


def test_the_root_is_the_nearest_project(tmp_path: Path) -> None:
    """A folder with .git or pyproject.toml; else the file's own."""
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(deep / "x.yaml") in (deep.resolve(), *deep.resolve().parents)
    (tmp_path / "a" / "pyproject.toml").touch()
    assert find_root(deep / "x.yaml") == (tmp_path / "a").resolve()
    (deep / ".git").mkdir()
    assert find_root(deep / "x.yaml") == deep.resolve()


@pytest.mark.parametrize("named", ["/etc/passwd", "C:\\x", "a\0b"])
def test_a_path_must_be_relative(named: str) -> None:
    """A path of one machine means nothing on another."""
    with pytest.raises(Unreadable, match="write the path relative to this file"):
        inside(PurePosixPath("a"), named)


def test_a_path_may_climb_inside_the_root_only() -> None:
    """Backslashes are read as slashes."""
    assert inside(PurePosixPath("a/b"), "..\\./c.md") == PurePosixPath("a/c.md")
    with pytest.raises(Unreadable, match="outside the project root"):
        inside(PurePosixPath("a/b"), "../../../c.md")


def test_the_working_tree_reads_plain_files_inside_the_root(tmp_path: Path) -> None:
    """A link, a pipe or a folder that takes a file's place is told, not followed out, waited for or crashed on."""
    (tmp_path / "secret").write_text("s")
    root = write(tmp_path / "project", {"a.md": "a", "sub/b.md": "b"})
    (root / "in.md").symlink_to("sub/b.md")
    (root / "out.md").symlink_to("../secret")
    (root / "ring.md").symlink_to("ring.md")
    os.mkfifo(root / "pipe")
    tree = WorkingTree(root)
    assert tree.read(PurePosixPath("in.md")) == b"b"
    for name, message in {
        "out.md": "links out of the project root",
        "ring.md": "cannot be read: ",
        "pipe": "is not a plain file",
        "sub": "is a folder: name a file in it",
        "b.md": "does not exist",
        "a.md/c": "'a.md/c'",
        "x" * 300: "cannot be read: file name too long",
    }.items():
        with pytest.raises(Unreadable, match=message):
            tree.read(PurePosixPath(name))


def test_very_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before they fill the memory."""
    monkeypatch.setattr(sources, "MOST_BYTES", 10)
    write(tmp_path, {"a.md": "x" * 11})
    with pytest.raises(Unreadable, match="split it"):
        WorkingTree(tmp_path).read(PurePosixPath("a.md"))


def test_an_experiment_loads_as_it_stood_at_a_commit(repository: Path) -> None:
    """The same loader, another source; the working tree is not touched."""
    base = merge_base(repository, "main")
    now = experiments.load(repository / "experiment.yaml")
    then = experiments.load(repository / "experiment.yaml", source=GitTree(repository, base))
    assert (now.variants["treatment"].system, then.variants["treatment"].system) == ("New prompt.", "Old prompt.")
    assert (now.path, now.golden.cases) == (then.path, then.golden.cases)
    assert now.hash != then.hash


def test_a_commit_holds_what_it_holds(repository: Path) -> None:
    """Files that came later, folders and links out are told in the same words as on disk."""
    tree = GitTree(repository, merge_base(repository, "main"))
    assert tree.read(PurePosixPath("link.md")) == b"Old prompt.\n"
    for name, message in {
        "prompts/q.md": "does not exist at ",
        "prompts": "is a folder at ",
        "out.md": "is a link that leads to no file of ",
        "a\nb": "its name holds a line end",
    }.items():
        with pytest.raises(Unreadable, match=message):
            tree.read(PurePosixPath(name))


def test_a_merge_base_needs_a_repository_and_a_known_name(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is missing is said plainly; a name that looks like an option is not passed on."""
    for name in ("nowhere", "--all"):
        with pytest.raises(UsageError, match=f"'{name}' is not a commit, branch or tag of this repository"):
            merge_base(repository, name)
    with pytest.raises(UsageError, match="is not in a git repository"):
        merge_base(tmp_path_factory.mktemp("plain"), "main")
    git(repository, "checkout", "-q", "--orphan", "alone")
    git(repository, "commit", "-q", "-m", "three")
    with pytest.raises(UsageError, match="'main' and HEAD have no common history"):
        merge_base(repository, "main")
    with pytest.raises(UsageError, match="git rev-list failed: "):
        sources.git(repository, "rev-list", "--nonsense")


def test_without_git_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older commit cannot be read without it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        merge_base(tmp_path, "main")


def test_a_git_that_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging credential helper or disk ends in a message."""
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\nexec sleep 30\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(sources, "GIT_DEADLINE_S", 0.2)
    with pytest.raises(UsageError, match="did not answer"):
        merge_base(tmp_path, "main")


def test_a_file_outside_the_root_of_a_commit_is_refused(repository: Path) -> None:
    """The root holds for both sources."""
    with pytest.raises(FileError, match="lies outside the project root"):
        experiments.load(repository.parent / "x.yaml", source=GitTree(repository, "HEAD"))
