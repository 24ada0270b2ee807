"""One HTML file with which somebody else labels: it asks for nothing, sends nothing, and names no variant.

What models and people wrote travels as base64 of JSON: no text of theirs is ever markup, and whoever looks into the
file does not read at a glance whose answer stands where. The page's script puts it on the screen as text alone.
"""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from arena.records.labelling import AnswerPair
from arena.records.rubric import Rubric
from arena.reports.safe_text import safe, safe_line
from arena.runs.codec import dumps

TEMPLATES = Path(__file__).parent / "templates"
ROLES = {"user": "Asked", "assistant": "Answered", "system": "Instructed"}


def render(pairs: Sequence[AnswerPair], *, arms: tuple[str, str], rubric: Rubric, seed: int, rater: str = "") -> str:
    """Return the page as HTML.

    Args:
        pairs: what is compared.
        arms: names of both variants, as labels name them.
        rubric: what raters are told to look at.
        seed: of the order of cases and of sides; the page adds the rater's name.
        rater: the name that stands in the field to begin with; may be empty.
    """
    script, style = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("label.js", "label.css"))
    data = {
        "page": hashlib.sha256("".join(pair.digest for pair in pairs).encode()).hexdigest()[:16],
        "seed": seed,
        "rater": rater,
        "arms": list(arms),
        "rubric": {
            "instructions": safe(rubric.instructions or ""),
            "axes": [{"name": safe_line(axis.name), "question": safe_line(axis.question)} for axis in rubric.axes],
        },
        "cases": [_case(pair, arms) for pair in pairs],
    }
    return Template((TEMPLATES / "label.html").read_text(encoding="utf-8")).substitute(
        policy=_policy(script, style),
        style=style,
        script=script,
        data=base64.b64encode(dumps(data).encode("ascii")).decode("ascii"),
    )


def _policy(script: str, style: str) -> str:
    """Return what the browser lets the page do: run its own script, wear its own style, nothing else."""
    allowed = f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _case(pair: AnswerPair, arms: tuple[str, str]) -> dict[str, Any]:
    case = pair.case
    turns = [(ROLES[turn.role], turn.content) for turn in case.messages] or [(ROLES["user"], case.input)]
    return {
        "id": case.id,
        "name": safe_line(case.id),
        "repeat": pair.repeat,
        "digest": pair.digest,
        "turns": [{"role": role, "text": safe(text)} for role, text in turns],
        "given": [{"text": safe(f"{name}: {value}")} for name, value in case.vars.items()],
        "context": [{"id": safe_line(each.id or ""), "text": safe(each.text)} for each in pair.context],
        "reference": safe(case.reference or ""),
        "answers": [safe(pair.answers[arm]) for arm in arms],
        "calls": [
            [safe_line(f"calls {call.name}({call.arguments})") for call in pair.tool_calls.get(arm, ())] for arm in arms
        ],
    }
