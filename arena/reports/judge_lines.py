"""Whether a judge can be trusted, as every report says it."""

from rich.text import Text

from arena.records.result import FlaggedRecount, HumanAgreement, JudgeHealth
from arena.reports import numbers
from arena.reports.canvas import LABEL_WIDTH, Canvas
from arena.reports.numbers import counted
from arena.stats.estimate import Estimate, Interval

MOST_FLAGGED = 3
DOT = " · "


def judge_lines(canvas: Canvas, judge: JudgeHealth, *, name: str | None = None) -> list[Text]:
    """Return a judge's health: figures, then why it is not fit, then what is suspected.

    Args:
        canvas: what is drawn on.
        judge: its health.
        name: what stands before the figures; None: nothing.
    """
    parts = [canvas.foreign_line(name)] if name else []
    flips = "" if judge.flips is None or judge.consistency.value is None else f", {counted(judge.flips, 'flip')}"
    position = "" if judge.position_p_value is None else f", p {numbers.p_value(judge.position_p_value)}"
    parts += [f"consistent {rate(judge.consistency)}{flips}", f"first slot {rate(judge.first_slot_share)}{position}"]
    controlled = judge.length_controlled_win_rate
    if controlled is not None and controlled.interval is not None:
        parts.append(f"length-controlled {rate(controlled)}")
    if judge.longer_wins is not None:
        parts.append(f"longer answer wins {numbers.whole_share(judge.longer_wins)}")
    parts.append(f"{judge.unparseable:,} of {judge.judgments:,} unparseable")
    parts += [f"{judge.failed:,} failed"] if judge.failed else []
    counts = judge.distinct_answers.values()
    parts += [f"distinct answers {' → '.join(map(str, counts))}"] if counts else []
    texts = [*(Text(part) for part in parts), fitness(judge)]
    bodies = [canvas.flow(texts, separator=DOT, width=canvas.width - LABEL_WIDTH)]
    bodies += [Text(f"✗ {canvas.foreign_line(reason)}", style="red") for reason in judge.unfit_reasons]
    return [*bodies, *_self_preference(canvas, judge.self_preference), *_flagged(canvas, judge)]


def recount_lines(canvas: Canvas, recount: FlaggedRecount | None) -> list[Text]:
    """Return what the win rate would be if the flagged answers had lost; nothing where none is flagged."""
    if recount is None:
        return []
    changes = "which changes the verdict" if recount.changes_verdict else "which changes nothing"
    text = f"if {'it' if recount.cases == 1 else 'they'} had lost: win rate {exact_rate(recount.win_rate)}, {changes}"
    return [Text(canvas.foreign_line(text), style="bold yellow" if recount.changes_verdict else "")]


def people_lines(canvas: Canvas, people: HumanAgreement | None) -> list[Text]:
    """Return how the judges stand to people's labels; nothing where there are none."""
    if people is None:
        return []
    figures = [
        Text.assemble("judges agree ", (exact_rate(people.agreement), "bold")),
        Text(f"in both orders {exact_rate(people.agreement_both_orders)}"),
        Text(f"kappa {coefficient(people.kappa.value)}"),
        Text(f"{counted(people.labels, 'label')} of {counted(people.raters, 'rater')}"),
        Text(counted(people.cases, "case")),
    ]
    lines = [canvas.flow(figures, separator=DOT, width=canvas.width - LABEL_WIDTH)]
    corrected = people.corrected_win_rate
    if corrected is not None and corrected.value is not None:
        method = canvas.foreign_line(corrected.interval.method) if corrected.interval else ""
        lines.append(Text.assemble(f"win rate by people {exact_rate(corrected)}", (f"  {method}", "dim")))
    if people.least is not None:
        mark, style, said = against(people.agreement.interval, people.least)
        lines.append(Text(f"{mark} gate.min_human_agreement {numbers.share(people.least)}{said}", style=style))
    return [*lines, Text(f"by {canvas.foreign_line(people.source)}", style="dim")]


def against(found: Interval | None, least: float) -> tuple[str, str, str]:
    """Return mark, style and words of an agreement: only one whose whole interval reaches the least is proved."""
    if found is not None and found.low >= least:
        return "✓", "green", ""
    return ("✗", "red", "") if found is not None and found.high < least else ("?", "yellow", ": not proved")


def exact_rate(estimate: Estimate) -> str:
    """Return a share and its interval with one decimal, or a dash."""
    return f"{numbers.share(estimate.value)} {numbers.interval(estimate.interval, 'share')}".rstrip()


def coefficient(value: float | None) -> str:
    """Return a coefficient of agreement with three decimals and no leading zero.

    >>> coefficient(0.9387), coefficient(-0.05), coefficient(1.0), coefficient(None)
    ('.939', '−.050', '1', '–')
    """
    if value is None:
        return numbers.UNKNOWN
    if abs(value) == 1.0:
        return numbers.minus(f"{value:.0f}")
    return numbers.minus(f"{value:.3f}".replace("0.", ".", 1))


def fitness(judge: JudgeHealth) -> Text:
    """Return whether a judge is fit to decide, in words."""
    return Text("fit", style="green") if judge.fit else Text("not fit to decide", style="bold red")


def rate(estimate: Estimate) -> str:
    """Return a share and its interval in whole percent."""
    return f"{numbers.whole_share(estimate.value)} {numbers.whole_interval(estimate.interval)}".rstrip()


def _self_preference(canvas: Canvas, found: Estimate | None) -> list[Text]:
    """Return how much more a judge favours its own family's answers; of an old result, nothing."""
    if found is None:
        return []
    if found.value is None:
        return [Text(f"self-preference {canvas.foreign_line(found.reason or 'not identifiable')}", style="dim")]
    change, bounds = numbers.change(found.value, found.interval, "share")
    return [Text(f"self-preference {change} {bounds}")]


def _flagged(canvas: Canvas, judge: JudgeHealth) -> list[Text]:
    if not judge.flagged:
        return []
    lines = [Text(f"? suspected prompt injection in {counted(len(judge.suspects), 'answer')}", style="yellow")]
    for each in judge.suspects[:MOST_FLAGGED]:
        where = f"{each.case} ({each.variant}), {each.family}: "
        lines.append(Text(canvas.foreign_line(where) + f' "{canvas.foreign_line(each.excerpt)}"'))
    return lines
