"""Checks of what an answer took: tokens, time, money. What is not known is an error of the check, never a fail."""

from typing import Any

from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score


def max_tokens(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer has at most so many output tokens, as the provider counts them, reasoning included.

    The argument: int.

    Raises:
        ValueError: the provider reported no usage.
    """
    if completion.usage is None:
        raise ValueError("the tokens are not known: no usage was reported")
    used = completion.usage.output_tokens
    return _score("max_tokens", float(used), float(argument), f"{used:,} tokens", f"{argument:,}", "tokens")


def max_latency_s(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the call took at most so long. The time of a cached answer is that of the call that was made for it.

    The argument: float, in seconds.

    Raises:
        ValueError: the time was not measured, or was written by hand.
    """
    if completion.latency_s is None:
        raise ValueError("the time is not known: the call was not measured")
    if completion.authored:
        raise ValueError("the time is not known: the answer was written by hand")
    took = completion.latency_s
    return _score("max_latency_s", took, argument, f"{took:.3g} s", f"{argument:g} s", "s")


def max_cost_usd(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the call cost at most so much, as first paid.

    The argument: float, in USD.

    Raises:
        ValueError: the cost is not known.
    """
    cost = completion.cost_usd
    if cost is None:
        raise ValueError(f"the cost is not known: {completion.cost_reason or 'no price'}")
    return _score("max_cost_usd", cost, argument, f"${cost:.6g}", f"${argument:g}", "USD")


def _score(check: str, value: float, limit: float, found: str, most: str, unit: str) -> Score:
    passed = value <= limit
    reason = f"{found}, at most {most}" if passed else f"{found}, more than {most}"
    return Score(check=check, passed=passed, reason=reason, value=value, unit=unit)
