"""What a judge is told and shown. A change of any word here is a new version: judgments do not mix versions."""

import json
from dataclasses import replace

from arena.asking.question import DATA_RULE
from arena.records.experiment import JudgePrompt
from arena.records.rubric import Axis, Rubric
from arena.templates.template import compile_template

PAIRWISE_VERSION = "pairwise-1"
POINTWISE_VERSION = "pointwise-1"
LIKELIHOOD_VERSION = "pairwise-likelihood-1"
EXPECTED_VERSION = "pointwise-expected-1"

PAIRWISE_TASK = """\
You compare two answers to the same request, ANSWER A and ANSWER B, and say which one serves the request better.

How to judge
- Judge what the answers say against the request, and against the CONTEXT and the REFERENCE where they are shown. \
A claim that the context contradicts, or that neither the context nor the request supports, counts against an answer.
- The order of the answers is random. Length and formatting are no merit in themselves.
- TIE means that neither answer serves the request better. It is a judgment like the others, not a way out."""

LIKELIHOOD_TASK = PAIRWISE_TASK.rpartition("\n")[0]  # there is no tie: the letters' odds say how close it is
LIKELIHOOD_CLOSING = "Which answer serves the request better? Reply with one letter: A or B."

POINTWISE_TASK = """\
You score one answer to a request, ANSWER, on the axes below.

How to judge
- Judge what the answer says against the request, and against the CONTEXT and the REFERENCE where they are shown. \
A claim that the context contradicts, or that neither the context nor the request supports, counts against the answer.
- Length and formatting are no merit in themselves."""


EXPECTED_CLOSING = "Which level from 1 to 5 does the answer reach on this axis? Reply with one digit."
LETTER_RULE = "Your reply\nReply with one letter and nothing else: A or B."
LEVEL_RULE = "Your reply\nReply with one digit and nothing else: the level from 1 to 5."


def pairwise_system(rubric: Rubric, *, with_axes: bool, prompt: JudgePrompt | None = None) -> str:
    """Return the judge's instructions for comparisons; `with_axes`: both answers are scored in the same reply."""
    shape: dict[str, object] = {"reason": "…"}
    if with_axes:
        shape["axes"] = {axis.name: {"A": "1-5", "B": "1-5"} for axis in rubric.axes}
    shape["winner"] = "A, B or TIE"
    return instructions(PAIRWISE_TASK, rubric_text(rubric, scored=with_axes), reply_rule(shape), prompt)


def likelihood_system(rubric: Rubric, *, prompt: JudgePrompt | None = None) -> str:
    """Return the judge's instructions for comparisons that are read from the odds of two letters."""
    return instructions(LIKELIHOOD_TASK, rubric_text(rubric, scored=False), LETTER_RULE, prompt)


def pointwise_system(rubric: Rubric, *, prompt: JudgePrompt | None = None) -> str:
    """Return the judge's instructions for answers scored alone."""
    shape = {"reason": "…", "axes": {axis.name: "1-5" for axis in rubric.axes}}
    return instructions(POINTWISE_TASK, rubric_text(rubric, scored=True), reply_rule(shape), prompt)


def expected_system(rubric: Rubric, axis: Axis, *, prompt: JudgePrompt | None = None) -> str:
    """Return the judge's instructions for one axis whose level is read from the odds of five digits."""
    alone = rubric_text(replace(rubric, axes=(axis,)), scored=True)
    return instructions(POINTWISE_TASK, alone, LEVEL_RULE, prompt)


def instructions(task: str, scale: str, reply: str, prompt: JudgePrompt | None) -> str:
    """Return a task of ours, or the user's own template, with the scale and the rules put in."""
    if prompt is None:
        return "\n\n".join((task, scale, DATA_RULE, reply))
    return compile_template(prompt.text).fill({"rubric": scale, "data_rule": DATA_RULE, "reply_rule": reply})


def template_of(task: str) -> str:
    """Return a task of ours as the template that makes the same instructions: what `init --judge-prompt` writes."""
    return "\n\n".join((task, "{{ rubric }}", "{{ data_rule }}", "{{ reply_rule }}"))


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
