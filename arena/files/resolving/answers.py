"""What variants bring along for single cases: answers made elsewhere, and contexts by case id."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, TypeVar

from pydantic import Field, WrapValidator

from arena.files.reading.file_model import FileModel, Identifier, did_you_mean, in_parts, validate
from arena.files.reading.json_source import load_lines
from arena.files.reading.located import LocatedFile, Path
from arena.files.reading.reader import NamedFile, OpenFile, Reader
from arena.files.reading.yaml_source import load_yaml
from arena.files.resolving.cases import resolve_documents
from arena.files.shapes.conduct_checks import ToolCallEntry
from arena.files.shapes.golden_file import ContextEntry
from arena.records.case import Case, Document
from arena.records.variant import RecordedOutput
from arena.text.printable import printable

#: Endings of a context file that holds a mapping of case ids; any other is one document.
BY_CASE = (".jsonl", ".yaml", ".yml", ".json")


class OutputRow(FileModel):
    """One answer that was made elsewhere."""

    case: Identifier = Field(description="The case's id.")
    output: str = Field(description="The answer.")
    latency_s: float | None = Field(None, ge=0, description="Seconds it took.")
    cost_usd: float | None = Field(None, ge=0, description="What it cost.")
    repeat: int = Field(0, ge=0, description="Which of several answers to the case, from 0.")
    tool_calls: list[ToolCallEntry] = Field(default_factory=list, description="The tools that it calls.")


class OutputsFile(FileModel):
    """Every line of an outputs file."""

    long: ClassVar[frozenset[str]] = frozenset({"rows"})

    rows: Annotated[list[OutputRow], WrapValidator(in_parts)] = Field(min_length=1)


class ContextRow(FileModel):
    """One case's context."""

    case: Identifier = Field(description="The case's id.")
    context: ContextEntry = Field(description="A text, or a list of {id, text}.")


class ContextLines(FileModel):
    """Every line of a .jsonl context file."""

    long: ClassVar[frozenset[str]] = frozenset({"rows"})

    rows: Annotated[list[ContextRow], WrapValidator(in_parts)] = Field(min_length=1)


Rows = TypeVar("Rows", OutputsFile, ContextLines)
#: Case id to its context, and where that stands.
Entries = dict[str, tuple[ContextEntry, Path]]
#: Near names are looked for among so many cases at most: it takes time for each.
MOST_COMPARED = 2000


def resolve_outputs(
    name: str, cases: Sequence[Case], repeats: int, at: OpenFile, where: Path, reader: Reader
) -> Mapping[str, tuple[RecordedOutput, ...]]:
    """Return case id to its answers, one a repeat; mistakes are noted in the reader."""
    file = reader.named(name, at, where)
    rows = _lines(OutputsFile, file, reader) if file else None
    if rows is None:
        return {}
    located, authored = rows
    found: dict[str, dict[int, RecordedOutput]] = {}
    for index, row in enumerate(authored.rows):
        answers = found.setdefault(row.case, {})
        if row.repeat in answers:
            message = f"a second answer to '{printable(row.case)}': give each its 'repeat', from 0"
            reader.mistakes.add(located, ("rows", index), message)
        answers[row.repeat] = RecordedOutput(
            text=row.output,
            latency_s=row.latency_s,
            cost_usd=row.cost_usd,
            tool_calls=tuple((call.name, json.dumps(call.arguments or {})) for call in row.tool_calls),
        )
    places: list[Path] = [("rows", index, "case") for index in range(len(authored.rows))]
    _check_ids([row.case for row in authored.rows], cases, located, reader, places)
    _check_repeats(found, repeats, located, reader)
    return {case: tuple(answers[repeat] for repeat in sorted(answers)) for case, answers in found.items()}


def _check_repeats(
    found: Mapping[str, Mapping[int, RecordedOutput]], repeats: int, located: LocatedFile, reader: Reader
) -> None:
    gaps = [case for case, answers in found.items() if answers.keys() != set(range(len(answers)))]
    few = [case for case, answers in found.items() if len(answers) < repeats and case not in gaps]
    _name_cases(gaps, "'repeat' does not count up from 0 in {}", located, reader)
    _name_cases(
        few, f"'repeats: {repeats}' asks for {repeats} answers to each case; there are fewer to {{}}", located, reader
    )


def resolve_context(
    entry: ContextEntry, cases: Sequence[Case], at: OpenFile, where: Path, reader: Reader
) -> tuple[tuple[Document, ...] | None, Mapping[str, tuple[Document, ...]] | None]:
    """Return a variant's context: one for all cases, or one by case id."""
    if entry.file is None or not entry.file.lower().endswith(BY_CASE):
        return resolve_documents(entry, at, where, reader), None
    file = reader.named(entry.file, at, (*where, "file"))
    return None, _contexts(file, cases, reader) if file else {}


def _contexts(file: NamedFile, cases: Sequence[Case], reader: Reader) -> Mapping[str, tuple[Document, ...]]:
    by_line = file.path.suffix.lower() == ".jsonl"
    read = _context_lines(file, reader) if by_line else _context_mapping(file, reader)
    if read is None:
        return {}
    located, entries = read
    places = [path for _, path in entries.values()]
    _check_ids(list(entries), cases, located, reader, places)
    at = OpenFile(located, file.path)
    return {case: resolve_documents(entry, at, path, reader) for case, (entry, path) in entries.items()}


def _context_lines(file: NamedFile, reader: Reader) -> tuple[LocatedFile, Entries] | None:
    lines = _lines(ContextLines, file, reader)
    if lines is None:
        return None
    located, authored = lines
    entries: Entries = {}
    for index, row in enumerate(authored.rows):
        if row.case in entries:
            reader.mistakes.add(located, ("rows", index), f"a second context of '{printable(row.case)}': remove one")
        entries[row.case] = (row.context, ("rows", index, "context"))
    return located, entries


def _context_mapping(file: NamedFile, reader: Reader) -> tuple[LocatedFile, Entries] | None:
    located = reader.mistakes.noting(load_yaml, file.data, str(file.path), reader.mistakes)
    authored = validate(dict[Identifier, ContextEntry], located, reader.mistakes) if located else None
    if located is None or authored is None:
        return None
    return located, {case: (entry, (case,)) for case, entry in authored.items()}


def _lines(shape: type[Rows], file: NamedFile, reader: Reader) -> tuple[LocatedFile, Rows] | None:
    located = reader.mistakes.noting(load_lines, file.data, str(file.path), "rows", reader.mistakes)
    authored = validate(shape, located, reader.mistakes) if located else None
    return (located, authored) if located and authored else None


def _check_ids(
    found: Sequence[str], cases: Sequence[Case], located: LocatedFile, reader: Reader, places: Sequence[Path]
) -> None:
    """Note ids that are no case's, and cases that are not there."""
    known = {case.id for case in cases}
    for case, place in zip(found, places, strict=True):
        if case not in known:
            hint = did_you_mean(case, known) if len(known) <= MOST_COMPARED else ""
            reader.mistakes.add(located, place, f"unknown case '{printable(case)}'{hint}")
    _name_cases(sorted(known - set(found)), "nothing for {}: every case needs a line", located, reader)


def _name_cases(cases: Sequence[str], message: str, located: LocatedFile, reader: Reader) -> None:
    if cases:
        some = ", ".join(f"'{printable(case)}'" for case in cases[:5])
        more = f" and {len(cases) - 5} more cases" if len(cases) > 5 else ""
        reader.mistakes.add(located, (), message.format(f"{'case' if len(cases) == 1 else 'cases'} {some}{more}"))
