"""The exact body of every call, and what becomes of each decoding setting."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from arena.errors import UsageError
from arena.providers import settings
from arena.providers.requests import (
    ANTHROPIC_VERSION,
    ANTHROPIC_VERSION_WITH_SAMPLING,
    AnswerForm,
    build,
    build_target,
    cacheable,
)
from arena.providers.table import VENDORS, find_vendor
from arena.records.case import Case, Message
from arena.records.variant import Decoding, Model, Price, Target
from arena.records.workspace import Workspace
from provider_houses import LOCAL_MODEL, ask

SCHEMA = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "maxLength": 500},
        "minimum": {"type": "integer", "minimum": 1, "maximum": 5},
        "winner": {"enum": ["first", "second", "tie"]},
        "parts": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]},
    },
    "required": ["reason", "winner"],
    "additionalProperties": False,
}
TOOL = {
    "type": "function",
    "function": {"name": "track", "description": "Track it.", "parameters": {"type": "object", "properties": {}}},
}
FULL = Decoding(temperature=0, top_p=0.9, max_tokens=50, seed=7, stop=("END",), presence_penalty=0.1)


def test_a_chat_body_is_what_openai_documents() -> None:
    """Messages in order, max_completion_tokens, strict schema, tools as written."""
    request = ask(name="gpt-4.1", decoding=FULL, schema=SCHEMA, schema_name="judgment", tools=[TOOL], top_logprobs=5)
    assert request.body == {
        "model": "gpt-4.1",
        "messages": [
            {"role": "system", "content": "Be helpful."},
            {"role": "user", "content": "My package has not arrived."},
        ],
        "temperature": 0,
        "top_p": 0.9,
        "max_completion_tokens": 50,
        "seed": 7,
        "stop": ["END"],
        "presence_penalty": 0.1,
        "tools": [TOOL],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "judgment", "strict": True, "schema": SCHEMA},
        },
        "logprobs": True,
        "top_logprobs": 5,
    }
    assert (request.vendor, request.api, request.base_url, request.api_version) == ("openai", "chat", None, None)


def test_a_responses_body_is_never_stored() -> None:
    """Store is false; tools are flat; effort and limits have their own names."""
    decoding = Decoding(max_tokens=50, reasoning_effort="low")
    request = ask(api="responses", decoding=decoding, schema=SCHEMA, tools=[TOOL], top_logprobs=2)
    assert request.body["store"] is False
    assert request.body["max_output_tokens"] == 50
    assert request.body["reasoning"] == {"effort": "low"}
    assert request.body["tools"] == [{"type": "function", **TOOL["function"]}]  # type: ignore[dict-item]  # a mapping
    assert request.body["text"]["format"] == {"type": "json_schema", "name": "answer", "strict": True, "schema": SCHEMA}
    assert request.body["top_logprobs"] == 2
    assert request.body["input"][0]["role"] == "system"


def test_a_messages_body_keeps_the_system_message_apart() -> None:
    """max_tokens has a default, effort and format share output_config, bounds leave the schema."""
    decoding = Decoding(stop=("END",), reasoning_effort="low")
    request = ask("anthropic", name="claude-sonnet-5", decoding=decoding, schema=SCHEMA, tools=[TOOL])
    assert request.api_version == ANTHROPIC_VERSION
    assert request.body["system"] == "Be helpful."
    assert [turn["role"] for turn in request.body["messages"]] == ["user"]
    alone = build(
        Model(vendor="anthropic", name="claude-sonnet-5"),
        messages=request.messages[1:],
        decoding=Decoding(),
        subject={},
        workspace=Workspace(),
    )
    assert "system" not in alone.body
    assert request.body["max_tokens"] == 8192
    assert request.body["stop_sequences"] == ["END"]
    assert request.body["output_config"]["effort"] == "low"
    written = request.body["output_config"]["format"]["schema"]
    assert written["properties"]["reason"] == {"type": "string"}
    assert written["properties"]["minimum"] == {"type": "integer"}  # a property of that name, without its bounds
    assert written["properties"]["parts"] == {"anyOf": [{"type": "number"}, {"type": "null"}]}
    assert written["additionalProperties"] is False
    assert request.body["tools"] == [
        {"name": "track", "description": "Track it.", "input_schema": {"type": "object", "properties": {}}}
    ]


def test_tools_in_a_vendors_own_shape_are_left_alone() -> None:
    """Server tools have no function inside."""
    tool = {"type": "web_search", "name": "web_search"}
    assert ask("anthropic", tools=[tool]).body["tools"] == [tool]
    assert ask(api="responses", tools=[tool]).body["tools"] == [tool]
    assert ask(tools=[tool]).body["tools"] == [tool]


def test_an_old_claude_samples_under_its_old_api_version() -> None:
    """Temperature goes with version 2023-06-01, and only there."""
    request = ask("anthropic", name="claude-haiku-4-5-20251001", decoding=Decoding(temperature=0))
    assert request.body["temperature"] == 0
    assert request.api_version == ANTHROPIC_VERSION_WITH_SAMPLING
    assert ask("anthropic", name="claude-haiku-4-5-20251001").api_version == ANTHROPIC_VERSION


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("claude-opus-4-6", True),
        ("claude-opus-4-7", False),
        ("claude-opus-5", False),
        ("claude-sonnet-4-5-20250929", True),
        ("claude-sonnet-5", False),
        ("claude-haiku-5", True),
        ("claude-haiku-5-5", False),
        ("claude-3-5-sonnet-20241022", True),
        ("claude-3-opus-20240229", True),
        ("claude-something-new", False),
        ("claude-sonnet-latest", False),
    ],
)
def test_which_claude_samples(name: str, takes: bool) -> None:
    """The version in the name decides; a name that tells nothing is taken for a current model."""
    assert settings.samples(name) is takes


@pytest.mark.parametrize(
    ("name", "effort", "refused"),
    [
        ("gpt-4.1", None, set()),
        ("gpt-4o", "low", {"reasoning_effort"}),
        ("gpt-5.2", None, set()),
        ("gpt-5.2", "low", {"temperature"}),
        ("gpt-5.2", "none", set()),
        ("gpt-5.5", None, {"temperature"}),
        ("gpt-6-luna", None, {"temperature"}),
        ("gpt-6-luna", "none", set()),
        ("gpt-6-astra", "none", {"temperature", "reasoning_effort"}),
        ("gpt-6.1-sol", "low", {"temperature"}),
        ("gpt-5", None, {"temperature"}),
        ("gpt-5-mini-2025-08-07", "none", {"temperature", "reasoning_effort"}),
        ("gpt-5.4-pro", "none", {"temperature", "reasoning_effort"}),
        ("o3", None, {"temperature"}),
        ("o4-mini", "none", {"temperature", "reasoning_effort"}),
        ("gpt-5-chat-latest", None, set()),
        ("ft:my-own", None, set()),
    ],
)
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_which_openai_model_refuses_what(name: str, effort: str | None, refused: set[str], api: str) -> None:
    """Sampling needs a model that does not reason, or that can be told not to."""
    request = ask(
        name=name, api=api, decoding=Decoding(temperature=0, reasoning_effort=effort), on_unsupported="record"
    )
    assert {report.name for report in request.settings if report.honoured == "not_supported"} == refused
    for report in request.settings:
        assert (report.sent is None) == (report.name in refused)


def test_elsewhere_openais_names_may_mean_anything() -> None:
    """A compatible server is judged by its own refusals, not by OpenAI's."""
    moved = ask(
        name="gpt-6-luna", decoding=Decoding(temperature=0), environment={"OPENAI_BASE_URL": "http://127.0.0.1:1"}
    )
    assert moved.body["temperature"] == 0
    assert moved.base_url == "http://127.0.0.1:1"
    assert ask(name="o3", decoding=Decoding(temperature=0), base_url="http://127.0.0.1:2/v1").body["temperature"] == 0


@pytest.mark.parametrize(
    ("vendor", "name", "api", "setting", "value"),
    [
        ("openai", "gpt-6-luna", None, "temperature", 0),
        ("openai", "gpt-4.1", "responses", "seed", 1),
        ("openai", "gpt-4.1", "responses", "stop", ("END",)),
        ("openai", "gpt-4.1", None, "top_k", 5),
        ("anthropic", "claude-sonnet-5", None, "temperature", 0),
        ("anthropic", "claude-sonnet-5", None, "seed", 1),
        ("deepseek", "deepseek-chat", None, "seed", 1),
        ("local", LOCAL_MODEL, None, "reasoning_effort", "low"),
    ],
)
def test_a_setting_that_is_not_supported_is_an_error_that_names_it(
    vendor: str, name: str, api: Any, setting: str, value: Any
) -> None:
    """Never dropped silently: exit 2 with the setting, the model and the way out; or recorded on request."""
    decoding = Decoding(**{setting: value})
    with pytest.raises(UsageError) as caught:
        ask(vendor, name=name, api=api, decoding=decoding)
    assert f"{vendor}:{name} does not take '{setting}'" in str(caught.value)
    assert "on_unsupported: record" in str(caught.value.hint)
    (report,) = ask(vendor, name=name, api=api, decoding=decoding, on_unsupported="record").settings
    assert (report.name, report.sent, report.honoured) == (setting, None, "not_supported")


@pytest.mark.parametrize(
    ("vendor", "wire"),
    [("openai", "max_completion_tokens"), ("ollama", "max_tokens"), ("groq", "max_completion_tokens")],
)
def test_each_server_gets_the_limit_under_the_name_that_it_knows(vendor: str, wire: str) -> None:
    """Compatible servers differ here; the table knows."""
    assert ask(vendor).body[wire] == 8


def test_a_vendor_may_spell_a_setting_in_its_own_way() -> None:
    """Mistral's seed is random_seed; some take top_k; one takes no schema, so the prompt alone asks for JSON."""
    assert ask("mistral", decoding=Decoding(seed=3)).body["random_seed"] == 3
    assert ask("vllm", decoding=Decoding(top_k=3)).body["top_k"] == 3
    assert "response_format" not in ask("deepseek", schema=SCHEMA).body


def test_a_local_body_holds_the_digest_of_the_model_file(tmp_path: Path) -> None:
    """Another file under the same name is another request; a missing one still makes a prompt to look up."""
    (tmp_path / "m.gguf").write_bytes(b"one")
    first = ask("local", name="m.gguf", root=tmp_path)
    (tmp_path / "m.gguf").write_bytes(b"another")
    second = ask("local", name="m.gguf", root=tmp_path)
    missing = ask("local", name="absent.gguf", root=tmp_path)
    assert len({first.key, second.key}) == 2
    assert first.prompt_digest == second.prompt_digest == missing.prompt_digest
    assert missing.body["gguf_sha256"] is None
    assert ask("local", name="m.gguf", root=tmp_path, decoding=Decoding()).body["max_tokens"] == 1024


def test_a_model_file_outside_the_project_is_refused(tmp_path: Path) -> None:
    """No file outside the root is read, not even to take its digest."""
    (tmp_path / "m.gguf").write_bytes(b"one")
    (tmp_path / "project").mkdir()
    for name in ("../m.gguf", str(tmp_path / "m.gguf")):
        with pytest.raises(UsageError, match="outside the project"):
            ask("local", name=name, root=tmp_path / "project")


def test_an_api_that_a_vendor_lacks_is_refused() -> None:
    """The message lists what there is."""
    with pytest.raises(UsageError, match=r"groq has no 'responses' API \(it has: chat\)"):
        ask("groq", api="responses")
    with pytest.raises(UsageError, match="no log-probabilities"):
        ask("anthropic", top_logprobs=3)


def test_what_does_not_change_the_answer_does_not_change_the_key() -> None:
    """Streaming, subject and price stay out of the key; repeat, setting and address are in it."""
    base = ask()
    model = Model(vendor="openai", name="some-model", price=Price(input=1, output=2))
    same = build(
        model,
        messages=base.messages,
        decoding=Decoding(max_tokens=8),
        form=AnswerForm(stream=True),
        subject={"case": "another"},
        workspace=Workspace(),
    )
    assert same.key == base.key
    assert same.stream
    assert len({base.key, ask(repeat=1).key, ask(decoding=Decoding(max_tokens=9)).key, ask(api="responses").key}) == 4
    assert ask(environment={"OPENAI_BASE_URL": "http://127.0.0.1:1"}).key != base.key


def test_a_target_request_names_its_file_inside_the_project(tmp_path: Path) -> None:
    """The key holds on any machine, and changes with the file, the version and the case."""
    target = Target(file=str(tmp_path / "app" / "bot.py"), function="answer", version="3", sha256="ab")
    case = Case(id="c1", input="hi")
    request = build_target(target, case, root=tmp_path, variant="treatment")
    assert request.body["file"] == "app/bot.py"
    assert request.model == "app/bot.py:answer"
    assert request.subject == {"case": "c1", "variant": "treatment"}
    assert request.messages == (Message(role="user", content="hi"),)
    turns = (Message(role="user", content="one"), Message(role="user", content="two"))
    assert build_target(target, Case(id="c", input="two", messages=turns), root=tmp_path, variant="t").messages == turns
    other = Target(file=target.file, function="answer", version="4", sha256="ab")
    assert build_target(other, case, root=tmp_path, variant="treatment").key != request.key
    with pytest.raises(UsageError, match="outside the project"):
        build_target(
            Target(file="/etc/passwd", function="f", version=None, sha256=""), case, root=tmp_path, variant="t"
        )


def test_what_may_be_kept_is_what_would_be_the_same_again(tmp_path: Path) -> None:
    """A function without a declared version, a double and a transcript are asked again."""
    unversioned = Target(file=str(tmp_path / "bot.py"), function="answer", version=None, sha256="ab")
    request = build_target(unversioned, Case(id="c1", input="hi"), root=tmp_path, variant="control")
    assert not cacheable(request)
    assert not cacheable(ask("scripted"))
    assert not cacheable(ask("replay"))
    assert cacheable(ask())
    assert cacheable(ask("local", name="absent.gguf"))


def test_every_line_of_the_table_is_whole() -> None:
    """Each vendor builds a request, and its default API is one that there is a body for."""
    for name, vendor in VENDORS.items():
        assert find_vendor(name) is vendor
        assert vendor.provider.startswith("arena.providers.")
        if name != "target":
            assert ask(name, base_url="http://127.0.0.1:1/v1").api == vendor.default_api


def test_an_unknown_vendor_is_told_the_nearest_one() -> None:
    """A typo is answered with what was meant, and anything else with the list."""
    with pytest.raises(UsageError, match=r"unknown provider 'opnai' \(did you mean 'openai'\?\)"):
        find_vendor("opnai")
    with pytest.raises(UsageError, match="known: openai, anthropic, gemini"):
        find_vendor("zzz")


def test_building_requests_imports_no_sdk() -> None:
    """A run that is answered from the cache pays for no SDK's start."""
    code = (
        "import sys\n"
        "from arena.providers import requests, table, replay, scripted, target, prices\n"
        "heavy = {'openai', 'anthropic', 'httpx2', 'aiohttp', 'xllamacpp', 'genai_prices', 'numpy', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
