"""The reports there are: for each kind of result one in each format."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from arena.reports.report import Found, Page, Report


@dataclass(frozen=True, slots=True)
class Later:
    """A report by its place, loaded when it is first asked for: most commands print one format."""

    place: str  # "module:function"

    def __call__(self, found: Found[Any], page: Page) -> str:
        """Return the report."""
        report: Report = _function(self.place)
        return report(found, page)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report whose words stand in a document, written once for text, markdown and a page."""

    place: str  # "module:function" of the document
    by: str  # "module:function" that draws documents

    def __call__(self, found: Found[Any], page: Page) -> str:
        """Return the report."""
        text: str = _function(self.by)(_function(self.place)(found), page)
        return text


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"arena.reports.{module}"), name)


def drawn(place: str, **others: str) -> Mapping[str, Report]:
    """Return the reports of a document; `others` stand in place of one of them, or beside them."""
    known: dict[str, Report] = {
        "text": Drawn(place, "document_text:draw"),
        "json": Later("json_report:render"),
        "markdown": Drawn(place, "document_markdown:draw"),
        "html": Drawn(place, "document_page:draw"),
    }
    return known | {name: Later(other) for name, other in others.items()}


DUEL: Mapping[str, Report] = {
    "text": Later("terminal:render"),
    "json": Later("json_report:render"),
    "markdown": Later("markdown:render"),
    "html": Later("html:render"),
    "github": Later("github:render"),
}
#: Kind of result to format to report.
REPORTS: Mapping[str, Mapping[str, Report]] = {
    "duel": DUEL,
    "gate": {**DUEL, "junit": Later("junit:render")},
    "rank": drawn("rank_document:document", text="rank_report:render"),
    "tally": drawn("tally_report:document"),
    "audit": drawn("audit_report:document", github="github:audit", junit="junit:audit"),
    "aa": drawn("aa_report:document"),
    "plan": drawn("plan_report:document"),
    "size": drawn("size_document:document", text="size_report:render", svg="power_curve:render"),
    "looks_plan": drawn("looks_report:planned"),
    "looks_check": drawn("looks_report:checked"),
    "label": drawn("label_report:document"),
    "runs": drawn("run_list:document"),
    "cache": drawn("cache_report:document"),
}
#: What the ending of a file means.
ENDINGS: Mapping[str, str] = {
    ".txt": "text",
    ".json": "json",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xml": "junit",
    ".svg": "svg",
}
