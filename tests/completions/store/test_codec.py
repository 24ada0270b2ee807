import json
import zlib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.completions.store import codec
from arena.completions.store.raw_disk import CorruptEntry
from arena.records.call import Completion, Finish, ToolCall
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


def test_a_completion_comes_back_equal() -> None:
    """Every field survives, also text that is not valid Unicode."""
    assert codec.decode(ANSWER.request_key, codec.encode(ANSWER)) == ANSWER


def test_every_field_of_a_completion_is_stored() -> None:
    """A field that is added to the noun cannot be forgotten here; the key is the row's own."""
    assert {field.name for field in fields(Completion)} == codec._READERS.keys() | {"request_key"}


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
