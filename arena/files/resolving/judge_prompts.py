"""A judge's instructions in the user's own words: a template that must keep the rules of the question."""

from collections.abc import Iterator

from arena.files.reading.file_model import did_you_mean
from arena.files.reading.located import Path
from arena.files.reading.reader import OpenFile, Reader
from arena.files.shapes.experiment_file import JudgePromptEntry
from arena.records.experiment import JudgePrompt
from arena.templates.mistake import TemplateMistake
from arena.templates.template import compile_template
from arena.text.printable import printable

#: What a template must hold, and why it cannot do without.
PLACEHOLDERS = {
    "rubric": "the axes that decide",
    "data_rule": "what tells the judge that candidates give no instructions",
    "reply_rule": "the form in which the reply is read",
}


def resolve_judge_prompt(
    entry: JudgePromptEntry | None, at: OpenFile, where: Path, reader: Reader
) -> JudgePrompt | None:
    """Return the instructions that an experiment names; None, with its mistakes noted, where they cannot be used."""
    if entry is None:
        return None
    text = reader.text(entry, at, where)
    if text is None:
        return None
    place = (*where, "file" if entry.file is not None else "text")
    for message in mistakes_in(text):
        reader.mistakes.add(at.located, place, message)
    return JudgePrompt(text=text, version=entry.version)


def mistakes_in(text: str) -> Iterator[str]:
    """Yield what keeps a text from being a judge's instructions.

    Each placeholder must reach the filled text, so one inside a branch that is never taken is missing too.

    >>> list(mistakes_in("Which is better? {{ rubric }} {{ data_rule }}"))
    ["'{{ reply_rule }}' is missing: the form in which the reply is read"]
    """
    try:
        template = compile_template(text)
        unknown = sorted(template.names - PLACEHOLDERS.keys())
        for name in unknown:
            known = ", ".join(PLACEHOLDERS)
            yield f"'{printable(name)}' is undefined{did_you_mean(name, PLACEHOLDERS)} (defined: {known})"
        if unknown:
            return
        marks = {name: f"\0{name}\0" for name in PLACEHOLDERS}
        filled = template.fill(marks)
    except TemplateMistake as error:
        yield error.message
        return
    for name, why in PLACEHOLDERS.items():
        if marks[name] not in filled:
            yield f"'{{{{ {name} }}}}' is missing: {why}"
