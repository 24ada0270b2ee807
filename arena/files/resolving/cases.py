"""Cases as people write them, to `Case` records: ids given and told apart, files read in."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from arena.files.reading.identifiers import look_alikes, spelled
from arena.files.reading.located import LocatedFile, Mistakes, Path
from arena.files.reading.reader import OpenFile, Reader
from arena.files.shapes.check_parts import DeclaredCheck
from arena.files.shapes.golden_file import CaseEntry, ContextEntry, DocumentEntry
from arena.records.case import Case, Check, Document, Message
from arena.text.printable import printable


def resolve_cases(entries: Sequence[CaseEntry], at: OpenFile, reader: Reader) -> tuple[Case, ...]:
    """Return the cases of a file whose `cases` are `entries`; mistakes are noted in the reader."""
    cases = tuple(_case(entry, at, ("cases", index), reader) for index, entry in enumerate(entries))
    _tell_apart(entries, cases, at, reader)
    return cases


def resolve_checks(entries: Sequence[DeclaredCheck], at: OpenFile, where: Path, reader: Reader) -> tuple[Check, ...]:
    """Return checks with their files read in."""
    return tuple(entry.resolve(at, (*where, index), reader) for index, entry in enumerate(entries))


def resolve_documents(entry: ContextEntry, at: OpenFile, where: Path, reader: Reader) -> tuple[Document, ...]:
    """Return the documents of a context; a file is one document."""
    if entry.file is not None:
        text = reader.text_file(entry.file, at, (*where, "file"))
        return (Document(text=text or ""),)
    documents = entry.documents or []
    return tuple(_document(each, at, (*where, index), reader) for index, each in enumerate(documents))


def _document(entry: DocumentEntry, at: OpenFile, where: Path, reader: Reader) -> Document:
    text = entry.text if entry.file is None else reader.text_file(entry.file, at, (*where, "file"))
    return Document(id=entry.id, text=text or "")


def _case(entry: CaseEntry, at: OpenFile, where: Path, reader: Reader) -> Case:
    messages = tuple(
        Message(role=turn.role, content=reader.text(turn.content, at, (*where, "messages", index, "content")) or "")
        for index, turn in enumerate(entry.messages or [])
    )
    asked = messages[-1].content if messages else reader.text(entry.input, at, (*where, "input"))
    context = resolve_documents(entry.context, at, (*where, "context"), reader) if entry.context else ()
    return Case(
        id=entry.id or _content_id(asked or "", messages, context, entry.vars),
        input=asked or "",
        context=context,
        vars=entry.vars,
        reference=reader.text(entry.reference, at, (*where, "reference")),
        tags=tuple(entry.tags),
        cluster=entry.cluster,
        checks=resolve_checks(entry.checks, at, (*where, "checks"), reader) if entry.checks else (),
        messages=messages,
    )


def _content_id(asked: str, messages: Sequence[Message], context: Sequence[Document], values: Any) -> str:
    """Return 8 hex digits of what is asked: tags, reference and checks may change without renaming the case."""
    content = {
        "input": asked,
        "messages": [[turn.role, turn.content] for turn in messages],
        "context": [[document.id, document.text] for document in context],
        "vars": values,
    }
    text = json.dumps({k: v for k, v in content.items() if v}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def note_repeated_ids(file: LocatedFile, mistakes: Mistakes) -> None:
    """Note duplicate ids in a file whose shape is wrong, so that they are reported with its other mistakes."""
    cases = file.value.get("cases") if isinstance(file.value, dict) else None
    first: dict[str, int] = {}
    for index, case in enumerate(cases if isinstance(cases, list) else []):
        name = case.get("id") if isinstance(case, dict) else None
        if isinstance(name, str) and (earlier := first.setdefault(name, index)) != index:
            mistakes.add(file, ("cases", index, "id"), _repeated(name, earlier))


def _repeated(name: str, earlier: int) -> str:
    return f"duplicate id '{printable(name)}', also of case {earlier + 1} of the file: rename one"


def _tell_apart(entries: Sequence[CaseEntry], cases: Sequence[Case], at: OpenFile, reader: Reader) -> None:
    first: dict[str, int] = {}
    for index, (entry, case) in enumerate(zip(entries, cases, strict=True)):
        earlier = first.setdefault(case.id, index)
        if earlier == index:
            continue
        if entry.id is None or entries[earlier].id is None:
            message = f"the same as case {earlier + 1} of the file: remove one, or give both an 'id'"
            reader.mistakes.add(at.located, ("cases", index), message)
        else:
            reader.mistakes.add(at.located, ("cases", index, "id"), _repeated(case.id, earlier))
    for later, earlier_id in look_alikes(first).items():
        both = f"'{spelled(later)}' against '{spelled(earlier_id)}'"
        message = f"looks like the id of case {first[earlier_id] + 1} of the file, {both}: rename one"
        reader.mistakes.add(at.located, ("cases", first[later], "id"), message)
