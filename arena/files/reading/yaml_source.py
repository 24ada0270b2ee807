"""YAML to plain values, by strict rules: what two readers of YAML could read differently is refused with its place.

The parser's events are turned into values by one flat loop, so that neither deep nesting nor aliases can exhaust
the stack or the memory. Marks are built by a second pass, only when there is a mistake to place.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from arena.errors import FileError, Mistake
from arena.files.reading.located import LocatedFile, Marks, Mistakes
from arena.files.reading.plain_text import decode
from arena.text.printable import printable

DEEPEST = 100  # levels of nesting
MOST_NODES = 600_000  # values in one file: 20,000 cases hold about 300,000
MOST_ALIASED_NODES = 300_000  # values that aliases repeat
MOST_ALIASED_CHARACTERS = 64_000_000  # characters that aliases repeat

# PyYAML's wheels hold the C parser; a build without libyaml reads the same files, slower.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ABSENT = object()
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_SWITCHES = {
    spelled: value
    for word, value in (("yes", True), ("on", True), ("no", False), ("off", False))
    for spelled in (word, word.capitalize(), word.upper())
}
_SPECIAL = frozenset((*_CONSTANTS, *_SWITCHES))
_FIRST_OF_NUMBERS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})$")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,4})?$")
_AMBIGUOUS = (
    (re.compile(r"[-+]?0[0-9_]+$"), "a number with a leading zero (YAML 1.1 reads it as octal)"),
    (re.compile(r"[-+]?0o?[0-7_]+$|[-+]?0x[0-9a-fA-F_]+$|[-+]?0b[01_]+$"), "a number that is not decimal"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$"), "a number in base 60 to YAML 1.1"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])"), "a date to YAML"),
    (re.compile(r"[-+]?[0-9][0-9]*_[0-9_]*(?:\.[0-9_]*)?$"), "a number to YAML 1.1"),
    (re.compile(r"[-+]?[0-9]{19,}$"), "a whole number with more than 18 digits"),
)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$")


def load_yaml(data: bytes, name: str, mistakes: Mistakes | None = None) -> LocatedFile:
    """Read one YAML document.

    Args:
        data: The file's bytes, UTF-8.
        name: As the user would type it, for messages.
        mistakes: Where mistakes of form are noted that leave the rest readable, so that the file's other mistakes
            are found with them; None: they are raised like those that do not.

    Returns:
        The plain value, with marks on demand. Keys of mappings are always text.

    Raises:
        FileError: every mistake of the file's form: syntax, duplicate keys, tags, several documents, values that
            YAML 1.1 and 1.2 read differently, numbers that are not finite, nesting or aliases without end.
    """
    text = decode(data, name)
    builder = _Builder(name, marked=False)
    document = builder.build(text)
    if builder.mistakes:
        if mistakes is None:
            raise FileError(builder.mistakes)
        mistakes.note_form(builder.mistakes)
    if document is _ABSENT:
        empty = "the file is empty: expected a mapping such as `cases: […]`"
        raise FileError([Mistake(file=name, line=1, column=1, where="", message=empty)])
    return LocatedFile(name, document, lambda: marks_of(text, name))


def marks_of(text: str, name: str) -> Marks | None:
    """Return the marks of a text that `load_yaml` accepts."""
    builder = _Builder(name, marked=True)
    builder.build(text)
    return builder.root_marks


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been met."""

    value: Any
    marks: Marks | None
    anchor: str | None
    nodes_before: int
    characters_before: int
    key: Any = _ABSENT
    key_event: Any = None
    merged: list[tuple[Any, Marks | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    marks: Marks | None
    nodes: int
    characters: int


class _Builder:
    """One pass over the events of one document."""

    def __init__(self, name: str, *, marked: bool) -> None:
        self._name = name
        self._marked = marked
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self.mistakes: list[Mistake] = []
        self._nodes = 0  # written in the file, and repeated by aliases
        self._characters = 0
        self._aliased_nodes = 0
        self._aliased_characters = 0
        self._documents = 0
        self._root: Any = _ABSENT
        self.root_marks: Marks | None = None

    def build(self, text: str) -> Any:
        """Return the document's value; `mistakes` holds what is wrong with it.

        Raises:
            FileError: what is wrong leaves nothing to read on.
        """
        try:
            self._take_all(text)
        except yaml.YAMLError as error:
            self._refuse_depth_before(text, error)
            raise FileError([*self.mistakes, self._syntax(error)]) from None
        return self._root

    def _take_all(self, text: str) -> None:
        loader = _Loader(text)
        try:
            while (event := loader.get_event()) is not None:
                if type(event) is yaml.ScalarEvent:
                    self._take_scalar(event)
                else:
                    self._take(event)
        finally:
            loader.dispose()

    def _refuse_depth_before(self, text: str, error: yaml.YAMLError) -> None:
        """Refuse nesting by our own bound where the parser gave up before that bound was met.

        The parser reads ahead of its events, and from PyYAML 6.0.4 on it stops at 1,000 levels of flow style before
        it has told of the first: the text up to where it gave up is read by itself.
        """
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            return
        before = _Builder(self._name, marked=self._marked)
        with suppress(yaml.YAMLError):
            try:
                before._take_all(text[: mark.index])
            except FileError:
                if len(before._stack) >= DEEPEST:
                    raise

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.MappingStartEvent:
            self._open(event, {})
        elif kind is yaml.SequenceStartEvent:
            self._open(event, [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close()
        elif kind is yaml.AliasEvent:
            self._take_alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document starts here: one file holds one document; remove the '---'")

    def _take_scalar(self, event: Any) -> None:
        """Place one scalar: the hot path, two thirds of a file's events."""
        value = event.value
        self._count(event)
        self._characters += len(value)
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.key is _ABSENT and type(frame.value) is dict
        if event.implicit[0] and (value in _SPECIAL or value[0] in _FIRST_OF_NUMBERS):
            value = self._resolve(event, is_key=is_key)
        if event.tag is not None:
            self._tagged(event)
        marks = self._mark(event) if self._marked else None
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, marks, 1, len(event.value))
        if frame is not None and is_key:
            self._take_key(frame, value, event)
        else:
            self._place(value, marks, event)

    def _open(self, event: Any, value: Any) -> None:
        self._count(event)
        if event.tag is not None:
            self._tagged(event)
        if len(self._stack) >= DEEPEST:
            self._stop(event, f"nested more than {DEEPEST} levels deep")
        self._refuse_as_key(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Open(value, self._mark(event), event.anchor, self._nodes - 1, self._characters))

    def _close(self) -> None:
        frame = self._stack.pop()
        for value, marks in frame.merged:
            self._merge(frame, value, marks)
        if frame.anchor is not None:
            nodes, characters = self._nodes - frame.nodes_before, self._characters - frame.characters_before
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.marks, nodes, characters)
        self._place(frame.value, frame.marks, None)

    def _take_alias(self, event: Any) -> None:
        known = self._anchors.get(event.anchor, _ABSENT)
        name = printable(event.anchor)
        if known is _ABSENT:
            self._stop(event, f"alias '*{name}' has no anchor '&{name}' above it")
        if known is None:
            self._stop(event, f"alias '*{name}' stands inside its own anchor: it would never end")
        assert isinstance(known, _Anchored)
        self._aliased_nodes += known.nodes
        self._aliased_characters += known.characters
        if self._aliased_nodes > MOST_ALIASED_NODES or self._aliased_characters > MOST_ALIASED_CHARACTERS:
            self._stop(event, f"alias '*{name}' repeats too much: aliases may repeat {MOST_ALIASED_NODES:,} values")
        self._nodes += known.nodes
        self._characters += known.characters
        self._place(known.value, self._alias_marks(known.marks, event), event)

    def _place(self, value: Any, marks: Marks | None, event: Any) -> None:
        """Put a finished value where it belongs: the root, a list, a key or a key's value."""
        if not self._stack:
            self._root, self.root_marks = value, marks
            return
        frame = self._stack[-1]
        if type(frame.value) is list:
            frame.value.append(value)
            if frame.marks is not None and marks is not None:
                frame.marks.put(len(frame.value) - 1, marks)
        elif frame.key is _ABSENT:
            self._take_key(frame, value, event)
        else:
            self._put(frame, value, marks)

    def _take_key(self, frame: _Open, key: Any, event: Any) -> None:
        if type(key) is not str:
            self._mistake(event, f"a key must be plain text: write '{printable(event.value)}' in quotes")
            key = str(key)
        elif key in frame.value:
            self._mistake(event, f"duplicate key '{printable(key)}': each key may stand once; rename or remove one")
        frame.key, frame.key_event = key, event

    def _put(self, frame: _Open, value: Any, marks: Marks | None) -> None:
        key, event = frame.key, frame.key_event
        frame.key = _ABSENT
        if key == "<<" and event.implicit[0]:
            frame.merged.append((value, marks))
            return
        frame.value[key] = value
        if frame.marks is not None and marks is not None:
            marks.key_line, marks.key_column = event.start_mark.line + 1, event.start_mark.column + 1
            frame.marks.put(key, marks)

    def _merge(self, frame: _Open, value: Any, marks: Marks | None) -> None:
        """Add the pairs of `<<: *anchor`; a key written in the mapping itself wins, then the earlier anchor."""
        several = isinstance(value, list)
        for index, part in enumerate(value if several else [value]):
            inner = marks.into(index) if marks is not None and several else marks
            if not isinstance(part, dict):
                self._mistake(frame.key_event, "'<<' takes a mapping, or a list of mappings")
                continue
            for key, item in part.items():
                if key not in frame.value:
                    frame.value[key] = item
                    if frame.marks is not None and inner is not None and (place := inner.into(key)):
                        frame.marks.put(key, place)

    def _resolve(self, event: Any, *, is_key: bool) -> Any:
        """Return what a plain scalar means: a JSON-like number, true, false, null, else text."""
        text = event.value
        if text in _CONSTANTS:
            return "" if is_key and text == "" else _CONSTANTS[text]
        if text in _SWITCHES:
            meant = str(_SWITCHES[text]).lower()
            reading = f"'{text}' is {meant} to YAML 1.1 and text to others"
            self._mistake(event, f"{reading}: write '{text}' in quotes, or {meant}")
            return text
        return self._number(event, text, is_key=is_key)

    def _number(self, event: Any, text: str, *, is_key: bool) -> Any:
        if _INTEGER.match(text):
            return text if is_key else int(text)
        for pattern, reading in _AMBIGUOUS:
            if pattern.match(text):
                found = f"'{printable(text)}' is {reading}"
                self._mistake(event, f"{found}: write it in quotes, or as a plain decimal number")
                return text
        if _NOT_FINITE.match(text):
            self._mistake(event, f"'{text}' is not a finite number")
            return text
        if not _FLOAT.match(text):
            return text
        if is_key:
            return text
        value = float(text)
        if value in (float("inf"), float("-inf")):
            self._mistake(event, f"'{printable(text)}' is not a finite number")
            return text
        return value

    def _tagged(self, event: Any) -> None:
        tag = printable(event.tag)
        self._mistake(event, f"tag '{tag}': tags are not accepted; write the plain value, text in quotes")

    def _refuse_as_key(self, event: Any) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and type(frame.value) is dict and frame.key is _ABSENT:
            self._stop(event, "a key must be plain text, not a mapping or a list: quote the text, '{{ … }}' above all")

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes - self._aliased_nodes > MOST_NODES:
            self._stop(event, f"more than {MOST_NODES:,} values in one file: split it")

    def _mark(self, event: Any) -> Marks | None:
        return Marks(event.start_mark.line + 1, event.start_mark.column + 1) if self._marked else None

    def _alias_marks(self, marks: Marks | None, event: Any) -> Marks | None:
        """Return marks of the alias itself, with those of the anchored value inside."""
        if marks is None:
            return None
        return Marks(event.start_mark.line + 1, event.start_mark.column + 1, inside=marks.inside)

    def _mistake(self, event: Any, message: str) -> None:
        if not self._marked:
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            self.mistakes.append(
                Mistake(file=self._name, line=line, column=column, where=self._where(), message=message)
            )

    def _stop(self, event: Any, message: str) -> None:
        self._mistake(event, message)
        raise FileError(self.mistakes)

    def _where(self) -> str:
        """Return the dotted path of what is being read; short even where nesting has no end."""
        parts = [
            printable(str(len(frame.value) if type(frame.value) is list else frame.key))
            for frame in self._stack[:8]
            if type(frame.value) is list or frame.key is not _ABSENT
        ]
        return ".".join(parts) + ("…" if len(self._stack) > 8 else "")

    def _syntax(self, error: yaml.YAMLError) -> Mistake:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
        return Mistake(file=self._name, line=line, column=column, where="", message=f"not YAML: {_plain(problem)}")


_HINTS = {
    "mapping values are not allowed in this context": "': ' inside plain text, put the text in quotes",
    "did not find expected key": "check the indentation and that text with quotes inside is quoted as a whole",
    "found character that cannot start any token": "text that starts with @, ` or a tab must stand in quotes",
    "found a tab character that violates indentation": "indent with blanks, not tabs",
}


def _plain(problem: str) -> str:
    hint = _HINTS.get(problem)
    return f"{printable(problem, 200)}; {hint}" if hint else printable(problem, 200)
