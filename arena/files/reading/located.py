"""Where a mistake stands: paths inside a file, their lines and columns, and the list of everything wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from arena.errors import FileError, Mistake
from arena.text.printable import printable

Path = tuple[str | int, ...]
Given = ParamSpec("Given")
Found = TypeVar("Found")

#: A file with thousands of equal mistakes is not more helpful for listing them all.
MOST_SHOWN = 200
#: Cases of one file, or rows of one.
MOST_ROWS = 100_000
#: Mistakes that are placed at all: a garbage file may hold a million.
MOST_PLACED = 1000


@dataclass(slots=True)
class Marks:
    """Lines and columns of one value and of everything inside it; 1-based."""

    line: int
    column: int | None
    key_line: int | None = None  # of the key that leads to this value
    key_column: int | None = None
    inside: dict[str | int, "Marks"] | None = None

    def into(self, part: str | int) -> "Marks | None":
        """Return the marks of one part of this value."""
        return self.inside.get(part) if self.inside else None

    def put(self, part: str | int, marks: "Marks") -> None:
        """Note the marks of one part of this value."""
        if self.inside is None:
            self.inside = {}
        self.inside[part] = marks


@dataclass(frozen=True, slots=True)
class LocatedFile:
    """One file's plain value, and how to find the lines of its parts once something is wrong.

    Args:
        name: As the user would type it.
        value: Plain mappings, lists, texts, numbers, booleans and None.
        find_marks: Builds the marks; called only when there is a mistake to place.
        unnamed: How many leading parts of a path go without saying: two for files of one row a line.
    """

    name: str
    value: Any
    find_marks: Callable[[], Marks | None] = lambda: None
    unnamed: int = 0

    def place(self, path: Path, marks: Marks | None, *, at_key: bool = False) -> tuple[int | None, int | None, str]:
        """Return line, column and dotted name of `path`.

        Parts that the file does not have (a short form that was written out) are left out of the name.
        """
        value: Any = self.value
        found: list[str] = []
        for part in path:
            inner = step(value, part, missing=_ABSENT)
            if inner is _ABSENT:
                continue
            value = inner
            found.append(str(part))
            marks = (marks.into(part) or marks) if marks else None
        where = ".".join(printable(part) for part in found[self.unnamed :])
        if marks is None:
            return None, None, where
        if at_key and marks.key_line is not None:
            return marks.key_line, marks.key_column, where
        return marks.line, marks.column, where


_ABSENT = object()


def step(value: Any, part: str | int, *, missing: Any) -> Any:
    """Return one part of a mapping or list; `missing` when it has no such part."""
    if isinstance(value, dict):
        return value.get(part, missing)
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return value[part]
    return missing


class Mistakes:
    """Everything that is wrong with some files, collected before anything is refused."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int | None, int | None, str, str], Mistake] = {}
        self._marks: dict[int, tuple[LocatedFile, Marks | None]] = {}
        self._unplaced = 0
        self._malformed: set[tuple[str, int | None, int | None]] = set()

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Mistake]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def add(self, file: LocatedFile, path: Path, message: str, *, at_key: bool = False) -> None:
        """Note one mistake at `path` of `file`; at the key's own place when `at_key`."""
        if len(self._found) >= MOST_PLACED:
            self._unplaced += 1
            return
        line, column, where = file.place(path, self._marks_of(file), at_key=at_key)
        if at_key and path:
            where = where.rpartition(".")[0]
        if (file.name, line, column) in self._malformed:
            return  # what it means cannot be judged before it is written rightly
        self.note(Mistake(file=file.name, line=line, column=column, where=where, message=message))

    def note(self, mistake: Mistake) -> None:
        """Note one mistake that is already placed; the same one twice counts once."""
        key = (mistake.file, mistake.line, mistake.column, mistake.where, mistake.message)
        self._found.setdefault(key, mistake)

    def extend(self, mistakes: Iterable[Mistake]) -> None:
        """Note several placed mistakes."""
        for mistake in mistakes:
            self.note(mistake)

    def note_form(self, mistakes: Iterable[Mistake]) -> None:
        """Note mistakes of a file's form; what else seems wrong at their places is not reported."""
        for mistake in mistakes:
            self.note(mistake)
            self._malformed.add((mistake.file, mistake.line, mistake.column))

    def noting(self, read: Callable[Given, Found], *args: Given.args, **kwargs: Given.kwargs) -> Found | None:
        """Return what `read` returns; None, with the mistakes noted, where it refuses a file."""
        try:
            return read(*args, **kwargs)
        except FileError as error:
            self.extend(error.mistakes)
        return None

    def required(self, value: Found | None) -> Found:
        """Return what was read of the files.

        Args:
            value: None only where a mistake was noted.

        Raises:
            FileError: something is wrong, as `raise_if_any` says.
        """
        self.raise_if_any()
        assert value is not None
        return value

    def raise_if_any(self) -> None:
        """Refuse the files when anything is wrong.

        Raises:
            FileError: with every mistake, in the order of the files' lines.
        """
        if not self._found:
            return
        order = {name: i for i, name in enumerate(dict.fromkeys(m.file for m in self))}
        found = sorted(self, key=lambda m: (order[m.file], m.line or 0, m.column or 0))
        raise FileError(_shortened(found, self._unplaced))

    def _marks_of(self, file: LocatedFile) -> Marks | None:
        if id(file) not in self._marks:
            # The file is kept with its marks: another file could get the id of one that is gone.
            self._marks[id(file)] = file, file.find_marks()
        return self._marks[id(file)][1]


def _shortened(found: list[Mistake], unplaced: int) -> list[Mistake]:
    if len(found) <= MOST_SHOWN:
        return found
    rest = len(found) - MOST_SHOWN + unplaced
    last = found[MOST_SHOWN]
    more = Mistake(
        file=last.file, line=last.line, column=last.column, where="", message=f"… and {rest:,} more mistakes"
    )
    return [*found[:MOST_SHOWN], more]
