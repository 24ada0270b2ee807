"""One vendor: where it lives, which variables hold its key, and what its dialect leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A line of the provider table. Third parties publish one as entry point of group `arena.providers`."""

    name: str
    provider: str  # "module:Class", imported when the first call is made
    base_url: str | None = None  # None: no address, or one that only the user knows
    base_url_variables: tuple[str, ...] = ()  # the environment may move the vendor to another host
    key_variables: tuple[str, ...] = ()  # the first that is set holds the key; none: no key is needed
    apis: tuple[str, ...] = ("chat",)  # the first is the default
    max_tokens: str = "max_tokens"  # how chat spells it
    renamed: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # chat settings with another name
    adds: frozenset[str] = frozenset()  # chat settings beyond OpenAI's own: top_k
    lacks: frozenset[str] = frozenset()  # chat settings that no model of this vendor takes
    schemas: bool = True  # takes a strict JSON Schema; else the prompt alone asks for JSON
    extra: str | None = None  # the extra of prompt-arena that installs its library
    prices: str | None = None  # the vendor's id in genai-prices
    free: bool = False  # a call costs nothing: it is answered in this process

    @property
    def default_api(self) -> str:
        """Return the API that a model speaks unless its `api` says otherwise."""
        return self.apis[0]
