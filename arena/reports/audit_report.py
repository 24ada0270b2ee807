"""The report of an audit: the decision first, then how far the judge agrees with people, and where it does not."""

from collections.abc import Sequence

from arena.records.audit import AgreementGroup, AuditResult, Drift
from arena.reports import numbers
from arena.reports.document import (
    Body,
    Document,
    Facts,
    Figure,
    Health,
    Span,
    Table,
    Tone,
    Words,
    facts,
    notes,
    sections,
)
from arena.reports.judge_lines import coefficient
from arena.reports.numbers import counted
from arena.reports.report import Found
from arena.stats.estimate import Estimate

MOST_GROUPS = 12
KINDS = {
    "order": "By order",
    "people": "People",
    "preferred place": "Preferred",
    "preferred length": "Preferred",
    "tag": "By tag",
}
HALF = 0.5  # of the width of text, for names that say what they are


def document(found: Found[AuditResult]) -> Document:
    """Return what an audit says."""
    result = found.result
    return Document(
        kind="Audit",
        name=result.experiment.name if result.experiment else result.source,
        answer=(headline(result),),
        aside=Span(f"? {result.decision_note}", "inconclusive") if result.decision_note else None,
        about_label="Audited",
        about=_audited(result),
        sections=sections(
            ("Agreement", (_agreement(result), *_coefficients(result))),
            ("Labels against judgments", (_confusion(result),)),
            ("Agreement by group", (_groups(result.groups),)),
            ("Raters and judges", _raters(result)),
            ("Win rate", (_win_rates(result), _drift(result.drift))),
            ("Can the judge be trusted?", (Health(result.judge) if result.judge else None,)),
            ("Notes", (notes(result.notes),)),
        ),
    )


def headline(result: AuditResult) -> Words:
    """Return the decision in a sentence."""
    below = result.decision == "recalibrate judge"
    value, policy = numbers.share(result.agreement.value), numbers.share(result.policy)
    decision = Span(result.decision, "fail" if below else "pass", strong=True)
    return f"agreement {value} {'<' if below else '≥'} policy {policy}: ", decision


def _audited(result: AuditResult) -> tuple[str, ...]:
    return (
        f"{result.control} → {result.treatment}",
        counted(result.cases, "labelled case"),
        counted(result.judgments, "judgment"),
        *([f"judge {', '.join(result.judges)}"] if result.judges else []),
        result.source if result.run is None or result.run in result.source else f"{result.source}, run {result.run}",
    )


def _agreement(result: AuditResult) -> Figure:
    found = result.agreement
    below: list[Body] = [("in both orders ", *_estimated(result.agreement_both_orders, "share"))]
    if result.unread:
        failed = f", {result.failed:,} for a failed call" if result.failed else ""
        unread = f"{result.unread:,} of {counted(result.judgments, 'judgment')} could not be read{failed}"
        below.append(Span(f"{unread}: not agreeing", "inconclusive"))
    reached = found.value is not None and found.value >= result.policy
    return Figure(
        label="Agreement",
        value=found.value,
        interval=found.interval,
        decision=("pass" if reached else "fail") if result.decided else "inconclusive",
        mark=result.policy,
        beside=(Span(_method(found), "quiet"),),
        below=tuple(below),
    )


def _coefficients(result: AuditResult) -> tuple[Table, Facts | None]:
    named = (
        ("kappa", result.kappa),
        ("alpha (Krippendorff)", result.krippendorff_alpha),
        ("kappa of the two orders", result.order_kappa),
        ("AC1", result.ac1),
        ("PABAK", result.pabak),
    )
    rows = tuple((name, _estimated(each, "coefficient")) for name, each in named)
    common = ", ".join(
        f"{name} {numbers.whole_share(share)}" for name, share in result.prevalence.get("labels", {}).items()
    )
    table = Table(label="Kappa", heads=("Beyond chance", "coefficient"), rows=rows, left=(0, 1))
    return table, facts(("", (Span(f"people name {common}", "quiet"),)))


def _confusion(result: AuditResult) -> Table | None:
    rows = tuple((label, *(f"{count:,}" for count in row.values())) for label, row in result.confusion.items())
    heads = ("People say", *(f"judge: {name}" for name in result.confusion))
    return Table(heads=heads, rows=rows, name_share=1 / (len(heads) + 1)) if rows else None


def _groups(groups: Sequence[AgreementGroup]) -> Table | None:
    """Return each group's agreement; of the tags the worst, where there are many."""
    tags = sorted((each for each in groups if each.kind == "tag"), key=lambda each: each.agreement.value or 0.0)
    rows = tuple(
        (
            f"{KINDS[each.kind]}: {each.name}",
            numbers.share(each.agreement.value),
            numbers.interval(each.agreement.interval, "share"),
            counted(each.agreement.n, "case"),
        )
        for each in (*(each for each in groups if each.kind != "tag"), *tags[:MOST_GROUPS])
    )
    left = len(tags) - MOST_GROUPS
    more = (f"… {left:,} more tags, on which it agrees at least as often",) if left > 0 else ()
    heads = ("Where it errs", "agrees", "", "cases")
    return Table(heads=heads, rows=rows, name_share=HALF, more=more) if rows else None


def _raters(result: AuditResult) -> tuple[Table | None, Facts | None]:
    rows = [(f"judge {each.name}", each.agreement, each.kappa) for each in result.by_judge]
    rows += [(f"judge with {each.name}", each.agreement, each.kappa) for each in result.by_rater]
    rows += [(f"{each.first} with {each.second}", each.agreement, each.kappa) for each in result.rater_pairs]
    cells = tuple(
        (
            name,
            numbers.share(agreement.value),
            numbers.interval(agreement.interval, "share"),
            coefficient(kappa.value),
            counted(agreement.n, "case"),
        )
        for name, agreement, kappa in rows
    )
    table = Table(heads=("Who with whom", "agrees", "", "kappa", "cases"), rows=cells, name_share=HALF)
    alpha = () if result.rater_alpha is None else (_estimated(result.rater_alpha, "coefficient"),)
    return table if cells else None, facts(("All raters", tuple(("alpha ", *each) for each in alpha)))


def _win_rates(result: AuditResult) -> Facts | None:
    named = (
        ("by the judge", result.judged_win_rate),
        ("by people", result.corrected_win_rate),
        ("if labels are no random sample", result.shifted_win_rate),
    )
    return facts(
        ("Win rate", tuple((*_estimated(each, "share"), f"  {name}") for name, each in named if each is not None))
    )


def _drift(drift: Drift | None) -> Facts | None:
    if drift is None:
        return None
    change, bounds = numbers.change(drift.difference.value, drift.difference.interval, "share")
    said: dict[bool | None, tuple[str, Tone]] = {
        True: ("beyond chance", "fail"),
        False: ("within chance", ""),
        None: ("cannot tell", "inconclusive"),
    }
    word, tone = said[drift.significant]
    since = f" {bounds} since {drift.earlier} ({numbers.share(drift.agreement.value)}): "
    return facts(("Drift", ((Span(change, strong=True), since, Span(word, tone, strong=bool(drift.significant))),)))


def _estimated(estimate: Estimate, unit: str) -> tuple[str | Span, ...]:
    """Return value, interval and method; the reason where there is none."""
    if estimate.value is None:
        return (Span(f"{numbers.UNKNOWN}  {estimate.reason}", "quiet"),)
    is_share = unit == "share"
    value = numbers.share(estimate.value) if is_share else coefficient(estimate.value)
    method = Span(f"  {_method(estimate)}", "quiet")
    bounds = estimate.interval
    if bounds is None:
        return value, method
    ends = numbers.interval(bounds, unit) if is_share else f"[{coefficient(bounds.low)}, {coefficient(bounds.high)}]"
    return value, f" {ends}", method


def _method(estimate: Estimate) -> str:
    return (estimate.interval.method if estimate.interval else estimate.reason) or ""
