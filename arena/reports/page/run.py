"""The facts of the run: what it cost, under which configuration, and the hashes that it can be held to."""

from collections.abc import Iterator

from markupsafe import Markup

from arena.records.codec import to_json
from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.reports import numbers
from arena.reports.numbers import counted
from arena.reports.page.criteria import table
from arena.reports.page.judge import Fact, cards
from arena.reports.page.markup import Content, tag
from arena.reports.page.verdict import section
from arena.reports.spent import money, spent_by
from arena.reports.terminal import OUTCOMES


def notes(result: DuelResult) -> Markup | None:
    """Return what a reader must know besides; None where there is nothing."""
    found = [*([result.selection] if result.selection else []), *result.notes]
    for arm, counts in result.outcomes.items():
        if set(counts) - {"stop"}:
            classes = " · ".join(f"{count} {OUTCOMES.get(name, name)}" for name, count in counts.items())
            found.append(f"answers of {arm}: {classes}")
    if not found:
        return None
    return section("notes", "Notes", tag("ul", *(tag("li", each) for each in found)))


def run(result: DuelResult, facts: RunFacts | None) -> Markup:
    """Return the section on the run."""
    parts: list[Content] = [cards(list(_facts(result, facts)))]
    hashes = list(_hashes(result, facts))
    parts.append(
        tag("details", tag("summary", "Hashes and versions"), table(("What", "Value"), hashes), class_="hashes")
    )
    return section("run", "The run", *parts)


def _facts(result: DuelResult, facts: RunFacts | None) -> Iterator[Fact]:
    spent = spent_by(facts)
    if facts:
        yield "run", facts.run
    yield "spent", " · ".join(money(spent.paid_usd, cost_usd=result.cost_usd, cost_reason=result.cost_reason))
    failed = f", {spent.failed:,} failed" if spent.failed else ""
    yield "calls", f"{spent.made:,} made, {spent.cached:,} cached{failed}"
    if facts:
        yield "took", numbers.duration(spent.seconds)
    yield "determinism", f"{result.determinism}: {result.determinism_reason}"
    if result.judge:
        for judge in result.judges or (result.judge,):
            yield f"judge {judge.model}", f"configuration {judge.config}, {counted(judge.judgments, 'judgment')}"


def _hashes(result: DuelResult, facts: RunFacts | None) -> Iterator[tuple[Content, Content]]:
    yield _plain("experiment", result.experiment.hash)
    if facts is None:
        return
    if facts.git:
        yield _plain("git commit", facts.git.commit + (", and changes" if facts.git.dirty else ""))
    yield from (_plain(path, digest) for path, digest in facts.files.items())
    yield from (_plain(f"version of {name}", version) for name, version in facts.versions.items())
    for arm, models in facts.models_returned.items():
        yield _plain(f"model of {arm}, as it named itself", ", ".join(models))
    for arm, reports in facts.decoding.items():
        yield from (_plain(f"{each.name} of {arm}", f"{each.requested}: {each.honoured}") for each in reports)
    yield from (_plain(f"option {name}", str(value)) for name, value in to_json(facts.options, defaults=False).items())
    yield _plain("replay", spent_by(facts).replay or "")
    yield _plain("started", facts.started)
    yield _plain("finished", facts.finished or "")


def _plain(name: str, text: str) -> tuple[Content, Content]:
    return name, tag("code", text)
