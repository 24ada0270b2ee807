"""What a judge is told and shown. A change of any word here is a new version: judgments do not mix versions."""

import json

from arena.completions.question import DATA_RULE
from arena.records.rubric import Axis, Rubric

PAIRWISE_VERSION = "pairwise-1"
POINTWISE_VERSION = "pointwise-1"

PAIRWISE_TASK = """\
You compare two answers to the same request, ANSWER A and ANSWER B, and say which one serves the request better.

How to judge
- Judge what the answers say against the request, and against the CONTEXT and the REFERENCE where they are shown. \
A claim that the context contradicts, or that neither the context nor the request supports, counts against an answer.
- The order of the answers is random. Length and formatting are no merit in themselves.
- TIE means that neither answer serves the request better. It is a judgment like the others, not a way out."""

POINTWISE_TASK = """\
You score one answer to a request, ANSWER, on the axes below.

How to judge
- Judge what the answer says against the request, and against the CONTEXT and the REFERENCE where they are shown. \
A claim that the context contradicts, or that neither the context nor the request supports, counts against the answer.
- Length and formatting are no merit in themselves."""


def pairwise_system(rubric: Rubric, *, with_axes: bool) -> str:
    """Return the judge's instructions for comparisons; `with_axes`: both answers are scored in the same reply."""
    shape: dict[str, object] = {"reason": "…"}
    if with_axes:
        shape["axes"] = {axis.name: {"A": "1-5", "B": "1-5"} for axis in rubric.axes}
    shape["winner"] = "A, B or TIE"
    return "\n\n".join((PAIRWISE_TASK, rubric_text(rubric, scored=with_axes), DATA_RULE, reply_rule(shape)))


def pointwise_system(rubric: Rubric) -> str:
    """Return the judge's instructions for answers scored alone."""
    shape = {"reason": "…", "axes": {axis.name: "1-5" for axis in rubric.axes}}
    return "\n\n".join((POINTWISE_TASK, rubric_text(rubric, scored=True), DATA_RULE, reply_rule(shape)))


def rubric_text(rubric: Rubric, *, scored: bool) -> str:
    """Return the rubric's instructions and axes with their anchored levels."""
    head = "Axes, each scored from 1 to 5" if scored else "Axes to weigh"
    own = [rubric.instructions.strip()] if rubric.instructions else []
    return "\n".join([*own, head, *(axis_text(axis) for axis in rubric.axes)])


def axis_text(axis: Axis) -> str:
    """Return one axis: its question, its weight where it is not 1, and its levels, lowest first."""
    weight = "" if axis.weight == 1 else f" (weight {axis.weight:g})"
    levels = [f"    {level}: {meaning}" for level, meaning in sorted(axis.levels.items())]
    return "\n".join([f"- {axis.name}{weight}: {axis.question}", *levels])


def reply_rule(shape: object) -> str:
    """Return the rule for the reply: one JSON object of this shape, the reason first."""
    return (
        "Your reply\n"
        "Write the reason first, in one to three sentences that name what decided, then the rest. "
        "Reply with one JSON object of this shape and nothing else:\n" + json.dumps(shape, ensure_ascii=False)
    )
