"""Whether the judge can be trusted: its own health, what people say, and suspected prompt injection."""

from collections.abc import Iterator

from markupsafe import Markup

from arena.records.result import DuelResult, FlaggedRecount, HumanAgreement, JudgeHealth
from arena.reports import numbers
from arena.reports.judge_lines import against, coefficient, exact_rate, rate
from arena.reports.numbers import counted
from arena.reports.page.markup import Content, tag
from arena.reports.page.verdict import section

Fact = tuple[str, str]  # what it is, how much


def judges(result: DuelResult) -> Markup | None:
    """Return the section on the judges; None where the checks decide."""
    if result.judge is None:
        return None
    parts: list[Content] = [one_judge(each) for each in result.judges or (result.judge,)]
    if result.panel is not None:
        panel = result.panel
        facts = [("judges agree", rate(panel.agreement)), ("split", counted(panel.split, "case"))]
        facts += [("a judge missing", counted(panel.incomplete, "case"))] if panel.incomplete else []
        parts.append(tag("article", tag("h3", f"Panel of {panel.judges}, {panel.rule}"), cards(facts), class_="judge"))
    if result.flagged_recount is not None:
        parts.append(recount(result.flagged_recount))
    return section("judge", "Can the judge be trusted?", *parts)


def one_judge(judge: JudgeHealth) -> Markup:
    """Return the health of one judge."""
    word = "✓ fit to decide" if judge.fit else "✗ not fit to decide"
    badge = tag("span", word, class_=f"badge small {'pass' if judge.fit else 'fail'}")
    reasons = [tag("li", reason) for reason in judge.unfit_reasons]
    return tag(
        "article",
        tag("h3", judge.model, " ", badge),
        tag("ul", *reasons, class_="warning") if reasons else None,
        cards(list(_facts(judge))),
        *_flagged(judge),
        class_="judge",
    )


def _facts(judge: JudgeHealth) -> Iterator[Fact]:
    flips = "" if judge.flips is None else f" · {counted(judge.flips, 'flip')}"
    yield "consistent in both orders", f"{rate(judge.consistency)}{flips}"
    p = "" if judge.position_p_value is None else f" · p {numbers.p_value(judge.position_p_value)}"
    yield "chose the first answer", f"{rate(judge.first_slot_share)}{p}"
    if judge.longer_wins is not None:
        yield "longer answer wins", numbers.whole_share(judge.longer_wins)
    controlled = judge.length_controlled_win_rate
    if controlled is not None:
        yield "win rate at equal length", rate(controlled) if controlled.interval else controlled.reason or "unknown"
    failed = f" · {judge.failed:,} failed" if judge.failed else ""
    yield "unparseable", f"{judge.unparseable:,} of {judge.judgments:,}{failed}"
    if judge.distinct_answers:
        yield "distinct answers", " → ".join(f"{count:,}" for count in judge.distinct_answers.values())
    own = judge.self_preference
    if own is not None:
        change = " ".join(numbers.change(own.value, own.interval, "share"))
        yield "favours its own family", change if own.value is not None else own.reason or "unknown"


def _flagged(judge: JudgeHealth) -> Iterator[Markup]:
    if not judge.flagged:
        return
    title = f"? suspected prompt injection in {counted(len(judge.suspects), 'answer')}"
    lines = [
        tag("li", tag("b", each.case), f" ({each.variant}), {each.family}: ", tag("q", each.excerpt))
        for each in judge.flagged
    ]
    yield tag("details", tag("summary", title), tag("ul", *lines), class_="flagged")


def recount(found: FlaggedRecount) -> Markup:
    """Return what the win rate would be if the flagged answers had lost."""
    what = "it" if found.cases == 1 else "they"
    changes = "which changes the verdict" if found.changes_verdict else "which changes nothing"
    text = f"If {what} had lost: win rate {exact_rate(found.win_rate)}, {changes}."
    return tag("p", text, class_="warning" if found.changes_verdict else None)


def people(result: DuelResult) -> Markup | None:
    """Return how the judges stand to people's labels; None where there are none."""
    said = result.people
    if said is None:
        return None
    return section(
        "people", "What people say", cards(list(_people(said))), tag("p", f"by {said.source}", class_="fine")
    )


def _people(said: HumanAgreement) -> Iterator[Fact]:
    yield "judges agree", exact_rate(said.agreement)
    yield "in both orders", exact_rate(said.agreement_both_orders)
    yield "kappa", coefficient(said.kappa.value)
    yield "labels", f"{said.labels:,} of {counted(said.raters, 'rater')}, {counted(said.cases, 'case')}"
    corrected = said.corrected_win_rate
    if corrected is not None and corrected.value is not None:
        yield "win rate by people", exact_rate(corrected)
    if said.least is not None:
        mark, _, open_ = against(said.agreement.interval, said.least)
        yield "asked for", f"{mark} {numbers.share(said.least)}{open_}"


def cards(facts: list[Fact]) -> Markup:
    """Return facts beside each other, each with its name."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts), class_="cards")
