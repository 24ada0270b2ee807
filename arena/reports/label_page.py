"""One HTML file with which somebody else labels: it asks for nothing, sends nothing, and names no variant.

What models and people wrote travels as base64 of JSON: no text of theirs is ever markup, and whoever looks into the
file does not read at a glance whose answer stands where. The page's script puts it on the screen as text alone.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from arena.records.codec import dumps
from arena.records.labelling import AnswerPair
from arena.records.rubric import Rubric
from arena.reports.page.asked import asked
from arena.reports.page.shell import fill
from arena.reports.safe_text import safe, safe_line


def render(pairs: Sequence[AnswerPair], *, arms: tuple[str, str], rubric: Rubric, seed: int, rater: str = "") -> str:
    """Return the page as HTML.

    Args:
        pairs: what is compared.
        arms: names of both variants, as labels name them.
        rubric: what raters are told to look at.
        seed: of the order of cases and of sides; the page adds the rater's name.
        rater: the name that stands in the field to begin with; may be empty.
    """
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
    return fill(
        "label.html",
        scripts=("word_differences.js", "case_parts.js", "label.js"),
        styles=("page.css", "label.css"),
        data=base64.b64encode(dumps(data).encode("ascii")).decode("ascii"),
    )


def _case(pair: AnswerPair, arms: tuple[str, str]) -> dict[str, Any]:
    case = pair.case
    return {
        "id": case.id,
        "name": safe_line(case.id),
        "repeat": pair.repeat,
        "digest": pair.digest,
        **asked(case, pair.context),
        "answers": [safe(pair.answers[arm]) for arm in arms],
        "calls": [
            [safe_line(f"calls {call.name}({call.arguments})") for call in pair.tool_calls.get(arm, ())] for arm in arms
        ],
    }
