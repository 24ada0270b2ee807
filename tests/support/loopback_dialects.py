"""What the loopback server says on the wire: chat, responses and messages, whole and streamed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer before it is put into a dialect."""

    text: str | None
    finish: str = "stop"  # stop, length, refusal, content_filter, context_window
    input_tokens: int = 12
    output_tokens: int = 7
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    model: str = "loopback-1"
    fingerprint: str | None = "fp_loopback"
    logprobs: Mapping[str, float] | None = None  # of the first token; None: A and B, A the likelier


def prompt_of(body: Mapping[str, Any]) -> str:
    """Return every text of the request in the order written, whatever the dialect."""
    parts = [body.get("system") or body.get("instructions") or ""]
    turns = body.get("messages") or body.get("input") or ""
    for turn in [{"content": turns}] if isinstance(turns, str) else turns:
        content = turn["content"]
        parts.append(content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content))
    return "\n".join(part for part in parts if part)


def schema_of(body: Mapping[str, Any]) -> Json | None:
    """Return the JSON Schema that the answer must follow, or None."""
    chat = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    responses = ((body.get("text") or {}).get("format") or {}).get("schema")
    messages = ((body.get("output_config") or {}).get("format") or {}).get("schema")
    return chat or responses or messages


def chat(reply: Reply, body: Mapping[str, Any]) -> Json:
    """Return a chat completion."""
    refused = reply.finish == "refusal"
    message = {"role": "assistant", "content": None if refused else reply.text}
    if refused:
        message["refusal"] = reply.text
    finish = {"refusal": "stop", "context_window": "length"}.get(reply.finish, reply.finish)
    whole: Json = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": reply.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": _chat_usage(reply),
    }
    if reply.fingerprint:
        whole["system_fingerprint"] = reply.fingerprint
    if body.get("logprobs"):
        known = {"A": -0.1, "B": -2.4} if reply.logprobs is None else reply.logprobs
        tops = [{"token": token, "logprob": value} for token, value in known.items()][: body.get("top_logprobs", 0)]
        whole["choices"][0]["logprobs"] = {"content": [{"token": "A", "logprob": -0.1, "top_logprobs": tops}]}
    return whole


def _chat_usage(reply: Reply) -> Json:
    return {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.input_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
    }


def responses(reply: Reply, body: Mapping[str, Any]) -> Json:
    """Return a response of the responses API, which echoes its sampling settings."""
    incomplete = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reply.finish)
    part: Json = (
        {"type": "refusal", "refusal": reply.text}
        if reply.finish == "refusal"
        else {"type": "output_text", "text": reply.text, "annotations": []}
    )
    return {
        "id": "resp_1",
        "object": "response",
        "status": "incomplete" if incomplete else "completed",
        "incomplete_details": {"reason": incomplete} if incomplete else None,
        "error": None,
        "model": reply.model,
        "output": [{"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}],
        "temperature": body.get("temperature", 1.0),
        "top_p": body.get("top_p", 1.0),
        "max_output_tokens": body.get("max_output_tokens"),
        "reasoning": body.get("reasoning", {"effort": None}),
        "usage": {
            "input_tokens": reply.input_tokens,
            "input_tokens_details": {"cached_tokens": reply.cached_tokens},
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        },
    }


def messages(reply: Reply, body: Mapping[str, Any]) -> Json:
    """Return a message of the messages API, whose input tokens leave the cached ones out."""
    stop = {
        "stop": "end_turn",
        "length": "max_tokens",
        "refusal": "refusal",
        "content_filter": "refusal",
        "context_window": "model_context_window_exceeded",
    }[reply.finish]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": None if reply.text is None else [{"type": "text", "text": reply.text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {
            "input_tokens": reply.input_tokens - reply.cached_tokens - reply.cache_write_tokens,
            "cache_read_input_tokens": reply.cached_tokens,
            "cache_creation_input_tokens": reply.cache_write_tokens,
            "output_tokens": reply.output_tokens,
        },
    }


DIALECTS = {"/chat/completions": chat, "/responses": responses, "/messages": messages}


def pieces(text: str) -> list[str]:
    """Return the text in three parts, so that a stream has gaps to measure."""
    third = max(len(text) // 3, 1)
    return [part for part in (text[:third], text[third : 2 * third], text[2 * third :]) if part]


def events(path: str, whole: Json) -> Iterator[bytes]:
    """Yield the server-sent events of a whole answer."""
    if path == "/chat/completions":
        yield from _chat_events(whole)
    elif path == "/responses":
        yield from _responses_events(whole)
    else:
        yield from _messages_events(whole)


def _event(data: Json, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _chat_events(whole: Json) -> Iterator[bytes]:
    base = {key: whole[key] for key in whole if key not in ("choices", "usage")} | {"object": "chat.completion.chunk"}
    for choice in whole["choices"]:
        message = choice["message"]
        key = "refusal" if "refusal" in message else "content"
        opening = {"role": "assistant", "content": None if message["content"] is None else ""}
        yield _event(base | {"choices": [{"index": 0, "delta": opening, "finish_reason": None}]})
        for part in pieces(message[key] or ""):
            yield _event(base | {"choices": [{"index": 0, "delta": {key: part}, "finish_reason": None}]})
        yield _event(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    yield _event(base | {"choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def _responses_events(whole: Json) -> Iterator[bytes]:
    yield _event({"type": "response.created", "response": whole | {"output": [], "usage": None}}, "response.created")
    for item in whole["output"]:
        for part in item["content"]:
            kind = "response.output_text.delta" if part["type"] == "output_text" else "response.refusal.delta"
            for delta in pieces(part.get("text") or part.get("refusal") or ""):
                yield _event({"type": kind, "delta": delta}, kind)
    kind = f"response.{whole['status']}"
    yield _event({"type": kind, "response": whole}, kind)


def _messages_events(whole: Json) -> Iterator[bytes]:
    usage = whole["usage"]
    start = whole | {"content": [], "stop_reason": None, "usage": usage | {"output_tokens": 1}}
    yield _event({"type": "message_start", "message": start}, "message_start")
    yield _event({"type": "ping"}, "ping")
    for index, block in enumerate(whole["content"] or []):
        empty = {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        yield _event(empty, "content_block_start")
        for part in pieces(block["text"]):
            delta = {"type": "text_delta", "text": part}
            yield _event({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")
        yield _event({"type": "content_block_stop", "index": index}, "content_block_stop")
    end = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    last = {"type": "message_delta", "delta": end, "usage": {"output_tokens": usage["output_tokens"]}}
    yield _event(last, "message_delta")
    yield _event({"type": "message_stop"}, "message_stop")
