"""The report of a ranking: all variants on one scale, every pair in one table, and how sure both are."""

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from arena.records.ranking import Cycle, RankedPair, RankedVariant, RankResult
from arena.reports import numbers
from arena.reports.bars import rating_bar, rating_column
from arena.reports.canvas import GAP, Align, Canvas, columns
from arena.reports.judge_lines import fitness, judge_lines, rate
from arena.reports.numbers import counted
from arena.reports.report import Found, Page
from arena.reports.spent import spent_lines

MIDDLE = 1000.0  # what all ratings are around
SHORTEST_BAR, LONGEST_BAR = 12, 60
WIDE = 100  # columns from which a pair's line has room for everything
MOST_PAIRS = 15
MOST_IN_MATRIX = 24
MOST_CYCLES = 3
DOT = " · "
BETTER, WORSE, OPEN = "▲", "▼", " "
#: How dark a win rate is shown: from this share on.
SHADES = ((0.8, "█"), (0.6, "▓"), (0.4, "▒"), (0.2, "░"), (0.0, " "))
OUTCOMES: Mapping[str, str] = {"stop": "complete", "length": "cut by length", "refusal": "refused"}


def render(found: Found[RankResult], page: Page) -> str:
    """Return the report of a ranking as text."""
    canvas, result = Canvas.of(page), found.result
    sections = [
        [*_header(canvas, result), *_headline(canvas, result)],
        _scale(canvas, result),
        _matrix(canvas, result),
        _pairs(canvas, result.pairs),
        [*_cycles(canvas, result.cycles), *_fault(canvas, result), *_needed(canvas, result)],
        _judges(canvas, result),
        _answers(canvas, result),
        canvas.labelled("Notes", [Text(canvas.foreign_line(note)) for note in rank_notes(result)]),
        _spent(canvas, found),
    ]
    lines: list[Text] = []
    for section in sections:
        if section:
            lines += [Text(), *section] if lines else section
    return canvas.draw(lines)


def _header(canvas: Canvas, result: RankResult) -> list[Text]:
    name = result.experiment.name if result.experiment else result.source or ""
    cases = counted(result.cases, "case") + (f" × {result.repeats}" if result.repeats > 1 else "")
    parts = [
        Text(canvas.foreign_line(name), style="bold"),
        Text(counted(len(result.variants), "variant")),
        Text(canvas.foreign_line(cases)),
        Text(canvas.foreign_line(", ".join(dict.fromkeys(model or "recorded" for model in result.models.values())))),
        Text(canvas.foreign_line(f"judge {', '.join(each.model for each in result.judges)}") if result.judges else ""),
        Text(result.determinism or "", style="dim"),
    ]
    lines = canvas.wrap(canvas.flow([part for part in parts if part.plain], separator="   "))
    if result.hypothesis:
        lines += canvas.hang(Text(" "), Text(canvas.foreign_line(result.hypothesis), style="italic"))
    return lines


def _headline(canvas: Canvas, result: RankResult) -> list[Text]:
    alone = sum(1 in one.rank_set for one in result.variants) == 1
    circular = any(cycle.proven for cycle in result.cycles)
    proven = alone and result.judge is not None and result.judge.fit
    style = "bold red" if circular else "bold green" if proven else "bold yellow"
    return [Text(), *canvas.wrap(Text(canvas.foreign_line(result.headline), style=style))]


def _scale(canvas: Canvas, result: RankResult) -> list[Text]:
    """Return the variants as a table, each with its interval on one scale."""
    titles = ("Rank", "Variant", "rating", "", "wins")
    rows = [[Text(title, style="bold" if title in ("Rank", "Variant") else "dim") for title in titles]]
    rows += [_variant_row(canvas, one) for one in result.variants]
    lines = columns(rows, ("right", "left", "right", "left", "right"))
    room = canvas.width - max(line.cell_len for line in lines) - len(GAP) - 1
    width = min(room, LONGEST_BAR)
    if width >= SHORTEST_BAR and any(one.rating is not None for one in result.variants):
        lines = _with_bars(canvas, result.variants, lines, width)
    told = [Text.assemble(" ", line) for line in lines]
    return [*told, *canvas.hang(Text(" "), Text(canvas.foreign_line(method(result)), style="dim"))]


def _variant_row(canvas: Canvas, one: RankedVariant) -> list[Text]:
    best, worst = one.rank_set[0], one.rank_set[-1]
    return [
        Text(f"{best}" if best == worst else f"{best}–{worst}", style=_certainty(one)),
        canvas.fit(Text(canvas.foreign_line(one.name)), max(canvas.width // 4, 12)),
        Text(numbers.UNKNOWN if one.rating is None else points(one.rating), style="bold"),
        Text(f"[{points(one.interval.low)}, {points(one.interval.high)}]" if one.interval else ""),
        Text(numbers.whole_share(one.mean_win_rate)),
    ]


def _certainty(one: RankedVariant) -> str:
    return "green" if len(one.rank_set) == 1 else "yellow"


def points(rating: float) -> str:
    """Return a rating in whole points."""
    return numbers.minus(f"{rating:,.0f}")


def _with_bars(canvas: Canvas, variants: Sequence[RankedVariant], lines: Sequence[Text], width: int) -> list[Text]:
    """Put beside each line its variant on the scale that all share, and under all what the scale's ends are."""
    low, high = ends(variants)
    bars = [
        Text(
            rating_bar(one.rating, one.interval, low=low, high=high, middle=MIDDLE, width=width),
            style=_certainty(one),
        )
        for one in variants
    ]
    left = max(line.cell_len for line in lines)
    bodies = [Text(), *bars]
    drawn = [_beside(line, body, left) for line, body in zip(lines, bodies, strict=True)]
    return [*drawn, _beside(Text(), Text(_axis(low, high, width), style="dim"), left)]


def ends(variants: Sequence[RankedVariant]) -> tuple[float, float]:
    """Return both ends of a scale that holds every rating, its interval and the middle, with a little air."""
    ends = [MIDDLE]
    for one in variants:
        ends += [one.rating] if one.rating is not None else []
        ends += [one.interval.low, one.interval.high] if one.interval else []
    air = max(max(ends) - min(ends), 20.0) * 0.02
    return min(ends) - air, max(ends) + air


def _axis(low: float, high: float, width: int) -> str:
    """Return the scale's ends and its middle, where there is room for them, each under its column."""
    first, middle, last = points(low), points(MIDDLE), points(high)
    cells = list(first + " " * (width - len(first) - len(last)) + last)
    start = rating_column(MIDDLE, low=low, high=high, width=width) - len(middle) // 2
    if len(first) < start and start + len(middle) < width - len(last):
        cells[start : start + len(middle)] = middle
    return "".join(cells)


def _beside(left: Text, right: Text, width: int) -> Text:
    return Text.assemble(left, " " * (width - left.cell_len), GAP, right) if right.plain else left


def method(result: RankResult) -> str:
    """Return how the ratings were found, and how sure all of them are at once."""
    level = numbers.whole_share(result.level)
    if not any(one.interval for one in result.variants):
        return f"{result.method}; rank sets from the pairs, {level} for all of them at once"
    return f"{result.method}; intervals and ranks at {level} for all at once; odds of 10 to 1 are 400 points"


def _matrix(canvas: Canvas, result: RankResult) -> list[Text]:
    """Return the win rates of the strongest variants against each other, in as many tables as the width asks for."""
    names = [one.name for one in result.variants[:MOST_IN_MATRIX]]
    proven = {frozenset((pair.first, pair.second)): pair.better for pair in result.pairs}
    labels = [
        Text.assemble((f"{number:>{len(str(len(names)))}} ", "dim"), canvas.foreign_line(name))
        for number, name in enumerate(names, start=1)
    ]
    head = [canvas.fit(label, max(canvas.width // 4, 14)) for label in labels]
    left = max(label.cell_len for label in head)
    at_once = max((canvas.width - left - 1) // (len("▓100▲") + len(GAP)), 1)
    legend = "row against column, %; ▲ better, ▼ worse: proven, all pairs at once"
    lines = canvas.hang(Text(" Win matrix  ", style="bold"), Text(canvas.foreign_line(legend), style="dim"))
    for start in range(0, len(names), at_once):
        shown = range(start, min(start + at_once, len(names)))
        rows = [[Text(), *(Text(f"{place + 1} ", style="dim") for place in shown)]]
        rows += [
            [label, *(_cell(result, names[row], names[place], proven) for place in shown)]
            for row, label in enumerate(head)
        ]
        right: Align = "right"
        sides: list[Align] = ["left", *(right for _ in shown)]
        lines += [Text.assemble(" ", line) for line in columns(rows, sides)]
    more = len(result.variants) - len(names)
    return [*lines, *([Text(f"   {more:,} more in --output-format json", style="dim")] if more > 0 else [])]


def _cell(result: RankResult, row: str, column: str, proven: Mapping[frozenset[str], str | None]) -> Text:
    value = result.win_matrix[row][column]
    if value is None:
        return Text("· " if row == column else f"{numbers.UNKNOWN} ", style="dim")
    better = proven.get(frozenset((row, column)))
    mark, style = {row: (BETTER, "green"), column: (WORSE, "red")}.get(better or "", (OPEN, "yellow"))
    shade = next(shade for least, shade in SHADES if value >= least)
    return Text.assemble((shade, "dim"), (f"{value * 100:>3.0f}{mark}", style))


def _pairs(canvas: Canvas, pairs: Sequence[RankedPair]) -> list[Text]:
    """Return each pair with its interval and how its judgments behaved; the first of them where they are many."""
    titles = ("won", "", "adj. p", "W–L–T", "consistent", "first slot")[: 6 if canvas.width >= WIDE else 5]
    shown = pairs[:MOST_PAIRS]
    rows = [[Text(title, style="dim") for title in titles], *(_figures(pair)[: len(titles)] for pair in shown)]
    sides: list[Align] = ["right", "left", "left", "right", "right", "right"]
    figures = columns(rows, sides[: len(titles)])
    room = canvas.width - 1 - len(GAP) - max(line.cell_len for line in figures)
    names = [Text("Pair", style="bold"), *(_versus(canvas, pair, room) for pair in shown)]
    left = max(name.cell_len for name in names)
    lines = [Text.assemble(" ", _beside(*each, left)) for each in zip(names, figures, strict=True)]
    more = len(pairs) - MOST_PAIRS
    return [*lines, *([Text(f"   {more:,} more in --output-format json", style="dim")] if more > 0 else [])]


def _versus(canvas: Canvas, pair: RankedPair, room: int) -> Text:
    """Return both names, the longer ones cut where they do not fit beside each other."""
    names = [Text(canvas.foreign_line(name)) for name in (pair.first, pair.second)]
    between = Text(" – ", style="dim")
    free = max(room - between.cell_len, 2)
    if sum(name.cell_len for name in names) > free:
        longest = max(free - min(name.cell_len for name in names), free // 2)
        names = [canvas.fit(name, longest) for name in names]
    return Text.assemble(names[0], between, names[1])


def _figures(pair: RankedPair) -> list[Text]:
    won = pair.win_rate
    return [
        Text(numbers.share(won.value), style="yellow" if pair.better is None else "green"),
        Text(numbers.interval(won.interval, "share")),
        Text(numbers.p_value(pair.p_adjusted)),
        Text(f"{won.wins:,}–{won.losses:,}–{won.ties:,}"),
        Text(numbers.whole_share(pair.consistency)),
        Text(numbers.whole_share(pair.first_slot_share)),
    ]


def _cycles(canvas: Canvas, cycles: Sequence[Cycle]) -> list[Text]:
    """Say which variants beat each other in a cycle, and whether chance alone does that; of such ones the surest."""
    shown = [cycle for cycle in cycles if cycle.proven][:MOST_CYCLES] or list(cycles[:1])
    bodies = [_cycle(canvas, cycle) for cycle in shown]
    more = len(cycles) - len(shown)
    bodies += [Text(f"{more:,} more, less sure", style="dim")] if more else []
    return canvas.labelled("Cycles", bodies)


def _cycle(canvas: Canvas, cycle: Cycle) -> Text:
    steps = zip(cycle.variants, (*cycle.variants[1:], cycle.variants[0]), cycle.win_rates, strict=True)
    told = ", ".join(f"{winner} beats {loser} {numbers.whole_share(share)}" for winner, loser, share in steps)
    sure = ("each step proven", "bold red") if cycle.proven else ("not proven", "yellow")
    p = f", adj. p {numbers.p_value(cycle.p_value)}" + ("" if cycle.proven else ": chance may do that")
    return Text.assemble(canvas.foreign_line(told), ": ", sure, canvas.foreign_line(p))


def _fault(canvas: Canvas, result: RankResult) -> list[Text]:
    if result.fault is None:
        return []
    bodies = [
        Text(canvas.foreign_line(result.fault.message), style="red"),
        Text(canvas.foreign_line(result.fault.hint)),
    ]
    return canvas.labelled("No scale", bodies)


def _needed(canvas: Canvas, result: RankResult) -> list[Text]:
    note = result.cases_needed_note
    return canvas.labelled("To settle", [Text(canvas.foreign_line(note))] if note else [])


def _judges(canvas: Canvas, result: RankResult) -> list[Text]:
    if result.judge is None:
        return []
    panel = result.judges if len(result.judges) > 1 else ()
    members = [
        Text.assemble(
            canvas.foreign_line(f"{each.model}: consistent {rate(each.consistency)}"),
            f"{DOT}first slot {rate(each.first_slot_share)}{DOT}{each.unparseable:,} unparseable{DOT}",
            fitness(each),
        )
        for each in panel
    ]
    return canvas.labelled("Judge", [*judge_lines(canvas, result.judge, name=result.judge.model), *members])


def _answers(canvas: Canvas, result: RankResult) -> list[Text]:
    """Say how the answers ended where any ended otherwise than by itself, and what failed calls count for."""
    bodies = []
    for name, counts in result.outcomes.items():
        if set(counts) - {"stop"}:
            classes = DOT.join(f"{count:,} {OUTCOMES.get(kind, kind)}" for kind, count in counts.items())
            bodies.append(Text(canvas.foreign_line(f"{name}: {classes}")))
    if any(one.failed for one in result.variants):
        bodies.append(Text("a failed call is lost against every variant that answered", style="yellow"))
    return canvas.labelled("Answers", bodies)


def rank_notes(result: RankResult) -> Iterable[str]:
    """Yield what a reader must know besides."""
    yield from [result.selection] if result.selection else []
    yield from dict.fromkeys(one.reason for one in result.variants if one.reason and result.fault is None)
    yield from result.notes
    if result.determinism_reason:
        yield f"{result.determinism}: {result.determinism_reason}"


def _spent(canvas: Canvas, found: Found[RankResult]) -> list[Text]:
    result = found.result
    if result.experiment is None:
        return []
    return spent_lines(canvas, found.facts, cost_usd=result.cost_usd, cost_reason=result.cost_reason)
