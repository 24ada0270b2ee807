"""A small stand-in for the providers on 127.0.0.1: chat, responses and messages, streamed or whole.

    with Loopback(latency_s=0.05) as server:
        environment = server.environment          # base URLs and keys of openai and anthropic
        ...                                       # run something
        assert server.count == 12                 # requests received
        assert server.repeats == {}               # no body was paid for twice

Answers are a fixed function of the request and end with a hidden quality mark; a request that
carries a JSON Schema is answered by a judge who reads those marks (see loopback_judge).
`faults` is a list (the n-th request meets the n-th fault; None is healthy) or a function
`(Received) -> Fault | None`:

    Loopback(faults=[status(429, retry_after="1"), None])
    Loopback(faults=lambda received: Fault("hang") if "case 7" in received.text and received.attempt == 0 else None)
"""

import asyncio
import contextlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from loopback_dialects import DIALECTS, Reply, events, prompt_of, schema_of
from loopback_judge import JudgeTruth, marked_answer

KEY = "sk-loopback-0123456789abcdef"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one request.

    kind, over the wire: status, reset (before a byte), reset_midway, hang, drip (1 byte/s), trunc
    (the body is shorter than its length), bad_json, html, bad_utf8, wrong_shape, no_choices, null,
    redirect, stream_error, stream_cut.
    kind, answers: empty, refusal, content_filter, length, context_window, text (of `text`), prose.
    """

    kind: str
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Mapping[str, Any] = field(default_factory=dict)  # of the JSON error body
    text: str = ""
    seconds: float = 1.0  # between two bytes of a drip


def status(number: int, message: str = "the server says no", *, retry_after: str | None = None, **error: Any) -> Fault:
    """Return a fault that answers with an HTTP status and a JSON error."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return Fault("status", status=number, headers=headers, error={"message": message, **error})


def echoed_key(key: str = KEY) -> Fault:
    """Return a 401 whose text repeats the key."""
    return status(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")


def unsupported(param: str) -> Fault:
    """Return the 400 by which a server refuses one setting."""
    message = f"Unsupported value: '{param}' is not supported with this model."
    return status(400, message, code="unsupported_value", param=param)


QUOTA = status(429, "You exceeded your current quota.", code="insufficient_quota", type="insufficient_quota")


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it arrived."""

    number: int  # 0, 1, 2 … of all requests
    attempt: int  # 0 for the first time that this body arrives
    path: str  # /chat/completions, /responses, /messages
    headers: Mapping[str, str]  # lower-case names
    body: Mapping[str, Any]
    text: str  # every text of the prompt
    at: float  # time.monotonic()


Faults = Sequence[Fault | None] | Callable[[Received], Fault | None]


class Loopback:
    """Serve on a free port of 127.0.0.1 from a thread of its own."""

    def __init__(
        self,
        *,
        latency_s: float = 0.0,
        faults: Faults = (),
        judge: JudgeTruth | None = None,
        spread: float = 0.2,
        reply: Reply | None = None,
        salted: bool = False,
    ) -> None:
        self.latency_s = latency_s
        self.faults = faults
        self.judge = judge or JudgeTruth()
        self.spread = spread  # width of the qualities around the wish
        self.reply = reply  # the same answer to everything
        self.salted = salted  # an answer differs each time it is asked for, as at temperature 1
        self.requests: list[Received] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._bodies: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="loopback", daemon=True)
        self.port = 0

    @property
    def root(self) -> str:
        """Return the address without a path: the base URL of anthropic."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Return the base URL of openai."""
        return f"{self.root}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """Return environment variables that lead both vendors here."""
        return {
            "OPENAI_BASE_URL": self.url,
            "OPENAI_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": self.root,
            "ANTHROPIC_API_KEY": KEY,
        }

    @property
    def count(self) -> int:
        """Return how many requests arrived."""
        return len(self.requests)

    @property
    def repeats(self) -> dict[str, int]:
        """Return the bodies that arrived more than once, each with how often."""
        return {body: times for body, times in self._bodies.items() if times > 1}

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**22, backlog=512)

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        path = head[0].split(" ")[1].partition("?")[0].removeprefix("/v1")
        received = self._note(path, headers, raw)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.latency_s)
            return await self._answer(received, writer)
        finally:
            self.in_flight -= 1

    def _note(self, path: str, headers: Mapping[str, str], raw: bytes) -> Received:
        body = json.loads(raw) if raw else {}
        seen = raw.decode()
        received = Received(
            number=len(self.requests),
            attempt=self._bodies[seen],
            path=path,
            headers=headers,
            body=body,
            text=prompt_of(body),
            at=time.monotonic(),
        )
        self._bodies[seen] += 1
        self.requests.append(received)
        return received

    def _fault(self, received: Received) -> Fault | None:
        if callable(self.faults):
            return self.faults(received)
        return self.faults[received.number] if received.number < len(self.faults) else None

    def _reply(self, received: Received, fault: Fault | None) -> Reply:
        if self.reply is not None:
            reply = self.reply
        else:
            schema = schema_of(received.body)
            salt = received.number if self.salted else None
            text = (
                self.judge.reply(schema, received.text)
                if schema
                else marked_answer(received.text, self.spread, salt or received.body.get("model"))
            )
            odds = self.judge.logprobs(received.text)
            tokens = len(received.text) // 4 + 1, len(text) // 4 + 1
            reply = Reply(text=text, input_tokens=tokens[0], output_tokens=tokens[1], logprobs=odds)
        return _altered(replace(reply, model=received.body.get("model", reply.model)), fault)

    async def _answer(self, received: Received, writer: asyncio.StreamWriter) -> bool:
        fault = self._fault(received)
        if received.path not in DIALECTS:
            fault = status(404, f"no such path: {received.path}")
        if fault and fault.kind in ("hang", "reset"):
            return await _silence(fault, writer)
        if fault and fault.kind == "status":
            body = json.dumps({"type": "error", "error": dict(fault.error)}).encode()
            return await _send(writer, body, status=fault.status, headers=fault.headers)
        if fault and fault.kind == "redirect":
            return await _send(writer, b"", status=307, headers=fault.headers)
        whole = DIALECTS[received.path](self._reply(received, fault), received.body)
        if received.body.get("stream") and not (fault and fault.kind in _BROKEN_BODIES):
            return await _stream(writer, list(events(received.path, whole)), fault)
        return await _whole(writer, json.dumps(_reshaped(whole, fault)).encode(), fault)


_BROKEN_BODIES = {"bad_json", "html", "bad_utf8", "wrong_shape", "no_choices", "drip", "trunc", "reset_midway"}


def _altered(reply: Reply, fault: Fault | None) -> Reply:
    if fault is None:
        return reply
    if fault.kind in ("refusal", "content_filter", "length", "context_window"):
        text = "I cannot help with that." if fault.kind == "refusal" else (reply.text or "")[:10]
        return replace(reply, finish=fault.kind, text=text)
    texts = {"empty": "", "null": None, "text": fault.text, "prose": "I think that the first answer is better."}
    return replace(reply, text=texts[fault.kind]) if fault.kind in texts else reply


def _reshaped(whole: dict[str, Any], fault: Fault | None) -> Any:
    if fault and fault.kind == "wrong_shape":
        return ["not", "an", "answer"]
    if fault and fault.kind == "no_choices":
        return {key: [] if key in ("choices", "output", "content") else value for key, value in whole.items()}
    return whole


async def _silence(fault: Fault, writer: asyncio.StreamWriter) -> bool:
    if fault.kind == "hang":
        await asyncio.sleep(3600)
    _reset(writer)
    return False


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() then sends RST
    writer.transport.abort()


async def _send(
    writer: asyncio.StreamWriter,
    body: bytes,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    kind: str = "application/json",
    length: int | None = None,
) -> bool:
    lines = {"content-type": kind, "content-length": str(len(body) if length is None else length), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body)
    await writer.drain()
    return True


async def _whole(writer: asyncio.StreamWriter, body: bytes, fault: Fault | None) -> bool:
    kind = fault.kind if fault else ""
    if kind == "html":
        return await _send(writer, b"<html><body>Bad gateway</body></html>", kind="text/html")
    if kind == "bad_json":
        return await _send(writer, body[: len(body) // 2])
    if kind == "bad_utf8":
        return await _send(writer, body[:-2] + b'"\xff\xfe"}')
    if kind in ("trunc", "reset_midway"):
        await _send(writer, body[: len(body) // 2], length=len(body))
        if kind == "reset_midway":
            _reset(writer)
        return False
    if kind == "drip":
        assert fault is not None
        await _send(writer, b"", length=len(body))
        for byte in body:
            await asyncio.sleep(fault.seconds)
            writer.write(bytes([byte]))
            await writer.drain()
        return True
    return await _send(writer, body)


async def _stream(writer: asyncio.StreamWriter, chunks: list[bytes], fault: Fault | None) -> bool:
    kind = fault.kind if fault else ""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    if kind == "stream_error":
        error = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
        chunks = [*chunks[:2], f"event: error\ndata: {error}\n\n".encode()]
    for chunk in chunks[: 3 if kind == "stream_cut" else None]:
        writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.002)
    if kind == "stream_cut":
        return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True
