"""Tokens, time and cost are held against their limits; what is not known is an error, not a fail."""

from typing import Any

import pytest

from arena.records.call import Usage
from graded_answers import answer, graded

USED = Usage(input_tokens=10, output_tokens=200)


@pytest.mark.parametrize(
    ("key", "limit", "fields", "passed", "reason"),
    [
        ("max_tokens", 200, {"usage": USED}, True, "200 tokens, at most 200"),
        ("max_tokens", 199, {"usage": USED}, False, "200 tokens, more than 199"),
        ("max_latency_s", 5, {"latency_s": 1.25}, True, "1.25 s, at most 5 s"),
        ("max_latency_s", 0.5, {"latency_s": 1.25, "replayed": True}, False, "1.25 s, more than 0.5 s"),
        ("max_cost_usd", 0.01, {"cost_usd": 0.0042}, True, "$0.0042, at most $0.01"),
        ("max_cost_usd", 0, {"cost_usd": 0.0042}, False, "$0.0042, more than $0"),
    ],
)
def test_limit_holds_what_it_names(key: str, limit: Any, fields: Any, passed: bool, reason: str) -> None:
    """The limit itself is allowed, and the value is kept with its unit."""
    score = graded(key, limit, answer("x", **fields))
    assert (score.passed, score.reason, score.error) == (passed, reason, None)
    assert score.value is not None
    assert score.unit in ("tokens", "s", "USD")


@pytest.mark.parametrize(
    ("key", "fields", "error"),
    [
        ("max_tokens", {}, "the tokens are not known: no usage was reported"),
        ("max_latency_s", {}, "the time is not known: the call was not measured"),
        (
            "max_latency_s",
            {"latency_s": 1.0, "authored": True},
            "the time is not known: the answer was written by hand",
        ),
        ("max_cost_usd", {}, "the cost is not known: no price"),
        ("max_cost_usd", {"cost_reason": "no price of m"}, "the cost is not known: no price of m"),
    ],
)
def test_unknown_is_an_error_with_its_reason(key: str, fields: Any, error: str) -> None:
    """It says nothing about the answer."""
    score = graded(key, 1, answer("x", **fields))
    assert (score.passed, score.error) == (None, f"ValueError: {error}")
