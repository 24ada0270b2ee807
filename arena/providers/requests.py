"""Requests: the exact body of every call, built without any SDK. A run answered from the cache imports none."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from arena.errors import UsageError
from arena.providers import gguf, settings
from arena.providers.hosts import moved
from arena.providers.table import find_vendor
from arena.providers.vendor import Vendor
from arena.records.call import Request
from arena.records.case import Case, Message
from arena.records.variant import Decoding, Model, Target
from arena.records.workspace import Workspace

#: Thinking counts towards it, and the messages API asks for one.
ANTHROPIC_MAX_TOKENS = 8192
#: A small model may never stop by itself.
LOCAL_MAX_TOKENS = 1024
ANTHROPIC_VERSION = "2026-10-21"
ANTHROPIC_VERSION_WITH_SAMPLING = "2023-06-01"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """The form in which an answer is to come."""

    schema: Mapping[str, Any] | None = None  # strict JSON Schema, where the vendor takes one
    schema_name: str = "answer"  # letters and underscores
    top_logprobs: int = 0  # alternatives of each token to report, 0 to 20
    stream: bool = False  # to measure the time to the first token


PROSE = AnswerForm()


def build(
    model: Model,
    *,
    messages: Sequence[Message],
    decoding: Decoding,
    tools: Sequence[Mapping[str, Any]] = (),
    form: AnswerForm = PROSE,
    repeat: int = 0,
    subject: Mapping[str, str],
    workspace: Workspace,
) -> Request:
    """Return the request that asks a model, with the report of each decoding setting.

    Args:
        model: Which model at which vendor.
        messages: The whole prompt, the system message included, in order.
        decoding: What was asked for.
        tools: In the shape of chat: `{"type": "function", "function": {...}}`.
        form: In which the answer is to come.
        repeat: 0, 1, 2 … for several answers to the same prompt.
        subject: What the answer is about: `{"case": …, "variant": …}`.
        workspace: Its environment may move a vendor to another host (OPENAI_BASE_URL …).

    Raises:
        UsageError: The vendor is unknown, the API is not one of its own, or the model refuses a setting.
    """
    vendor = find_vendor(model.vendor)
    api = _api(model, vendor)
    base_url = model.base_url or moved(vendor, workspace.environment)
    placed, reports = settings.place(model, vendor, api, decoding, at_home=base_url is None)
    body = _BODIES[api](model, list(messages), placed, list(tools), workspace.root)
    if form.schema is not None and vendor.schemas:
        _add_schema(body, api, form.schema, form.schema_name)
    if form.top_logprobs:
        refusal = settings.logprobs_refusal(model, api, decoding, at_home=base_url is None)
        if refusal:
            raise UsageError(f"{model} gives no log-probabilities: {refusal}")
        _add_logprobs(body, api, form.top_logprobs)
    return Request(
        vendor=model.vendor,
        base_url=base_url,
        api=api,
        api_version=_api_version(api, placed),
        body=body,
        repeat=repeat,
        model=model.name,
        messages=tuple(messages),
        subject=subject,
        stream=form.stream and api in settings.WIRE,
        settings=reports,
        on_unsupported=model.on_unsupported,
        price=model.price,
    )


def build_embedding(
    model: Model,
    texts: Sequence[str],
    *,
    subject: Mapping[str, str],
    environment: Mapping[str, str],
) -> Request:
    """Return the request that asks for the vectors of texts; its answer's text holds them, see `answers`.

    Args:
        model: Which model at which vendor.
        texts: At least one, none of them empty.
        subject: What the call is about.
        environment: Where a vendor's own variable moves it to another address.

    Raises:
        UsageError: The vendor has no embeddings API.
    """
    vendor = find_vendor(model.vendor)
    if vendor.free or "chat" not in vendor.apis:
        raise UsageError(f"{model}: {vendor.name} has no embeddings API")
    return Request(
        vendor=model.vendor,
        base_url=model.base_url or moved(vendor, environment),
        api="embeddings",
        api_version=None,
        body={"model": model.name, "input": list(texts)},
        model=model.name,
        messages=tuple(Message(role="user", content=text) for text in texts),
        subject=subject,
        price=model.price,
    )


def build_target(target: Target, case: Case, *, root: Path, repeat: int = 0, variant: str) -> Request:
    """Return the request that asks a user's own function about a case.

    Args:
        target: The function, whose file lies inside `root`.
        case: What it is asked.
        root: Project root; the body names the file relative to it, so the cache key holds on any machine.
        repeat: 0, 1, 2 … for several answers to the same case.
        variant: Name of the variant that the function is.

    Raises:
        UsageError: The file lies outside the project.
    """
    file = Path(target.file).resolve()
    if not file.is_relative_to(root.resolve()):
        raise UsageError(f"target {target.file}: lies outside the project {root}")
    name = file.relative_to(root.resolve()).as_posix()
    return Request(
        vendor="target",
        base_url=None,
        api="target",
        api_version=target.version,
        body={"file": name, "function": target.function, "sha256": target.sha256, "case": asdict(case)},
        repeat=repeat,
        model=f"{name}:{target.function}",
        messages=case.messages or (Message(role="user", content=case.input),),
        subject={"case": case.id, "variant": variant},
    )


def cacheable(request: Request) -> bool:
    """Return whether an answer may be kept: not of a function without a declared version, a double or a transcript."""
    return request.api not in ("scripted", "replay") and not (request.api == "target" and request.api_version is None)


def _api(model: Model, vendor: Vendor) -> str:
    api = model.api or vendor.default_api
    if api not in vendor.apis:
        raise UsageError(f"{model}: {vendor.name} has no '{api}' API (it has: {', '.join(vendor.apis)})")
    return api


def _api_version(api: str, placed: Mapping[str, Any]) -> str | None:
    if api != "messages":
        return None
    sampling = {"temperature", "top_p", "top_k"} & set(placed)
    return ANTHROPIC_VERSION_WITH_SAMPLING if sampling else ANTHROPIC_VERSION


def _turns(messages: Sequence[Message]) -> list[Json]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _chat(
    model: Model, messages: list[Message], placed: Json, tools: list[Mapping[str, Any]], root: Path | None
) -> Json:
    body = {"model": model.name, "messages": _turns(messages), **placed}
    return body | {"tools": [dict(tool) for tool in tools]} if tools else body


def _responses(
    model: Model, messages: list[Message], placed: Json, tools: list[Mapping[str, Any]], root: Path | None
) -> Json:
    # Responses are stored by default; nothing of a user's prompts should be.
    body = {"model": model.name, "input": _turns(messages), "store": False, **placed}
    flat = [{"type": "function", **tool["function"]} if "function" in tool else dict(tool) for tool in tools]
    return body | {"tools": flat} if flat else body


def _messages(
    model: Model, messages: list[Message], placed: Json, tools: list[Mapping[str, Any]], root: Path | None
) -> Json:
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    turns = _turns([message for message in messages if message.role != "system"])
    body: Json = {"model": model.name, "max_tokens": ANTHROPIC_MAX_TOKENS, "messages": turns, **placed}
    if system:
        body["system"] = system
    return body | {"tools": [_claude_tool(tool) for tool in tools]} if tools else body


def _claude_tool(tool: Mapping[str, Any]) -> Json:
    if "function" not in tool:
        return dict(tool)
    function = dict(tool["function"])
    schema = function.pop("parameters", {"type": "object", "properties": {}})
    return {"name": function["name"], "description": function.get("description", ""), "input_schema": schema}


def _local(
    model: Model, messages: list[Message], placed: Json, tools: list[Mapping[str, Any]], root: Path | None
) -> Json:
    # Another file under the same name is another model, so its digest is part of the cache key.
    path = gguf.find(model.name, root)
    body = _chat(model, messages, {"max_tokens": LOCAL_MAX_TOKENS, **placed}, tools, root)
    return {**body, "gguf_sha256": gguf.digest(path) if path else None}


_BODIES = {
    "chat": _chat,
    "responses": _responses,
    "messages": _messages,
    "local": _local,
    "replay": _chat,
    "scripted": _chat,
}


def _add_schema(body: Json, api: str, schema: Mapping[str, Any], name: str) -> None:
    if api == "responses":
        body["text"] = {"format": {"type": "json_schema", "name": name, "strict": True, "schema": dict(schema)}}
    elif api == "messages":
        settings.put(body, ("output_config", "format"), {"type": "json_schema", "schema": _claude_schema(schema)})
    else:
        json_schema = {"name": name, "strict": True, "schema": dict(schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": json_schema}


# Structured output of the messages API answers 400 to these; the parser of the answer checks them anyway.
_NOT_IN_CLAUDE_SCHEMAS = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems"}
)


def _claude_schema(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {
            name: {key: _claude_schema(part) for key, part in value.items()}
            if name in ("properties", "$defs")
            else _claude_schema(value)
            for name, value in schema.items()
            if name not in _NOT_IN_CLAUDE_SCHEMAS
        }
    return [_claude_schema(part) for part in schema] if isinstance(schema, list) else schema


def _add_logprobs(body: Json, api: str, count: int) -> None:
    if api == "responses":
        body.update(top_logprobs=count, include=["message.output_text.logprobs"])
    else:
        body.update(logprobs=True, top_logprobs=count)
