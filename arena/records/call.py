"""One call to a model: the request, and its answer or its failure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol

from arena.records.case import Message
from arena.records.variant import Price

Honoured = Literal["echoed_equal", "echoed_different", "accepted_unverified", "not_supported", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingReport:
    """What became of one decoding setting: requested, sent, honoured."""

    name: str
    requested: Any
    sent: Any  # None when it was not sent
    honoured: Honoured


@dataclass(frozen=True, kw_only=True)  # not slotted: `key` is computed once
class Request:
    """A complete call. The body is exactly what goes over the wire, so equal requests are equal calls.

    The fields down to `repeat` make the cache key; those below it do not change the answer.
    """

    vendor: str
    base_url: str | None  # None: the vendor's own
    api: str  # "chat", "responses", "messages", "local", "replay", "scripted", "target"
    api_version: str | None
    body: Mapping[str, Any]  # plain JSON, streaming switches left out
    repeat: int = 0

    model: str = ""  # as requested, also inside the body
    messages: tuple[Message, ...] = ()  # the prompt as asked, whatever the vendor's body looks like
    subject: Mapping[str, str] = field(default_factory=dict)  # {"case", "variant"} or {"case", "first", "second"}
    stream: bool = False  # measure time to first token
    settings: tuple[SettingReport, ...] = ()  # decoding requested and sent, before the call
    on_unsupported: Literal["error", "record"] = "error"
    price: Price | None = None  # declared by the user

    @property
    def label(self) -> str:
        """Return what the call is about, for messages: `case late-package, variant control`."""
        return ", ".join(f"{name} {value}" for name, value in self.subject.items())

    @cached_property
    def prompt_digest(self) -> str:
        """Return 16 hex digits of the prompt alone: equal for equal prompts at any vendor."""
        text = json.dumps([[m.role, m.content] for m in self.messages], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def key(self) -> str:
        """Return the cache key: 64 hex digits, sha256 of the canonical JSON of the call."""
        call = {
            "vendor": self.vendor,
            "base_url": self.base_url,
            "api": self.api,
            "api_version": self.api_version,
            "body": self.body,
            "repeat": self.repeat,
        }
        text = json.dumps(call, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


class Finish(StrEnum):
    """Why a model stopped: the class by which an answer is counted."""

    STOP = "stop"
    LENGTH = "length"  # cut by max_tokens or the context window
    REFUSAL = "refusal"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call as the provider counted them. Input includes cached tokens."""

    input_tokens: int
    output_tokens: int  # includes reasoning tokens
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One tool call that the model asked for."""

    name: str
    arguments: str  # as sent, normally JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An answer. An empty text is an answer too; a failed call is a CallFailure."""

    request_key: str
    text: str
    finish: Finish
    model_requested: str
    model_returned: str | None = None
    usage: Usage | None = None
    latency_s: float | None = None  # of the successful attempt alone
    ttft_s: float | None = None  # until the first token
    tpot_s: float | None = None  # mean per output token after the first
    itl_s: float | None = None  # mean gap between chunks
    cost_usd: float | None = None  # as first paid; None when unknown
    cost_reason: str | None = None  # why the cost is unknown
    fingerprint: str | None = None  # system_fingerprint, or the GGUF's sha256
    runtime: str | None = None  # e.g. "xllamacpp 2026.10": local models
    settings: tuple[SettingReport, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: Mapping[str, float] = field(default_factory=dict)  # of the first token's alternatives
    called_at: str | None = None  # ISO 8601, UTC
    called_in: str | None = None  # run in which it was paid for
    replayed: bool = False  # read from a transcript or an outputs file, not from a model
    authored: bool = False  # written by hand, shipped as an example


class FailureKind(StrEnum):
    """Why there is no answer."""

    AUTH = "auth"  # 401, 403
    NOT_FOUND = "not_found"  # 404: model or endpoint
    QUOTA = "quota"  # insufficient_quota: never retried
    RATE_LIMITED = "rate_limited"  # 429
    SERVER = "server"  # 5xx, 409
    TIMEOUT = "timeout"  # total deadline, 408
    CONNECTION = "connection"  # refused, reset, cut short
    BAD_RESPONSE = "bad_response"  # bad JSON or UTF-8, HTML, no choices, null content
    BAD_REQUEST = "bad_request"  # 400, 413, 422
    UNSUPPORTED_SETTING = "unsupported_setting"  # 400 that names a decoding setting
    TARGET = "target"  # the user's function raised
    MISSING_OUTPUT = "missing_output"  # an outputs file has no answer for this case
    NOT_RECORDED = "not_recorded"  # a transcript has no answer for this prompt


#: Kinds that every further call would meet as well: the run stops.
FATAL = frozenset(
    {
        FailureKind.AUTH,
        FailureKind.NOT_FOUND,
        FailureKind.QUOTA,
        FailureKind.UNSUPPORTED_SETTING,
        FailureKind.NOT_RECORDED,
    }
)
#: Kinds worth another try.
RETRYABLE = frozenset(
    {
        FailureKind.RATE_LIMITED,
        FailureKind.SERVER,
        FailureKind.TIMEOUT,
        FailureKind.CONNECTION,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFailure:
    """No answer. Never an empty answer, never a score of zero."""

    request_key: str
    kind: FailureKind
    message: str  # one line, free of keys and control bytes
    model_requested: str = ""
    status: int | None = None  # HTTP
    retry_after_s: float | None = None
    should_retry: bool | None = None  # the server's own word (x-should-retry)
    attempts: int = 1


Answer = Completion | CallFailure


class Provider(Protocol):
    """The seam to a vendor, and to every layer around one."""

    async def complete(self, request: Request) -> Answer:
        """Answer one request. Never raise for what a provider does; return a CallFailure."""
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...
