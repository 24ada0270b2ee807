"""The cases as data: what the page's script shows when somebody opens one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from arena.records.answered import Answered
from arena.records.call import Completion
from arena.records.case_details import CaseDetails
from arena.records.judgment import Judgment
from arena.records.result import DuelResult
from arena.reports import numbers
from arena.reports.case_report import OUTCOMES
from arena.reports.page.asked import asked, documents
from arena.reports.safe_text import safe, safe_line

#: Those to be read first come first.
ORDER: Mapping[str | None, int] = {"loss": 0, "tie": 1, "win": 2, None: 3}
BY_CHECKS = {"win": "more checks passed", "loss": "fewer checks passed", "tie": "as many checks passed"}
CHECK_MARKS: Mapping[bool | None, tuple[str, str]] = {
    True: ("✓", "pass"),
    False: ("✗", "fail"),
    None: ("?", "inconclusive"),
}


def data_of(result: DuelResult, cases: Sequence[CaseDetails]) -> dict[str, Any]:
    """Return the cases as plain JSON values, lost ones first, every text made visible."""
    ordered = sorted(cases, key=lambda each: (ORDER[each.outcome], 0.0 if each.score is None else each.score))
    arms = (result.control, result.treatment)
    return {"arms": [safe_line(arm) for arm in arms], "cases": [_case(each, arms) for each in ordered]}


def _case(details: CaseDetails, arms: tuple[str, str]) -> dict[str, Any]:
    shown = [details.context[arm] for arm in arms]
    alike = shown[0] == shown[1]
    return {
        "name": safe_line(details.case.id),
        "outcome": details.outcome or "none",
        "said": _said(details),
        "failed": details.failed_calls > 0,
        "differ": details.consistent is False,
        "flagged": any(judgment.flagged for judgment in details.judgments),
        "tags": [safe_line(each) for each in details.case.tags],
        "asked": asked(details.case, shown[0] if alike else ()),
        "contexts": [] if alike else [documents(each) for each in shown],
        "answers": [[_answer(row) for row in details.answers[arm]] for arm in arms],
        "judgments": [_judgment(each, arms) for each in details.judgments],
    }


def _said(details: CaseDetails) -> str:
    """Return how a case ended, in words."""
    if details.outcome is None:
        return ""
    if details.score is None:
        return BY_CHECKS[details.outcome]
    return f"{OUTCOMES[details.outcome][0]} {numbers.whole_share(details.score)}"


def _answer(row: Answered) -> dict[str, Any]:
    completion, failure = row.completion, row.failure
    if completion is None:
        message = "" if failure is None else f"no answer: {failure.kind.value}: {safe_line(failure.message)}"
        return {"text": "", "failure": message, "calls": [], "facts": "", "checks": list(_checks(row))}
    return {
        "text": safe(completion.text),
        "failure": "",
        "calls": [safe_line(f"calls {call.name}({call.arguments})") for call in completion.tool_calls],
        "facts": " · ".join(_facts(completion)),
        "checks": list(_checks(row)),
    }


def _facts(completion: Completion) -> Iterator[str]:
    yield completion.finish.value
    if completion.usage:
        yield f"{completion.usage.output_tokens:,} tokens"
    if completion.latency_s is not None:
        yield numbers.duration(completion.latency_s)
    if completion.cost_usd is not None:
        yield numbers.usd(completion.cost_usd)
    if completion.authored or completion.replayed:
        yield "written by hand" if completion.authored else "replayed"


def _checks(row: Answered) -> Iterator[dict[str, str]]:
    for score in row.scores:
        mark, kind = CHECK_MARKS[score.passed]
        yield {"mark": mark, "kind": kind, "text": safe_line(f"{score.label}: {score.error or score.reason}")}


def _judgment(judgment: Judgment, arms: tuple[str, str]) -> dict[str, Any]:
    if judgment.winner is None:
        verdict, kind = safe_line(f"{judgment.outcome}: {judgment.error or 'no reason given'}"), "none"
    elif judgment.winner == "tie":
        verdict, kind = "tie", "tie"
    else:
        winner = judgment.first if judgment.winner == "first" else judgment.second
        verdict, kind = f"{safe_line(winner)} wins", "win" if winner == arms[1] else "loss"
    return {
        "judge": safe_line(judgment.judge),
        "first": safe_line(judgment.first),
        "repeat": judgment.repeat,
        "verdict": verdict,
        "kind": kind,
        "reason": safe(judgment.reason),
        "axes": [[safe_line(name), *levels] for name, levels in _levels(judgment, arms[0])],
        "flagged": safe_line(", ".join(judgment.suspicions)),
    }


def _levels(judgment: Judgment, control: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each axis with the level of control, then of treatment."""
    for name, scores in judgment.axes.items():
        sides = (scores.first, scores.second) if judgment.first == control else (scores.second, scores.first)
        yield name, (_level(sides[0]), _level(sides[1]))


def _level(score: float | None) -> str:
    return numbers.UNKNOWN if score is None else f"{score:g}"
