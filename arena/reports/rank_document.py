"""A ranking as markdown and as a page: all variants on one scale, every pair in one table."""

from collections.abc import Iterator

from arena.records.metric import Decision
from arena.records.ranking import Cycle, RankedPair, RankedVariant, RankResult
from arena.reports import numbers
from arena.reports.document import (
    Cell,
    Document,
    Facts,
    Health,
    Line,
    Place,
    Span,
    Table,
    Words,
    facts,
    notes,
    sections,
)
from arena.reports.numbers import counted
from arena.reports.rank_report import (
    BETTER,
    MIDDLE,
    MOST_CYCLES,
    MOST_IN_MATRIX,
    MOST_PAIRS,
    OUTCOMES,
    WORSE,
    ends,
    method,
    points,
    rank_notes,
)
from arena.reports.report import Found
from arena.reports.spent import money, spent_by

MATRIX = f"row against column; {BETTER} better, {WORSE} worse: proven, all pairs at once"


def document(found: Found[RankResult]) -> Document:
    """Return what a ranking says."""
    result = found.result
    return Document(
        kind="Ranking",
        name=result.experiment.name if result.experiment else result.source or "",
        answer=(result.headline,),
        tone=_tone(result),
        aside=result.hypothesis,
        about=tuple(_about(result)),
        sections=sections(
            ("One scale", (_scale(result),)),
            ("Win matrix", (_matrix(result),)),
            ("Pairs", (_pairs(result),)),
            ("Is there an order?", (_order(result),)),
            ("Can the judge be trusted?", tuple(map(Health, result.judges or filter(None, (result.judge,))))),
            ("Answers", (_answers(result),)),
            ("Notes", (notes(tuple(rank_notes(result))),)),
            ("The run", (_run(found),)),
        ),
    )


def _tone(result: RankResult) -> Decision:
    if any(cycle.proven for cycle in result.cycles):
        return "fail"
    alone = sum(1 in one.rank_set for one in result.variants) == 1
    return "pass" if alone and result.judge is not None and result.judge.fit else "inconclusive"


def _about(result: RankResult) -> Iterator[str]:
    yield counted(len(result.variants), "variant")
    yield counted(result.cases, "case") + (f" × {result.repeats}" if result.repeats > 1 else "")
    if result.models:
        yield ", ".join(dict.fromkeys(model or "recorded" for model in result.models.values()))
    if result.judges:
        yield f"judge {', '.join(each.model for each in result.judges)}"
    if result.determinism:
        yield result.determinism


def _scale(result: RankResult) -> Table:
    low, high = ends(result.variants)
    rows = tuple(_variant(one, low, high) for one in result.variants)
    heads = ("Variant", "rank", "", "rating", "", "wins")
    return Table(heads=heads, rows=rows, left=(0, 1), more=(method(result),))


def _variant(one: RankedVariant, low: float, high: float) -> tuple[Cell, ...]:
    best, worst = one.rank_set[0], one.rank_set[-1]
    sure: Decision = "pass" if best == worst else "inconclusive"
    rating = numbers.UNKNOWN if one.rating is None else points(one.rating)
    bounds = f"[{points(one.interval.low)}, {points(one.interval.high)}]" if one.interval else ""
    place = Place(
        value=one.rating,
        interval=one.interval,
        low=low,
        high=high,
        middle=MIDDLE,
        decision=sure,
        label=f"{one.name} {rating} {bounds}",
    )
    rank = Span(f"{best}" if best == worst else f"{best}–{worst}", sure, strong=True)
    return one.name, rank, place, Span(rating, strong=True), bounds, numbers.whole_share(one.mean_win_rate)


def _matrix(result: RankResult) -> Table:
    names = [one.name for one in result.variants[:MOST_IN_MATRIX]]
    proven = {frozenset((pair.first, pair.second)): pair.better for pair in result.pairs}
    rows = tuple(
        (name, *(_won(result, name, other, proven.get(frozenset((name, other)))) for other in names)) for name in names
    )
    more = (MATRIX, *_left_out(len(result.variants) - len(names)))
    return Table(heads=("Variant", *(f"against {name}" for name in names)), rows=rows, more=more)


def _won(result: RankResult, row: str, column: str, better: str | None) -> Words:
    value = result.win_matrix[row][column]
    if value is None:
        return "·" if row == column else numbers.UNKNOWN
    share = numbers.whole_share(value)
    if better == row:
        return Span(f"{share} {BETTER}", "pass")
    return Span(f"{share} {WORSE}", "fail") if better == column else share


def _pairs(result: RankResult) -> Table | None:
    rows = tuple(map(_pair, result.pairs[:MOST_PAIRS]))
    more = _left_out(len(result.pairs) - MOST_PAIRS)
    heads = ("Pair", "won", "", "adj. p", "W–L–T", "consistent", "first slot")
    return Table(heads=heads, rows=rows, left=(0, 2), more=more) if rows else None


def _left_out(count: int) -> tuple[str, ...]:
    return (f"{count:,} more in --output-format json",) if count > 0 else ()


def _pair(pair: RankedPair) -> tuple[Cell, ...]:
    won = pair.win_rate
    return (
        f"{pair.first} – {pair.second}",
        Span(numbers.share(won.value), "inconclusive" if pair.better is None else "pass"),
        numbers.interval(won.interval, "share"),
        numbers.p_value(pair.p_adjusted),
        f"{won.wins:,}–{won.losses:,}–{won.ties:,}",
        numbers.whole_share(pair.consistency),
        numbers.whole_share(pair.first_slot_share),
    )


def _order(result: RankResult) -> Facts | None:
    shown = [cycle for cycle in result.cycles if cycle.proven][:MOST_CYCLES] or list(result.cycles[:1])
    fault = result.fault
    return facts(
        ("Cycles", tuple(map(_cycle, shown))),
        ("No scale", (Span(fault.message, "fail"), fault.hint) if fault else ()),
        ("To settle", (result.cases_needed_note,) if result.cases_needed_note else ()),
    )


def _cycle(cycle: Cycle) -> tuple[str | Span, ...]:
    steps = zip(cycle.variants, (*cycle.variants[1:], cycle.variants[0]), cycle.win_rates, strict=True)
    told = ", ".join(f"{winner} beats {loser} {numbers.whole_share(share)}" for winner, loser, share in steps)
    sure = Span("each step proven", "fail", strong=True) if cycle.proven else Span("not proven", "inconclusive")
    chance = "" if cycle.proven else ": chance may do that"
    return f"{told}: ", sure, f", adj. p {numbers.p_value(cycle.p_value)}{chance}"


def _answers(result: RankResult) -> Facts | None:
    rows = [
        (name, (Line(tuple(f"{count:,} {OUTCOMES.get(kind, kind)}" for kind, count in counts.items())),))
        for name, counts in result.outcomes.items()
        if set(counts) - {"stop"}
    ]
    lost = Span("a failed call is lost against every variant that answered", "inconclusive")
    failed = (lost,) if any(one.failed for one in result.variants) else ()
    return facts(*rows, ("", failed))


def _run(found: Found[RankResult]) -> Facts | None:
    result, run = found.result, found.facts
    if result.experiment is None:
        return None
    spent = spent_by(run)
    failed = f", {spent.failed:,} failed" if spent.failed else ""
    paid = money(spent.paid_usd, cost_usd=result.cost_usd, cost_reason=result.cost_reason)
    return facts(
        ("Run", (run.run,) if run else ()),
        ("Spent", (Line(tuple(paid)),)),
        ("Calls", (f"{counted(spent.made, 'call')}, {spent.cached:,} cached{failed}",)),
        ("Took", (numbers.duration(spent.seconds),) if run else ()),
        ("Experiment", (result.experiment.hash,)),
    )
