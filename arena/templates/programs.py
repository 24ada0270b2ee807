"""Templates with tags or filters, compiled by jinja2 inside a sandbox and bounded in time and size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from arena.templates.mistake import MOST_CHARACTERS, TemplateMistake, undefined
from arena.text.printable import printable

MOST_STEPS = 100_000  # turns of all loops of one rendering
_BUDGET = "__steps_left__"

# Filters that look at or shorten a value. Each one's output is bounded, so that a chain of them cannot explode.
_SCALARS = (
    "abs",
    "capitalize",
    "e",
    "escape",
    "float",
    "int",
    "lower",
    "round",
    "string",
    "striptags",
    "title",
    "upper",
)
_TEXTS = ("tojson", "trim", "truncate", "wordcount", "join")
_LISTS = ("first", "items", "last", "list", "map", "max", "min", "reverse", "sort", "sum", "unique", "dictsort")
_CHOICES = ("count", "d", "default", "length", "reject", "rejectattr", "select", "selectattr")
_FILTERS = frozenset((*_SCALARS, *_TEXTS, *_LISTS, *_CHOICES))
_STEPS_FILTER = "steps within the bound"
_REFUSED_NODES = {
    nodes.Call: "calls are not available in templates; use a filter, such as vars|dictsort",
    nodes.Mul: "'*' is not available in templates",
    nodes.Pow: "'**' is not available in templates",
    nodes.Mod: "'%' is not available in templates",
    nodes.Include: "templates cannot include other files; use {file: PATH}",
    nodes.Import: "templates cannot import",
    nodes.FromImport: "templates cannot import",
    nodes.Extends: "templates cannot extend others",
    nodes.Macro: "macros are not available in templates",
    nodes.CallBlock: "macros are not available in templates",
    nodes.FilterBlock: "filter blocks are not available in templates",
    nodes.AssignBlock: "block assignments are not available in templates",
    nodes.Block: "blocks are not available in templates",
    nodes.Assign: "'set' is not available in templates",
    nodes.With: "'with' is not available in templates",
}


@dataclass(frozen=True, slots=True)
class Program:
    """One compiled template, and the names that it reads."""

    names: frozenset[str]
    code: jinja2.Template

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text with `values` put in.

        Raises:
            TemplateMistake: an undefined name, or a text or loop beyond the bounds.
        """
        parts: list[str] = []
        length = 0
        try:
            for part in self.code.generate({**values, _BUDGET: [MOST_STEPS]}):
                length += len(part)
                if length > MOST_CHARACTERS:
                    break
                parts.append(part)
        except _Undefined as error:
            raise undefined(error.name, values) if error.name else TemplateMistake(str(error)) from None
        except (jinja2.TemplateError, SecurityError) as error:
            raise TemplateMistake(f"the template cannot be filled: {printable(str(error.message), 200)}") from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            raise TemplateMistake(f"the template cannot be filled: {printable(str(error), 200)}") from None
        if length > MOST_CHARACTERS:
            raise TemplateMistake(f"the rendered text is longer than {MOST_CHARACTERS:,} characters")
        return "".join(parts)


def compile_program(source: str) -> Program:
    """Return the compiled template.

    Raises:
        TemplateMistake: not a template, or one that uses what the sandbox refuses.
    """
    try:
        tree = _ENVIRONMENT.parse(source)
        _refuse(tree)
        names = _names(tree)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, _STEPS_FILTER, [], [], None, None)
        tree.set_environment(_ENVIRONMENT)
        code = _ENVIRONMENT.compile(tree)
    except jinja2.TemplateSyntaxError as error:
        message = printable(error.message or "not a template", 200)
        raise TemplateMistake(f"not a template: {message} (line {error.lineno} of the text)") from None
    except RecursionError:
        raise TemplateMistake("not a template: nested too deep") from None
    return Program(names, jinja2.Template.from_code(_ENVIRONMENT, code, {}))


def _names(tree: nodes.Template) -> frozenset[str]:
    """Return the names that a template reads but its own loops' (jinja2.meta would run filters to fold constants)."""
    found = list(tree.find_all(nodes.Name))
    own = {name.name for name in found if name.ctx != "load"}
    return frozenset(name.name for name in found) - own - {"loop"}


def _refuse(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        problem = _REFUSED_NODES.get(type(node))
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            problem = f"filter '{printable(node.name)}' is not available in templates"
        if isinstance(node, nodes.Filter) and node.name in ("map", "tojson") and (node.args or node.dyn_args):
            problem = f"filter '{node.name}' takes no filter's name or indent here"
        if isinstance(node, nodes.Filter) and node.name == "tojson" and (node.kwargs or node.dyn_kwargs):
            problem = "filter 'tojson' takes no arguments here"
        if isinstance(node, nodes.For) and node.recursive:
            problem = "recursive loops are not available in templates"
        if problem:
            raise TemplateMistake(f"{problem} (line {node.lineno} of the text)")


class _Undefined(jinja2.UndefinedError):
    """A name that no case defines; keeps the name apart from the message."""

    def __init__(self, message: str | None = None, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class _Strict(jinja2.StrictUndefined):
    """An undefined name that remembers itself.

    The names with an underscore are those that jinja2 documents for subclasses: any other would hide a value's own.
    """

    __slots__ = ()

    def _fail_with_undefined_error(self, *_: Any, **__: Any) -> Any:
        name = self._undefined_name if self._undefined_obj is jinja2.utils.missing else None
        raise _Undefined(self._undefined_message, name)

    __iter__ = __str__ = __len__ = _fail_with_undefined_error
    __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
    __contains__ = __getattr__ = _fail_with_undefined_error


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with mappings that show their keys only: never a method's name or address."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a key of a mapping; of anything else, what the sandbox allows."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, jinja2.runtime.LoopContext | jinja2.Undefined):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of a mapping, list or text."""
        if isinstance(obj, jinja2.Undefined):
            return super().getattr(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)


@jinja2.pass_context
def _counted(context: jinja2.runtime.Context, items: Any) -> Any:
    """Return a loop's items as a list, after charging its turns to the rendering."""
    found = list(items)
    left = context[_BUDGET]
    left[0] -= len(found)
    if any(isinstance(item, str) and len(item) > MOST_CHARACTERS for item in found):
        raise _too_long()
    if left[0] < 0:
        raise jinja2.TemplateRuntimeError(f"its loops take more than {MOST_STEPS:,} turns")
    return found


def _join(items: Any, between: str = "") -> str:
    texts = [str(item) for item in items]
    if sum(map(len, texts)) + len(between) * len(texts) > MOST_CHARACTERS:
        raise _too_long()
    return str(between).join(texts)


def _bounded_filter(filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)  # keeps the mark by which jinja passes its context
    def bounded(*args: Any, **kwargs: Any) -> Any:
        value = filter_(*args, **kwargs)
        if not isinstance(value, str):
            return value
        if len(value) > MOST_CHARACTERS:
            raise _too_long()
        return str(value)  # markupsafe's text would escape what is joined to it

    return bounded


def _too_long() -> jinja2.TemplateRuntimeError:
    return jinja2.TemplateRuntimeError(f"a text in it is longer than {MOST_CHARACTERS:,} characters")


def _environment() -> _Environment:
    # Not optimized: folding constants would run filters at compile time, outside the bounds of a rendering.
    environment = _Environment(
        undefined=_Strict, autoescape=False, keep_trailing_newline=True, cache_size=0, optimized=False
    )
    environment.globals.clear()
    filters = {name: _bounded_filter(environment.filters[name]) for name in _FILTERS}
    environment.filters = {**filters, "join": _join, _STEPS_FILTER: _counted}
    return environment


_ENVIRONMENT = _environment()
