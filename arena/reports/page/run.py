"""The facts of the run: what it cost, under which configuration, and the hashes that it can be held to."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from arena.records.result import DuelResult
from arena.reports import numbers
from arena.reports.page.criteria import table
from arena.reports.page.judge import Fact, cards
from arena.reports.page.markup import Content, tag
from arena.reports.page.verdict import counted, section
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


def run(result: DuelResult, manifest: Mapping[str, Any]) -> Markup:
    """Return the section on the run."""
    parts: list[Content] = [cards(list(_facts(result, manifest)))]
    hashes = list(_hashes(result, manifest))
    parts.append(
        tag("details", tag("summary", "Hashes and versions"), table(("What", "Value"), hashes), class_="hashes")
    )
    return section("run", "The run", *parts)


def _facts(result: DuelResult, manifest: Mapping[str, Any]) -> Iterator[Fact]:
    if manifest.get("run"):
        yield "run", str(manifest["run"])
    yield "spent", " · ".join(_spent(result, manifest))
    calls = manifest.get("calls")
    if isinstance(calls, Mapping):
        failed = f", {calls['failed']:,} failed" if calls.get("failed") else ""
        yield "calls", f"{calls.get('made', 0):,} made, {calls.get('cached', 0):,} cached{failed}"
    if isinstance(manifest.get("seconds"), int | float):
        yield "took", numbers.duration(manifest["seconds"])
    yield "determinism", f"{result.determinism}: {result.determinism_reason}"
    if result.judge:
        for judge in result.judges or (result.judge,):
            yield f"judge {judge.model}", f"configuration {judge.config}, {counted(judge.judgments, 'judgment')}"


def _spent(result: DuelResult, manifest: Mapping[str, Any]) -> Iterator[str]:
    paid = manifest.get("paid_usd")
    yield numbers.usd(paid if isinstance(paid, int | float) else None)
    if result.cost_usd is None:
        yield f"cost unknown: {result.cost_reason}" if result.cost_reason else "cost unknown"
    elif result.cost_usd != paid:
        yield f"{numbers.usd(result.cost_usd)} as first paid"


def _hashes(result: DuelResult, manifest: Mapping[str, Any]) -> Iterator[tuple[Content, Content]]:
    yield "experiment", _code(result.experiment.hash)
    if manifest.get("git"):
        yield from (_plain(f"git {name}", value) for name, value in _items(manifest["git"]))
    yield from (_plain(name, value) for name, value in _items(manifest.get("files")))
    yield from (_plain(f"version of {name}", value) for name, value in _items(manifest.get("versions")))
    for name in ("models", "decoding", "options", "replay", "started", "finished"):
        value = manifest.get(name)
        if value not in (None, {}, []):
            yield from (_plain(f"{name} {key}", each) for key, each in _items(value))


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(str(key), each) for key, each in value.items() if each not in (None, [], {}, False)]
    return [] if value is None else [("", value)]


def _plain(name: str, value: Any) -> tuple[Content, Content]:
    return name.strip(), _code(str(value))


def _code(text: str) -> Markup:
    return tag("code", text)
