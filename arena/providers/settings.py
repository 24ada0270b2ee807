"""Where each decoding setting goes in each dialect, and which models refuse it.

The tables know what was true when they were written; what they do not know is learned from the
provider's own refusal (`refused_setting`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from arena.errors import UsageError
from arena.providers.vendor import Vendor
from arena.records.call import SettingReport
from arena.records.variant import Decoding, Model

Path = tuple[str, ...]

_SAMPLING = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})

#: Setting to its place in the body. A setting that is missing here does not exist in that dialect.
WIRE: Mapping[str, Mapping[str, Path]] = {
    "chat": {
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "top_k": ("top_k",),
        "max_tokens": ("max_tokens",),
        "seed": ("seed",),
        "stop": ("stop",),
        "presence_penalty": ("presence_penalty",),
        "frequency_penalty": ("frequency_penalty",),
        "reasoning_effort": ("reasoning_effort",),
    },
    "responses": {
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "max_tokens": ("max_output_tokens",),
        "reasoning_effort": ("reasoning", "effort"),
    },
    "messages": {
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "top_k": ("top_k",),
        "max_tokens": ("max_tokens",),
        "stop": ("stop_sequences",),
        "reasoning_effort": ("output_config", "effort"),
    },
}
_LOCAL = {name: path for name, path in WIRE["chat"].items() if name != "reasoning_effort"}


def wire_path(vendor: Vendor, api: str, name: str) -> Path | None:
    """Return where a setting stands in the body of a call, or None when the dialect has no such setting."""
    if api not in WIRE:  # local models sample in this process; replay and scripted answer whatever is asked
        return _LOCAL.get(name) if api == "local" else (name,)
    path = WIRE[api].get(name)
    if api != "chat" or path is None:
        return path
    if name in vendor.lacks or (name == "top_k" and name not in vendor.adds):
        return None
    return (vendor.max_tokens,) if name == "max_tokens" else (vendor.renamed.get(name, name),)


def place(
    model: Model, vendor: Vendor, api: str, decoding: Decoding, *, at_home: bool = True
) -> tuple[dict[str, Any], tuple[SettingReport, ...]]:
    """Return the body's decoding settings, and a report of each one requested.

    Args:
        model: The model, whose `on_unsupported` decides about a setting that it refuses.
        vendor: Its table line.
        api: The dialect.
        decoding: What was asked for.
        at_home: The call goes to the vendor's own address. A compatible server elsewhere may serve anything
            under OpenAI's names, so there only its own refusal counts.

    Raises:
        UsageError: The model refuses a setting and `on_unsupported` is "error".
    """
    body: dict[str, Any] = {}
    reports = []
    refusals = dict(_refusals(model, api, decoding, at_home))
    for name, value in decoding.requested().items():
        path = wire_path(vendor, api, name)
        reason = refusals.get(name) or ("" if path else f"the {api} API of {vendor.name} has no such setting")
        if path and not reason:
            put(body, path, value)
            reports.append(SettingReport(name=name, requested=value, sent=value, honoured="accepted_unverified"))
        elif model.on_unsupported == "record":
            reports.append(SettingReport(name=name, requested=value, sent=None, honoured="not_supported"))
        else:
            raise UsageError(
                f"{model} does not take '{name}': {reason}",
                hint=f"Leave '{name}' out, or write on_unsupported: record beside the model to go on without it.",
            )
    return body, tuple(reports)


def put(body: dict[str, Any], path: Path, value: Any) -> None:
    """Write a value at its place, making the folders on the way."""
    for name in path[:-1]:
        body = body.setdefault(name, {})
    body[path[-1]] = value


def without(body: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return a copy of the body without one setting."""
    copy = dict(body)
    if len(path) == 1:
        copy.pop(path[0], None)
        return copy
    inner = without(copy.pop(path[0], {}), path[1:])
    return {**copy, path[0]: inner} if inner else copy


def refused_setting(
    settings: tuple[SettingReport, ...], vendor: Vendor, api: str, code: str, param: str, message: str
) -> str | None:
    """Return the name of the setting that a 400 refuses, or None when it is about something else.

    OpenAI names it (`unsupported_value` or `unsupported_parameter` with `param`); others only speak of it.
    """
    sent = {report.name: wire_path(vendor, api, report.name) for report in settings if report.sent is not None}
    spelled = {name: {".".join(path), path[-1]} for name, path in sent.items() if path}
    if code in ("unsupported_value", "unsupported_parameter"):
        return next((name for name, words in spelled.items() if param in words), None)
    if re.search(
        r"not supported|unsupported|does not support|deprecated|not permitted|not allowed", message, re.IGNORECASE
    ):
        mentioned = set(re.findall(r"[a-z_.]+", message))
        return next((name for name, words in spelled.items() if words & mentioned), None)
    return None


def _refusals(model: Model, api: str, decoding: Decoding, at_home: bool) -> Iterator[tuple[str, str]]:
    """Yield each setting that this model is known to refuse, with the reason."""
    if api == "messages" and not samples(model.name):
        for name in ("temperature", "top_p", "top_k"):
            yield name, "current Claude models choose their own sampling"
    if model.vendor == "openai" and at_home:
        yield from _openai_refusals(model.name, decoding.reasoning_effort)


# From these versions on, Claude answers 400 to sampling settings whatever the API version.
_CLAUDE_SAMPLES_BELOW = {"opus": (4, 7), "sonnet": (5, 0), "haiku": (5, 5)}


def samples(name: str) -> bool:
    """Return whether a Claude model takes sampling settings, with API version 2023-06-01.

    >>> samples("claude-opus-4-6"), samples("claude-3-5-haiku-20241022"), samples("claude-sonnet-5")
    (True, True, False)
    """
    family = re.search(r"opus|sonnet|haiku", name)
    if not family:
        return False
    numbers = [int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", name)]  # a date has eight digits
    return bool(numbers) and (*numbers, 0)[:2] < _CLAUDE_SAMPLES_BELOW[family[0]]


def logprobs_refusal(model: Model, api: str, decoding: Decoding, *, at_home: bool) -> str | None:
    """Return why a model gives no log-probabilities, as far as is known; None where it may."""
    if api == "messages":
        return "the messages API gives none"
    if model.vendor == "openai" and at_home:  # a model that reasons takes them under the same terms as temperature
        return dict(_openai_refusals(model.name, decoding.reasoning_effort)).get("temperature")
    return None


def _openai_refusals(name: str, effort: str | None) -> Iterator[tuple[str, str]]:
    reasons = _openai_reasons(name)
    if reasons is None:
        if effort is not None and re.match(r"gpt-[34]|chatgpt", name):
            yield "reasoning_effort", "it is no reasoning model"
        return
    by_default, off = reasons
    if effort == "none" and not off:
        yield "reasoning_effort", "it cannot stop reasoning ('none' is refused)"
    if (effort == "none" and off) or (effort is None and not by_default):
        return
    for setting in sorted(_SAMPLING):
        yield setting, "it takes sampling settings only with reasoning_effort: none" if off else "it always reasons"


def _openai_reasons(name: str) -> tuple[bool, bool] | None:
    """Return (reasons by default, can be told not to) of an OpenAI model; None for one that never reasons."""
    if re.match(r"o\d", name):
        return True, False
    found = re.match(r"gpt-(\d+)(?:\.(\d+))?(?!\d)", name)
    if not found or int(found[1]) < 5 or "-chat" in name:
        return None
    version = int(found[1]), int(found[2] or 0)
    never_off = version == (5, 0) or "-pro" in name or name.startswith(("gpt-6-astra", "gpt-6.1-sol"))
    return version >= (5, 5) or never_off, not never_off
