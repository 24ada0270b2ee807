"""What is compared: a variant, the model behind it and its decoding."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from arena.records.case import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """The decoding settings that were asked for; None means not asked for, the provider's default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    reasoning_effort: str | None = None

    def requested(self) -> dict[str, Any]:
        """Return the settings that were asked for, by name."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items() if v not in (None, ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price that the user declares, in USD per million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model at one vendor."""

    vendor: str  # a line of the provider table: openai, anthropic, gemini, local, replay, scripted …
    name: str  # as the vendor spells it; a path for local and replay
    base_url: str | None = None  # overrides the vendor's
    api: Literal["chat", "responses"] | None = None  # None: the vendor's default
    price: Price | None = None
    on_unsupported: Literal["error", "record"] = "error"  # a setting the model refuses

    def __str__(self) -> str:
        return f"{self.vendor}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOutput:
    """An answer of any stack, read from a file; no call is made."""

    text: str
    latency_s: float | None = None
    cost_usd: float | None = None
    tool_calls: tuple[tuple[str, str], ...] = ()  # names and arguments, as JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Python function that answers cases: `python:FILE.py:FUNCTION`."""

    file: str  # absolute path inside the project
    function: str
    version: str | None  # answers are cached only with a declared version
    sha256: str  # of the file's bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One arm. Exactly one of `model`, `outputs`, `target` answers its cases."""

    name: str
    system: str | None = None  # a template, rendered with the case
    user: str = "{{ input }}"  # a template, rendered with the case
    model: Model | None = None
    decoding: Decoding = Decoding()
    context: tuple[Document, ...] | None = None  # replaces every case's own context
    context_by_case: Mapping[str, tuple[Document, ...]] | None = None  # case id to context, from a file
    tools: tuple[Mapping[str, Any], ...] = ()
    outputs: Mapping[str, tuple[RecordedOutput, ...]] | None = None  # case id to answers, one a repeat
    target: Target | None = None
    sources: Mapping[str, str] = field(default_factory=dict)  # "system" -> path of the file it was read from
