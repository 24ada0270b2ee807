"""Workflow commands that put a verdict beside the prompt's own lines in a pull request."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from arena.records.audit import AuditResult
from arena.records.gate import DuelOrGate, duel_of
from arena.records.metric import Decision
from arena.records.result import ArmDifference, DuelResult
from arena.records.run import RunFacts
from arena.reports.audit_report import headline
from arena.reports.document import plain_text
from arena.reports.report import Found, Page
from arena.reports.safe_text import safe_line
from arena.reports.verdict_lines import is_gate, summary

COMMANDS: Mapping[Decision, str] = {"pass": "notice", "fail": "error", "inconclusive": "warning"}
MOST_ANNOTATIONS = 10  # of one kind in one step; more are not shown
TITLE = "arena gate"


def render(found: Found[DuelOrGate], page: Page) -> str:
    """Return one annotation for the verdict and one for each reason that keeps it from passing.

    They point at the first changed line of the treatment's prompt file where it has one, else at the experiment.
    """
    return "".join(f"{line}\n" for line in _annotations(found))


def _annotations(found: Found[DuelOrGate]) -> Iterator[str]:
    duel = duel_of(found.result)
    place = _place(duel, found.facts)
    if not is_gate(found):
        rate = duel.win_rate
        said = "no win rate" if rate is None or rate.value is None else f"win rate {100 * rate.value:.1f}%"
        yield annotation("notice", f"{duel.experiment.name}: {said}", place)
        return
    verdict = found.result.verdict
    open_reasons = [reason for reason in verdict.reasons if reason.decision != "pass"]
    first = open_reasons[: MOST_ANNOTATIONS - 1]
    headline = f"{verdict.decision.upper()}: {summary(found)}"
    if len(open_reasons) > len(first):
        headline += f" ({len(open_reasons) - len(first)} more reasons in the report)"
    counted_as_fail = verdict.decision == "inconclusive" and found.counted_as == "fail"
    yield annotation(COMMANDS["fail" if counted_as_fail else verdict.decision], headline, place)
    for reason in first:
        yield annotation(COMMANDS[reason.decision], reason.message, place)


def audit(found: Found[AuditResult], page: Page) -> str:
    """Return one annotation: an error where the judge agrees with people less than the policy asks for."""
    result = found.result
    command = "error" if result.decision == "recalibrate judge" else "notice"
    said = plain_text(headline(result))
    note = f" ({result.decision_note})" if result.decision_note else ""
    return annotation(command, f"{said}{note}", {}, title="arena audit") + "\n"


def annotation(command: str, message: str, place: Mapping[str, str], *, title: str = TITLE) -> str:
    r"""Return one workflow command; nothing in message or place can begin another one.

    >>> annotation("error", "50% done\n::error::x", {"file": "a,b:c.md"})
    '::error file=a%2Cb%3Ac.md,title=arena gate::50%25 done ::error::x'
    """
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**place, "title": title}.items())
    return f"::{command} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return safe_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _place(result: DuelResult, facts: RunFacts | None) -> dict[str, str]:
    for difference in result.differences:
        if difference.source and difference.what in ("system", "user"):
            return {"file": difference.source, "line": str(_first_changed_line(difference))}
    return {"file": facts.experiment.path} if facts else {}


def _first_changed_line(difference: ArmDifference) -> int:
    old, new = (difference.control or "").splitlines(), (difference.treatment or "").splitlines()
    for kind, _, _, start, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            return min(start + 1, max(len(new), 1))
    return 1
