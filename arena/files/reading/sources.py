"""Where files are read from: the working tree, or a commit of it. Nothing outside the project root is read."""

import difflib
import stat
import subprocess
from pathlib import Path, PurePosixPath
from typing import Protocol

from arena.errors import FileError, Mistake, UsageError
from arena.files.reading.plain_text import MOST_BYTES
from arena.text.printable import printable, quoted

GIT_DEADLINE_S = 60.0


class Unreadable(Exception):
    """A file that cannot be read, with the reason in plain words; whoever named the file places the mistake."""


class Source(Protocol):
    """Files of one project, by their path relative to its root."""

    root: Path

    def read(self, path: PurePosixPath) -> bytes:
        """Return the file's bytes.

        Raises:
            Unreadable: not there, not a plain file, too large, or outside the root.
        """
        ...


def find_root(path: Path) -> Path:
    """Return the project root of a file: the nearest parent with .git or pyproject.toml, else the file's folder."""
    folder = path.absolute().parent.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists() or (candidate / "pyproject.toml").is_file():
            return candidate
    return folder


def inside(base: PurePosixPath, named: str) -> PurePosixPath:
    """Return the path, relative to the root, of a file that is named in a file of folder `base`.

    Raises:
        Unreadable: absolute, or above the root.

    >>> inside(PurePosixPath("experiments/a"), "../../golden/b.yaml").as_posix()
    'golden/b.yaml'
    """
    path = PurePosixPath(named.replace("\\", "/"))
    if "\0" in named or path.is_absolute() or (path.parts and path.parts[0].endswith(":")):
        raise Unreadable(f"{quoted(named)}: write the path relative to this file")
    parts: list[str] = []
    for part in (*base.parts, *path.parts):
        if part == "..":
            if not parts:
                raise Unreadable(f"{quoted(named)} lies outside the project root: only files inside it are read")
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)


class WorkingTree:
    """Files as they stand on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read(self, path: PurePosixPath) -> bytes:
        """Return the file's bytes; links are followed, but not out of the root."""
        target = self.root / path
        try:
            real = target.resolve(strict=True)
            if not real.is_relative_to(self.root):
                raise Unreadable(f"{quoted(str(path))} links out of the project root: only files inside it are read")
            mode = real.stat().st_mode
            if stat.S_ISDIR(mode):
                raise Unreadable(f"{quoted(str(path))} is a folder: name a file in it")
            if not stat.S_ISREG(mode):  # a pipe would hang the reader
                raise Unreadable(f"{quoted(str(path))} is not a plain file")
            with real.open("rb") as file:
                return _of_sane_size(file.read(MOST_BYTES + 1), path)
        except FileNotFoundError:
            raise Unreadable(f"{quoted(str(path))} does not exist{_near(target)}") from None
        except (OSError, RuntimeError, ValueError) as error:
            raise Unreadable(f"{quoted(str(path))} cannot be read: {_reason(error)}") from None


class GitTree:
    """Files as they stood at one commit."""

    def __init__(self, root: Path, commit: str) -> None:
        self.root = root.resolve()
        self.commit = commit
        self._prefix = PurePosixPath(git(self.root, "rev-parse", "--show-prefix").strip())

    def read(self, path: PurePosixPath) -> bytes:
        """Return the file's bytes at the commit; links are followed inside the commit only."""
        name = f"{self.commit}:{self._prefix / path}"
        if "\n" in name:
            raise Unreadable(f"{quoted(str(path))} cannot be read from git: its name holds a line end")
        output = _run(self.root, ["cat-file", "--batch", "--follow-symlinks"], (name + "\n").encode())
        header, _, body = output.partition(b"\n")
        kind = header.rsplit(b" ", 2)
        if len(kind) == 3 and kind[1] == b"blob":
            return _of_sane_size(body[: int(kind[2])], path)
        short = self.commit[:12]
        if len(kind) == 3 and kind[1] == b"tree":
            raise Unreadable(f"{quoted(str(path))} is a folder at {short}: name a file in it")
        if header.startswith((b"symlink ", b"dangling ", b"loop ", b"notdir ")):
            raise Unreadable(f"{quoted(str(path))} is a link that leads to no file of {short}")
        raise Unreadable(f"{quoted(str(path))} does not exist at {short}")


def tree_of(path: Path, root: Path | None, source: Source | None) -> Source:
    """Return where the files around `path` are read from: the given source, else the working tree."""
    return source or WorkingTree(root if root is not None else find_root(path))


def relative(path: Path, source: Source) -> PurePosixPath:
    """Return a path of the command line relative to the source's root.

    Raises:
        FileError: the file lies outside the project root.
    """
    absolute = path.absolute()
    place = absolute.parent.resolve() / absolute.name
    if not place.is_relative_to(source.root):
        message = f"lies outside the project root '{printable(str(source.root), 200)}': `root` names another one"
        raise FileError([Mistake(file=printable(str(path), 200), line=None, column=None, where="", message=message)])
    return PurePosixPath(place.relative_to(source.root).as_posix())


def merge_base(root: Path, ref: str) -> str:
    """Return the commit at which HEAD left `ref`.

    Raises:
        UsageError: not a git repository, no git, an unknown reference, or no common history.
    """
    git(root, "rev-parse", "--git-dir")
    for name in (ref, "HEAD"):
        # A reference that starts with a dash would be read as an option.
        if name.startswith("-") or not _resolves(root, name):
            raise UsageError(
                f"{quoted(name)} is not a commit, branch or tag of this repository",
                hint="A shallow clone knows few commits: `git fetch --unshallow`, or `fetch-depth: 0` in CI.",
            )
    try:
        return git(root, "merge-base", ref, "HEAD").strip()
    except UsageError:
        raise UsageError(
            f"{quoted(ref)} and HEAD have no common history",
            hint="A shallow clone knows few commits: `git fetch --unshallow`, or `fetch-depth: 0` in CI.",
        ) from None


def git(root: Path, *arguments: str) -> str:
    """Return what a reading git command prints.

    Raises:
        UsageError: git is not installed, `root` is no repository, or the command failed.
    """
    return _run(root, list(arguments), b"").decode("utf-8", "replace")


def _resolves(root: Path, ref: str) -> bool:
    try:
        git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    except UsageError:
        return False
    return True


def _run(root: Path, arguments: list[str], text: bytes) -> bytes:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=GIT_DEADLINE_S, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed, and a comparison with an older commit needs it") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} did not answer within {GIT_DEADLINE_S:.0f} s") from None
    if done.returncode == 0:
        return done.stdout
    problem = printable(done.stderr.decode("utf-8", "replace").strip(), 300)
    if "not a git repository" in problem:
        raise UsageError(f"{root.name or root} is not in a git repository: there is no older commit to compare with")
    raise UsageError(f"git {arguments[0]} failed: {problem}")


def _of_sane_size(data: bytes, path: PurePosixPath) -> bytes:
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{quoted(str(path))} is larger than {MOST_BYTES // 2**20} MB: split it")
    return data


def _near(target: Path) -> str:

    try:
        names = sorted(path.name for path in target.parent.iterdir())
    except OSError:
        return ""
    near = difflib.get_close_matches(target.name, names, n=1)
    return f" (did you mean '{printable(near[0])}'?)" if near else ""


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else "its links never end"
