"""The report of label swaps: how often a decision raises a false alarm."""

from arena.records.aa import AAResult, PolicyResult
from arena.reports.document import Document, Figure, Line, facts, notes, sections
from arena.reports.numbers import counted
from arena.reports.report import Found
from arena.stats.estimate import Estimate

NOTHING = "a prompt that changes nothing"


def document(found: Found[AAResult]) -> Document:
    """Return what label swaps say."""
    result = found.result
    how = f"all {result.draws:,} ways to swap the labels" if result.exact else f"{result.draws:,} random label swaps"
    return Document(
        kind="False alarms",
        name=result.experiment.name,
        about=(counted(result.units, "independent unit"), how),
        sections=sections(
            (
                "False alarms",
                (
                    _rate("False pass", result.false_pass, f"of runs pass {NOTHING}"),
                    _rate("False fail", result.false_fail, f"of runs fail {NOTHING}"),
                    _rule(result.policy),
                ),
            ),
            ("What decides", (facts(("Decided by", (Line(result.criteria, ", "),))),)),
            ("Notes", (notes(result.notes, "inconclusive"),)),
        ),
    )


def _rule(policy: PolicyResult | None) -> Figure | None:
    return _rate("Your rule", policy.ships, f'of runs ship {NOTHING} by "{policy.rule}"') if policy else None


def _rate(label: str, rate: Estimate, words: str) -> Figure:
    return Figure(
        label=label, value=rate.value, interval=rate.interval, decision=None, beside=(words,), mark=None, barred=False
    )
