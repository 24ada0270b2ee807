"""Cases in detail: a list of all with their outcomes, and one with everything said about it."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from rich.text import Text

from arena.records.answered import Answered
from arena.records.call import Completion
from arena.records.case import Message
from arena.records.case_view import CaseLine, CaseView
from arena.records.judgment import Judgment
from arena.records.score import Score
from arena.reports import numbers
from arena.reports.canvas import Canvas, beside, columns
from arena.reports.report import Page

SIDE_BY_SIDE = 100  # columns from which two answers stand beside each other
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "win": ("won", "green"),
    "loss": ("lost", "red"),
    "tie": ("tied", "yellow"),
}


def render_list(lines: Sequence[CaseLine], page: Page, *, run: str) -> str:
    """Return a table of cases: outcome, checks of both arms, and how each begins."""
    canvas = Canvas.of(page)
    rows = [[Text(title, style="dim") for title in ("Case", "outcome", "checks passed", "")]]
    rows += [_list_row(canvas, line) for line in lines]
    table = [Text.assemble(" ", line) for line in columns(rows, ("left", "left", "left", "left"))]
    return canvas.draw(
        [Text(canvas.foreign_line(run), style="bold"), *(canvas.fit(line, canvas.width) for line in table)]
    )


def _list_row(canvas: Canvas, line: CaseLine) -> list[Text]:
    name = canvas.fit(Text(canvas.foreign_line(line.case)), max(canvas.width // 3, 12))
    checks = " → ".join(each or numbers.UNKNOWN for each in line.checks.values()) if any(line.checks.values()) else ""
    return [name, _outcome(line), Text(checks), Text(canvas.foreign_line(line.input), style="dim")]


def _outcome(line: CaseLine) -> Text:
    parts = []
    if line.outcome is not None:
        word, style = OUTCOMES[line.outcome]
        parts.append(Text(f"{word} {numbers.whole_share(line.score)}", style=style))
    if line.consistent is False:
        parts.append(Text("orders differ", style="yellow"))
    if line.failed_calls:
        parts.append(Text(f"{line.failed_calls} failed", style="red"))
    return Text(", ").join(parts)


def render_case(view: CaseView, page: Page) -> str:
    """Return one case: its prompts, both answers side by side where there is room, checks and judgments."""
    canvas = Canvas.of(page)
    sections = [_head(canvas, view), _prompts(canvas, view), _answers(canvas, view), _judgments(canvas, view)]
    lines: list[Text] = []
    for section in sections:
        lines += [Text(), *section] if lines and section else section
    return canvas.draw(lines)


def _head(canvas: Canvas, view: CaseView) -> list[Text]:
    case = view.case
    parts = [Text(canvas.foreign_line(case.id), style="bold"), _outcome(view.line)]
    parts += [Text(f"tags {canvas.foreign_line(', '.join(case.tags))}")] if case.tags else []
    parts += [Text(f"cluster {canvas.foreign_line(case.cluster)}")] if case.cluster else []
    parts.append(Text(canvas.foreign_line(view.run), style="dim"))
    lines = canvas.wrap(canvas.flow([part for part in parts if part.plain], separator="   "))
    if case.reference is not None:
        lines += canvas.labelled("Reference", [Text(canvas.foreign(case.reference))])
    return lines


def _prompts(canvas: Canvas, view: CaseView) -> list[Text]:
    """Show what all arms sent alike once, and what they did not, per arm."""
    sent = [list(view.prompts.get(arm, ())) for arm in view.arms]
    lines: list[Text] = []
    if any([message.role for message in each] != [message.role for message in sent[0]] for each in sent):
        return [line for arm in view.arms for line in _conversation(canvas, arm, view.prompts.get(arm, ()))]
    for turn in zip(*sent, strict=True):
        if all(each == turn[0] for each in turn):
            lines += canvas.labelled(turn[0].role.capitalize(), [Text(canvas.foreign(turn[0].content))])
            continue
        bodies = [_named(canvas, arm, each.content) for arm, each in zip(view.arms, turn, strict=True)]
        lines += canvas.labelled(turn[0].role.capitalize(), bodies)
    return lines


def _conversation(canvas: Canvas, arm: str, messages: Sequence[Message]) -> list[Text]:
    bodies = [_named(canvas, message.role, message.content) for message in messages]
    return [Text(f" {canvas.foreign_line(arm)} was sent", style="bold"), *canvas.labelled("", bodies)]


def _named(canvas: Canvas, name: str, text: str) -> Text:
    return Text.assemble((f"{canvas.foreign_line(name)}: ", "bold"), canvas.foreign(text))


def _answers(canvas: Canvas, view: CaseView) -> list[Text]:
    pairs = list(zip_longest(*(view.answers.get(arm, ()) for arm in view.arms)))
    lines: list[Text] = []
    for number, pair in enumerate(pairs, start=1):
        title = f" repeat {number} of {len(pairs)}"
        lines += [Text(title, style="dim")] if len(pairs) > 1 else []
        if canvas.width >= SIDE_BY_SIDE and len(view.arms) == 2:
            lines += _side_by_side(canvas, view.arms, pair)
        else:
            for arm, answered in zip(view.arms, pair, strict=True):
                lines += [Text.assemble(" ", line) for line in _answer(canvas, arm, answered, canvas.width - 1)]
    return lines


def _side_by_side(canvas: Canvas, arms: tuple[str, ...], pair: tuple[Answered | None, ...]) -> list[Text]:
    half = (canvas.width - len("  │ ")) // 2
    sides = [_answer(canvas, arm, answered, half) for arm, answered in zip(arms, pair, strict=True)]
    return [
        Text.assemble(" ", beside(left, Text.assemble((" │ ", "dim"), right), half))
        for left, right in zip_longest(*sides, fillvalue=Text())
    ]


def _answer(canvas: Canvas, arm: str, answered: Answered | None, width: int) -> list[Text]:
    lines = [Text(canvas.foreign_line(arm), style="bold")]
    if answered is None:
        return [*lines, Text("was not asked", style="dim")]
    if answered.failure is not None:
        failure = answered.failure
        said = f"no answer: {failure.kind.value}: {canvas.foreign_line(failure.message)}"
        return lines + canvas.wrap(Text(said, style="red"), width)
    completion = answered.completion
    lines += _said(canvas, completion, width) if completion is not None else []
    for score in answered.scores:
        lines += canvas.wrap(_score(canvas, score), width)
    return lines


def _said(canvas: Canvas, completion: Completion, width: int) -> list[Text]:
    text = canvas.foreign(completion.text) if completion.text.strip() else "(an empty answer)"
    lines = canvas.wrap(Text(text), width)
    for call in completion.tool_calls:
        lines += canvas.wrap(Text(canvas.foreign_line(f"calls {call.name}({call.arguments})")), width)
    facts = [completion.finish.value]
    facts += [f"{completion.usage.output_tokens} tokens"] if completion.usage else []
    facts += [numbers.duration(completion.latency_s)] if completion.latency_s is not None else []
    facts += [numbers.usd(completion.cost_usd)] if completion.cost_usd is not None else []
    facts += ["written by hand"] if completion.authored else ["replayed"] if completion.replayed else []
    return lines + canvas.wrap(Text(" · ".join(facts), style="dim"), width)


def _score(canvas: Canvas, score: Score) -> Text:
    mark, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}[score.passed]
    said = canvas.foreign_line(f"{score.label}: {score.error or score.reason}")
    return Text.assemble((f"{mark} ", style), said)


def _judgments(canvas: Canvas, view: CaseView) -> list[Text]:
    lines: list[Text] = []
    judge = None
    for each in view.judgments:
        if each.judge != judge:
            lines += canvas.labelled("Judge", [Text(canvas.foreign_line(each.judge), style="bold")])
            judge = each.judge
        lines += canvas.labelled("", [_judgment(canvas, each), *_axis_scores(canvas, each)])
    return lines


def _judgment(canvas: Canvas, judgment: Judgment) -> Text:
    if judgment.winner is None:
        winner, style = f"{judgment.outcome}: {judgment.error or 'no reason given'}", "red"
    elif judgment.winner == "tie":
        winner, style = "tie", "yellow"
    else:
        winner, style = f"{judgment.first if judgment.winner == 'first' else judgment.second} wins", ""
    shown = f"{judgment.first} shown first: "
    reason = f"  {judgment.reason}" if judgment.reason else ""
    flagged = f"  suspected: {', '.join(judgment.suspicions)}" if judgment.flagged else ""
    return Text.assemble(
        (canvas.foreign_line(shown) + " ", "dim"),
        (canvas.foreign_line(winner), f"bold {style}".strip()),
        f"  {canvas.foreign_line(reason)}".rstrip(),
        (f"  {canvas.foreign_line(flagged)}".rstrip(), "yellow"),
    )


def _axis_scores(canvas: Canvas, judgment: Judgment) -> list[Text]:
    if not judgment.axes:
        return []
    sides = (judgment.first, judgment.second)
    parts = [f"{name} {_level(scores.first)} | {_level(scores.second)}" for name, scores in judgment.axes.items()]
    return [Text(canvas.foreign_line(f"  {' | '.join(sides)}: {', '.join(parts)}"), style="dim")]


def _level(score: float | None) -> str:
    return numbers.UNKNOWN if score is None else f"{score:g}"
