"""Markup as values: every text that goes in is made visible and escaped, so that none can become markup.

markupsafe keeps the two apart: a `Markup` is markup already, any other str is text, whatever stands in it.
"""

from markupsafe import Markup, escape

from arena.reports.safe_text import safe, safe_line

Attribute = str | int | float | bool | None
Content = str | None  # a Markup is a str


def tag(name: str, *inside: Content, **attributes: Attribute) -> Markup:
    """Return an element.

    Args:
        name: of the element.
        inside: texts and elements; None is left out.
        attributes: `class_` is class and `aria_label` aria-label; True writes the name alone, None and False nothing.

    >>> print(tag("p", "1 < 2 ", tag("b", "<i>"), class_="note", hidden=True))
    <p class="note" hidden>1 &lt; 2 <b>&lt;i&gt;</b></p>
    """
    return Markup(f"<{name}{_attributes(attributes)}>{join(*inside)}</{name}>")


def join(*parts: Content) -> Markup:
    """Return texts and elements one after the other; None is left out."""
    return Markup("").join(
        part if isinstance(part, Markup) else escape(safe(part)) for part in parts if part is not None
    )


def _attributes(given: dict[str, Attribute]) -> str:
    return "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in given.items())


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(safe_line(str(value)))}"'
