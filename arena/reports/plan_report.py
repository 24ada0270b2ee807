"""The report of a planned run: what it will ask, cost, and be able to prove."""

from arena.records.preview import Band, Feasibility, RunPreview
from arena.reports import numbers
from arena.reports.document import DOT, Differences, Document, Span, facts, notes, sections
from arena.reports.numbers import counted
from arena.reports.report import Found


def document(found: Found[RunPreview]) -> Document:
    """Return what is planned."""
    preview = found.result
    selection = (preview.selection,) if preview.selection else ()
    return Document(
        kind="Plan",
        name=preview.experiment.name,
        about=(
            DOT.join(preview.variants) if preview.variants else f"{preview.control} → {preview.treatment}",
            f"{counted(preview.cases, 'case')}, {preview.repeats} × each",
            Span("planned: nothing was sent", "inconclusive"),
        ),
        sections=sections(
            ("What differs", (None if preview.variants else Differences(preview.differences),)),
            (
                "What it will take, and what it can prove",
                (
                    facts(
                        ("Calls", (_calls(preview),)),
                        ("Tokens", (f"{_band(preview.input_tokens)} in{DOT}{_band(preview.output_tokens)} out",)),
                        ("Price", (_price(preview),)),
                        ("Can prove", tuple(_reach(each) for each in preview.provable)),
                    ),
                    notes((*selection, *preview.notes)),
                ),
            ),
        ),
    )


def _calls(preview: RunPreview) -> str:
    calls = f"{preview.calls:,} to {', '.join(preview.models) or 'nobody'}"
    return calls + (", less what is cached" if preview.calls else "")


def _reach(reach: Feasibility) -> tuple[Span, str]:
    return Span("✓ ", "pass") if reach.within_reach else Span("✗ ", "fail"), reach.message


def _band(band: Band) -> str:
    return f"{band.low:,.0f}–{band.high:,.0f}"


def _price(preview: RunPreview) -> str:
    if preview.usd is None:
        return f"unknown: no price of {', '.join(preview.unpriced)} is known; the cap is not enforced"
    return f"{numbers.usd(preview.usd.low)}–{numbers.usd(preview.usd.high)}{DOT}cap {numbers.usd(preview.cap_usd)}"
