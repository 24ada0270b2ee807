"""The report of a planned run: what it will ask, cost, and be able to prove."""

from arena.records.outlook import Band, Outlook, Reach
from arena.reports import numbers
from arena.reports.document import DOT, Differences, Document, Span, facts, notes, sections
from arena.reports.numbers import counted
from arena.reports.report import Found


def document(found: Found[Outlook]) -> Document:
    """Return what is planned."""
    outlook = found.result
    selection = (outlook.selection,) if outlook.selection else ()
    return Document(
        kind="Plan",
        name=outlook.experiment.name,
        about=(
            DOT.join(outlook.variants) if outlook.variants else f"{outlook.control} → {outlook.treatment}",
            f"{counted(outlook.cases, 'case')}, {outlook.repeats} × each",
            Span("planned: nothing was sent", "inconclusive"),
        ),
        sections=sections(
            ("What differs", (None if outlook.variants else Differences(outlook.differences),)),
            (
                "What it will take, and what it can prove",
                (
                    facts(
                        ("Calls", (_calls(outlook),)),
                        ("Tokens", (f"{_band(outlook.input_tokens)} in{DOT}{_band(outlook.output_tokens)} out",)),
                        ("Price", (_price(outlook),)),
                        ("Can prove", tuple(_reach(each) for each in outlook.provable)),
                    ),
                    notes((*selection, *outlook.notes)),
                ),
            ),
        ),
    )


def _calls(outlook: Outlook) -> str:
    calls = f"{outlook.calls:,} to {', '.join(outlook.models) or 'nobody'}"
    return calls + (", less what is cached" if outlook.calls else "")


def _reach(reach: Reach) -> tuple[Span, str]:
    return Span("✓ ", "pass") if reach.within_reach else Span("✗ ", "fail"), reach.message


def _band(band: Band) -> str:
    return f"{band.low:,.0f}–{band.high:,.0f}"


def _price(outlook: Outlook) -> str:
    if outlook.usd is None:
        return f"unknown: no price of {', '.join(outlook.unpriced)} is known; the cap is not enforced"
    return f"{numbers.usd(outlook.usd.low)}–{numbers.usd(outlook.usd.high)}{DOT}cap {numbers.usd(outlook.cap_usd)}"
