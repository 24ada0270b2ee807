"""The verdict as JUnit XML: one test a criterion, so that every CI server can show it."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from arena.records.audit import AuditResult
from arena.records.gate import GateResult, Reason
from arena.records.metric import Decision
from arena.reports.audit_report import headline
from arena.reports.document import plain_text
from arena.reports.report import Found, Page
from arena.reports.safe_text import safe, safe_line
from arena.reports.spent import spent_by

#: Characters that no XML may hold, besides the controls that are made visible.
_NO_XML = re.compile("[\ufffe\uffff]")


def render(found: Found[GateResult], page: Page) -> str:
    """Return a test suite: a failure for what is refuted, skipped for what is open."""
    verdict = found.result.verdict
    suite = _suite(found.result.duel.experiment.name, seconds=spent_by(found.facts).seconds)
    # A verdict that the command line counts as a pass or a fail is that in CI, and keeps its words.
    counted = found.counted_as if verdict.decision == "inconclusive" else None
    for reason in verdict.reasons:
        _add(suite, reason, counted)
    _count(suite)
    return _text(suite)


def audit(found: Found[AuditResult], page: Page) -> str:
    """Return a test suite of one test: the judge agrees with people as often as the policy asks for."""
    result = found.result
    suite = Element("testsuite", name=f"arena audit: {_line(result.source)}", time="0")
    case = SubElement(suite, "testcase", classname="arena.audit", name="agreement")
    message = plain_text(headline(result))
    if result.decision == "recalibrate judge":
        SubElement(case, "failure", message=_line(message), type="audit").text = _safe(message)
    else:
        SubElement(case, "system-out").text = _safe(message)
    _count(suite)
    return _text(suite)


def _safe(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", safe(text))


def _line(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", safe_line(text))


def could_not_run(name: str, message: str) -> str:
    """Return a suite with one test that could not be made: an error, which is neither pass nor fail.

    Args:
        name: of the experiment.
        message: why it could not run.
    """
    suite = _suite(name, seconds=0.0)
    case = SubElement(suite, "testcase", classname="arena.gate", name="gate")
    SubElement(case, "error", message=_line(message), type="could not run").text = _safe(message)
    _count(suite)
    return _text(suite)


def _suite(name: str, *, seconds: float) -> Element:
    time = f"{seconds:.3f}" if seconds else "0"
    return Element("testsuite", name=f"arena gate: {_line(name)}", time=time)


def _add(suite: Element, reason: Reason, counted: Decision | None) -> None:
    case = SubElement(suite, "testcase", classname="arena.gate", name=_line(reason.criterion))
    decision, message = reason.decision, reason.message
    if decision == "inconclusive" and counted:
        decision, message = counted, f"{message} (--inconclusive {counted}: counted as a {counted})"
    if decision == "fail":
        SubElement(case, "failure", message=_line(message), type="gate").text = _safe(message)
    elif decision == "inconclusive":
        SubElement(case, "skipped", message=_line(message))
    else:
        SubElement(case, "system-out").text = _safe(message)


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _text(suite: Element) -> str:
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(root, encoding='unicode')}\n"
