"""Two answers without their names, as a rater sees them on a terminal."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from rich.text import Text

from arena.records.call import ToolCall
from arena.records.labelling import AnswerPair
from arena.records.rubric import Rubric
from arena.reports.canvas import Canvas, beside
from arena.reports.case_report import SIDE_BY_SIDE
from arena.reports.report import Page

TITLES = ("Answer 1", "Answer 2")
KEYS: Sequence[tuple[str, str]] = (
    ("1 ←", "answer 1 is better"),
    ("2 →", "answer 2 is better"),
    ("t", "tie: both are equally good, or equally bad"),
    ("s", "skip for now"),
    ("u", "undo: take the last one back"),
    ("n", "write a note to this case"),
    ("d", "mark what differs between the answers"),
    ("q", "quit; everything is kept, and the next time you go on here"),
    ("?", "this help"),
)
#: Longer answers are not compared word by word: it takes quadratic time.
MOST_WORDS = 4000


def render_pair(pair: AnswerPair, first: str, page: Page, *, place: str, note: str, marked: bool) -> str:
    """Return one case as it is put to a rater: conversation, documents, reference, both answers.

    Args:
        pair: what is compared.
        first: the variant that stands first; no variant's name is shown.
        page: what it is shown on; from 100 columns the answers stand side by side, else one above the other.
        place: how far the rater is, e.g. "3 of 60 labelled".
        note: what the rater noted so far.
        marked: whether words that only one answer has are marked.
    """
    canvas = Canvas.of(page)
    head = Text.assemble(
        (f" {place} ", "bold reverse" if page.colour else "bold"), "  ", (canvas.foreign_line(pair.case.id), "dim")
    )
    lines = [Text("─" * page.width, style="dim"), head, Text(), *_asked(canvas, pair)]
    lines += [Text(), *_answers(canvas, pair, first, marked=marked)]
    lines += [Text(), *canvas.labelled("Note", [Text(canvas.foreign(note))])] if note else []
    return canvas.draw([*lines, Text()])


def render_help(rubric: Rubric, page: Page) -> str:
    """Return the keys, and what the rubric asks to look at."""
    canvas = Canvas.of(page)
    lines = []
    for key, meaning in KEYS:
        lines += canvas.hang(Text.assemble("  ", (f"{key:<5}", "bold")), Text(meaning))
    return canvas.draw([Text(), *lines, Text(), *_rubric(canvas, rubric)])


def _rubric(canvas: Canvas, rubric: Rubric) -> list[Text]:
    bodies = [Text(canvas.foreign(rubric.instructions))] if rubric.instructions else []
    bodies += [
        Text.assemble((canvas.foreign_line(axis.name), "bold"), f"  {canvas.foreign_line(axis.question)}")
        for axis in rubric.axes
    ]
    return [*canvas.labelled("Look at", bodies), Text()] if bodies else []


def _asked(canvas: Canvas, pair: AnswerPair) -> list[Text]:
    case = pair.case
    turns = case.messages or ()
    lines: list[Text] = []
    for turn in turns:
        lines += canvas.labelled(turn.role.capitalize(), [Text(canvas.foreign(turn.content))])
    if not turns:
        lines += canvas.labelled("Input", [Text(canvas.foreign(case.input), style="bold")])
    facts = [Text(canvas.foreign_line(f"{name}: {value}")) for name, value in case.vars.items()]
    lines += canvas.labelled("Given", facts)
    documents = [
        Text.assemble((f"{canvas.foreign_line(each.id)}  " if each.id else "", "bold"), canvas.foreign(each.text))
        for each in pair.context
    ]
    lines += canvas.labelled("Context", documents)
    return lines + canvas.labelled("Reference", [Text(canvas.foreign(case.reference))] if case.reference else [])


def _answers(canvas: Canvas, pair: AnswerPair, first: str, *, marked: bool) -> list[Text]:
    second = next(name for name in pair.answers if name != first)
    texts = [_said(canvas, pair.answers[name], pair.tool_calls.get(name, ())) for name in (first, second)]
    equal = texts[0] == texts[1]
    bodies = _marked(*texts, colour=canvas.colour) if marked and not equal else [Text(each) for each in texts]
    lines = [Text(" Both answers are the same.", style="yellow")] if equal else []
    if canvas.width < SIDE_BY_SIDE:
        for title, body in zip(TITLES, bodies, strict=True):
            lines += [Text(f" {title}", style="bold"), *_below(canvas, body), Text()]
        return lines[:-1]
    half = (canvas.width - len("  │ ")) // 2
    sides = [[Text(title, style="bold"), *canvas.wrap(body, half)] for title, body in zip(TITLES, bodies, strict=True)]
    return lines + [
        Text.assemble(" ", beside(left, Text.assemble((" │ ", "dim"), right), half))
        for left, right in zip_longest(*sides, fillvalue=Text())
    ]


def _below(canvas: Canvas, body: Text) -> list[Text]:
    return [Text.assemble((" │ ", "dim"), line) for line in canvas.wrap(body, canvas.width - len(" │ "))]


def _said(canvas: Canvas, text: str, tool_calls: Sequence[ToolCall]) -> str:
    parts = [canvas.foreign(text.strip("\n"))] if text.strip() else ["(an empty answer)"] if not tool_calls else []
    parts += [canvas.foreign_line(f"calls {call.name}({call.arguments})") for call in tool_calls]
    return "\n".join(parts)


def _marked(left: str, right: str, *, colour: bool) -> list[Text]:
    """Return both texts with the words marked that the other one has not in this place."""
    sides = [re.findall(r"\S+\s*|\s+", text) for text in (left, right)]
    if max(map(len, sides)) > MOST_WORDS:
        return [Text(left), Text(right)]
    drawn = [Text(), Text()]
    words = [[word.strip() for word in side] for side in sides]
    for kind, *ends in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        for body, side, start, end in zip(drawn, sides, ends[::2], ends[1::2], strict=True):
            _add(body, "".join(side[start:end]), changed=kind != "equal", colour=colour)
    return drawn


def _add(body: Text, words: str, *, changed: bool, colour: bool) -> None:
    shown = words.rstrip()
    if not changed or not shown:
        body.append(words)
        return
    body.append(shown if colour else f"[{shown}]", style="bold underline" if colour else "")
    body.append(words[len(shown) :])
