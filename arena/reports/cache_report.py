"""What a cache holds, and whether it is intact."""

from arena.completions.inspection import CacheInfo
from arena.reports import numbers
from arena.reports.document import Document, Span, Table, facts, sections
from arena.reports.numbers import counted
from arena.reports.report import Found


def document(found: Found[CacheInfo]) -> Document:
    """Return what a cache holds."""
    info = found.result
    state = Span(f"{len(info.damaged)} damaged", "fail") if info.damaged else Span("all intact", "pass")
    rows = tuple((model, f"{count:,}") for model, count in info.models.items())
    return Document(
        kind="Cache",
        name=counted(info.entries, "answer"),
        about=(state, f"{info.size_bytes / 2**20:.1f} MB", f"first paid {numbers.usd(info.paid_usd)}"),
        sections=sections(
            ("Models", (Table(heads=("Model", "answers"), rows=rows, name_share=0.6) if rows else None,)),
            (
                "",
                (
                    facts(
                        ("Asked", (f"from {info.oldest} to {info.newest}",) if info.oldest else ()),
                        ("Folder", (info.folder,)),
                    ),
                ),
            ),
        ),
    )
