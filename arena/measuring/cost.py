"""What a run cost when it was first paid for."""

from collections.abc import Sequence
from math import fsum

from arena.records.answered import Answered
from arena.records.judgment import Judgment


def cost_of(answered: Sequence[Answered], judgments: Sequence[Judgment]) -> tuple[float | None, str | None]:
    """Return what all answers, judgments and judged checks cost when they were first paid for, or why it is unknown."""
    completions = [one.completion for one in answered if one.completion is not None]
    judged = [one for one in judgments if one.outcome != "failed"]
    costs = [(one.cost_usd, one.cost_reason) for one in completions]
    costs += [(one.cost_usd, one.cost_reason) for one in judged]
    costs += [(score.cost_usd, "the judge's price is unknown") for row in answered for score in row.scores]
    unknown = [reason for cost, reason in costs if cost is None]
    if unknown:
        return None, unknown[0]
    return fsum(cost for cost, _ in costs if cost is not None), None  # exact in any order of the answers
