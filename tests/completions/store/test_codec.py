import json
import zlib
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.completions.store import codec
from arena.completions.store.raw_disk import CorruptEntry
from arena.records.call import Completion, Finish, SettingReport, ToolCall, Usage
from completion_parts import answer_to, request

ANSWER = answer_to(
    request(),
    "Déjà vu \ud800 \x1b[31m",
    finish=Finish.TOOL_CALLS,
    tool_calls=(ToolCall(name="look_up", arguments='{"id": 1}'),),
    logprobs={"A": -0.1, "B": float("-inf")},
    cost_usd=0.25,
    called_at="2026-11-22T00:00:00.000000+00:00",
    called_in="run-1",
    authored=True,
    replayed=True,
)

#: The bytes of an answer as the first version stored it.
EARLIER = (
    "6172656e610108936fbe47281b1e809954896172fd0479ab1f6ecf90c7f7f39b9919ff44e99578015590414f84301085ff8a99abb02960"
    "3c70f3a6776f6a9a2ecc422374b09d463784ffeeb41b5db6699af4cdf7e6b5b34267a6097b6d185aa855fd58565559d7af4ab5791f545e"
    "f7f902c51f6e9de03ebab24a1a05d631f4d0aa4373e1ffcf87024ed6d9300a1f9816c127c3e8bab30e996f6e979469583c1da5bac213b4"
    "e58b4b0df8bc1530538f93f6f81531304a1eccd22f20b3758318de5618c951f4b986dd48f233a1cd249833338a83715ed01b1648c45d2f"
    "953a391983da3e0ac17ed2449eeddd7b54aa3a0acb44934ee3ba24193fc4590c728375bb069c20f9633083c4ad32b06e44fded2da366fa"
    "4427bc4465b9d7d62d91f7faadd0144091f74895de6c0239f9f1d5b76dbf867591c0"
)
EARLIER_ANSWER = Completion(
    request_key="k",
    text="Hi \x1b",
    finish=Finish.STOP,
    model_requested="m",
    usage=Usage(input_tokens=3, output_tokens=1),
    latency_s=1 / 3,
    cost_usd=0.1 + 0.2,
    settings=(SettingReport(name="temperature", requested=0, sent=0, honoured="echoed_equal"),),
    tool_calls=(ToolCall(name="f", arguments="{}"),),
    logprobs={"A": float("-inf")},
    called_at="2026-11-22T00:00:00.000000+00:00",
    called_in="run-1",
)


def test_a_completion_comes_back_equal() -> None:
    """Every field survives, also text that is not valid Unicode."""
    assert codec.decode(ANSWER.request_key, codec.encode(ANSWER)) == ANSWER


def test_every_field_of_a_completion_is_stored() -> None:
    """A field that is added to the noun is written and read like all others; the key is the row's own."""
    every = replace(
        ANSWER,
        model_returned="m-1",
        usage=Usage(input_tokens=1, output_tokens=2, reasoning_tokens=1),
        latency_s=1 / 3,
        ttft_s=0.1,
        tpot_s=0.2,
        itl_s=0.3,
        cost_reason="guessed",
        fingerprint="f",
        runtime="r",
        settings=(SettingReport(name="stop", requested=["a"], sent=None, honoured="not_supported"),),
    )
    stored = json.loads(codec.to_text(every))
    assert stored.keys() | {"request_key"} == {field.name for field in fields(Completion)}
    assert codec.from_plain(every.request_key, stored) == every


def test_an_entry_of_an_earlier_version_is_still_read() -> None:
    """What was paid for is never lost: version 1 wrote every field of a part, also where it held its default."""
    assert codec.decode("k", bytes.fromhex(EARLIER)) == EARLIER_ANSWER


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    """Not one bit of a stored answer can differ unnoticed."""
    blob = bytearray(codec.encode(ANSWER))
    position = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[position // 8] ^= 1 << position % 8
    with pytest.raises(CorruptEntry):
        codec.decode(ANSWER.request_key, bytes(blob))


def test_an_answer_belongs_to_its_key() -> None:
    """An entry that was moved to another request's key is corrupt."""
    with pytest.raises(CorruptEntry, match="checksum"):
        codec.decode("another key", codec.encode(ANSWER))


def sealed(packed: bytes) -> bytes:
    """Return a body with a valid checksum, as a forger would."""
    return codec.MAGIC + codec._digest("k", packed) + packed


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"not compressed", id="not zlib"),
        pytest.param(zlib.compress(b"\xff\xfe"), id="not text"),
        pytest.param(zlib.compress(b"{}")[:-3], id="cut short"),
        pytest.param(zlib.compress(b" " * (codec.LARGEST + 1)), id="a bomb"),
        pytest.param(zlib.compress(b"[" * 100_000), id="endless nesting"),
    ],
)
def test_a_forged_body_is_corrupt(body: bytes) -> None:
    """A valid checksum makes no body trusted: what it holds is bounded and checked."""
    with pytest.raises(CorruptEntry):
        codec.decode("k", sealed(body))


PLAIN = {"text": "a", "finish": "stop", "model_requested": "m"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": 1},
        {"finish": "won"},
        {"finish": ["stop"]},
        {"unknown": 1},
        {"usage": {"input_tokens": 1.5, "output_tokens": 1}},
        {"usage": {"input_tokens": 1}},
        {"usage": [1]},
        {"latency_s": "1"},
        {"latency_s": True},
        {"authored": 1},
        {"settings": [{"name": "t", "requested": 0, "sent": 0, "honoured": "surely"}]},
        {"settings": [{"name": 1, "requested": 0, "sent": 0, "honoured": "rejected"}]},
        {"settings": [1]},
        {"tool_calls": [{"name": "f"}]},
        {"logprobs": {"A": "0"}},
    ],
    ids=json.dumps,
)
def test_a_forged_field_is_corrupt(wrong: dict[str, object]) -> None:
    """Values of another type never reach a Completion."""
    assert codec.from_plain("k", PLAIN).text == "a"
    with pytest.raises(CorruptEntry):
        codec.from_plain("k", {**PLAIN, **wrong})


@pytest.mark.parametrize("text", ["{", "[]", "1", '{"text": "a"}'])
def test_other_json_is_corrupt(text: str) -> None:
    """What is no completion at all is corrupt as well."""
    with pytest.raises(CorruptEntry):
        codec.from_text("k", text)


def test_equal_completions_have_equal_text() -> None:
    """The text of a completion does not depend on the order in which a mapping was filled."""
    one = answer_to(request(), logprobs={"A": -1.0, "B": -2.0})
    other = answer_to(request(), logprobs={"B": -2.0, "A": -1.0})
    assert codec.to_text(one) == codec.to_text(other)
