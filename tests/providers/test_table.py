"""Opening providers: ours, third parties' and those that are not installed."""

import asyncio
import importlib.metadata
import importlib.util
from typing import Any

import pytest

from arena.errors import ProviderUnusable, UsageError
from arena.providers import table
from arena.providers.scripted import ScriptedProvider
from arena.providers.table import find_vendor, open_provider, unavailable
from arena.providers.vendor import Vendor
from arena.records.call import CallFailure, Completion, FailureKind, Finish
from arena.records.variant import Model
from provider_houses import ask

THIRD_PARTY = Vendor(name="acme", provider="arena.providers.scripted:ScriptedProvider", apis=("scripted",))


def _publish(monkeypatch: pytest.MonkeyPatch) -> None:
    point = importlib.metadata.EntryPoint(name="acme", value=f"{__name__}:THIRD_PARTY", group=table.ENTRY_POINTS)
    monkeypatch.setattr(importlib.metadata.EntryPoint, "load", lambda self: THIRD_PARTY)
    points = importlib.metadata.EntryPoints([point])
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: points)


def test_a_third_party_joins_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that publishes a Vendor is used like ours, and named among the known ones."""
    _publish(monkeypatch)
    assert find_vendor("acme") is THIRD_PARTY
    assert isinstance(open_provider("acme", None, environment={}), ScriptedProvider)
    with pytest.raises(UsageError, match=r"did you mean 'acme'\?"):
        find_vendor("acne")


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4 with the command that installs it."""
    broken = Vendor(name="broken", provider="no_such_library:Provider", extra="local")
    monkeypatch.setattr(table, "VENDORS", {**table.VENDORS, "broken": broken})
    with pytest.raises(ProviderUnusable, match=r"no_such_library is not installed \(pip install 'prompt-arena\[local"):
        open_provider("broken", None, environment={})
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    reason = unavailable(Model(vendor="local", name="smollm2-135m-instruct"), {})
    assert reason == "xllamacpp is not installed (pip install 'prompt-arena[local]')"


def _asked(script: Any, *texts: str) -> list[Any]:
    async def use() -> list[Any]:
        provider = ScriptedProvider(script)
        return [await provider.complete(ask("scripted", text)) for text in texts]

    return asyncio.run(use())


def test_the_double_answers_from_a_list_a_mapping_or_a_function() -> None:
    """In order, by the last message, or as told; the last line of a list is for all that follow."""
    assert [answer.text for answer in _asked(["one", "two"], "a", "b", "c")] == ["one", "two", "two"]
    first, second = _asked({"a": "one"}, "a", "b")
    assert (first.text, second.kind) == ("one", FailureKind.NOT_RECORDED)
    whole = Completion(request_key="k", text="hi", finish=Finish.LENGTH, model_requested="m")
    failure = CallFailure(request_key="k", kind=FailureKind.SERVER, message="down")
    by_text = {"a": whole, "b": failure}
    assert _asked(lambda request: by_text[request.messages[-1].content], "a", "b") == [whole, failure]


def test_the_model_scripted_echo_repeats_the_last_message() -> None:
    """A first experiment can run without key or network."""

    async def use() -> Any:
        return await open_provider("scripted", None, environment={}).complete(ask("scripted", "say this"))

    assert asyncio.run(use()).text == "say this"
