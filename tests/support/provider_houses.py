"""Every provider behind one door, so that one suite can ask the same of all."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from arena.providers.requests import AnswerForm, build, build_target
from arena.providers.scripted import ScriptedProvider
from arena.providers.table import open_provider
from arena.records.call import Answer, FailureKind, Provider, Request
from arena.records.case import Case, Message
from arena.records.variant import Decoding, Model, Target
from arena.records.workspace import Workspace
from loopback import Fault, Loopback
from patience import HANG_S

#: (model, API) of each provider that speaks HTTP.
HTTP = {
    "openai chat": ("openai", "chat"),
    "openai responses": ("openai", "responses"),
    "anthropic": ("anthropic", None),
}
LOCAL_MODEL = "smollm2-135m-instruct"

_TARGET = """
import asyncio, time

def answer(case):
    return "" if case.input == "empty" else f"You said: {case.input}"

async def hang(case):
    await asyncio.sleep(3600)

def broken(case):
    raise ValueError("two\\nlines \\x1b[31mred\\x1b[0m")
"""


#: Fields of the form in which an answer is to come.
FORM = {field.name for field in fields(AnswerForm)}


def ask(
    vendor: str = "openai",
    text: str = "My package has not arrived.",
    *,
    name: str = "some-model",
    api: Any = None,
    environment: Mapping[str, str] | None = None,
    decoding: Decoding | None = None,
    base_url: str | None = None,
    on_unsupported: Any = "error",
    root: Path | None = None,
    **options: Any,
) -> Request:
    """Return a request of two messages."""
    return build(
        Model(vendor=vendor, name=name, api=api, base_url=base_url, on_unsupported=on_unsupported),
        messages=[Message(role="system", content="Be helpful."), Message(role="user", content=text)],
        decoding=decoding or Decoding(max_tokens=8),
        subject={"case": "c1", "variant": "control"},
        workspace=Workspace(environment=environment or {}, root=root),
        form=AnswerForm(**{name: options.pop(name) for name in FORM & options.keys()}),
        **options,
    )


@dataclass
class House:
    """One provider and the requests by which a situation comes about."""

    provider: Provider
    requests: Mapping[str, Request]  # "answer", "empty", "hang", "broken": those that this provider can meet


@contextlib.asynccontextmanager
async def open_house(kind: str, folder: Path, deadline_s: float) -> AsyncIterator[House]:
    """Open one provider of the contract suite."""
    with contextlib.ExitStack() as stack:
        house = _HOUSES[kind](stack, folder, deadline_s)
        try:
            yield house
        finally:
            await house.provider.aclose()


def _http(kind: str) -> Callable[[contextlib.ExitStack, Path, float], House]:
    def opened(stack: contextlib.ExitStack, folder: Path, deadline_s: float) -> House:
        faults = {"empty": Fault("empty"), "hang": Fault("hang"), "broken": Fault("bad_json")}
        server = stack.enter_context(Loopback(faults=lambda received: faults.get(received.text.split("\n")[-1])))
        vendor, api = HTTP[kind]
        requests = {
            situation: ask(vendor, situation, api=api, environment=server.environment)
            for situation in ("answer", "empty", "hang", "broken")
        }
        base_url = requests["answer"].base_url
        return House(open_provider(vendor, base_url, environment=server.environment, deadline_s=deadline_s), requests)

    return opened


def _local(stack: contextlib.ExitStack, folder: Path, deadline_s: float) -> House:
    long = Decoding(max_tokens=3000, temperature=0)
    garbage = folder / "garbage.gguf"
    garbage.write_bytes(b"GGUF" + bytes(100))
    requests = {
        "answer": ask("local", name=LOCAL_MODEL, decoding=Decoding(max_tokens=6, temperature=0, seed=1)),
        "empty": ask("local", name=LOCAL_MODEL, decoding=Decoding(max_tokens=6, temperature=0, stop=("I",))),
        "hang": ask("local", "Write a very long story.", name=LOCAL_MODEL, decoding=long),
        "broken": ask("local", name="garbage.gguf", root=folder),
    }
    return House(open_provider("local", None, environment={}, deadline_s=deadline_s, root=folder), requests)


def _replay(stack: contextlib.ExitStack, folder: Path, deadline_s: float) -> House:
    requests = {
        name: ask("replay", name, name="answers.jsonl", repeat=number)
        for number, name in enumerate(("answer", "empty", "broken"))
    }
    rows = [
        {"transcript": 1, "models": {"answers": "openai:some-model"}},
        {"case": "c1", "variant": "control", "text": "It left today.", "prompt": requests["answer"].prompt_digest},
        {"case": "c1", "variant": "control", "repeat": 1, "text": ""},
        {"case": "c1", "variant": "control", "repeat": 2, "text": "An answer to another prompt.", "prompt": "0" * 16},
    ]
    (folder / "answers.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return House(open_provider("replay", None, environment={}, root=folder), requests)


def _scripted(stack: contextlib.ExitStack, folder: Path, deadline_s: float) -> House:
    script = {"answer": "It left today.", "empty": "", "broken": FailureKind.SERVER}
    return House(ScriptedProvider(script), {name: ask("scripted", name) for name in script})


def _target(stack: contextlib.ExitStack, folder: Path, deadline_s: float) -> House:
    file = folder / "bot.py"
    file.write_text(_TARGET, encoding="utf-8")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()

    def request(text: str, function: str) -> Request:
        target = Target(file=str(file), function=function, version="1", sha256=digest)
        return build_target(target, Case(id="c1", input=text), root=folder, variant="control")

    requests = {
        "answer": request("answer", "answer"),
        "empty": request("empty", "answer"),
        "hang": request("hang", "hang"),
        "broken": request("broken", "broken"),
    }
    return House(open_provider("target", None, environment={}, deadline_s=deadline_s, root=folder), requests)


_HOUSES: Mapping[str, Callable[[contextlib.ExitStack, Path, float], House]] = {
    **{kind: _http(kind) for kind in HTTP},
    "local": _local,
    "replay": _replay,
    "scripted": _scripted,
    "target": _target,
}
KINDS = tuple(_HOUSES)


def answers_of(
    server: Loopback,
    requests: list[Request],
    *,
    deadline_s: float = HANG_S,
    environment: Mapping[str, str] | None = None,
) -> list[Answer]:
    """Ask a loopback server one request after another, through the vendor's own provider."""

    async def asked() -> list[Answer]:
        provider = open_provider(
            requests[0].vendor,
            requests[0].base_url,
            environment=server.environment if environment is None else environment,
            deadline_s=deadline_s,
        )
        try:
            async with asyncio.timeout(2 * HANG_S):
                return [await provider.complete(request) for request in requests]
        finally:
            await provider.aclose()

    return asyncio.run(asked())


def in_house(kind: str, folder: Path, use: Callable[[House], Awaitable[Any]], *, deadline_s: float = HANG_S) -> Any:
    """Open a provider, use it, close it."""

    async def used() -> Any:
        async with asyncio.timeout(HANG_S), open_house(kind, folder, deadline_s) as house:
            return await use(house)

    return asyncio.run(used())
