"""The report as a comment on a pull request: a verdict to be read in ten seconds, the rest folded away.

Everything that a model wrote stands in code, so that nothing of it is obeyed; the comment begins with a marker by which
the next run finds and replaces it, and stays below the length that forges accept.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from arena.records.case_details import CaseDetails
from arena.records.gate import DuelOrGate, duel_of
from arena.records.metric import Decision
from arena.records.result import (
    DuelResult,
    HumanAgreement,
    MetricResult,
)
from arena.reports import numbers
from arena.reports.inert_markdown import code_block, code_span, plain
from arena.reports.judge_lines import exact_rate
from arena.reports.markdown_parts import difference_lines, judge_lines, recount_lines
from arena.reports.metric_table import limit_text
from arena.reports.report import Found, Page
from arena.reports.spent import spent_by
from arena.reports.verdict_lines import is_gate, summary

MOST_BYTES = 64_000  # a comment of 65,536 characters is refused
MOST_LOST = 10
MOST_ANSWER = 1500  # characters of an answer
HEADLINES: Mapping[Decision, str] = {"pass": "✅ PASS", "fail": "❌ FAIL", "inconclusive": "⚠️ INCONCLUSIVE"}
MARKS: Mapping[Decision | None, str] = {"pass": "✅", "fail": "❌", "inconclusive": "❔", None: ""}
SEALED = "The cases are held out by a split: their texts are not shown here."


def render(found: Found[DuelOrGate], page: Page) -> str:
    """Return the report of a duel or a gate as GitHub-flavoured markdown of less than 64 kB."""
    result = duel_of(found.result)
    head = [marker(found.result), f"## {_headline(found)}", "", *_summary(found)]
    sections = [_reasons(found), difference_lines(result.differences), _axes(result), _metrics(result), _judge(result)]
    tail = [*_notes(result), *_footer(found)]
    cases = _lost_cases(found)
    text = _joined([head, *sections, _lost(found, cases, MOST_LOST), tail])
    for most in (5, 2, 0):
        if len(text.encode()) < MOST_BYTES:
            return text
        text = _joined([head, *sections, _lost(found, cases, most), tail])
    return text if len(text.encode()) < MOST_BYTES else _cut(text)


def marker(result: DuelOrGate) -> str:
    """Return the hidden line by which a comment on the same experiment is found again."""
    name = hashlib.sha256(duel_of(result).experiment.name.encode(errors="backslashreplace")).hexdigest()[:16]
    return f"<!-- prompt-arena {result.kind} {name} -->"


def _joined(sections: Iterable[Sequence[str]]) -> str:
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _cut(text: str) -> str:
    kept = text.encode()[: MOST_BYTES - 200].decode(errors="ignore").rpartition("\n\n")[0]
    return f"{kept}\n\n… the rest is too long for a comment: `arena report` shows it.\n"


def _headline(found: Found[DuelOrGate]) -> str:
    result = duel_of(found.result)
    name = plain(result.experiment.name)
    if is_gate(found):
        return f"{HEADLINES[found.result.decision]} · {name}: {summary(found)}"
    return f"{name}: {plain(result.control)} → {plain(result.treatment)}"


def _summary(found: Found[DuelOrGate]) -> Iterator[str]:
    result, facts = duel_of(found.result), found.facts
    if result.hypothesis:
        yield f"*{plain(result.hypothesis)}*\n"
    rate = result.win_rate
    if rate is not None:
        figures = f"**Win rate {numbers.share(rate.value)} {numbers.interval(rate.interval, 'share')}**"
        counts = f"{rate.wins} won · {rate.losses} lost · {rate.ties} tied of {rate.cases} cases"
        yield f"{figures} · p {numbers.p_value(rate.p_value)} · {counts}"
    else:
        yield f"{result.cases} cases"
    if result.cases_needed_note:
        yield f"\n{plain(result.cases_needed_note)}"
    if facts and facts.attempts:
        yield f"\n{plain(facts.attempts.note)}"


def _reasons(found: Found[DuelOrGate]) -> list[str]:
    if not is_gate(found):
        return []
    reasons = found.result.verdict.reasons
    rows = [f"| {MARKS[each.decision]} | {plain(each.criterion)} | {plain(each.message)} |" for each in reasons]
    return ["| | criterion | what was found |", "|---|---|---|", *rows]


def _axes(result: DuelResult) -> list[str]:
    if not result.axes:
        return []
    lines = ["| axis | control | treatment | difference | adj. p |", "|---|--:|--:|---|--:|"]
    for each in result.axes:
        change, bounds = numbers.change(each.difference.value, each.difference.interval, "points")
        levels = f"{numbers.quantity(each.control, 'points')} | {numbers.quantity(each.treatment, 'points')}"
        lines.append(f"| {plain(each.name)} | {levels} | {change} {bounds} | {numbers.p_value(each.p_adjusted)} |")
    return lines


def _metrics(result: DuelResult) -> list[str]:
    chosen = [each for each in result.metrics if not each.is_headline]
    if not chosen:
        return []
    lines = ["| | metric | control | treatment | difference | limit |", "|---|---|--:|--:|---|---|"]
    return lines + [_metric(each) for each in chosen]


def _metric(each: MetricResult) -> str:
    found = each.difference
    change, bounds = numbers.change(found.value, found.interval, found.unit_of_measure)
    levels = f"{numbers.quantity(each.control, each.unit)} | {numbers.quantity(each.treatment, each.unit)}"
    limit = plain(limit_text(each.limit, each.unit)) if each.limit else ""
    return f"| {MARKS[each.decision]} | {plain(each.label)} | {levels} | {change} {bounds} | {limit} |"


def _judge(result: DuelResult) -> list[str]:
    judges = result.judges or ((result.judge,) if result.judge else ())
    lines = [line for judge in judges for line in judge_lines(judge)]
    return [*lines, *recount_lines(result.flagged_recount), *_people(result.people)]


def _people(people: HumanAgreement | None) -> list[str]:
    if people is None:
        return []
    counts = f"{people.labels} labels, {people.raters} raters, {people.cases} cases"
    lines = ["", f"People agree with the judge in {exact_rate(people.agreement)} ({counts})"]
    corrected = people.corrected_win_rate
    if corrected is not None and corrected.value is not None:
        lines.append(f"- win rate by people {exact_rate(corrected)}")
    return lines


def _lost_cases(found: Found[DuelOrGate]) -> Mapping[str, CaseDetails]:
    """Return the cases whose answers may be shown, by id: none that a gate holds out."""
    if not duel_of(found.result).lost or (is_gate(found) and found.result.sealed):
        return {}
    return {each.case.id: each for each in found.details()}


def _lost(found: Found[DuelOrGate], cases: Mapping[str, CaseDetails], most: int) -> list[str]:
    result = duel_of(found.result)
    if not result.lost or not most:
        return []
    worst = result.lost[:most]
    title = f"{len(result.lost)} case{'s' if len(result.lost) > 1 else ''} lost" + (
        f", the worst {len(worst)}" if len(result.lost) > len(worst) else ""
    )
    lines = ["<details>", f"<summary>{title}</summary>", ""]
    if is_gate(found) and found.result.sealed:
        ids = ", ".join(code_span(each.case) for each in worst)
        return [*lines, SEALED, "", ids, "", "</details>"]
    for each in worst:
        lines += [f"**{code_span(each.case)}** {code_span(each.reason, most=400)}", ""]
        lines += _answers(result, cases[each.case]) if each.case in cases else ()
    return [*lines, "</details>"]


def _answers(result: DuelResult, case: CaseDetails) -> Iterator[str]:
    """Yield both answers of a case, each cut where it is long."""
    for arm in (result.control, result.treatment):
        text = case.first_answer(arm)
        if text is not None:
            yield f"{plain(arm)}:"
            yield ""
            yield from code_block(text if len(text) <= MOST_ANSWER else f"{text[:MOST_ANSWER]} …")
            yield ""


def _notes(result: DuelResult) -> list[str]:
    notes = [*([result.selection] if result.selection else []), *result.notes]
    return [f"- {plain(note)}" for note in notes] + ([""] if notes else [])


def _footer(found: Found[DuelOrGate]) -> list[str]:
    result, facts, spent = duel_of(found.result), found.facts, spent_by(found.facts)
    parts = [f"run {code_span(facts.run)}"] if facts else []
    parts += [f"experiment {code_span(result.experiment.hash[:12])}"]
    parts += [f"{spent.made} calls, {spent.cached} cached"]
    parts += [numbers.usd(result.cost_usd) if result.cost_usd is not None else "cost unknown", result.determinism]
    return [f"<sub>{' · '.join(parts)}</sub>"]
