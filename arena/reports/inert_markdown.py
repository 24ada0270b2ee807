"""Foreign text made inert in markdown: shown as code, where no mention, link, image or tag means anything."""

import re

from arena.reports.safe_text import safe, safe_line

_TICKS = re.compile(r"`+")
_OBEYED = re.compile(r"[&<>@#\\`*_\[\]|~]")
_LINKS = re.compile(r"(?i)\b(https?|ftp|mailto|www)(:|\.)")
BREAK = "&#8203;"  # a space of no width: forges look for mentions and numbers in the text that is shown
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": f"@{BREAK}", "#": f"#{BREAK}"}


def code_span(text: str, *, most: int = 200) -> str:
    r"""Return text of a model or a file as code on one line, cut to `most` characters; pipes are safe in tables.

    >>> code_span("@everyone `x` | <img src=y>")
    '`` @everyone `x` \\| <img src=y> ``'
    """
    line = safe_line(text)
    if len(line) > most:
        line = line[: most - 1] + "…"
    if not line:
        return ""
    fence = "`" * (_longest_run(line) + 1)
    padding = " " if "`" in line else ""
    return f"{fence}{padding}{line}{padding}{fence}".replace("|", "\\|")


def code_block(text: str, *, language: str = "text") -> list[str]:
    """Return text of a model or a file as a fenced block, in lines; no line of it can end the block."""
    shown = safe(text)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return [f"{fence}{language}", *shown.split("\n"), fence]


def plain(text: str) -> str:
    r"""Return one line of our own words around foreign names, with everything escaped that markdown could obey.

    >>> plain("*bold* [link](x) @name #1 <b> https://x.y")
    '\\*bold\\* \\[link\\](x) @&#8203;name #&#8203;1 &lt;b&gt; https&#8203;://x.y'
    """
    return _LINKS.sub("\\1&#8203;\\2", _OBEYED.sub(_escaped, safe_line(text)))


def _escaped(match: "re.Match[str]") -> str:
    return ENTITIES.get(match[0], f"\\{match[0]}")


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
