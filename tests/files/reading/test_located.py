"""Where mistakes of several files stand."""

from copy import copy
from functools import partial

from arena.files.reading.located import LocatedFile, Marks, Mistakes


def test_each_file_has_its_own_places_when_others_are_gone() -> None:
    """A file that is read, found wrong and forgotten does not lend its lines to the next."""
    mistakes = Mistakes()
    for line in range(1, 101):
        marks = Marks(line=line, column=1)
        file = LocatedFile(name=f"file-{line}.yaml", value={}, find_marks=partial(copy, marks))
        mistakes.add(file, (), "is wrong")
    assert [(mistake.file, mistake.line) for mistake in mistakes] == [(f"file-{n}.yaml", n) for n in range(1, 101)]
