"""Expected calls are matched with those that were made, in any order or in the one that counts."""

import json
from typing import Any

import pytest

from arena.records.call import Completion, ToolCall
from graded_answers import answer, outcome

LOOKUP = {"name": "lookup", "arguments": {"order": 7}}
REFUND = {"name": "refund", "arguments": {"order": 7, "lines": [{"sku": "A", "n": 1}]}}


def calling(*calls: tuple[str, Any]) -> Completion:
    """Return an answer that makes these calls."""
    made = tuple(ToolCall(name=name, arguments=a if isinstance(a, str) else json.dumps(a)) for name, a in calls)
    return answer("", tool_calls=made)


@pytest.mark.parametrize(
    ("written", "made", "passed"),
    [
        ([], [], True),
        ([], [("lookup", {})], False),
        ([LOOKUP], [("lookup", {"order": 7})], True),
        ([LOOKUP], [("lookup", {"order": 7, "full": True})], True),
        ({"calls": [LOOKUP], "match": "exact"}, [("lookup", {"order": 7, "full": True})], False),
        ({"calls": [LOOKUP], "match": "exact"}, [("lookup", {"order": 7.0})], True),
        ([LOOKUP], [("lookup", {"order": "7"})], False),
        ([LOOKUP], [("lookup", '{"order": 7')], False),
        ([LOOKUP], [("lookup", "[7]")], False),
        (["lookup"], [("lookup", '{"order": 7')], True),
        ([{"name": "ping", "arguments": {}}], [("ping", "")], True),
        ([REFUND], [("refund", {"order": 7, "lines": [{"sku": "A", "n": 1, "why": "late"}]})], True),
        ([REFUND], [("refund", {"order": 7, "lines": []})], False),
        ([REFUND], [("refund", {"order": 7, "lines": "A"})], False),
        ([LOOKUP, REFUND], [("refund", REFUND["arguments"]), ("lookup", {"order": 7})], True),
        (
            {"calls": [LOOKUP, REFUND], "order": "exact"},
            [("refund", REFUND["arguments"]), ("lookup", {"order": 7})],
            False,
        ),
        (
            {"calls": [LOOKUP, REFUND], "order": "exact"},
            [("lookup", {"order": 7}), ("refund", REFUND["arguments"])],
            True,
        ),
        ([LOOKUP], [("lookup", {"order": 7}), ("lookup", {"order": 7})], False),
        ({"calls": [LOOKUP], "extra": True}, [("ping", {}), ("lookup", {"order": 7})], True),
        ({"calls": [LOOKUP, LOOKUP], "extra": True}, [("lookup", {"order": 7})], False),
        (["lookup", LOOKUP], [("lookup", {"order": 7}), ("lookup", {"order": 8})], True),
    ],
)
def test_calls_are_matched(written: Any, made: list[tuple[str, Any]], passed: bool) -> None:
    """Each expected call takes one that was made: further arguments are allowed, further calls with `extra`."""
    assert outcome("tool_calls", written, calling(*made))[0] is passed


@pytest.mark.parametrize(
    ("written", "made", "reason"),
    [
        ([LOOKUP], [], "no call of 'lookup' with '{\"order\": 7}': calls no tool"),
        ([LOOKUP], [("ping", {})], "no call of 'lookup' with '{\"order\": 7}': calls 'ping'"),
        (
            [LOOKUP],
            [("lookup", {"order": 8})],
            "no call of 'lookup' with '{\"order\": 7}': it was called with '{\"order\": 8}', or not in this place",
        ),
        ([], [("ping", {"a": "\x1b"})], "calls 'ping' as well with '{\"a\": \"\\\\u001b\"}'"),
        (["ping"], [("ping", {})], "calls 'ping'"),
        ([], [], "calls no tool"),
    ],
)
def test_reason_tells_what_was_called(written: Any, made: list[tuple[str, Any]], reason: str) -> None:
    """What was expected, and what came instead."""
    assert outcome("tool_calls", written, calling(*made))[1] == reason
