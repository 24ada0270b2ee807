"""What every page has: one file, and a policy that allows its own script and style alone."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

TEMPLATES = Path(__file__).parents[1] / "templates"
#: In JSON they stand inside strings alone; spelt out they cannot end the element that holds the data.
_MARKUP = "<>&"


def fill(template: str, *, scripts: Sequence[str], styles: Sequence[str], **parts: str) -> str:
    """Return a page.

    Args:
        template: name of its HTML.
        scripts: names of files that make its script, in this order.
        styles: names of files that make its style.
        parts: what else stands in the template, as markup.
    """
    script, style = ("\n".join(read(name).strip() for name in names) for names in (scripts, styles))
    return Template(read(template)).substitute(policy=policy(script, style), script=script, style=style, **parts)


def policy(script: str, style: str) -> str:
    """Return what the browser lets a page do: run its own script, wear its own style, nothing else."""
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return f"default-src 'none'; {scripts}style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"


def embedded(data: Any) -> str:
    r"""Return plain JSON values as the text of a data element: ASCII, and nothing in it is markup.

    >>> embedded({"said": "</script>"})
    '{"said":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for each in _MARKUP:
        text = text.replace(each, f"\\u{ord(each):04x}")
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def read(name: str) -> str:
    """Return a file of the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")
