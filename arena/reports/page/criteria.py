"""Criteria against their limits, the rubric's axes, and what was measured besides."""

from collections.abc import Iterator, Sequence
from typing import Literal

from markupsafe import Markup

from arena.records.result import AxisResult, DuelResult, MetricResult
from arena.reports import numbers
from arena.reports.metric_table import limit_text
from arena.reports.page import plots
from arena.reports.page.markup import Content, tag
from arena.reports.page.verdict import MARKS, section
from arena.stats.estimate import Estimate, Interval

Direction = Literal["up", "down"]


def criteria(result: DuelResult) -> Markup | None:
    """Return each metric that has a limit, drawn against it; None where there is none."""
    chosen = [each for each in result.metrics if each.limit is not None]
    if not chosen:
        return None
    legend = tag(
        "p",
        tag("span", "Shaded: within the limit", class_="key within"),
        tag("span", "no change", class_="key unchanged"),
        tag("span", "● proved  ✕ refuted  ○ cannot tell", class_="key"),
        class_="fine legend",
    )
    rows = [_criterion(result, each) for each in chosen]
    return section("criteria", "Criteria against their limits", tag("div", *rows, class_="rows", role="list"), legend)


def _criterion(result: DuelResult, metric: MetricResult) -> Markup:
    criterion = metric.criterion
    assert criterion is not None
    limit = criterion.limit
    value, interval, said = _estimate(result, metric)
    above, at = criterion.threshold
    words = limit_text(limit, metric.unit)
    if metric.is_headline and limit.kind == "above":
        words = f"above {numbers.whole_share(limit.value)}"
    plot = plots.against_limit(
        value,
        interval,
        limit=at,
        above=above,
        unchanged=None if limit.is_alone else criterion.no_difference,
        decision=metric.decision,
        label=f"{metric.label} {said}, limit {words}: {metric.decision or 'not decided'}",
    )
    levels = f"{numbers.quantity(metric.control, metric.unit)} → {numbers.quantity(metric.treatment, metric.unit)}"
    note = metric.note or metric.difference.reason
    return tag(
        "div",
        _name(metric, tag("small", metric.role)),
        plot,
        tag("p", tag("strong", said), tag("small", f"limit {words}"), class_="value"),
        tag("p", "" if metric.is_headline else levels, class_="levels"),
        tag("p", note, class_="note") if note else None,
        class_="row",
        role="listitem",
    )


def _estimate(result: DuelResult, metric: MetricResult) -> tuple[float | None, Interval | None, str]:
    """Return what a limit is on: value, interval, and both in words."""
    if metric.is_headline and result.win_rate is not None:
        rate = result.win_rate
        return rate.value, rate.interval, _level(rate.value, rate.interval, "share")
    if metric.level is not None:
        level = metric.level
        return level.value, level.interval, _level(level.value, level.interval, metric.unit)
    found = metric.difference
    return found.value, found.interval, _said(found)


def _level(value: float | None, interval: Interval | None, unit: str) -> str:
    return f"{numbers.quantity(value, unit)} {numbers.interval(interval, unit)}".rstrip()


def _said(found: Estimate) -> str:
    return " ".join(numbers.change(found.value, found.interval, found.unit_of_measure)).rstrip()


def _name(metric: MetricResult, *more: Content) -> Markup:
    kind = metric.decision or "undecided"
    mark = tag("span", MARKS[metric.decision], class_=f"mark {kind}", aria_hidden="true")
    return tag("h3", mark, tag("span", metric.label), *more)


def axes(result: DuelResult) -> Markup | None:
    """Return the rubric's axes with the arms' means, the difference and its interval; None where there are none."""
    if not result.axes:
        return None
    ends = [abs(end) for axis in result.axes for end in _extent(axis.difference)]
    scale = max([1.0, *ends])
    rows = [_axis(each, scale) for each in result.axes]
    heads = ("Axis", "control", "treatment", "", "difference", "adj. p")
    return section("axes", "Axes of the rubric", table(heads, rows))


def _axis(axis: AxisResult, scale: float) -> Sequence[Content]:
    found = axis.difference
    said = " ".join(numbers.change(found.value, found.interval, "points")).rstrip()
    return (
        axis.name,
        numbers.quantity(axis.control, "points"),
        numbers.quantity(axis.treatment, "points"),
        plots.change(found.value, found.interval, scale=scale, label=f"{axis.name} {said}"),
        _with_reason(said, found.reason),
        numbers.p_value(axis.p_adjusted),
    )


def _extent(found: Estimate) -> Iterator[float]:
    if found.value is not None:
        yield found.value
    if found.interval is not None:
        yield from (found.interval.low, found.interval.high)


def others(result: DuelResult) -> Markup | None:
    """Return the metrics without a limit; None where there are none."""
    chosen = [each for each in result.metrics if each.limit is None]
    if not chosen:
        return None
    heads = ("Metric", "control", "treatment", "", "difference", "adj. p")
    return section("others", "Measured besides", table(heads, [_other(each) for each in chosen]))


def _other(metric: MetricResult) -> Sequence[Content]:
    said = _said(metric.difference)
    scale = max([*map(abs, _extent(metric.difference)), 0.0]) or 1.0
    return (
        metric.label,
        numbers.quantity(metric.control, metric.unit),
        numbers.quantity(metric.treatment, metric.unit),
        plots.change(metric.difference.value, metric.difference.interval, scale=scale, label=f"{metric.label} {said}"),
        _with_reason(said, metric.note or metric.difference.reason),
        numbers.p_value(metric.p_adjusted) if metric.p_adjusted is not None else "",
    )


def _with_reason(said: str, reason: str | None) -> Markup:
    return tag("span", said, tag("small", reason) if reason else None)


def table(heads: Sequence[str], rows: Sequence[Sequence[Content]], *, class_: str | None = None) -> Markup:
    """Return a table whose first column names its rows; on a phone each row becomes a block."""
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    body = [tag("tr", tag("th", row[0], scope="row"), *_cells(heads[1:], row[1:])) for row in rows]
    return tag("table", head, tag("tbody", *body), class_=class_)


def _cells(heads: Sequence[str], cells: Sequence[Content]) -> Iterator[Markup]:
    for name, cell in zip(heads, cells, strict=True):
        yield tag("td", cell, data_head=name)
