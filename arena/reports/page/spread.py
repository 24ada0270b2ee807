"""How answers spread: length against outcome, and what each arm's answers took and cost."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from markupsafe import Markup

from arena.records.call import Completion
from arena.records.case_details import CaseDetails
from arena.records.result import DuelResult
from arena.reports import numbers
from arena.reports.judge_lines import rate
from arena.reports.numbers import counted
from arena.reports.page.markup import Content, tag
from arena.reports.page.plots import cloud, columns
from arena.reports.page.verdict import section

BINS = 36
GOLDEN = 0.6180339887  # its multiples spread evenly, so that points of one outcome lie beside each other
LANES = {"win": 0.17, "tie": 0.5, "loss": 0.83}
QUANTITIES: Sequence[tuple[str, str, Callable[[Completion], float | None]]] = (
    ("Latency", "s", lambda each: each.latency_s),
    ("Cost of an answer", "USD", lambda each: each.cost_usd),
    ("Output tokens", "tokens", lambda each: None if each.usage is None else float(each.usage.output_tokens)),
)


def length_against_outcome(result: DuelResult, cases: Sequence[CaseDetails]) -> Markup | None:
    """Return each case as a point: how much longer the treatment's answer is, and how it ended; None where none did."""
    points = list(_points(result, cases))
    if not points:
        return None
    widest = max(max(abs(longer) for longer, _, _ in points), 1)
    kinds = [(kind, [_place(each, widest) for each in points if each[1] == kind]) for kind in LANES]
    lanes = [tag("span", word) for word in ("won", "tied", "lost")]
    judge = result.judge
    known = []
    if judge is not None and judge.longer_wins is not None:
        known.append(f"the longer answer wins {numbers.whole_share(judge.longer_wins)} of decided judgments")
    if judge is not None and judge.length_controlled_win_rate and judge.length_controlled_win_rate.interval:
        known.append(f"win rate at equal length {rate(judge.length_controlled_win_rate)}")
    scale = [f"{widest:,} shorter", "as many characters", f"{widest:,} longer"]
    return section(
        "length",
        "Length against outcome",
        tag("figure", _chart(tag("div", *lanes, class_="lanes"), cloud(kinds)), _scale(scale)),
        tag("p", "; ".join(known), class_="fine") if known else None,
    )


def _points(result: DuelResult, cases: Iterable[CaseDetails]) -> Iterator[tuple[int, str, float]]:
    """Yield by how many characters the treatment's first answer is longer, the outcome, and a place beside others."""
    for number, case in enumerate(cases):
        texts = [case.first_answer(arm) for arm in (result.control, result.treatment)]
        if texts[0] is not None and texts[1] is not None and case.outcome is not None:
            yield len(texts[1]) - len(texts[0]), case.outcome, number * GOLDEN % 1.0 - 0.5


def _place(point: tuple[int, str, float], widest: int) -> tuple[float, float]:
    """Return where a point stands, to the right and down, from 0 to 1."""
    longer, kind, beside = point
    return 0.5 + 0.48 * longer / widest, LANES[kind] + 0.24 * beside


def distributions(result: DuelResult, cases: Sequence[CaseDetails]) -> Markup | None:
    """Return a histogram an arm of whatever was measured of single answers; None where nothing was."""
    figures = [each for quantity in QUANTITIES if (each := _distribution(result, cases, *quantity)) is not None]
    if not figures:
        return None
    return section("spread", "What an answer takes", tag("div", *figures, class_="figures"))


def _distribution(
    result: DuelResult, cases: Sequence[CaseDetails], title: str, unit: str, of: Callable[[Completion], float | None]
) -> Markup | None:
    names = {"control": result.control, "treatment": result.treatment}
    arms = {role: list(_values(cases, name, of)) for role, name in names.items()}
    most = max((value for values in arms.values() for value in values), default=0.0)
    if most <= 0.0:
        return None
    counts = {role: _binned(values, most) for role, values in arms.items()}
    highest = max(max(each) for each in counts.values())
    rows: list[Content] = []
    for role, values in arms.items():
        note = tag("small", f" {counted(len(values), 'answer')}")
        rows.append(tag("p", tag("b", names[role]), note, class_=f"arm {role}"))
        rows.append(_chart(columns(counts[role], most=highest, kind=role)))
    scale = [numbers.quantity(each, unit) for each in (0.0, most / 2, most)]
    return tag("figure", tag("figcaption", title), *rows, _scale(scale))


def _values(cases: Iterable[CaseDetails], arm: str, of: Callable[[Completion], float | None]) -> Iterator[float]:
    for case in cases:
        for row in case.answers[arm]:
            value = None if row.completion is None else of(row.completion)
            if value is not None:
                yield value


def _binned(values: Iterable[float], most: float) -> list[int]:
    counts = [0] * BINS
    for value in values:
        counts[min(max(int(value / most * BINS), 0), BINS - 1)] += 1
    return counts


def _chart(*inside: Content) -> Markup:
    return tag("div", *inside, class_="chart", aria_hidden="true")


def _scale(texts: Sequence[str]) -> Markup:
    return tag("p", *(tag("span", text) for text in texts), class_="scale")
