"""The report for a person at a terminal: what was found, how sure that is, and what would settle it."""

import shlex
from collections.abc import Iterable, Mapping

from rich.text import Text

from arena.records.gate import DuelOrGate, duel_of
from arena.records.metric import Decision, Limit
from arena.records.result import (
    AxisResult,
    DuelResult,
    EarlyStop,
    JudgeHealth,
    LostCase,
    MetricResult,
    PanelAgreement,
    WinRate,
)
from arena.reports import numbers
from arena.reports.arms import difference_lines
from arena.reports.bars import SHORTEST_TRACK, difference_bar, share_bar
from arena.reports.canvas import LABEL_WIDTH, Canvas, columns
from arena.reports.judge_lines import fitness, judge_lines, people_lines, rate, recount_lines
from arena.reports.metric_table import limit_text, metric_lines
from arena.reports.numbers import counted
from arena.reports.report import Found, Page
from arena.reports.spent import spent_lines
from arena.reports.verdict_lines import is_gate, verdict_lines

MOST_LOST = 5
LONGEST_BAR = 64
ANSWERS: Mapping[Decision, tuple[str, str]] = {
    "pass": ("yes", "bold green"),
    "fail": ("no", "bold red"),
    "inconclusive": ("cannot tell", "bold yellow"),
}
OUTCOMES: Mapping[str, str] = {
    "stop": "complete",
    "length": "cut by length",
    "refusal": "refused",
    "content_filter": "content-filtered",
    "tool_calls": "with tool calls",
}
DOT = " · "


def render(found: Found[DuelOrGate], page: Page) -> str:
    """Return the report of a duel or a gate as text."""
    canvas, result = Canvas.of(page), duel_of(found.result)
    sections = [
        _header(canvas, result),
        verdict_lines(canvas, found) if is_gate(found) else [],
        difference_lines(canvas, result.differences),
        _headline(canvas, result),
        _axes(canvas, result.axes or ()),
        _metrics(canvas, result),
        _judges(canvas, result),
        canvas.labelled("People", people_lines(canvas, result.people)),
        _answers(canvas, result),
        _lost(canvas, result.lost, found.reference),
        _notes(canvas, result),
        spent_lines(canvas, found.facts, cost_usd=result.cost_usd, cost_reason=result.cost_reason),
    ]
    return canvas.draw(_apart(sections))


def _apart(sections: Iterable[list[Text]]) -> list[Text]:
    lines: list[Text] = []
    for section in sections:
        if section:
            lines += [Text(), *section] if lines else section
    return lines


def _header(canvas: Canvas, result: DuelResult) -> list[Text]:
    cases = counted(result.cases, "case") + (f" × {result.repeats}" if result.repeats > 1 else "")
    parts = [
        Text(canvas.foreign_line(result.experiment.name), style="bold"),
        Text(f"{canvas.foreign_line(result.control)} → {canvas.foreign_line(result.treatment)}"),
        Text(canvas.foreign_line(cases)),
        Text(_models(canvas, result)),
    ]
    if result.judge:
        names = [each.model for each in result.judges or (result.judge,)]
        parts.append(Text(f"judge {', '.join(map(canvas.foreign_line, names))}"))
    parts.append(Text(result.determinism, style="dim"))
    lines = canvas.wrap(canvas.flow([part for part in parts if part.plain], separator="   "))
    if result.hypothesis:
        lines += canvas.hang(Text(" "), Text(canvas.foreign_line(result.hypothesis), style="italic"))
    return lines


def _models(canvas: Canvas, result: DuelResult) -> str:
    names = [canvas.foreign_line(result.models.get(arm) or "recorded") for arm in ("control", "treatment")]
    return names[0] if names[0] == names[1] else " → ".join(names)


def _headline(canvas: Canvas, result: DuelResult) -> list[Text]:
    if result.win_rate is not None:
        return _win_rate(canvas, result, result.win_rate)
    primary = next((each for each in result.metrics if each.role == "primary"), None)
    return [] if primary is None else _primary(canvas, result, primary)


def _win_rate(canvas: Canvas, result: DuelResult, rate: WinRate) -> list[Text]:
    figures = [
        Text.assemble((numbers.share(rate.value), "bold"), f" {numbers.interval(rate.interval, 'share')}"),
        Text(f"p {numbers.p_value(rate.p_value)}"),
        Text(f"{rate.wins} won{DOT}{rate.losses} lost{DOT}{rate.ties} tied"),
    ]
    bodies = [canvas.flow(figures, separator="   ", width=canvas.width - LABEL_WIDTH)]
    room = canvas.width - LABEL_WIDTH
    if rate.value is not None and room >= SHORTEST_TRACK:
        style = ANSWERS[result.win_rate_decision][1].split()[-1] if result.win_rate_decision else ""
        bodies.append(Text(share_bar(rate.value, rate.interval, width=min(room, LONGEST_BAR)), style=style))
    if result.early_stop is not None:
        bodies.append(Text(_stopped(result.early_stop)))
    if rate.reason:
        bodies.append(Text(canvas.foreign_line(rate.reason), style="yellow"))
    return canvas.labelled("Win rate", [*bodies, *_win_rate_answers(canvas, result, rate), *_missing(canvas, rate)])


def _stopped(stop: EarlyStop) -> str:
    if stop.stopped_at == stop.planned:
        return f"all {counted(stop.planned, 'case')} were needed; the interval holds at any stop"
    saved = f"saved {counted(stop.calls_saved, 'call')}"
    return f"decided after {stop.stopped_at:,} of {stop.planned:,} cases: {saved}; the interval holds at any stop"


def _win_rate_answers(canvas: Canvas, result: DuelResult, rate: WinRate) -> list[Text]:
    """Answer each limit that the experiment sets on the win rate; better than 50% where it sets none."""
    limits = [each for each in result.metrics if each.is_headline and each.limit]
    answers = [_answer(canvas, _question(each.limit), each.decision, result, each.note) for each in limits]
    answers = answers or [_answer(canvas, _question(None), result.win_rate_decision, result)]
    interval = rate.interval
    parts = [f"{numbers.whole_share(interval.level)} {interval.method}"] if interval else []
    parts += [rate.p_method] if interval is None or rate.p_method != interval.method else []
    parts += [counted(rate.clusters, "cluster")] if rate.clusters is not None else []
    methods = Text(canvas.foreign_line(", ".join(parts)), style="dim")
    first = canvas.flow([answers[0], methods], separator="   ", width=canvas.width - LABEL_WIDTH)
    return [first, *answers[1:]]


def _question(limit: Limit | None) -> str:
    if limit is None or limit.kind == "above":
        return f"better than {numbers.whole_share(0.5 if limit is None else limit.value)}"
    return limit_text(limit, "share")


def _answer(
    canvas: Canvas, question: str, decision: Decision | None, result: DuelResult, note: str | None = None
) -> Text:
    if decision is None:
        return Text(f"{question}: no verdict")
    word, style = ANSWERS[decision]
    settles = (
        (_what_settles_it(canvas, result) or canvas.foreign_line(note or "")) if decision == "inconclusive" else ""
    )
    return Text.assemble(f"{question}: ", (word, style), f"; {settles}" if settles else "")


def _what_settles_it(canvas: Canvas, result: DuelResult) -> str:
    if result.cases_needed_note:
        return canvas.foreign_line(result.cases_needed_note)
    if result.cases_needed is not None:
        return f"about {counted(result.cases_needed, 'case')} would settle it, and there are {result.cases:,}"
    return ""


def _missing(canvas: Canvas, rate: WinRate) -> list[Text]:
    failed = {arm: count for arm, count in rate.failed.items() if count}
    worst = f"if all that is missing had gone one way: [{numbers.share(rate.worst_case.low)}, "
    lines = []
    if failed:
        counts = ", ".join(f"{canvas.foreign_line(arm)} {count}" for arm, count in failed.items())
        lines.append(Text(f"failed calls, counted as lost by their arm: {counts}", style="yellow"))
    bounds = (rate.worst_case.low, rate.worst_case.high)
    if rate.interval is not None and bounds != (rate.interval.low, rate.interval.high):
        lines.append(Text(f"{worst}{numbers.share(rate.worst_case.high)}]", style="yellow"))
    return lines


def _primary(canvas: Canvas, result: DuelResult, metric: MetricResult) -> list[Text]:
    estimate = metric.difference
    change, bounds = numbers.change(estimate.value, estimate.interval, estimate.unit_of_measure)
    levels = f"{numbers.quantity(metric.control, metric.unit)} → {numbers.quantity(metric.treatment, metric.unit)}"
    figures = [
        Text(levels),
        Text.assemble((change, "bold"), f" {bounds}"),
        Text(f"p {numbers.p_value(metric.p_value)}"),
    ]
    question = limit_text(metric.limit, metric.unit) or "better"
    bodies = [
        Text(canvas.foreign_line(metric.name), style="bold"),
        canvas.flow(figures, separator="   ", width=canvas.width - LABEL_WIDTH),
        _answer(canvas, question, metric.decision, result),
    ]
    told = result.cases_needed_note if metric.decision == "inconclusive" else None
    reasons = [each for each in (metric.difference.reason, metric.note) if each and each != told]
    bodies += [Text(canvas.foreign_line(each), style="yellow") for each in reasons]
    return canvas.labelled("Primary", bodies)


def _axes(canvas: Canvas, axes: tuple[AxisResult, ...]) -> list[Text]:
    if not axes:
        return []
    sizes = [abs(each.difference.value) for each in axes if each.difference.value is not None]
    scale = max([1.0, *sizes])
    titles = ("Axis", "control", "treatment", "difference", "", "", "adj. p")
    rows = [[Text(title, style="bold" if title == "Axis" else "dim") for title in titles]]
    rows += [_axis_row(canvas, each, scale) for each in axes]
    lines = columns(rows, ("left", "right", "right", "right", "left", "left", "left"))
    reasons = [f"{each.name}: {each.difference.reason}" for each in axes if each.difference.reason]
    notes = [line for each in reasons for line in canvas.hang(Text("   "), Text(canvas.foreign_line(each), "yellow"))]
    return [*(Text.assemble(" ", line) for line in lines), *notes]


def _axis_row(canvas: Canvas, axis: AxisResult, scale: float) -> list[Text]:
    value = axis.difference.value
    change, bounds = numbers.change(value, axis.difference.interval, "points")
    return [
        canvas.fit(Text(canvas.foreign_line(axis.name)), max(canvas.width // 5, 12)),
        Text(numbers.quantity(axis.control, "points")),
        Text(numbers.quantity(axis.treatment, "points")),
        Text(change),
        Text(bounds),
        Text("" if value is None else difference_bar(value, scale=scale)),
        Text(numbers.p_value(axis.p_adjusted)),
    ]


def _metrics(canvas: Canvas, result: DuelResult) -> list[Text]:
    shown_above = {each.label for each in result.metrics if each.role == "primary"} if result.win_rate is None else ()
    shown = [each for each in result.metrics if not each.is_headline and each.label not in shown_above]
    return metric_lines(canvas, shown)


def _judges(canvas: Canvas, result: DuelResult) -> list[Text]:
    if result.judge is None:
        return []
    others = [line for each in result.judges[1:] for line in _member(canvas, each)]
    name = result.judge.model if others else None
    together = [_panel(result.panel)] if result.panel else []
    recount = recount_lines(canvas, result.flagged_recount)
    return canvas.labelled("Judge", [*judge_lines(canvas, result.judge, name=name), *recount, *others, *together])


def _panel(panel: PanelAgreement) -> Text:
    parts = [f"panel of {panel.judges}, {panel.rule}"]
    parts.append(f"judges agree {rate(panel.agreement)}")
    parts.append(f"split in {counted(panel.split, 'case')}")
    parts += [f"a judge missing in {counted(panel.incomplete, 'case')}"] if panel.incomplete else []
    return Text(DOT.join(parts))


def _member(canvas: Canvas, judge: JudgeHealth) -> list[Text]:
    """Return another judge of a panel in a line, and why it is not fit."""
    parts = [canvas.foreign_line(judge.model), f"consistent {rate(judge.consistency)}"]
    parts.append(f"{judge.unparseable:,} of {judge.judgments:,} unparseable")
    parts += [f"{judge.failed:,} failed"] if judge.failed else []
    why = [Text(f"✗ {canvas.foreign_line(reason)}", style="red") for reason in judge.unfit_reasons]
    line = canvas.flow([*map(Text, parts), fitness(judge)], separator=DOT, width=canvas.width - LABEL_WIDTH)
    return [line, *why]


def _answers(canvas: Canvas, result: DuelResult) -> list[Text]:
    """Say how the answers ended where any ended otherwise than by itself."""
    bodies = []
    for arm, counts in result.outcomes.items():
        if set(counts) - {"stop"}:
            classes = DOT.join(f"{count} {OUTCOMES.get(name, name)}" for name, count in counts.items())
            bodies.append(Text(f"{canvas.foreign_line(arm)}: {canvas.foreign_line(classes)}"))
    return canvas.labelled("Answers", bodies)


def _lost(canvas: Canvas, lost: tuple[LostCase, ...], reference: str) -> list[Text]:
    worst = lost[:MOST_LOST]
    if not worst:
        return []
    bodies = []
    for each in worst:
        reason = canvas.foreign_line(each.reason)
        bodies.append(Text.assemble((canvas.foreign_line(each.case), "bold"), f"  {reason}" if reason else ""))
    command = f"arena show {reference} {shlex.quote(canvas.foreign_line(worst[0].case))}"
    more = f" ({len(lost) - MOST_LOST} more lost)" if len(lost) > MOST_LOST else ""
    return canvas.labelled("Lost worst", [*bodies, Text(command + more, style="cyan")])


def _notes(canvas: Canvas, result: DuelResult) -> list[Text]:
    notes = [result.selection] if result.selection else []
    notes += result.notes
    if result.determinism_reason:
        notes.append(f"{result.determinism}: {result.determinism_reason}")
    return canvas.labelled("Notes", [Text(canvas.foreign_line(note)) for note in notes])
