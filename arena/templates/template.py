"""Prompts with `{{ names }}`: one pass, sandboxed, bounded; a value is never rendered again.

Names that a template may use: `input`, `context` (the documents, each with its id, a blank line between them),
`reference` where the case has one, `vars`, and each key of the case's `vars`. An undefined name is an error.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from arena.records.case import Case, Document
from arena.templates.mistake import TemplateMistake, bounded, undefined
from arena.text.printable import printable

if TYPE_CHECKING:
    from arena.templates.programs import Program

_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """One compiled template.

    `pieces` holds literal texts and names in turn where there is nothing but `{{ name }}`; else `program` is set.
    """

    source: str
    names: frozenset[str]  # that it reads
    pieces: tuple[str, ...] = ()
    program: "Program | None" = None

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text with `values` put in.

        Raises:
            TemplateMistake: an undefined name, or a text or loop beyond the bounds.
        """
        return self.program.fill(values) if self.program is not None else self._join(values)

    def _join(self, values: Mapping[str, Any]) -> str:
        parts = list(self.pieces)
        for index in range(1, len(parts), 2):
            if parts[index] not in values:
                raise undefined(parts[index], values)
            value = values[parts[index]]
            parts[index] = value if isinstance(value, str) else str(value)
        return bounded("".join(parts))


def values_of(case: Case, context: Sequence[Document] | None = None) -> dict[str, Any]:
    """Return the names that a case offers to templates.

    Args:
        case: Its input, reference and vars.
        context: Documents that replace the case's own.
    """
    documents = case.context if context is None else context
    values: dict[str, Any] = {**case.vars, "input": case.input, "vars": case.vars}
    if documents:
        values["context"] = context_text(documents)
    if case.reference is not None:
        values["reference"] = case.reference
    return values


def context_text(documents: Sequence[Document]) -> str:
    r"""Return documents as one text: each with its id, a blank line between them.

    >>> context_text([Document(id="policy", text="3-5 days."), Document(text="No refunds.")])
    '[policy] 3-5 days.\n\nNo refunds.'
    """
    return "\n\n".join(f"[{d.id}] {d.text}" if d.id is not None else d.text for d in documents)


def render(template: str, case: Case, context: Sequence[Document] | None = None) -> str:
    """Return the template filled with a case.

    Args:
        template: Text with `{{ names }}`.
        case: What the names stand for.
        context: Documents that replace the case's own.

    Raises:
        TemplateMistake: not a template, or an undefined name.

    >>> render("Dear {{ name }}: {{ input }}", Case(id="c", input="Hi {{ x }}", vars={"name": "Dana"}))
    'Dear Dana: Hi {{ x }}'
    """
    try:
        return compile_template(template).fill(values_of(case, context))
    except TemplateMistake as error:
        raise TemplateMistake(f"case {printable(case.id)}: {error.message}", name=error.name) from None


@lru_cache(maxsize=256)
def compile_template(source: str) -> Template:
    """Return the compiled template.

    Raises:
        TemplateMistake: not a template, or one that uses what the sandbox refuses.
    """
    pieces = tuple(_NAME.split(source))
    if not any(mark in text for text in pieces[::2] for mark in ("{{", "{%", "{#")):
        return Template(source, frozenset(pieces[1::2]), pieces)
    from arena.templates.programs import compile_program  # jinja2 takes 50 ms, and most prompts do without

    program = compile_program(source)
    return Template(source, program.names, (), program)


def undeclared(templates: Sequence[str]) -> Iterator[str]:
    """Yield the names that any of the templates reads; a text that is no template reads none."""
    for template in templates:
        try:
            yield from compile_template(template).names
        except TemplateMistake:
            continue
