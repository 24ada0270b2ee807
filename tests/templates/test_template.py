"""Templates: one pass, sandboxed, bounded; an undefined name is an error that names the case."""

import pytest

from arena.errors import UsageError
from arena.records.case import Case, Document
from arena.templates.mistake import TemplateMistake
from arena.templates.template import compile_template, render, undeclared

CASE = Case(
    id="c1",
    input="Where is {{ it }}?",
    context=(Document(id="policy", text="3-5 days."), Document(text="No refunds.")),
    reference="Soon.",
    vars={
        "customer": "Dana",
        "order": {"items": 2, "lines": ["a", "b"]},
        "many": list(range(1000)),
        "long": "x" * 100_000,
        "none": None,
    },
)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Be helpful.\n", "Be helpful.\n"),
        ("{{input}}!", "Where is {{ it }}?!"),
        ("{{ customer }} {{ reference }}", "Dana Soon."),
        ("{{ context }}", "[policy] 3-5 days.\n\nNo refunds."),
        ("{{ order.items }} {{ order['lines'][1] }} {{ vars.customer }}", "2 b Dana"),
        ("{{ none }} {{ order }}", "None {'items': 2, 'lines': ['a', 'b']}"),
        ("{% for line in order.lines %}{{ loop.index }}{{ line|upper }} {% endfor %}\n", "1A 2B \n"),
        ("{% if missing is defined %}x{% else %}y{% endif %}", "y"),
        ("{{ missing|default('none') }}", "none"),
        ("{{ order|tojson }} {{ order.lines|join(', ') }}", '{"items": 2, "lines": ["a", "b"]} a, b'),
        ("{{ '<b>'|e ~ '<i>' }}", "&lt;b&gt;<i>"),
        ("{# a note #}{{ input }}", "Where is {{ it }}?"),
        ("{% raw %}{{ input }}{% endraw %}", "{{ input }}"),
        ("{{ input[0] }}{{ many[:2] }}", "W[0, 1]"),
    ],
)
def test_templates_are_filled_in_one_pass(template: str, text: str) -> None:
    """What a case says is never read as a template; mappings show their keys, not their methods."""
    assert render(template, CASE) == text


def test_other_documents_replace_the_case_s_context() -> None:
    """A variant may bring its own retrieval."""
    assert render("{{ context }}", CASE, (Document(text="Other."),)) == "Other."


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{{ foo }}", "foo"),
        ("{% if foo %}{% endif %}", "foo"),
        ("{{ foo.bar }}", "foo"),
        ("{{ foo['bar'] }}", "foo"),
        ("{% for x in foo %}{% endfor %}", "foo"),
        ("{{ foo|upper }}", "foo"),
        ("{{ foo == 1 }}", "foo"),
        ("{{ 'a' in foo }}", "foo"),
    ],
)
def test_an_undefined_name_is_named_with_its_case(template: str, name: str) -> None:
    """Whatever is done with it; the message lists what is defined."""
    with pytest.raises(TemplateMistake) as caught:
        render(template, CASE)
    assert caught.value.name == name
    assert caught.value.message == (
        f"case c1: '{name}' is undefined (defined: context, customer, input, long, many, none, order, reference, vars)"
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ order.price }}", "'dict object' has no attribute 'price'"),
        ("{{ input.upper }}", "'str object' has no attribute 'upper'"),
        ("{{ many[5000] }}", "list object has no element 5000"),
        ("{{ ''.__class__.__mro__ }}", "'str object' has no attribute '__class__'"),
        ("{{ foo + 1 }}", "the template cannot be filled: 'foo' is undefined"),
        ("{{ 1 // 0 }}", "the template cannot be filled: integer division or modulo by zero"),
        ("{{ 1 + 'a' }}", "the template cannot be filled: unsupported operand type(s) for +: 'int' and 'str'"),
        ("{{ input", "not a template: unexpected end of template, expected 'end of print statement'. (line 1 of "
         "the text)"),
        ("{% for x in y %}", "not a template: Unexpected end of template. Jinja was looking for the following tags: "
         "'endfor' or 'else'. The innermost block that needs to be closed is 'for'. (line 1 of the text)"),
        ("{{ " + "(" * 5000 + ")" * 5000 + " }}", "not a template: nested too deep"),
        ("\n{{ range(3) }}", "calls are not available in templates; use a filter, such as vars|dictsort (line 2 "
         "of the text)"),
        ("{{ 'a' * 9 }}", "'*' is not available in templates (line 1 of the text)"),
        ("{{ '%9d' % 1 }}", "'%' is not available in templates (line 1 of the text)"),
        ("{% include 'x' %}", "templates cannot include other files; use {file: PATH} (line 1 of the text)"),
        ("{% import 'x' as y %}", "templates cannot import (line 1 of the text)"),
        ("{% extends 'x' %}", "templates cannot extend others (line 1 of the text)"),
        ("{% macro f() %}{% endmacro %}", "macros are not available in templates (line 1 of the text)"),
        ("{% set a = input %}", "'set' is not available in templates (line 1 of the text)"),
        ("{{ input|center(99) }}", "filter 'center' is not available in templates (line 1 of the text)"),
        ("{{ many|map('center', 99)|list }}", "filter 'map' takes no filter's name or indent here (line 1 of the "
         "text)"),
        ("{{ order|tojson(indent=9) }}", "filter 'tojson' takes no arguments here (line 1 of the text)"),
        ("{% for x in many recursive %}{% endfor %}", "recursive loops are not available in templates (line 1 of "
         "the text)"),
    ],
)  # fmt: skip
def test_what_the_sandbox_refuses_is_a_plain_message(template: str, message: str) -> None:
    """A template reads a case; it does not compute, import or multiply."""
    with pytest.raises(UsageError) as caught:
        render(template, CASE)
    assert caught.value.message == f"case c1: {message}"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{% for a in many %}{% for b in many %}{% for c in many %}{% endfor %}{% endfor %}{% endfor %}",
            "the template cannot be filled: its loops take more than 100,000 turns",
        ),
        ("{% for a in many %}{{ long }}{% endfor %}", "the rendered text is longer than 4,000,000 characters"),
        ("{{ long }}" * 41, "the rendered text is longer than 4,000,000 characters"),
        ("{{ many|join(long) }}", "the template cannot be filled: a text in it is longer than 4,000,000 characters"),
        (
            "{{ '\"'" + "|tojson" * 40 + " }}",
            "the template cannot be filled: a text in it is longer than 4,000,000 characters",
        ),
        (
            "{% for a in [" + "~".join(["long"] * 41) + "] %}{% endfor %}",
            "the template cannot be filled: a text in it is longer than 4,000,000 characters",
        ),
    ],
    ids=["loops", "output", "plain output", "join", "chain", "concatenation"],
)
def test_bombs_end_soon(template: str, message: str) -> None:
    """Time and size of one rendering are bounded."""
    with pytest.raises(TemplateMistake) as caught:
        render(template, CASE)
    assert caught.value.message == f"case c1: {message}"


def test_the_names_that_templates_read_are_known() -> None:
    """Warnings about unused fields rest on them; what is no template reads nothing."""
    assert set(undeclared(["{{ a }}{{b}}", "{% if c %}{{ d.e }}{% endif %}", "{% set x = 1 %}"])) == {
        "a",
        "b",
        "c",
        "d",
    }


def test_templates_are_compiled_once() -> None:
    """Thousands of cases share one template."""
    assert compile_template("{{ input }} once") is compile_template("{{ input }} once")
