"""The report of a tally: the answer first, in words; then its figures."""

from collections.abc import Iterable, Mapping

from rich.text import Text

from arena.records.metric import Decision
from arena.records.result import AxisResult, JudgeHealth, WinRate
from arena.records.tally import JudgeWinRate, TallyResult
from arena.reports import numbers
from arena.reports.bars import SHORTEST_TRACK, difference_bar, share_bar
from arena.reports.canvas import LABEL_WIDTH, Align, Canvas, columns
from arena.reports.judge_lines import judge_lines, recount_lines
from arena.reports.report import Found, Page

LONGEST_BAR = 64
DOT = " · "
ANSWERS: Mapping[Decision, tuple[str, str]] = {
    "pass": ("yes", "bold green"),
    "fail": ("no", "bold red"),
    "inconclusive": ("cannot tell", "bold yellow"),
}


def render(found: Found[TallyResult], page: Page) -> str:
    """Return the report as text."""
    canvas, result = Canvas.of(page), found.result
    sections = [
        canvas.wrap(Text(canvas.foreign_line(" ".join(result.headline)), style=ANSWERS[result.win_rate_decision][1])),
        [*_compared(canvas, result), *_win_rate(canvas, result), *_needed(canvas, result)],
        _variants(canvas, result),
        _axes(canvas, result.axes or ()),
        _judges(canvas, result),
        canvas.labelled("Notes", [Text(canvas.foreign_line(note)) for note in result.notes]),
    ]
    lines: list[Text] = []
    for section in sections:
        if section:
            lines += [Text(), *section] if lines else section
    return canvas.draw(lines)


def _compared(canvas: Canvas, result: TallyResult) -> list[Text]:
    parts = [f"{result.control} → {result.treatment}", f"{result.cases:,} case{'' if result.cases == 1 else 's'}"]
    parts += [f"{result.judgments:,} judgments"] if result.judgments is not None else []
    parts += [result.source] if result.judgments is not None or result.variants else []
    texts = [Text(canvas.foreign_line(part)) for part in parts]
    return canvas.labelled("Compared", [canvas.flow(texts, separator=DOT, width=canvas.width - LABEL_WIDTH)])


def _win_rate(canvas: Canvas, result: TallyResult) -> list[Text]:
    rate, room = result.win_rate, canvas.width - LABEL_WIDTH
    word, style = ANSWERS[result.win_rate_decision]
    figures = [
        Text.assemble((numbers.share(rate.value), "bold"), f" {numbers.interval(rate.interval, 'share')}"),
        Text(f"p {numbers.p_value(rate.p_value)}"),
        Text(f"{rate.wins:,} won{DOT}{rate.losses:,} lost{DOT}{rate.ties:,} tied"),
    ]
    bodies = [canvas.flow(figures, separator="   ", width=room)]
    if rate.value is not None and room >= SHORTEST_TRACK:
        bodies.append(Text(share_bar(rate.value, rate.interval, width=min(room, LONGEST_BAR)), style=style.split()[-1]))
    answer = [Text.assemble("better than 50%: ", (word, style)), Text(_method(canvas, rate), style="dim")]
    bodies.append(canvas.flow(answer, separator="   ", width=room))
    return canvas.labelled("Win rate", [*bodies, *_missing(rate)])


def _method(canvas: Canvas, rate: WinRate) -> str:
    parts = [f"{numbers.whole_share(rate.interval.level)} {rate.interval.method}"] if rate.interval else []
    parts += [rate.p_method] + ([f"{rate.clusters:,} clusters"] if rate.clusters is not None else [])
    return canvas.foreign_line(", ".join(parts))


def _missing(rate: WinRate) -> list[Text]:
    lines = []
    if any(rate.failed.values()):
        counts = ", ".join(f"{arm} {count:,}" for arm, count in rate.failed.items() if count)
        lines.append(Text(f"failed calls, counted as lost by their arm: {counts}", style="yellow"))
    worst, interval = rate.worst_case, rate.interval
    if interval is not None and (worst.low, worst.high) != (interval.low, interval.high):
        ends = f"[{numbers.share(worst.low)}, {numbers.share(worst.high)}]"
        lines.append(Text(f"if all that is missing had gone one way: {ends}", style="yellow"))
    return lines


def _needed(canvas: Canvas, result: TallyResult) -> list[Text]:
    if result.cases_needed_note is None:
        return []
    return canvas.labelled("To settle", [Text(canvas.foreign_line(result.cases_needed_note))])


def _variants(canvas: Canvas, result: TallyResult) -> list[Text]:
    titles = ("Variant", "passed", "of", "failed calls", "mean score")
    rows = [
        (one.name, f"{one.passed:,}", f"{one.cases:,}", f"{one.failed:,}", _score(one.mean_score))
        for one in result.variants
    ]
    return _table(canvas, titles, rows)


def _score(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else numbers.minus(f"{value:.3f}")


def _axes(canvas: Canvas, axes: tuple[AxisResult, ...]) -> list[Text]:
    scale = max([1.0, *(abs(one.difference.value) for one in axes if one.difference.value is not None)])
    titles = ("Axis", "control", "treatment", "difference", "", "", "adj. p")
    return _table(canvas, titles, [_axis_row(one, scale) for one in axes], left=(0, 4, 5))


def _axis_row(axis: AxisResult, scale: float) -> tuple[str, ...]:
    value = axis.difference.value
    change, bounds = numbers.change(value, axis.difference.interval, "points")
    return (
        axis.name,
        numbers.quantity(axis.control, "points"),
        numbers.quantity(axis.treatment, "points"),
        change,
        bounds,
        "" if value is None else difference_bar(value, scale=scale),
        numbers.p_value(axis.p_adjusted),
    )


def _judges(canvas: Canvas, result: TallyResult) -> list[Text]:
    """Return the pooled judge's health; where there are several, each one's win rate and health beside it."""
    if result.judge is None:
        return []
    bodies = judge_lines(canvas, result.judge, name=result.judge.model)
    bodies += recount_lines(canvas, result.flagged_recount)
    if not result.by_judge:
        return canvas.labelled("Judge", bodies)
    titles = ("By judge", "win rate", "", "better", "consistent", "first slot", "")
    pooled = _judge_row(result.judge, result.win_rate, result.win_rate_decision)
    alone = [_alone_row(one, health) for one, health in zip(result.by_judge, result.judges, strict=True)]
    return [*canvas.labelled("Judges", bodies), Text(), *_table(canvas, titles, [pooled, *alone], left=(0, 2, 3, 6))]


def _alone_row(one: JudgeWinRate, health: JudgeHealth) -> tuple[str, ...]:
    return _judge_row(health, one.win_rate, one.decision)


def _judge_row(health: JudgeHealth, rate: WinRate, decision: Decision) -> tuple[str, ...]:
    return (
        health.model,
        numbers.share(rate.value),
        numbers.interval(rate.interval, "share"),
        ANSWERS[decision][0],
        numbers.whole_share(health.consistency.value),
        numbers.whole_share(health.first_slot_share.value),
        "fit" if health.fit else "not fit",
    )


def _table(
    canvas: Canvas, titles: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, left: tuple[int, ...] = (0,)
) -> list[Text]:
    """Return rows under their titles, the first column cut where it is long; nothing for no row."""
    widest = max(canvas.width // 4, 12)
    cells = [[Text(cell if not cell.strip() else canvas.foreign_line(cell)) for cell in row] for row in rows]
    body = [[canvas.fit(first, widest), *rest] for first, *rest in cells]
    if not body:
        return []
    head = [Text(title, style="dim" if place else "bold") for place, title in enumerate(titles)]
    sides: list[Align] = ["left" if place in left else "right" for place in range(len(titles))]
    return [Text.assemble(" ", line) for line in columns([head, *body], sides)]
