"""The report as one page: the verdict, what it rests on, and every case in detail.

It is one file that asks for nothing. What models and people wrote is text in it and nothing else: in the page's own
markup it is escaped, and the cases are data from which the page's script makes text.
"""

from arena.records.gate import DuelOrGate, duel_of
from arena.reports.page import arms, criteria, judge, spread, verdict
from arena.reports.page import run as run_facts
from arena.reports.page.cases import data_of
from arena.reports.page.markup import join, tag
from arena.reports.page.shell import embedded, fill
from arena.reports.report import Found, Page
from arena.reports.verdict_lines import is_gate

SCRIPTS = ("word_differences.js", "case_parts.js", "report.js")
STYLES = ("page.css", "report.css")


def render(found: Found[DuelOrGate], page: Page) -> str:
    """Return the report of a duel or a gate as a self-contained page."""
    result, cases = duel_of(found.result), found.details()
    above = [
        verdict.masthead(found),
        tag("div", verdict.reasons(found), verdict.headline(result), class_="hero"),
        arms.differences(result.differences),
        criteria.criteria(result),
        criteria.axes(result),
    ]
    below = [
        judge.judges(result),
        judge.people(result),
        spread.length_against_outcome(result, cases),
        spread.distributions(result, cases),
        criteria.others(result),
        run_facts.notes(result),
        run_facts.run(result, found.facts),
    ]
    return fill(
        "report.html",
        scripts=SCRIPTS,
        styles=STYLES,
        title=tag("title", _title(found)),
        cases_hidden="" if cases else "hidden",
        above=join(*above),
        below=join(*below),
        data=embedded(data_of(result, cases)),
    )


def _title(found: Found[DuelOrGate]) -> str:
    result = duel_of(found.result)
    if is_gate(found):
        return f"{found.result.decision.upper()} · {result.experiment.name}"
    return f"{result.experiment.name}: {result.control} → {result.treatment}"
