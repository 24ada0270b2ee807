"""The report as one page: the verdict, what it rests on, and every case from near.

It is one file that asks for nothing. What models and people wrote is text in it and nothing else: in the page's own
markup it is escaped, and the cases are data from which the page's script makes text.
"""

from collections.abc import Sequence

from arena.records.case_details import CaseDetails
from arena.records.gate import GateResult
from arena.records.result import DuelResult
from arena.records.run import RunFacts
from arena.reports.page import arms, criteria, judge, spread, verdict
from arena.reports.page import run as run_facts
from arena.reports.page.cases import data_of
from arena.reports.page.markup import join, tag
from arena.reports.page.shell import embedded, fill
from arena.reports.shown import Shown

SCRIPTS = ("word_differences.js", "case_parts.js", "report.js")
STYLES = ("page.css", "report.css")


def render(
    result: DuelResult,
    facts: RunFacts | None,
    shown: Shown,
    *,
    width: int,
    colour: bool,
    unicode: bool,
    cases: Sequence[CaseDetails] = (),
) -> str:
    """Return the report of a duel or a gate as a self-contained page.

    Args:
        result: what was found; nothing is estimated here.
        facts: of the run; None where nothing was asked.
        shown: what the command line adds.
        width: unused; the page is as wide as its reader's screen or paper.
        colour: unused; a reader's device chooses light or dark.
        unicode: unused.
        cases: of the run, from near; a gate that asked nothing has none.
    """
    above = [
        verdict.masthead(result, shown),
        tag("div", verdict.reasons(result, facts), verdict.headline(result), class_="hero"),
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
        run_facts.run(result, facts),
    ]
    return fill(
        "report.html",
        scripts=SCRIPTS,
        styles=STYLES,
        title=tag("title", _title(result)),
        cases_hidden="" if cases else "hidden",
        above=join(*above),
        below=join(*below),
        data=embedded(data_of(result, cases)),
    )


def _title(result: DuelResult) -> str:
    if isinstance(result, GateResult):
        return f"{result.decision.upper()} · {result.experiment.name}"
    return f"{result.experiment.name}: {result.control} → {result.treatment}"
