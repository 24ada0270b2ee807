"""The judges of a panel, each with an id of its own, and none of them twice."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from arena.files.reading.located import Mistakes
from arena.files.reading.reader import OpenFile
from arena.records.experiment import Judge
from arena.records.rubric import Rubric
from arena.text.printable import printable

DIGITS = 6  # of the digest that tells judges of one model apart


def told_apart(judges: Sequence[Judge], rubric: Rubric | None, at: OpenFile, mistakes: Mistakes) -> tuple[Judge, ...]:
    """Return the judges, those of one model named by it and by a digest of what else makes their judgments.

    Two judges that would be asked the same, and two of one name, are noted: a word would count twice, or the health of
    one could not be told from the other's.

    Args:
        judges: in the order of the file.
        rubric: whose axes they score; None: it could not be read.
        at: the experiment's file.
        mistakes: where they are noted.
    """
    asked = [_what_is_asked(judge, rubric) for judge in judges]
    models = Counter(str(judge.model) for judge in judges)
    named = [
        judge
        if judge.name or models[str(judge.model)] == 1
        else replace(judge, name=f"{judge.model} ({_digest(what)})")
        for judge, what in zip(judges, asked, strict=True)
    ]
    for index, judge in enumerate(named):
        if asked[index] in asked[:index]:
            message = f"asks what judge {asked.index(asked[index]) + 1} asks: its word would count twice; remove one"
            mistakes.add(at.located, ("judge", index), message)
        elif judge.id in (ids := [each.id for each in named[:index]]):
            message = (
                f"is called '{printable(judge.id)}', as judge {ids.index(judge.id) + 1} is: give it another 'name'"
            )
            mistakes.add(at.located, ("judge", index), message)
    return tuple(named)


def _what_is_asked(judge: Judge, rubric: Rubric | None) -> str:
    """Return, as canonical JSON, everything of a judge that can change its comparisons."""
    model, decoding = judge.model, judge.decoding.requested()
    parts: dict[str, Any] = {
        "model": [model.vendor, model.name, model.base_url, model.api],
        "decoding": {"temperature": 0.0} | decoding,  # what a judge has that asks for none
        "prompt": judge.prompt and judge.prompt.text,
        "method": judge.method,
        "axes": judge.axes == "pairwise" and (rubric is None or bool(rubric.axes)),
        "sees": [judge.sees_context, judge.sees_reference],
    }
    return json.dumps(parts, sort_keys=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
