"""A user's own function as a model."""

import asyncio
import hashlib
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from arena.errors import UsageError
from arena.providers.requests import build_target
from arena.providers.target import TargetProvider, case_of, load_function
from arena.providers.threads import in_thread
from arena.records.call import CallFailure, Completion, FailureKind, Finish
from arena.records.case import Case, Check, Document, Message
from arena.records.variant import Target
from patience import HANG_S

CASE = Case(
    id="c1",
    input="Where is it?",
    context=(Document(text="Standard shipping takes 3-5 days.", id="d1"),),
    vars={"customer": "Dana"},
    reference="soon",
    tags=("shipping",),
    cluster="k",
    checks=(Check(key="contains", argument="policy"),),
    messages=(Message(role="user", content="Where is it?"),),
)


def _answer(folder: Path, code: str, *, function: str = "answer", deadline_s: float = HANG_S, secrets: Any = ()) -> Any:
    file = folder / f"bot_{hashlib.sha256(code.encode()).hexdigest()[:8]}.py"
    file.write_text(code, encoding="utf-8")
    target = Target(file=str(file), function=function, version=None, sha256="ab")
    request = build_target(target, CASE, root=folder, variant="treatment")
    provider = TargetProvider(root=folder, deadline_s=deadline_s, secrets=secrets)
    answer = asyncio.run(provider.complete(request))
    assert answer.request_key == request.key
    assert answer.model_requested == request.model
    return answer


def test_the_function_gets_the_whole_case(tmp_path: Path) -> None:
    """What the body describes is the case again, field by field."""
    request = build_target(
        Target(file=str(tmp_path / "b.py"), function="f", version="1", sha256=""), CASE, root=tmp_path, variant="v"
    )
    assert case_of(request.body["case"]) == CASE


@pytest.mark.parametrize(
    "code",
    [
        "def answer(case): return f'{case.vars[\"customer\"]}: soon'",
        "async def answer(case): return f'{case.vars[\"customer\"]}: soon'",
        "async def inner(case): return 'Dana: soon'\ndef answer(case): return inner(case)",
        "class Bot:\n  def __call__(self, case): return 'Dana: soon'\nanswer = Bot()",
    ],
    ids=["plain", "async", "returns a coroutine", "callable"],
)
def test_any_kind_of_callable_will_do(tmp_path: Path, code: str) -> None:
    """Plain, async, and anything that can be called."""
    answer = _answer(tmp_path, code)
    assert isinstance(answer, Completion)
    assert (answer.text, answer.finish) == ("Dana: soon", Finish.STOP)
    assert answer.latency_s is not None


def test_a_function_may_return_a_completion_or_a_failure(tmp_path: Path) -> None:
    """Its own usage, cost and latency are kept; a failure it reports is cleaned."""
    code = (
        "from arena.records.call import *\n"
        "def answer(case):\n"
        "    return Completion(request_key='', text='hi', finish=Finish.LENGTH, model_requested='', cost_usd=0.5,\n"
        "                      latency_s=7.0)\n"
        "def failing(case):\n"
        "    return CallFailure(request_key='', kind=FailureKind.SERVER, message='key mine-secret-key')\n"
    )
    answer = _answer(tmp_path, code)
    assert (answer.text, answer.finish, answer.cost_usd, answer.latency_s) == ("hi", Finish.LENGTH, 0.5, 7.0)
    failure = _answer(tmp_path, code, function="failing", secrets=("mine-secret-key",))
    assert (failure.kind, failure.message) == (FailureKind.SERVER, "key ***")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def answer(case): raise ValueError('no mine-secret-key')", "ValueError: no *** (bot_"),
        ("async def answer(case): raise TimeoutError('theirs')", "TimeoutError: theirs"),
        ("def answer(case): return 7", "returned int, not str or Completion"),
        ("def answer(case): return next(iter(()))", "StopIteration"),
        ("async def answer(case): raise SystemExit(0)", "RuntimeError: SystemExit: 0"),
        ("def answer(case): raise KeyboardInterrupt", "RuntimeError: KeyboardInterrupt"),
        ("def answer(case): raise GeneratorExit", "RuntimeError: GeneratorExit"),
        (
            "import asyncio\nasync def answer(case): raise asyncio.CancelledError",
            "RuntimeError: CancelledError: nobody cancelled it",
        ),
    ],
)
def test_what_it_raises_is_a_failure_with_its_class(tmp_path: Path, code: str, said: str) -> None:
    """No traceback, the class and the place, and no key."""
    failure = _answer(tmp_path, code, secrets=("mine-secret-key",))
    assert isinstance(failure, CallFailure)
    assert failure.kind is FailureKind.TARGET
    assert said in failure.message


def test_a_plain_function_that_hangs_is_left_behind(tmp_path: Path) -> None:
    """It cannot be stopped, so the call ends at its deadline and the thread dies with the program."""
    failure = _answer(tmp_path, "import time\ndef answer(case): time.sleep(3600)", deadline_s=0.2)
    assert failure.kind is FailureKind.TIMEOUT
    assert "no answer within 0.2 s" in failure.message


@pytest.mark.parametrize(
    ("file", "name", "message"),
    [
        ("absent.py", "answer", "no such file"),
        ("../outside.py", "answer", "lies outside the project"),
        ("bot.py", "reply", "no function 'reply'"),
        ("bot.py", "NUMBER", "no function 'NUMBER'"),
        ("broken.py", "answer", "SyntaxError"),
        ("raising.py", "answer", "RuntimeError: at import"),
        ("bot.txt", "answer", "not a Python file"),
    ],
)
def test_a_function_that_is_not_there_is_a_mistake_of_the_experiment(
    tmp_path: Path, file: str, name: str, message: str
) -> None:
    """Exit 2, with what is wrong."""
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.py").write_text("def answer(case): return ''")
    (root / "bot.py").write_text("NUMBER = 7\ndef answer(case): return ''")
    (root / "bot.txt").write_text("text")
    (root / "broken.py").write_text("def answer(case) return")
    (root / "raising.py").write_text("raise RuntimeError('at import')")
    with pytest.raises(UsageError, match=message):
        load_function(root, file, name)


def test_a_file_may_import_its_neighbours_and_is_loaded_once(tmp_path: Path) -> None:
    """As when it is run from its folder; two files of one name in two folders stay two."""
    for folder, word in (("a", "first"), ("b", "second")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"neighbour_{folder}.py").write_text(f"WORD = '{word}'")
        code = f"def answer(case):\n    from neighbour_{folder} import WORD\n    return WORD"
        (tmp_path / folder / "bot.py").write_text(code)
    first, second = (load_function(tmp_path, f"{folder}/bot.py", "answer") for folder in "ab")
    assert (first(CASE), second(CASE)) == ("first", "second")
    assert load_function(tmp_path, "a/bot.py", "answer") is first


def test_a_thread_whose_task_is_gone_harms_nobody() -> None:
    """Its result is dropped, while the loop runs and after it is closed."""

    async def abandoned() -> None:
        for seconds in (0.05, 0.3):
            task = asyncio.ensure_future(in_thread(partial(time.sleep, seconds), daemon=True))
            await asyncio.sleep(0.01)
            task.cancel()
        await asyncio.sleep(0.1)

    asyncio.run(abandoned())
