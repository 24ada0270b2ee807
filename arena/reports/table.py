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


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"arena.reports.{module}"), name)


JSON = Later("json_report:render")
DUEL: Mapping[str, Report] = {
    "text": Later("terminal:render"),
    "json": JSON,
    "markdown": Later("markdown:render"),
    "html": Later("html:render"),
    "github": Later("github:render"),
}
#: Kind of result to format to report.
REPORTS: Mapping[str, Mapping[str, Report]] = {
    "duel": DUEL,
    "gate": {**DUEL, "junit": Later("junit:render")},
    "rank": {"text": Later("rank_report:render"), "json": JSON},
    "tally": {"text": Later("tally_report:render"), "json": JSON},
    "audit": {"text": Later("audit_report:render"), "json": JSON},
    "aa": {"text": Later("aa_report:render"), "json": JSON},
    "plan": {"text": Later("plan_report:render"), "json": JSON},
    "size": {
        "text": Later("size_report:render"),
        "json": JSON,
        "svg": Later("power_curve:render"),
        "html": Later("power_curve_page:render"),
    },
    "looks_plan": {"text": Later("looks_report:render_plan"), "json": JSON},
    "looks_check": {"text": Later("looks_report:render_check"), "json": JSON},
    "label": {"text": Later("label_report:render"), "json": JSON},
    "runs": {"text": Later("run_list:render"), "json": JSON},
    "cache": {"text": Later("cache_report:render"), "json": JSON},
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
