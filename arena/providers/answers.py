"""The body of an answer, in each dialect, as a Completion; anything else is a bad response."""

import base64
import json
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arena.providers.settings import Path, wire_path
from arena.providers.vendor import Vendor
from arena.records.call import Finish, Honoured, SettingReport, ToolCall, Usage

Json = Mapping[str, Any]


class BadAnswer(ValueError):
    """A body that is JSON but no answer; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a body says, whatever its dialect."""

    text: str
    finish: Finish
    model: str | None
    usage: Usage | None
    fingerprint: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: Mapping[str, float] = field(default_factory=dict)


def read(api: str, body: Any) -> Reading:
    """Return what the body of a finished call says.

    Raises:
        BadAnswer: The body has no choices, no content, or another shape.
    """
    if not isinstance(body, Mapping):
        raise BadAnswer("the answer is no JSON object")
    try:
        return _READERS[api](body)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadAnswer(f"the answer has another shape ({type(error).__name__}: {error})") from error


def _chat(body: Json) -> Reading:
    if not body.get("choices"):
        raise BadAnswer("the answer has no choices")
    choice = body["choices"][0]
    message = choice["message"]
    calls = tuple(_chat_call(call["function"]) for call in message.get("tool_calls") or ())
    refused = message.get("refusal")
    text = refused or message.get("content")
    finish = Finish.REFUSAL if refused else _CHAT_FINISH.get(choice.get("finish_reason"), Finish.STOP)
    return Reading(
        text=_text(text, finish, calls),
        finish=Finish.TOOL_CALLS if calls and finish is Finish.STOP else finish,
        model=body.get("model"),
        usage=_usage(body.get("usage"), "prompt_tokens", "completion_tokens"),
        fingerprint=body.get("system_fingerprint"),
        tool_calls=calls,
        logprobs=_logprobs((choice.get("logprobs") or {}).get("content")),
    )


_CHAT_FINISH = {
    "length": Finish.LENGTH,
    "content_filter": Finish.CONTENT_FILTER,
    "tool_calls": Finish.TOOL_CALLS,
    "function_call": Finish.TOOL_CALLS,
}


def _chat_call(function: Json) -> ToolCall:
    return ToolCall(name=function["name"], arguments=function.get("arguments") or "")


def _responses(body: Json) -> Reading:
    if body.get("status") == "failed":
        raise BadAnswer("the response failed and gives no reason")
    items = body["output"]
    parts = [part for item in items if item["type"] == "message" for part in item["content"] or ()]
    calls = tuple(ToolCall(name=i["name"], arguments=i["arguments"]) for i in items if i["type"] == "function_call")
    refusals = [part["refusal"] for part in parts if part["type"] == "refusal"]
    texts = [part["text"] for part in parts if part["type"] == "output_text"]
    cut = (body.get("incomplete_details") or {}).get("reason", "")
    finish = Finish.REFUSAL if refusals else _RESPONSES_FINISH.get(cut, Finish.TOOL_CALLS if calls else Finish.STOP)
    if None in texts:
        raise BadAnswer("the content is null")
    text = "".join(refusals or texts) if parts else None
    return Reading(
        text=_text(text, finish, calls),
        finish=finish,
        model=body.get("model"),
        usage=_usage(body.get("usage"), "input_tokens", "output_tokens"),
        tool_calls=calls,
        logprobs=_logprobs(next((part.get("logprobs") for part in parts if part.get("logprobs")), None)),
    )


_RESPONSES_FINISH = {"max_output_tokens": Finish.LENGTH, "content_filter": Finish.CONTENT_FILTER}


def _messages(body: Json) -> Reading:
    stop = body.get("stop_reason")
    finish = _MESSAGES_FINISH.get(stop or "", Finish.STOP)
    blocks = body["content"]
    calls = tuple(_claude_call(block) for block in blocks or () if block["type"] == "tool_use")
    texts = [block["text"] for block in blocks or () if block["type"] == "text"]
    # Claude may end its turn without a word: an empty list with a stop reason is an answer, a missing one is not.
    empty = blocks == [] and stop in ("end_turn", "stop_sequence", "refusal", "max_tokens")
    return Reading(
        text=_text("".join(texts) if texts or empty else None, finish, calls),
        finish=finish,
        model=body.get("model"),
        usage=_claude_usage(body.get("usage")),
        tool_calls=calls,
    )


_MESSAGES_FINISH = {
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "refusal": Finish.REFUSAL,
    "tool_use": Finish.TOOL_CALLS,
}


def _claude_call(block: Json) -> ToolCall:
    arguments = block["input"]
    return ToolCall(name=block["name"], arguments=arguments if isinstance(arguments, str) else json.dumps(arguments))


def _embeddings(body: Json) -> Reading:
    """Read vectors, in the order of the texts, as text: base64 of 32-bit floats, a line a vector."""
    rows = sorted(body["data"], key=lambda row: row["index"])
    used = (body.get("usage") or {}).get("prompt_tokens")
    return Reading(
        text="\n".join(base64.b64encode(_packed(row["embedding"])).decode() for row in rows),
        finish=Finish.STOP,
        model=body.get("model"),
        usage=None if used is None else Usage(input_tokens=used, output_tokens=0),
    )


def _packed(vector: Any) -> bytes:
    try:
        return struct.pack(f"<{len(vector)}f", *vector)
    except (struct.error, OverflowError) as error:
        raise BadAnswer(f"the answer holds a vector that is no list of numbers ({error})") from error


_READERS: Mapping[str, Callable[[Json], Reading]] = {
    "chat": _chat,
    "responses": _responses,
    "messages": _messages,
    "embeddings": _embeddings,
}


def _text(text: Any, finish: Finish, calls: tuple[ToolCall, ...]) -> str:
    # A call that was cut, filtered or refused, or that asks for a tool, may have no text; any other must have one.
    if text is None and (calls or finish is not Finish.STOP):
        return ""
    if not isinstance(text, str):
        raise BadAnswer("the content is null" if text is None else "the content is no text")
    return text


def _usage(usage: Json | None, inputs: str, outputs: str) -> Usage | None:
    if not usage or usage.get(inputs) is None or usage.get(outputs) is None:
        return None
    read_in = usage.get(f"{inputs}_details") or {}
    read_out = usage.get(f"{outputs}_details") or {}
    return Usage(
        input_tokens=usage[inputs],
        output_tokens=usage[outputs],
        cached_input_tokens=read_in.get("cached_tokens") or 0,
        cache_write_tokens=read_in.get("cache_write_tokens") or 0,
        reasoning_tokens=read_out.get("reasoning_tokens") or 0,
    )


def _claude_usage(usage: Json | None) -> Usage | None:
    if not usage or usage.get("input_tokens") is None or usage.get("output_tokens") is None:
        return None
    read = usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    details = usage.get("output_tokens_details") or {}
    return Usage(
        input_tokens=usage["input_tokens"] + read + written,  # the API counts the cached ones apart
        output_tokens=usage["output_tokens"],
        cached_input_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=details.get("thinking_tokens") or details.get("reasoning_tokens") or 0,
    )


def _logprobs(tokens: list[Json] | None) -> dict[str, float]:
    """Return the first token's alternatives: token to natural log of its probability."""
    if not tokens:
        return {}
    return {top["token"]: top["logprob"] for top in tokens[0].get("top_logprobs") or [tokens[0]]}


def echoed(reports: Iterable[SettingReport], vendor: Vendor, api: str, body: Json) -> tuple[SettingReport, ...]:
    """Return the reports with what the answer echoes: equal, different, or nothing said."""
    return tuple(_echoed(report, wire_path(vendor, api, report.name), api, body) for report in reports)


def _echoed(report: SettingReport, path: Path | None, api: str, body: Json) -> SettingReport:
    if api != "responses" or report.sent is None or path is None:
        return report
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None:
        return report
    honoured: Honoured = "echoed_equal" if value == report.sent else "echoed_different"
    return SettingReport(name=report.name, requested=report.requested, sent=report.sent, honoured=honoured)
