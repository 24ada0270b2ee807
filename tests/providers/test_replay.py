"""Transcripts: recorded or authored answers in place of a model."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import FileError, UsageError
from arena.providers.replay import ReplayProvider, Transcript, dump
from arena.records.call import CallFailure, Completion, FailureKind, Finish, ToolCall, Usage
from provider_houses import ask

HEADER = {
    "transcript": 1,
    "models": {"answers": "local:smollm2-135m-instruct"},
    "runtime": "xllamacpp 1",
    "gguf_sha256": "ab" * 32,
}


def _write(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_is_dumped_is_read_back(tmp_path: Path) -> None:
    """Text, finish, model, usage and seconds survive; the answer says where it came from."""
    request, again = ask(), ask(repeat=1)
    usage = Usage(input_tokens=9, output_tokens=0, reasoning_tokens=3)
    recorded = Completion(
        request_key=request.key,
        text="It left → today.",
        finish=Finish.LENGTH,
        model_requested="m",
        model_returned="m-1",
        usage=usage,
        latency_s=1.23456,
    )
    plain = Completion(request_key=again.key, text="", finish=Finish.STOP, model_requested="m")
    path = tmp_path / "answers.jsonl"
    path.write_text(dump({"authored": True, "runtime": "xllamacpp 1"}, [(request, recorded), (again, plain)]), "utf-8")
    transcript = Transcript.load(path)
    answer = transcript.answer(request)
    assert isinstance(answer, Completion)
    assert (answer.text, answer.finish, answer.model_returned) == ("It left → today.", Finish.LENGTH, "m-1")
    assert (answer.usage, answer.latency_s, answer.runtime) == (usage, 1.235, "xllamacpp 1")
    assert answer.replayed
    assert answer.authored
    assert transcript.answer(again) == Completion(
        request_key=again.key,
        text="",
        finish=Finish.STOP,
        model_requested=again.model,
        runtime="xllamacpp 1",
        settings=again.settings,
        replayed=True,
        authored=True,
    )
    assert len(transcript) == 2


def test_an_answer_to_a_changed_prompt_is_not_used(tmp_path: Path) -> None:
    """The digest of the prompt is compared; without one the line is taken on trust."""
    request = ask()
    path = _write(tmp_path / "t.jsonl", HEADER, {**request.subject, "prompt": request.prompt_digest, "text": "hi"})
    assert isinstance(Transcript.load(path).answer(request), Completion)
    failure = Transcript.load(path).answer(ask(text="Another question."))
    assert isinstance(failure, CallFailure)
    assert failure.kind is FailureKind.NOT_RECORDED
    assert failure.message == (
        "transcript t.jsonl line 2: the prompt has changed since case c1, variant control was recorded"
    )
    _write(path, HEADER, {**request.subject, "text": "hi"})
    assert isinstance(Transcript.load(path).answer(ask(text="Another question.")), Completion)


def test_judgments_are_found_by_the_order_shown(tmp_path: Path) -> None:
    """Both orders of a case, checks and repeats are different lines; the rest is missing by name."""
    rows = [
        {"case": "c1", "first": "control", "second": "treatment", "text": "A"},
        {"case": "c1", "first": "treatment", "second": "control", "text": "B"},
        {"case": "c1", "variant": "control", "check": "2", "text": "C"},
    ]
    transcript = Transcript.load(_write(tmp_path / "t.jsonl", HEADER, "", *rows))
    base = ask()
    texts = []
    for row in rows:
        subject = {key: value for key, value in row.items() if key != "text"}
        answer = transcript.answer(replace(base, subject=subject))
        texts.append(answer.text if isinstance(answer, Completion) else None)
    assert texts == ["A", "B", "C"]
    missing = transcript.answer(ask(repeat=1))
    assert isinstance(missing, CallFailure)
    assert missing.message == "transcript t.jsonl holds no answer for case c1, variant control, repeat 1"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["nonsense"], "t.jsonl:1: not JSON"),
        ([[1]], "t.jsonl:1: not a JSON object"),
        ([{"case": "c1", "variant": "v", "text": "hi"}], "t.jsonl:1: the first line must be"),
        ([{"transcript": 2}], "t.jsonl:1: the first line must be"),
        ([HEADER, {"case": "c1"}], "t.jsonl:2: not an answer: KeyError: 'text'"),
        ([HEADER, {"text": "hi"}], "t.jsonl:2: not an answer: ValueError: it needs 'case'"),
        ([HEADER, {"case": "c1", "text": "hi", "finish": "sideways"}], "t.jsonl:2: not an answer"),
        ([HEADER, {"case": "c1", "text": "hi", "usage": {"tokens": 1}}], "t.jsonl:2: not an answer"),
        ([HEADER, {"case": "c1", "text": "a"}, {"case": "c1", "text": "b"}], "t.jsonl:3: the same answer as line 2"),
        ([], "t.jsonl:1: the first line must be"),
    ],
)
def test_a_transcript_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, rows: list[object], message: str
) -> None:
    """Every mistake names its line; nothing is half used."""
    with pytest.raises(FileError) as caught:
        Transcript.load(_write(tmp_path / "t.jsonl", *rows))
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """Missing and latin-1 files are told apart."""
    with pytest.raises(FileError, match="cannot be read: No such file"):
        Transcript.load(tmp_path / "absent.jsonl")
    (tmp_path / "latin.jsonl").write_bytes("größe".encode("latin-1"))
    with pytest.raises(FileError, match="not UTF-8"):
        Transcript.load(tmp_path / "latin.jsonl")


def test_a_transcript_may_stand_in_for_any_model(tmp_path: Path) -> None:
    """Where a model cannot be called, its own requests are answered from the file; and no file outside is read."""
    row = {"case": "c1", "variant": "control", "text": "hi"}
    transcript = Transcript.load(_write(tmp_path / "t.jsonl", HEADER, row))
    answer = asyncio.run(ReplayProvider(transcript).complete(ask("anthropic", name="claude-sonnet-5")))
    assert isinstance(answer, Completion)
    assert answer.fingerprint == "ab" * 32
    assert not answer.authored
    (tmp_path / "project").mkdir()
    outside = ReplayProvider(root=tmp_path / "project").complete(ask("replay", name="../t.jsonl"))
    with pytest.raises(UsageError, match="outside the project"):
        asyncio.run(outside)


def test_tool_calls_survive_and_may_be_written_by_hand(tmp_path: Path) -> None:
    """As the text that was sent, or as an object; anything else is a mistake of its line."""
    request = ask()
    calls = (ToolCall(name="lookup", arguments='{"order": 7}'), ToolCall(name="ping", arguments=""))
    answer = Completion(
        request_key=request.key, text="", finish=Finish.TOOL_CALLS, model_requested="m", tool_calls=calls
    )
    path = tmp_path / "answers.jsonl"
    path.write_text(dump({}, [(request, answer)]), "utf-8")
    found = Transcript.load(path).answer(request)
    assert isinstance(found, Completion)
    assert (found.tool_calls, found.finish) == (calls, Finish.TOOL_CALLS)
    by_hand = {**request.subject, "text": "", "tool_calls": [{"name": "lookup", "arguments": {"order": 7}}]}
    read = Transcript.load(_write(path, HEADER, by_hand)).answer(request)
    assert isinstance(read, Completion)
    assert read.tool_calls == calls[:1]
    with pytest.raises(FileError, match="a tool call is an object of 'name' and 'arguments'"):
        Transcript.load(_write(path, HEADER, {**by_hand, "tool_calls": ["lookup"]}))


def test_log_probabilities_survive(tmp_path: Path) -> None:
    """A judge by likelihood is replayed as it was: its alternatives to six places, what is impossible left out."""
    request = ask(top_logprobs=3)
    logprobs = {"A": -0.12345678, " B": -2.0, "C": float("-inf")}
    answer = Completion(request_key=request.key, text="A", finish=Finish.LENGTH, model_requested="m", logprobs=logprobs)
    path = tmp_path / "t.jsonl"
    path.write_text(dump({}, [(request, answer)]), "utf-8")
    found = Transcript.load(path).answer(request)
    assert isinstance(found, Completion)
    assert found.logprobs == {"A": -0.123457, " B": -2.0}
