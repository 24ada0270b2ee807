"""The provider table: a line a vendor. The one place of this floor that imports lazily."""

import difflib
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import cast

from arena.errors import ProviderUnusable, UsageError
from arena.providers import gguf
from arena.providers.hosts import endpoint, secrets
from arena.providers.opening import Opening
from arena.providers.vendor import Vendor
from arena.records.call import Provider
from arena.records.variant import Model

_OPENAI = "arena.providers.openai_sdk:OpenAIProvider"
_ANTHROPIC = "arena.providers.anthropic_sdk:AnthropicProvider"
_TOP_K = frozenset({"top_k"})

_LINES = (
    Vendor(
        name="openai",
        provider=_OPENAI,
        base_url="https://api.openai.com/v1",
        base_url_variables=("OPENAI_BASE_URL",),
        key_variables=("OPENAI_API_KEY",),
        apis=("chat", "responses"),
        max_tokens="max_completion_tokens",
        prices="openai",
    ),
    Vendor(
        name="anthropic",
        provider=_ANTHROPIC,
        base_url="https://api.anthropic.com",
        base_url_variables=("ANTHROPIC_BASE_URL",),
        key_variables=("ANTHROPIC_API_KEY",),
        apis=("messages",),
        prices="anthropic",
    ),
    Vendor(
        name="gemini",
        provider=_OPENAI,
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        prices="google",
    ),
    Vendor(
        name="azure",  # its hosts are the user's own resources, so only the environment can name one
        provider=_OPENAI,
        base_url_variables=("AZURE_OPENAI_BASE_URL",),
        key_variables=("AZURE_OPENAI_API_KEY",),
        apis=("chat", "responses"),
        max_tokens="max_completion_tokens",
        prices="azure",
    ),
    Vendor(
        name="openrouter",
        provider=_OPENAI,
        base_url="https://openrouter.ai/api/v1",
        key_variables=("OPENROUTER_API_KEY",),
        adds=_TOP_K,
        prices="openrouter",
    ),
    Vendor(
        name="groq",
        provider=_OPENAI,
        base_url="https://api.groq.com/openai/v1",
        key_variables=("GROQ_API_KEY",),
        max_tokens="max_completion_tokens",
        prices="groq",
    ),
    Vendor(
        name="mistral",
        provider=_OPENAI,
        base_url="https://api.mistral.ai/v1",
        key_variables=("MISTRAL_API_KEY",),
        renamed={"seed": "random_seed"},
        prices="mistral",
    ),
    Vendor(
        name="deepseek",
        provider=_OPENAI,
        base_url="https://api.deepseek.com",
        key_variables=("DEEPSEEK_API_KEY",),
        lacks=frozenset({"seed"}),
        schemas=False,
        prices="deepseek",
    ),
    Vendor(
        name="together",
        provider=_OPENAI,
        base_url="https://api.together.xyz/v1",
        key_variables=("TOGETHER_API_KEY",),
        adds=_TOP_K,
        prices="together",
    ),
    Vendor(
        name="fireworks",
        provider=_OPENAI,
        base_url="https://api.fireworks.ai/inference/v1",
        key_variables=("FIREWORKS_API_KEY",),
        adds=_TOP_K,
        prices="fireworks",
    ),
    Vendor(
        name="cerebras",
        provider=_OPENAI,
        base_url="https://api.cerebras.ai/v1",
        key_variables=("CEREBRAS_API_KEY",),
        max_tokens="max_completion_tokens",
        prices="cerebras",
    ),
    Vendor(
        name="xai",
        provider=_OPENAI,
        base_url="https://api.x.ai/v1",
        key_variables=("XAI_API_KEY",),
        prices="x-ai",
    ),
    Vendor(
        name="ollama",
        provider=_OPENAI,
        base_url="http://127.0.0.1:11434/v1",
        base_url_variables=("OLLAMA_BASE_URL",),
    ),
    Vendor(
        name="vllm",
        provider=_OPENAI,
        base_url="http://127.0.0.1:8000/v1",
        base_url_variables=("VLLM_BASE_URL",),
        adds=_TOP_K,
    ),
    Vendor(
        name="lmstudio",
        provider=_OPENAI,
        base_url="http://127.0.0.1:1234/v1",
        base_url_variables=("LMSTUDIO_BASE_URL",),
        adds=_TOP_K,
    ),
    Vendor(
        name="llamacpp",
        provider=_OPENAI,
        base_url="http://127.0.0.1:8080/v1",
        base_url_variables=("LLAMACPP_BASE_URL",),
        adds=_TOP_K,
    ),
    Vendor(
        name="local",
        provider="arena.providers.local:LocalProvider",
        apis=("local",),
        adds=_TOP_K,
        extra="local",
        free=True,
    ),
    Vendor(name="replay", provider="arena.providers.replay:ReplayProvider", apis=("replay",), free=True),
    Vendor(name="scripted", provider="arena.providers.scripted:ScriptedProvider", apis=("scripted",), free=True),
    Vendor(name="target", provider="arena.providers.target:TargetProvider", apis=("target",)),
)

#: Every vendor that ships with arena, by name.
VENDORS: Mapping[str, Vendor] = {line.name: line for line in _LINES}

ENTRY_POINTS = "arena.providers"


def find_vendor(name: str) -> Vendor:
    """Return the table line of a vendor, ours or a third party's.

    Raises:
        UsageError: No such vendor; the message names the nearest ones.
    """
    if name in VENDORS:
        return VENDORS[name]
    points = importlib.metadata.entry_points(group=ENTRY_POINTS)
    for point in points:
        if point.name == name:
            return cast("Vendor", point.load())
    known = [*VENDORS, *points.names]
    near = difflib.get_close_matches(name, known, n=1)
    raise UsageError(
        f"unknown provider '{name}'" + (f" (did you mean '{near[0]}'?)" if near else f"; known: {', '.join(known)}"),
        hint="Write a model as vendor:model. Any OpenAI-compatible server works as openai:MODEL with a base_url.",
    )


def open_provider(
    vendor: str,
    base_url: str | None,
    *,
    environment: Mapping[str, str],
    allow_hosts: Mapping[str, str] | None = None,
    deadline_s: float = 120.0,
    concurrency: int = 16,
    root: Path | None = None,
) -> Provider:
    """Return the provider of a vendor, importing its library now.

    Args:
        vendor: A name of the table, or of an entry point.
        base_url: `Request.base_url`; None is the vendor's own address.
        environment: Where keys are read from; nothing else is ever read.
        allow_hosts: Host to the variable that holds its key: what `--allow-host HOST=ENV_VAR` binds.
        deadline_s: Seconds for one whole call, from sending to the last byte.
        concurrency: Connections kept open.
        root: Project root, for providers that read files: local, replay, target.

    Raises:
        UsageError: The vendor is unknown, or no key may go to this host.
        ProviderUnusable: The key is not set, or the library is not installed.
    """
    line = find_vendor(vendor)
    place = endpoint(line, base_url, environment, allow_hosts or {})
    if place and place.missing:
        raise ProviderUnusable(f"{vendor}: {place.missing}")
    module, _, name = line.provider.partition(":")
    try:
        opener = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise ProviderUnusable(f"{vendor}: {_not_installed(line, str(error.name))}") from error
    opening = Opening(
        vendor=line,
        place=place,
        secrets=secrets(environment, {**VENDORS, line.name: line}, allow_hosts or {}),
        deadline_s=deadline_s,
        concurrency=concurrency,
        root=root,
    )
    return cast("Provider", opener.open(opening))


def preload(vendor: str) -> None:
    """Import the library of a vendor, so that opening it takes no time; one that is missing is met then."""
    with suppress(ImportError):
        importlib.import_module(find_vendor(vendor).provider.partition(":")[0])


def unavailable(
    model: Model,
    environment: Mapping[str, str],
    *,
    allow_hosts: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> str | None:
    """Return why a model cannot be called here, or None: its key is unset, or its library or file is not here.

    Raises:
        UsageError: The vendor is unknown, or no key may go to the model's host.
    """
    line = find_vendor(model.vendor)
    if line.name == "local":
        if importlib.util.find_spec("xllamacpp") is None:
            return _not_installed(line, "xllamacpp")
        return None if gguf.find(model.name, root) else gguf.missing(model.name)
    place = endpoint(line, model.base_url, environment, allow_hosts or {})
    return place.missing if place else None


def _not_installed(line: Vendor, module: str) -> str:
    install = f"prompt-arena[{line.extra}]" if line.extra else module
    return f"{module} is not installed (pip install '{install}')"
