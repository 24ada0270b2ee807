"""What the tests of arena.completions are made of: requests, answers, a frugal provider, one way to open."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from arena.completions.open import Completions, CompletionSettings, open_completions
from arena.records.call import (
    Answer,
    CallFailure,
    Completion,
    FailureKind,
    Finish,
    Provider,
    Request,
    SettingReport,
    Usage,
)
from arena.records.case import Message
from arena.records.variant import Price


def request(number: int = 0, *, base_url: str | None = None, **changes: Any) -> Request:
    """Return the chat request of one numbered case; equal numbers make equal calls."""
    message = Message(role="user", content=f"case {number}")
    body = {"model": "m", "messages": [{"role": "user", "content": message.content}], "max_tokens": 100}
    fields: dict[str, Any] = {
        "vendor": "openai",
        "base_url": base_url,
        "api": "chat",
        "api_version": None,
        "body": body,
        "model": "m",
        "messages": (message,),
        "subject": {"case": f"c{number}", "variant": "control"},
    }
    return Request(**{**fields, **changes})


def answer_to(asked: Request, text: str = "Hello.", **changes: Any) -> Completion:
    """Return a full answer to a request."""
    fields: dict[str, Any] = {
        "request_key": asked.key,
        "text": text,
        "finish": Finish.STOP,
        "model_requested": asked.model,
        "model_returned": "m-2026",
        "usage": Usage(input_tokens=10, output_tokens=5, cached_input_tokens=2),
        "latency_s": 1.25,
        "settings": (SettingReport(name="temperature", requested=0, sent=0, honoured="accepted_unverified"),),
    }
    return Completion(**{**fields, **changes})


def failure(asked: Request, kind: FailureKind, **changes: Any) -> CallFailure:
    """Return a failure of a request."""
    return CallFailure(request_key=asked.key, kind=kind, message=f"scripted {kind.value}", **changes)


class Double:
    """A provider that answers from a function and remembers what it was asked."""

    def __init__(self, answer: Callable[[Request], Answer] = answer_to, *, latency_s: float = 0.0) -> None:
        self.answer = answer
        self.latency_s = latency_s
        self.asked: list[Request] = []
        self.in_flight = 0
        self.closed = 0

    async def complete(self, asked: Request) -> Answer:
        """Answer after the latency."""
        self.asked.append(asked)
        self.in_flight += 1
        try:
            await asyncio.sleep(self.latency_s)
            return self.answer(asked)
        finally:
            self.in_flight -= 1

    async def aclose(self) -> None:
        """Count how often it is closed."""
        self.closed += 1

    @property
    def cases(self) -> list[str]:
        """Return the cases asked, in order."""
        return [asked.subject["case"] for asked in self.asked]


class FrugalHttp:
    """A provider over one plain socket a call: a process that uses it starts in no time."""

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url)

    async def complete(self, asked: Request) -> Answer:
        """Post the body and read the answer."""
        reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        try:
            body = json.dumps(asked.body).encode()
            head = (
                f"POST {self._address.path}/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            size = int(lines.partition("content-length:")[2].split("\r\n")[0])
            reply = json.loads(await reader.readexactly(size))
        finally:
            writer.close()
        return answer_to(asked, reply["choices"][0]["message"]["content"])

    async def aclose(self) -> None:
        """Release nothing."""


class FixedPrices:
    """Prices for tests: USD per million tokens, the same for every model; None is unknown."""

    def __init__(self, price: Price | None = None) -> None:
        self.price = price

    def rates(self, asked: Request) -> Price | None:
        """Return the price."""
        return self.price

    def cost(self, asked: Request, usage: Usage | None) -> tuple[float | None, str | None]:
        """Return the cost of the usage."""
        if self.price is None or usage is None:
            return None, "price unknown"
        return (usage.input_tokens * self.price.input + usage.output_tokens * self.price.output) / 1e6, None


def ticking() -> Callable[[], datetime]:
    """Return a clock that moves on by a second each time it is read."""
    moments: Iterator[datetime] = (datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=n) for n in range(10**6))
    return lambda: next(moments)


def opened(
    cache_dir: Path,
    provider: Provider | None = None,
    *,
    clock: Callable[[], datetime] | None = None,
    pricing: FixedPrices | None = None,
    environment: Mapping[str, str] | None = None,
    **settings: Any,
) -> AbstractAsyncContextManager[Completions]:
    """Open completions over one provider for every endpoint; without one, opening any is an error."""

    def open_provider(*_: object, **__: object) -> Provider:
        assert provider is not None, "no provider may be opened"
        return provider

    return open_completions(
        CompletionSettings(cache_dir=cache_dir, **settings),
        environment=environment or {},
        clock=clock or (lambda: datetime.now(UTC)),
        rng=np.random.default_rng(7),
        open_provider=open_provider,
        pricing=pricing or FixedPrices(),
    )
