"""Cases in detail, for the page that shows them."""

from typing import Any

from arena.records.answered import Answered
from arena.records.call import Completion, Finish, ToolCall, Usage
from arena.records.case import Case, Document, Message
from arena.records.case_details import CaseDetails
from arena.records.judgment import AxisScores, Flag, Judgment
from arena.records.score import Score

ARMS = ("control", "treatment")
OUTCOMES = ("loss", "win", "win", "tie")


def details(number: int, *, text: str = "", **changes: Any) -> CaseDetails:
    """Return case `number`; a `text` stands in every foreign field."""
    outcome = OUTCOMES[number % len(OUTCOMES)]
    facts: dict[str, Any] = {
        "case": Case(
            id=text or f"case-{number}",
            input=text or f"Where is order {number}?",
            messages=(Message(role="user", content=text), Message(role="assistant", content=text)) if text else (),
            context=(Document(id=text or "policy", text=text or "Be fair."),),
            vars={text or "customer": text or "Dana"},
            reference=text or "It is on its way.",
            tags=(text,) if text else (("billing", "hard")[number % 2],),
        ),
        "context": {arm: (Document(id=text or arm, text=text or f"What {arm} saw."),) for arm in ARMS},
        "answers": {arm: (answered(number, arm, text),) for arm in ARMS},
        "judgments": tuple(judgment(number, first, outcome, text) for first in ARMS),
        "outcome": outcome,
        "score": {"loss": 0.0, "win": 1.0, "tie": 0.5}[outcome],
        "consistent": outcome != "tie",
    }
    return CaseDetails(**{**facts, **changes})


def answered(number: int, arm: str, text: str = "") -> Answered:
    """Return an answer that took the longer the greater the case's number is."""
    completion = Completion(
        request_key=f"{number}-{arm}",
        text=text or f"{arm.capitalize()} answers case {number} " + "again and " * (number % 7),
        finish=Finish.STOP,
        model_requested="gpt-6-luna",
        usage=Usage(input_tokens=40, output_tokens=9 + number % 20),
        latency_s=0.2 + number % 30 / 10,
        cost_usd=0.0021,
        tool_calls=(ToolCall(name=text, arguments=text),) if text else (),
    )
    scores = (
        Score(check="max_words", passed=True, reason=text or "9 words"),
        Score(check="contains", passed=arm == "treatment", reason=text or "looked for a policy"),
        Score(check="judge", passed=None, reason="", error=text or "the judge did not answer"),
    )
    return Answered(case=f"case-{number}", variant=arm, repeat=0, answer=completion, scores=scores)


def judgment(number: int, first: str, outcome: str, text: str = "") -> Judgment:
    """Return what the judge said with `first` shown first."""
    second = ARMS[1 - ARMS.index(first)]
    won = {"win": "treatment", "loss": "control"}.get(outcome)
    return Judgment(
        case=f"case-{number}",
        first=first,
        second=second,
        winner="tie" if won is None else "first" if won == first else "second",
        reason=text or f"Because of {first} in case {number}.",
        axes={text or "clarity": AxisScores(first=4.0, second=2.0)},
        judge=text or "anthropic:claude-opus-4-8",
        flagged=(Flag(side="second", family=text, excerpt=text),) if text else (),
    )
