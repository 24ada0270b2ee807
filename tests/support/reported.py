"""Any result in any format, as its command would show it."""

from collections.abc import Sequence
from typing import Any

from arena.records.case_details import CaseDetails
from arena.records.run import RunFacts
from arena.reports.report import Found, Page
from arena.reports.table import REPORTS


def reported(
    result: Any,
    output_format: str = "text",
    *,
    page: Page | None = None,
    facts: RunFacts | None = None,
    cases: Sequence[CaseDetails] = (),
    **known: Any,
) -> str:
    """Return the report of a result; without a page on 80 columns without colour."""
    found: Found[Any] = Found(result=result, facts=facts, details=lambda: cases, **known)
    return REPORTS[result.kind][output_format](found, page or on())


def on(width: int = 80, *, colour: bool = False, unicode: bool = True) -> Page:
    """Return a page."""
    return Page(width=width, colour=colour, unicode=unicode)
