"""The head of the page: what was decided, why, and the win rate that it rests on."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from arena.records.gate import DuelOrGate, Reason, duel_of
from arena.records.metric import Decision, Limit
from arena.records.result import DuelResult, EarlyStop, MetricResult, WinRate
from arena.reports import numbers
from arena.reports.metric_table import limit_text
from arena.reports.numbers import counted
from arena.reports.page import plots
from arena.reports.page.markup import Content, join, tag
from arena.reports.report import Found
from arena.reports.terminal import ANSWERS
from arena.reports.verdict_lines import WORDS, is_gate, summary

MARKS: Mapping[Decision | None, str] = {"pass": "✓", "fail": "✗", "inconclusive": "?", None: "·"}
SEALED = "Held out: these cases decide, and nobody tunes on them. Keep this page to yourself; do not post its texts."


def masthead(found: Found[DuelOrGate]) -> Markup:
    """Return the verdict of a gate or the name of a duel, and in one line what was compared."""
    result, gate = duel_of(found.result), is_gate(found)
    name = tag("span", result.experiment.name)
    head: list[Content] = [tag("p", "Gate" if gate else "Duel", name if gate else None, class_="eyebrow")]
    if is_gate(found):
        decision = found.result.decision
        badge = tag("span", f"{MARKS[decision]} {WORDS[decision][0]}", class_=f"badge {decision}")
        head.append(tag("h1", badge, " ", tag("span", summary(found), class_="advice")))
    else:
        head.append(tag("h1", result.experiment.name))
    if result.hypothesis:
        head.append(tag("p", result.hypothesis, class_="hypothesis"))
    facts = [tag("li", fact) for fact in _facts(result)]
    sealed = tag("p", SEALED, class_="sealed", role="note") if is_gate(found) and found.result.sealed else None
    return tag("header", sealed, *head, tag("ul", *facts, class_="facts"), class_="masthead")


def _facts(result: DuelResult) -> Iterator[str]:
    yield f"{result.control} → {result.treatment}"
    yield counted(result.cases, "case") + (f" × {result.repeats}" if result.repeats > 1 else "")
    models = [result.models.get(arm) or "recorded" for arm in ("control", "treatment")]
    yield models[0] if models[0] == models[1] else " → ".join(models)
    if result.judge:
        yield f"judge {', '.join(each.model for each in result.judges or (result.judge,))}"
    yield result.determinism


def reasons(found: Found[DuelOrGate]) -> Markup | None:
    """Return the reasons of a gate, one a line, those that keep it from passing first; None for a duel."""
    if not is_gate(found):
        return None
    attempts = found.facts.attempts if found.facts else None
    return section(
        "reasons",
        "Why",
        tag("ul", *(_reason(each) for each in found.result.verdict.reasons), class_="reasons"),
        tag("p", attempts.note, class_="fine") if attempts else None,
    )


def _reason(reason: Reason) -> Markup:
    mark = tag("span", MARKS[reason.decision], class_=f"mark {reason.decision}", aria_hidden="true")
    word = tag("span", f"{reason.decision}: ", class_="unseen")
    return tag("li", mark, tag("p", word, reason.message))


def headline(result: DuelResult) -> Markup | None:
    """Return the win rate with its interval, else the primary metric where the checks decide; None without either."""
    if result.win_rate is not None:
        return section("win-rate", "Win rate", *_win_rate(result, result.win_rate))
    primary = next((each for each in result.metrics if each.role == "primary"), None)
    return None if primary is None else section("win-rate", primary.name, *_primary(result, primary))


def _win_rate(result: DuelResult, rate: WinRate) -> Iterator[Content]:
    value, bounds = numbers.share(rate.value), numbers.interval(rate.interval, "share")
    decision = result.win_rate_decision
    yield _figure(value, bounds, decision)
    yield plots.share_line(
        rate.value, rate.interval, decision=decision, label=f"Win rate {value} {bounds}, from 0 to 100%"
    )
    yield tag("p", tag("span", "0"), tag("span", "50%"), tag("span", "100%"), class_="scale", aria_hidden="true")
    counts = f"{rate.wins} won, {rate.ties} tied, {rate.losses} lost"
    yield plots.stacked([("win", rate.wins), ("tie", rate.ties), ("loss", rate.losses)], label=counts)
    yield tag("p", f"{rate.wins} won · {rate.losses} lost · {rate.ties} tied · p {numbers.p_value(rate.p_value)}")
    limits = [each for each in result.metrics if each.is_headline and each.limit]
    answers = [(_question(each.limit), each.decision, each.note) for each in limits]
    for question, answered, note in answers or [(_question(None), decision, None)]:
        yield _answer(question, answered, result, note)
    yield from (tag("p", each, class_="warning") for each in _warnings(result, rate))
    yield tag("p", _methods(rate), class_="fine")


def _figure(value: str, bounds: str, decision: Decision | None) -> Markup:
    return tag("p", tag("strong", value), " ", tag("span", bounds), class_=f"figure {decision or 'undecided'}")


def _question(limit: Limit | None) -> str:
    if limit is None or limit.kind == "above":
        return f"better than {numbers.whole_share(0.5 if limit is None else limit.value)}"
    return limit_text(limit, "share")


def _answer(question: str, decision: Decision | None, result: DuelResult, note: str | None) -> Markup:
    if decision is None:
        return tag("p", f"{question}: no verdict")
    settles = what_settles_it(result) or note or ""
    more = f"; {settles}" if decision == "inconclusive" and settles else ""
    return tag("p", f"{question}: ", tag("b", f"{MARKS[decision]} {ANSWERS[decision][0]}", class_=decision), more)


def what_settles_it(result: DuelResult) -> str:
    """Return what would settle the primary, in words; empty where nothing is known."""
    if result.cases_needed_note:
        return result.cases_needed_note
    if result.cases_needed is not None:
        return f"about {counted(result.cases_needed, 'case')} would settle it, and there are {result.cases:,}"
    return ""


def _warnings(result: DuelResult, rate: WinRate) -> Iterator[str]:
    if result.early_stop is not None:
        yield _stopped(result.early_stop)
    if rate.reason:
        yield rate.reason
    if any(rate.failed.values()):
        failed = ", ".join(f"{arm} {count}" for arm, count in rate.failed.items() if count)
        yield f"failed calls, counted as lost by their arm: {failed}"
    worst = (rate.worst_case.low, rate.worst_case.high)
    if rate.interval is not None and worst != (rate.interval.low, rate.interval.high):
        yield f"if all that is missing had gone one way: [{numbers.share(worst[0])}, {numbers.share(worst[1])}]"


def _stopped(stop: EarlyStop) -> str:
    if stop.stopped_at == stop.planned:
        return f"all {counted(stop.planned, 'case')} were needed; the interval holds at any stop"
    saved = f"saved {counted(stop.calls_saved, 'call')}"
    return f"decided after {stop.stopped_at:,} of {stop.planned:,} cases: {saved}; the interval holds at any stop"


def _methods(rate: WinRate) -> str:
    parts = [f"{numbers.whole_share(rate.interval.level)} {rate.interval.method}"] if rate.interval else []
    parts += [rate.p_method] + ([counted(rate.clusters, "cluster")] if rate.clusters is not None else [])
    return ", ".join(parts)


def _primary(result: DuelResult, metric: MetricResult) -> Iterator[Content]:
    found = metric.difference
    change, bounds = numbers.change(found.value, found.interval, found.unit_of_measure)
    yield _figure(change, bounds, metric.decision)
    levels = f"{numbers.quantity(metric.control, metric.unit)} → {numbers.quantity(metric.treatment, metric.unit)}"
    yield tag("p", f"{levels} · p {numbers.p_value(metric.p_value)}")
    yield _answer(limit_text(metric.limit, metric.unit) or "better", metric.decision, result, metric.note)
    if found.reason:
        yield tag("p", found.reason, class_="warning")


def section(name: str, title: str, *inside: Content) -> Markup:
    """Return a landmark of the page with its heading."""
    return tag("section", tag("h2", title, id=f"{name}-title"), join(*inside), id=name, aria_labelledby=f"{name}-title")
