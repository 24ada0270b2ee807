"""What the tests of judging and grading are made of: one judge, one rubric, one case, replies."""

from dataclasses import replace
from typing import Any

from arena.judging.pairwise import Candidate
from arena.records.call import CallFailure, Completion, FailureKind, Finish
from arena.records.case import Case, Document
from arena.records.experiment import Judge
from arena.records.judgment import Judgment
from arena.records.rubric import Axis, Rubric
from arena.records.variant import Decoding, Model

LEVELS = {1: "useless", 3: "fair", 5: "excellent"}
RUBRIC = Rubric(
    name="support",
    version="1",
    axes=(
        Axis(name="clarity", question="Is it easy to follow?", levels=LEVELS),
        Axis(name="accuracy", question="Is it true?", levels=LEVELS, weight=2.0),
    ),
    instructions="Cite the policy.",
    sha256="ab" * 32,
)
JUDGE = Judge(model=Model(vendor="scripted", name="echo"), decoding=Decoding())
CASE = Case(
    id="late-package",
    input="My package hasn't arrived.",
    context=(Document(text="Shipping takes 3-5 days.", id="Shipping policy"),),
    reference="It is late.",
    cluster="customer-17",
)
CONTROL = Candidate(variant="control", text="Wait a little.")
TREATMENT = Candidate(variant="treatment", text="It is late; our Shipping policy says 3-5 days.")


def completion(text: str, finish: Finish = Finish.STOP, **changes: Any) -> Completion:
    """Return an answer of this text."""
    answer = Completion(
        request_key="k", text=text, finish=finish, model_requested="echo", model_returned="echo-1", cost_usd=0.5
    )
    return replace(answer, **changes)


def failure(kind: FailureKind = FailureKind.TIMEOUT) -> CallFailure:
    """Return a failed call."""
    return CallFailure(request_key="k", kind=kind, message="no answer in 120 s")


def judgment(first: str, share_of_first: float | None, *, repeat: int = 0, judge: str = "j") -> Judgment:
    """Return a judgment of case c1 between control and treatment; None: it could not be read."""
    return Judgment(
        case="c1",
        first=first,
        second="treatment" if first == "control" else "control",
        winner=None,
        score_second=None if share_of_first is None else 1.0 - share_of_first,
        outcome="unparseable" if share_of_first is None else "read",
        repeat=repeat,
        judge=judge,
    )
