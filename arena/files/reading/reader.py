"""Files that one file names: read inside the project, remembered with their hashes, mistakes placed at the name."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from arena.errors import FileError, Mistake
from arena.files.reading.file_model import Text
from arena.files.reading.located import LocatedFile, Mistakes, Path
from arena.files.reading.plain_text import prompt_text
from arena.files.reading.sources import Source, Unreadable, inside
from arena.records.experiment import SourceFile
from arena.text.printable import printable


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is being resolved, and where it lies."""

    located: LocatedFile
    path: PurePosixPath  # relative to the project root


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that another one names."""

    path: PurePosixPath  # relative to the project root
    data: bytes

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


class Reader:
    """Reads what files name, and collects everything that is wrong on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes = Mistakes()
        self._read: dict[PurePosixPath, NamedFile] = {}
        self._recorded: set[PurePosixPath] = set()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """Return every file read so far, by path."""
        return tuple(
            SourceFile(path=str(path), sha256=file.sha256, recorded=path in self._recorded)
            for path, file in sorted(self._read.items())
        )

    def mark_recorded(self, file: NamedFile) -> None:
        """Note that a file holds answers that stand in for a model."""
        self._recorded.add(file.path)

    def open(self, path: PurePosixPath) -> NamedFile:
        """Return a file by its path relative to the root.

        Raises:
            Unreadable: see `Source.read`.
        """
        if path not in self._read:
            self._read[path] = NamedFile(path, self.source.read(path))
        return self._read[path]

    def main(self, path: PurePosixPath) -> NamedFile:
        """Return the file that the command line names.

        Raises:
            FileError: it cannot be read.
        """
        try:
            return self.open(path)
        except Unreadable as error:
            mistake = Mistake(file=printable(str(path), 200), line=None, column=None, where="", message=str(error))
            raise FileError([mistake]) from None

    def named(self, name: str, at: OpenFile, where: Path) -> NamedFile | None:
        """Return the file that `at` names at `where`, relative to its own folder; None, noted, if it cannot be."""
        try:
            return self.open(inside(at.path.parent, name))
        except Unreadable as error:
            self.mistakes.add(at.located, where, str(error))
        return None

    def text(self, entry: Text | None, at: OpenFile, where: Path) -> str | None:
        """Return a text that stands in the file, or in one that it names."""
        if entry is None:
            return None
        return entry.text if entry.file is None else self.text_file(entry.file, at, (*where, "file"))

    def text_file(self, name: str, at: OpenFile, where: Path) -> str | None:
        """Return the text of a named file; None, noted, if it cannot be read."""
        file = self.named(name, at, where)
        return self.mistakes.noting(prompt_text, file.data, str(file.path)) if file else None
