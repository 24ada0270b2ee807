"""The report of an audit: the decision first, then how far the judge agrees with people, and where it does not."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from arena.records.audit import AgreementGroup, AuditResult, Drift
from arena.reports import numbers
from arena.reports.bars import SHORTEST_TRACK, share_bar
from arena.reports.canvas import LABEL_WIDTH, Align, Canvas, columns
from arena.reports.judge_lines import coefficient, judge_lines
from arena.reports.report import Found, Page
from arena.stats.estimate import Estimate

DOT = " · "
LONGEST_BAR = 64
MOST_GROUPS = 12
KINDS = {
    "order": "By order",
    "people": "People",
    "preferred place": "Preferred",
    "preferred length": "Preferred",
    "tag": "By tag",
}


def render(found: Found[AuditResult], page: Page) -> str:
    """Return the report as text."""
    canvas, result = Canvas.of(page), found.result
    sections = [
        _headline(canvas, result),
        [*_compared(canvas, result), *_agreement(canvas, result), *_coefficients(canvas, result)],
        _confusion(canvas, result),
        _groups(canvas, result.groups),
        _raters(canvas, result),
        [*_win_rate(canvas, result), *_drift(canvas, result.drift)],
        canvas.labelled("Judge", judge_lines(canvas, result.judge)) if result.judge else [],
        canvas.labelled("Notes", [Text(canvas.foreign_line(note)) for note in result.notes]),
    ]
    lines: list[Text] = []
    for section in sections:
        if section:
            lines += [Text(), *section] if lines else section
    return canvas.draw(lines)


def _headline(canvas: Canvas, result: AuditResult) -> list[Text]:
    below = result.decision == "recalibrate judge"
    value, policy = numbers.share(result.agreement.value), numbers.share(result.policy)
    text = Text.assemble(
        f"agreement {value} {'<' if below else '≥'} policy {policy}: ",
        (result.decision, "bold red" if below else "bold green"),
    )
    notes = [Text(f"? {canvas.foreign_line(result.decision_note)}", style="yellow")] if result.decision_note else []
    return [line for each in (text, *notes) for line in canvas.wrap(each)]


def _compared(canvas: Canvas, result: AuditResult) -> list[Text]:
    parts = [
        f"{result.control} → {result.treatment}",
        _counted(result.cases, "labelled case"),
        _counted(result.judgments, "judgment"),
        *([f"judge {', '.join(result.judges)}"] if result.judges else []),
        result.source if result.run is None or result.run in result.source else f"{result.source}, run {result.run}",
    ]
    texts = [Text(canvas.foreign_line(part)) for part in parts]
    return canvas.labelled("Audited", [canvas.flow(texts, separator=DOT, width=canvas.width - LABEL_WIDTH)])


def _agreement(canvas: Canvas, result: AuditResult) -> list[Text]:
    found, room = result.agreement, canvas.width - LABEL_WIDTH
    bodies = [_estimated(found, "share", bold=True)]
    if found.value is not None and room >= SHORTEST_TRACK:
        style = ("green" if found.value >= result.policy else "red") if result.decided else "yellow"
        bodies.append(Text(share_bar(found.value, found.interval, width=min(room, LONGEST_BAR)), style=style))
    bodies.append(Text.assemble("in both orders ", _estimated(result.agreement_both_orders, "share")))
    if result.unread:
        failed = f", {result.failed:,} for a failed call" if result.failed else ""
        unread = f"{result.unread:,} of {_counted(result.judgments, 'judgment')} could not be read{failed}"
        bodies.append(Text(f"{unread}: not agreeing", style="yellow"))
    return canvas.labelled("Agreement", bodies)


def _coefficients(canvas: Canvas, result: AuditResult) -> list[Text]:
    named = (
        ("kappa", result.kappa),
        ("alpha (Krippendorff)", result.krippendorff_alpha),
        ("kappa of the two orders", result.order_kappa),
        ("AC1", result.ac1),
        ("PABAK", result.pabak),
    )
    rows = [(Text(name), _estimated(each, "coefficient")) for name, each in named]
    width = max(len(name.plain) for name, _ in rows) + 2
    bodies = [Text.assemble(name, " " * (width - len(name.plain)), figure) for name, figure in rows]
    shares = result.prevalence.get("labels", {})
    common = ", ".join(f"{name} {numbers.whole_share(share)}" for name, share in shares.items())
    bodies.append(Text(canvas.foreign_line(f"people name {common}"), style="dim"))
    return canvas.labelled("Kappa", bodies)


def _confusion(canvas: Canvas, result: AuditResult) -> list[Text]:
    titles = ("People say", *(f"judge: {name}" for name in result.confusion))
    rows = [(label, *(f"{count:,}" for count in row.values())) for label, row in result.confusion.items()]
    return _table(canvas, titles, rows)


def _groups(canvas: Canvas, groups: Sequence[AgreementGroup]) -> list[Text]:
    """Return each group's agreement; of the tags the worst, where there are many."""
    tags = sorted((each for each in groups if each.kind == "tag"), key=lambda each: each.agreement.value or 0.0)
    shown = [each for each in groups if each.kind != "tag"] + tags[:MOST_GROUPS]
    rows = [
        (
            f"{KINDS[each.kind]}: {each.name}",
            numbers.share(each.agreement.value),
            numbers.interval(each.agreement.interval, "share"),
            _counted(each.agreement.n, "case"),
        )
        for each in shown
    ]
    left = len(tags) - MOST_GROUPS
    more = [Text(f" … {left:,} more tags, on which it agrees at least as often", style="dim")] if left > 0 else []
    return [*_table(canvas, ("Where it errs", "agrees", "", ""), rows, widest=canvas.width // 2), *more]


def _raters(canvas: Canvas, result: AuditResult) -> list[Text]:
    rows = [(f"judge {each.name}", each.agreement, each.kappa) for each in result.by_judge]
    rows += [(f"judge with {each.name}", each.agreement, each.kappa) for each in result.by_rater]
    rows += [(f"{each.first} with {each.second}", each.agreement, each.kappa) for each in result.rater_pairs]
    cells = [
        (
            name,
            numbers.share(agreement.value),
            numbers.interval(agreement.interval, "share"),
            coefficient(kappa.value),
            _counted(agreement.n, "case"),
        )
        for name, agreement, kappa in rows
    ]
    lines = _table(canvas, ("Who with whom", "agrees", "", "kappa", ""), cells, widest=canvas.width // 2)
    if result.rater_alpha is not None:
        alpha = Text.assemble("alpha of all raters ", _estimated(result.rater_alpha, "coefficient"))
        lines += canvas.hang(Text(" "), alpha)
    return lines


def _win_rate(canvas: Canvas, result: AuditResult) -> list[Text]:
    named = (
        ("by the judge", result.judged_win_rate),
        ("by people", result.corrected_win_rate),
        ("if labels are no random sample", result.shifted_win_rate),
    )
    bodies = [Text.assemble(_estimated(each, "share"), f"  {name}") for name, each in named if each is not None]
    return canvas.labelled("Win rate", bodies)


def _drift(canvas: Canvas, drift: Drift | None) -> list[Text]:
    if drift is None:
        return []
    change, bounds = numbers.change(drift.difference.value, drift.difference.interval, "share")
    words = {True: ("beyond chance", "bold red"), False: ("within chance", ""), None: ("cannot tell", "yellow")}
    since = f" since {canvas.foreign_line(drift.earlier)} ({numbers.share(drift.agreement.value)}): "
    return canvas.labelled("Drift", [Text.assemble((change, "bold"), f" {bounds}{since}", words[drift.significant])])


def _estimated(estimate: Estimate, unit: str, *, bold: bool = False) -> Text:
    """Return value, interval and method; the reason where there is none."""
    if estimate.value is None:
        return Text(f"{numbers.UNKNOWN}  {estimate.reason}", style="dim")
    is_share = unit == "share"
    value = numbers.share(estimate.value) if is_share else coefficient(estimate.value)
    bounds = estimate.interval
    if bounds is None:
        return Text.assemble((value, "bold" if bold else ""), (f"  {estimate.reason}", "dim"))
    ends = numbers.interval(bounds, unit) if is_share else f"[{coefficient(bounds.low)}, {coefficient(bounds.high)}]"
    return Text.assemble((value, "bold" if bold else ""), f" {ends}", (f"  {bounds.method}", "dim"))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _table(
    canvas: Canvas, titles: Sequence[str], rows: Iterable[Sequence[str]], *, widest: int | None = None
) -> list[Text]:
    """Return rows under their titles, names cut where they are long; nothing for no row."""
    limit = widest or max(canvas.width // (len(titles) + 1), 12)
    cells = [[Text(canvas.foreign_line(cell)) for cell in row] for row in rows]
    if not cells:
        return []
    head = [
        canvas.fit(Text(canvas.foreign_line(title), style="dim" if i else "bold"), limit)
        for i, title in enumerate(titles)
    ]
    body = [[canvas.fit(first, limit), *rest] for first, *rest in cells]
    sides: list[Align] = ["right" if place else "left" for place in range(len(titles))]
    return [Text.assemble(" ", line) for line in columns([head, *body], sides)]
