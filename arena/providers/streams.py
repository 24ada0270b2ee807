"""Server-sent events of a streamed answer, folded into the body that the same call would return whole."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from arena.providers.failures import ServerError, server_error
from arena.records.call import Usage

Json = dict[str, Any]


class StreamFailed(Exception):
    """The server reports an error inside the stream."""

    def __init__(self, error: ServerError) -> None:
        super().__init__(error.message)
        self.error = error


class StreamCut(ConnectionError):
    """The stream ended before the answer did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When the parts of a streamed answer arrived, in seconds since the call began."""

    first_s: float | None  # the first part of the text
    last_s: float | None
    chunks: int  # parts of the text

    @property
    def itl_s(self) -> float | None:
        """Return the mean gap between two parts; None with fewer than two."""
        if self.first_s is None or self.last_s is None or self.chunks < 2:
            return None
        return (self.last_s - self.first_s) / (self.chunks - 1)

    def tpot_s(self, usage: Usage | None) -> float | None:
        """Return the mean time per token of the text after the first; None where it is undefined."""
        tokens = usage.output_tokens - usage.reasoning_tokens if usage else 0
        if self.first_s is None or self.last_s is None or tokens < 2:
            return None
        return (self.last_s - self.first_s) / (tokens - 1)


class Fold(Protocol):
    """Gathers the events of one dialect."""

    body: Json
    finished: bool

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event; return whether it brought text."""
        ...


class ChatFold:
    """Events of chat: deltas of the first choice, then the usage."""

    def __init__(self, content: str | None = None) -> None:
        self.finished = False
        self._message: Json = {"role": "assistant", "content": content}
        self._calls: dict[int, Json] = {}
        self._choice: Json = {"index": 0, "message": self._message, "finish_reason": None}
        self.body: Json = {"choices": []}

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event; return whether it brought text."""
        for name in ("model", "system_fingerprint", "usage"):
            if event.get(name) is not None:
                self.body[name] = event[name]
        grew = False
        for choice in event.get("choices") or ():
            if not choice.get("index"):
                grew |= self._add_choice(choice)
        return grew

    def _add_choice(self, choice: Mapping[str, Any]) -> bool:
        self.body["choices"] = [self._choice]
        if choice.get("finish_reason"):
            self._choice["finish_reason"] = choice["finish_reason"]
            self.finished = True
        if choice.get("logprobs") and "logprobs" not in self._choice:
            self._choice["logprobs"] = choice["logprobs"]
        delta = choice.get("delta") or {}
        for name in ("content", "refusal"):
            if delta.get(name) is not None:
                self._message[name] = (self._message.get(name) or "") + delta[name]
        for call in delta.get("tool_calls") or ():
            self._add_call(call)
        return bool(delta.get("content") or delta.get("refusal"))

    def _add_call(self, call: Mapping[str, Any]) -> None:
        whole = self._calls.setdefault(call.get("index", 0), {"name": "", "arguments": ""})
        for name, part in call.get("function", {}).items():
            whole[name] = whole.get(name, "") + (part or "")
        self._message["tool_calls"] = [{"function": whole} for whole in self._calls.values()]


class ResponsesFold:
    """Events of the responses API: the last one brings the whole answer."""

    def __init__(self) -> None:
        self.finished = False
        self.body: Json = {}

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event; return whether it brought text."""
        kind = event.get("type")
        if kind in ("response.completed", "response.incomplete", "response.failed"):
            self.body = dict(event["response"])
            self.finished = True
        return kind in ("response.output_text.delta", "response.refusal.delta") and bool(event.get("delta"))


class MessagesFold:
    """Events of the messages API: blocks that open, grow and close."""

    def __init__(self) -> None:
        self.finished = False
        self.body: Json = {"content": []}

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one event; return whether it brought text."""
        kind = event.get("type")
        if kind == "message_start":
            self.body = {**event["message"], "content": []}
        elif kind == "content_block_start":
            self.body["content"].append(dict(event["content_block"]) | {"json": ""})
        elif kind == "content_block_delta":
            return self._grow(event["delta"])
        elif kind == "message_delta":
            self.body.update(event["delta"])
            self.body["usage"] = {**(self.body.get("usage") or {}), **(event.get("usage") or {})}
        self.finished = self.finished or kind == "message_stop"
        return False

    def _grow(self, delta: Mapping[str, Any]) -> bool:
        block = self.body["content"][-1]
        if delta["type"] == "text_delta":
            block["text"] += delta["text"]
        elif delta["type"] == "input_json_delta":
            block["json"] += delta["partial_json"]
            block["input"] = block["json"]
        return delta["type"] == "text_delta" and bool(delta["text"])


FOLDS: Mapping[str, Callable[[], Fold]] = {"chat": ChatFold, "responses": ResponsesFold, "messages": MessagesFold}


async def gather(api: str, chunks: AsyncIterator[bytes], elapsed: Callable[[], float]) -> tuple[Json, Timing]:
    """Return the whole body of a streamed answer, and when its parts arrived.

    Args:
        api: The dialect.
        chunks: The response's bytes, cut anywhere.
        elapsed: Seconds since the call began.

    Raises:
        StreamFailed: The server reports an error in the stream.
        StreamCut: The stream ended early.
        ValueError: An event is not JSON.
    """
    fold = FOLDS[api]()
    first: float | None = None
    last: float | None = None
    parts = 0
    async for event in _events(chunks):
        if event.get("error") or event.get("type") == "error":
            raise StreamFailed(server_error(event))
        if fold.add(event):
            last = elapsed()
            first = last if first is None else first
            parts += 1
    if not fold.finished:
        raise StreamCut("the stream ended before the answer did")
    return fold.body, Timing(first_s=first, last_s=last, chunks=parts)


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Json]:
    """Yield the JSON of each server-sent event. An event ends at an empty line; its data lines belong together."""
    data: list[bytes] = []
    async for line in _lines(chunks):
        if line.startswith(b"data:"):
            data.append(line[5:].strip())
        elif not line and data:
            text = b"\n".join(data)
            data = []
            if text != b"[DONE]":
                event = json.loads(text)
                if isinstance(event, dict):
                    yield event


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r")
    yield rest.rstrip(b"\r")
    yield b""  # a last event may lack its empty line
