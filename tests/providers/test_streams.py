"""Streamed answers: the same as whole ones, with the times of their parts."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from arena.providers.answers import echoed, read
from arena.providers.streams import StreamCut, StreamFailed, Timing, gather
from arena.providers.table import VENDORS
from arena.records.call import CallFailure, Completion, FailureKind, Finish, ToolCall, Usage
from arena.records.variant import Decoding
from loopback import Fault, Loopback
from loopback_dialects import Reply
from provider_houses import HTTP, answers_of, ask

kinds = pytest.mark.parametrize("kind", HTTP)
USED = Reply(
    text="It left today.",
    input_tokens=100,
    output_tokens=21,
    cached_tokens=60,
    cache_write_tokens=10,
    reasoning_tokens=5,
    fingerprint="fp_1",
)


@kinds
def test_a_streamed_answer_is_the_whole_answer_with_times(kind: str) -> None:
    """Text, finish, usage and fingerprint are equal; only the stream knows TTFT, TPOT and ITL."""
    vendor, api = HTTP[kind]
    with Loopback(reply=USED) as server:
        requests = [ask(vendor, api=api, environment=server.environment, stream=stream) for stream in (False, True)]
        whole, streamed = answers_of(server, requests)
        assert [received.body.get("stream") for received in server.requests] == [None, True]
    assert isinstance(whole, Completion), whole
    assert isinstance(streamed, Completion), streamed
    assert (whole.text, whole.finish, whole.usage, whole.fingerprint, whole.model_returned) == (
        (streamed.text, streamed.finish, streamed.usage, streamed.fingerprint, streamed.model_returned)
    )
    assert (whole.ttft_s, whole.tpot_s, whole.itl_s) == (None, None, None)
    assert streamed.ttft_s is not None
    assert streamed.latency_s is not None
    assert 0 < streamed.ttft_s < streamed.latency_s
    assert streamed.itl_s is not None
    assert streamed.tpot_s is not None


@kinds
def test_usage_counts_cached_and_reasoning_tokens(kind: str) -> None:
    """Input includes what was read from a cache, whichever way the vendor counts."""
    vendor, api = HTTP[kind]
    with Loopback(reply=USED) as server:
        (answer,) = answers_of(server, [ask(vendor, api=api, environment=server.environment)])
    assert isinstance(answer, Completion)
    assert answer.usage == Usage(
        input_tokens=100,
        output_tokens=21,
        cached_input_tokens=60,
        cache_write_tokens=10 if vendor == "anthropic" else 0,
        reasoning_tokens=0 if vendor == "anthropic" else 5,
    )


@kinds
@pytest.mark.parametrize(("fault", "kind_of_failure"), [("stream_error", "server"), ("stream_cut", "connection")])
def test_what_goes_wrong_in_a_stream_has_its_class(kind: str, fault: str, kind_of_failure: str) -> None:
    """An error event and a stream that ends early are failures, never half an answer."""
    vendor, api = HTTP[kind]
    with Loopback(faults=[Fault(fault)]) as server:
        (answer,) = answers_of(server, [ask(vendor, api=api, environment=server.environment, stream=True)])
    assert isinstance(answer, CallFailure), answer
    assert answer.kind is FailureKind(kind_of_failure)


@pytest.mark.parametrize("stream", [False, True])
def test_the_responses_api_echoes_its_settings(stream: bool) -> None:
    """What comes back equal is honoured; what comes back different is said; chat says nothing."""
    decoding = Decoding(temperature=0.5, top_p=0.9, max_tokens=50)
    with Loopback() as server:
        environment = server.environment
        responses = ask(api="responses", environment=environment, decoding=decoding, stream=stream)
        chat = ask(environment=environment, decoding=decoding, stream=stream)
        spoken, silent = answers_of(server, [responses, chat])
    assert isinstance(spoken, Completion)
    assert isinstance(silent, Completion)
    assert {report.honoured for report in spoken.settings} == {"echoed_equal"}
    assert {report.honoured for report in silent.settings} == {"accepted_unverified"}


def test_a_setting_that_the_server_changed_is_seen() -> None:
    """Requested 0.5, echoed 1.0: the report says so."""
    body = {"status": "completed", "output": [{"type": "message", "content": [{"type": "output_text", "text": "hi"}]}]}
    request = ask(api="responses", decoding=Decoding(temperature=0.5, reasoning_effort="low"))
    reports = echoed(request.settings, VENDORS["openai"], "responses", {**body, "temperature": 1.0, "reasoning": None})
    assert [report.honoured for report in reports] == ["echoed_different", "accepted_unverified"]


async def _bytes(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _gather(api: str, *chunks: bytes) -> tuple[dict[str, Any], Timing]:
    ticks = iter(range(100))
    return asyncio.run(gather(api, _bytes(*chunks), lambda: float(next(ticks))))


def _event(**fields: Any) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


def _delta(**delta: Any) -> bytes:
    return _event(choices=[{"index": 0, "delta": delta}])


END = _event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])


def test_events_may_be_cut_anywhere() -> None:
    """Chunks of the network know nothing of lines, events or characters."""
    text = _delta(content="naïve ") + b": comment\r\nevent: x\r\n" + _delta(content="→ text") + END + b"data: [DONE]"
    body, timing = _gather("chat", *[text[i : i + 1] for i in range(len(text))])
    assert body["choices"][0]["message"]["content"] == "naïve → text"
    assert (timing.first_s, timing.last_s, timing.chunks, timing.itl_s) == (0.0, 1.0, 2, 1.0)


def test_only_the_first_choice_is_read() -> None:
    """Another choice of the same answer is not mixed in."""
    other = _event(choices=[{"index": 1, "delta": {"content": "other"}}])
    body, _ = _gather("chat", _delta(content="one"), other, END)
    assert body["choices"][0]["message"]["content"] == "one"


def test_tool_calls_arrive_in_pieces() -> None:
    """Names and arguments are joined, in chat and in messages."""
    chat, _ = _gather(
        "chat",
        _delta(tool_calls=[{"index": 0, "function": {"name": "track", "arguments": '{"id"'}}]),
        _delta(tool_calls=[{"index": 0, "function": {"arguments": ": 7}"}}]),
        _event(choices=[{"index": 0, "delta": {}, "finish_reason": "tool_calls", "logprobs": {"content": []}}]),
    )
    messages, _ = _gather(
        "messages",
        _event(type="message_start", message={"model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}),
        _event(type="content_block_start", index=0, content_block={"type": "tool_use", "name": "track", "input": {}}),
        _event(type="content_block_delta", delta={"type": "input_json_delta", "partial_json": '{"id": 7}'}),
        _event(type="content_block_delta", delta={"type": "signature_delta", "signature": "x"}),
        _event(type="message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 9}),
        _event(type="message_stop"),
    )
    for api, body in (("chat", chat), ("messages", messages)):
        reading = read(api, body)
        assert reading.tool_calls == (ToolCall(name="track", arguments='{"id": 7}'),)
        assert (reading.text, reading.finish) == ("", Finish.TOOL_CALLS)


def test_a_stream_that_ends_early_is_no_answer() -> None:
    """Without its end an answer may lack anything."""
    with pytest.raises(StreamCut):
        _gather("chat", _delta(content="half an ans"))


def test_an_error_event_carries_the_servers_words() -> None:
    """The error's own fields tell its class."""
    with pytest.raises(StreamFailed) as caught:
        _gather("messages", _event(type="error", error={"type": "overloaded_error", "message": "busy"}))
    assert caught.value.error.type == "overloaded_error"


def test_times_that_are_undefined_are_none() -> None:
    """One part has no gap, one token no time per token, and reasoning tokens are no part of the text."""
    assert Timing(first_s=1.0, last_s=1.0, chunks=1).itl_s is None
    timing = Timing(first_s=1.0, last_s=3.0, chunks=3)
    assert timing.itl_s == 1.0
    assert timing.tpot_s(None) is None
    assert timing.tpot_s(Usage(input_tokens=1, output_tokens=1)) is None
    assert timing.tpot_s(Usage(input_tokens=1, output_tokens=10, reasoning_tokens=5)) == 0.5
    assert Timing(first_s=None, last_s=None, chunks=0).tpot_s(Usage(input_tokens=1, output_tokens=9)) is None


def test_log_probabilities_of_the_first_token_are_kept() -> None:
    """Judging by likelihood reads them."""
    with Loopback() as server:
        (answer,) = answers_of(server, [ask(environment=server.environment, top_logprobs=2)])
    assert isinstance(answer, Completion)
    assert answer.logprobs == {"A": -0.1, "B": -2.4}
