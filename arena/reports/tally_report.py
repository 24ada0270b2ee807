"""The report of a tally: the answer first, in words; then its figures."""

from arena.records.metric import Decision
from arena.records.result import AxisResult, JudgeHealth, WinRate
from arena.records.tally import JudgeWinRate, TallyResult
from arena.reports import numbers
from arena.reports.document import (
    APART,
    Bar,
    Block,
    Body,
    Cell,
    Document,
    Figure,
    Health,
    Line,
    Span,
    Table,
    facts,
    notes,
    sections,
)
from arena.reports.numbers import counted
from arena.reports.report import Found
from arena.reports.terminal import ANSWERS


def document(found: Found[TallyResult]) -> Document:
    """Return what a tally says."""
    result = found.result
    return Document(
        kind="Tally",
        name=result.source,
        answer=result.headline,
        tone=result.win_rate_decision,
        about_label="Compared",
        about=_compared(result),
        sections=sections(
            ("Win rate", (_win_rate(result), facts(("To settle", _said(result.cases_needed_note))))),
            ("Variants", (_variants(result),)),
            ("Axes of the rubric", (axes_table(result.axes or ()),)),
            ("Can the judge be trusted?", _judges(result)),
            ("Notes", (notes(result.notes),)),
        ),
    )


def _said(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)


def _compared(result: TallyResult) -> tuple[str, ...]:
    parts = [f"{result.control} → {result.treatment}", counted(result.cases, "case")]
    parts += [f"{result.judgments:,} judgments"] if result.judgments is not None else []
    parts += [result.source] if result.judgments is not None or result.variants else []
    return tuple(parts)


def _win_rate(result: TallyResult) -> Figure:
    rate = result.win_rate
    answer = Span(ANSWERS[result.win_rate_decision][0], result.win_rate_decision, strong=True)
    return Figure(
        label="Win rate",
        value=rate.value,
        interval=rate.interval,
        decision=result.win_rate_decision,
        outcomes=(rate.wins, rate.ties, rate.losses),
        beside=(
            f"p {numbers.p_value(rate.p_value)}",
            f"{rate.wins:,} won · {rate.losses:,} lost · {rate.ties:,} tied",
        ),
        below=(Line((("better than 50%: ", answer), Span(_method(rate), "quiet")), APART), *_missing(rate)),
    )


def _method(rate: WinRate) -> str:
    parts = [f"{numbers.whole_share(rate.interval.level)} {rate.interval.method}"] if rate.interval else []
    parts += [rate.p_method] + ([f"{rate.clusters:,} clusters"] if rate.clusters is not None else [])
    return ", ".join(parts)


def _missing(rate: WinRate) -> tuple[Body, ...]:
    lines = []
    if any(rate.failed.values()):
        counts = ", ".join(f"{arm} {count:,}" for arm, count in rate.failed.items() if count)
        lines.append(f"failed calls, counted as lost by their arm: {counts}")
    worst, interval = rate.worst_case, rate.interval
    if interval is not None and (worst.low, worst.high) != (interval.low, interval.high):
        ends = f"[{numbers.share(worst.low)}, {numbers.share(worst.high)}]"
        lines.append(f"if all that is missing had gone one way: {ends}")
    return tuple(Span(line, "inconclusive") for line in lines)


def _variants(result: TallyResult) -> Table | None:
    rows = tuple(
        (one.name, f"{one.passed:,}", f"{one.cases:,}", f"{one.failed:,}", _score(one.mean_score))
        for one in result.variants
    )
    return Table(heads=("Variant", "passed", "of", "failed calls", "mean score"), rows=rows) if rows else None


def _score(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else numbers.minus(f"{value:.3f}")


def axes_table(axes: tuple[AxisResult, ...]) -> Table | None:
    """Return the axes of a rubric with the difference on each; None without any."""
    if not axes:
        return None
    scale = max([1.0, *(abs(one.difference.value) for one in axes if one.difference.value is not None)])
    return Table(
        heads=("Axis", "control", "treatment", "difference", "", "", "adj. p"),
        rows=tuple(_axis(one, scale) for one in axes),
        left=(0, 4, 5),
    )


def _axis(axis: AxisResult, scale: float) -> tuple[Cell, ...]:
    found = axis.difference
    change, bounds = numbers.change(found.value, found.interval, "points")
    return (
        axis.name,
        numbers.quantity(axis.control, "points"),
        numbers.quantity(axis.treatment, "points"),
        change,
        bounds,
        Bar(value=found.value, interval=found.interval, scale=scale, label=f"{axis.name} {change} {bounds}"),
        numbers.p_value(axis.p_adjusted),
    )


def _judges(result: TallyResult) -> tuple[Block | None, ...]:
    """Return the pooled judge's health; where there are several, each one's win rate and health beside it."""
    if result.judge is None:
        return ()
    several = bool(result.by_judge)
    label = "Judges" if several else "Judge"
    health = Health(result.judge, label, name=result.judge.model, recount=result.flagged_recount)
    return health, _by_judge(result, result.judge) if several else None


def _by_judge(result: TallyResult, pooled: JudgeHealth) -> Table:
    alone = [_alone(one, health) for one, health in zip(result.by_judge, result.judges, strict=True)]
    return Table(
        heads=("By judge", "win rate", "", "better", "consistent", "first slot", "fitness"),
        rows=(_judge(pooled, result.win_rate, result.win_rate_decision), *alone),
        left=(0, 2, 3, 6),
    )


def _alone(one: JudgeWinRate, health: JudgeHealth) -> tuple[Cell, ...]:
    return _judge(health, one.win_rate, one.decision)


def _judge(health: JudgeHealth, rate: WinRate, decision: Decision) -> tuple[Cell, ...]:
    return (
        health.model,
        numbers.share(rate.value),
        numbers.interval(rate.interval, "share"),
        Span(ANSWERS[decision][0], decision),
        numbers.whole_share(health.consistency.value),
        numbers.whole_share(health.first_slot_share.value),
        Span("fit", "pass") if health.fit else Span("not fit", "fail"),
    )
