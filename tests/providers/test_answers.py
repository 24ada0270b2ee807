"""Bodies of answers that no well-behaved server sends, and how they are read."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from arena.providers.answers import BadAnswer, read
from arena.providers.http_provider import HttpProvider
from arena.providers.opening import Opening
from arena.providers.settings import without
from arena.providers.table import VENDORS
from arena.records.call import Finish, Request, ToolCall
from provider_houses import ask


def _chat(message: dict[str, Any], finish: str = "stop") -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": finish}]}


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", None),
        ("chat", "text"),
        ("chat", {"choices": [{}]}),
        ("chat", {"choices": {"a": 1}}),
        ("chat", _chat({})),
        ("chat", _chat({"content": None})),
        ("chat", _chat({"content": ["parts"]})),
        ("responses", {"status": "failed", "error": None}),
        ("responses", {"status": "completed", "output": []}),
        ("responses", {"output": [{"type": "message", "content": [{"type": "output_text", "text": None}]}]}),
        ("responses", {}),
        ("messages", {}),
        ("messages", {"content": None, "stop_reason": "end_turn"}),
        ("messages", {"content": [], "stop_reason": None}),
        ("messages", {"content": [{"type": "text"}]}),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(api: str, body: Any) -> None:
    """Whatever the shape, it is a bad answer and no crash."""
    with pytest.raises(BadAnswer):
        read(api, body)


@pytest.mark.parametrize(
    ("api", "body", "text", "finish"),
    [
        ("chat", _chat({"content": ""}), "", Finish.STOP),
        ("chat", _chat({"content": None}, "length"), "", Finish.LENGTH),
        ("chat", _chat({"content": None, "refusal": "No."}), "No.", Finish.REFUSAL),
        ("chat", _chat({"content": "hi"}, "something_new"), "hi", Finish.STOP),
        ("responses", {"output": [], "incomplete_details": {"reason": "max_output_tokens"}}, "", Finish.LENGTH),
        ("messages", {"content": [], "stop_reason": "refusal"}, "", Finish.REFUSAL),
        (
            "messages",
            {"content": [{"type": "thinking", "thinking": "…"}], "stop_reason": "max_tokens"},
            "",
            Finish.LENGTH,
        ),
    ],
)
def test_an_answer_without_words_may_still_be_one(api: str, body: Any, text: str, finish: Finish) -> None:
    """Cut, refused or empty answers are outcomes; their usage may be missing."""
    reading = read(api, body)
    assert (reading.text, reading.finish, reading.usage) == (text, finish, None)


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", _chat({"tool_calls": [{"function": {"name": "track", "arguments": '{"id": 7}'}}]}, "tool_calls")),
        ("responses", {"output": [{"type": "function_call", "name": "track", "arguments": '{"id": 7}'}]}),
        (
            "messages",
            {"content": [{"type": "tool_use", "name": "track", "input": {"id": 7}}], "stop_reason": "tool_use"},
        ),
    ],
)
def test_tool_calls_are_kept_in_every_dialect(api: str, body: Any) -> None:
    """A call for a tool needs no text."""
    reading = read(api, body)
    assert reading.tool_calls == (ToolCall(name="track", arguments='{"id": 7}'),)
    assert (reading.text, reading.finish) == ("", Finish.TOOL_CALLS)


def test_leaving_a_setting_out_leaves_its_neighbours() -> None:
    """Only an emptied folder goes with it, and the body itself is not changed."""
    body = {"reasoning": {"effort": "low", "summary": "auto"}, "top_p": 1}
    assert without(body, ("reasoning", "effort")) == {"reasoning": {"summary": "auto"}, "top_p": 1}
    assert without({"reasoning": {"effort": "low"}}, ("reasoning", "effort")) == {}
    assert without({"top_p": 1}, ("reasoning", "effort")) == {"top_p": 1}
    assert body["reasoning"] == {"effort": "low", "summary": "auto"}


def test_a_bug_of_ours_is_not_blamed_on_a_provider() -> None:
    """Only what an SDK or a server does becomes a CallFailure."""

    async def post(request: Request, body: Mapping[str, Any]) -> Any:
        raise KeyError("a bug")

    async def close() -> None: ...

    provider = HttpProvider(post, close, Opening(vendor=VENDORS["openai"], place=None))
    with pytest.raises(KeyError):
        asyncio.run(provider.complete(ask()))
