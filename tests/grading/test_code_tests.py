"""Code of an answer is run in real processes: it passes its tests or it does not, and it reaches nothing else."""

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arena.grading import sandbox
from arena.grading.code_tests import code_in
from arena.grading.means import Means
from arena.grading.sandbox import Ran, SandboxFailed, run_tests
from graded_answers import graded

SQUARE = "def f(x):\n    return x * x\n"
TESTS = "def test_square():\n    assert f(3) == 9\n"


def ran(code: str, tests: str = TESTS, **changes: Any) -> Ran:
    """Run code in the sandbox."""
    limits: dict[str, Any] = {"entry": None, "timeout_s": 20.0, "memory_mb": 256}
    return asyncio.run(run_tests(code, tests, **(limits | changes)))


@pytest.fixture(params=[True, False], ids=["namespaces", "hook alone"])
def namespaces(request: pytest.FixtureRequest) -> bool:
    """Return whether the kernel's namespaces are used; without them the audit hook stands alone."""
    return bool(request.param)


@pytest.mark.parametrize(
    ("code", "tests", "entry", "passed", "reason"),
    [
        (SQUARE, TESTS, None, True, "the tests pass"),
        (SQUARE, "assert f(3) == 9", None, True, "the tests pass"),
        (SQUARE, "from answer import f as g\nassert g(3) == 9", None, True, "the tests pass"),
        (SQUARE, "def check(candidate):\n    assert candidate(3) == 9", "f", True, "the tests pass"),
        (
            SQUARE,
            "def check(candidate):\n    assert candidate(3) == 8",
            "f",
            False,
            "check: AssertionError (tests.py:2)",
        ),
        (SQUARE, TESTS, "g", False, "the code defines no function 'g'"),
        ("def f(x): return x", TESTS, None, False, "test_square: AssertionError (tests.py:2)"),
        (
            "def f(x):\n    return x / 0",
            TESTS,
            None,
            False,
            "test_square: ZeroDivisionError: division by zero (answer.py:2)",
        ),
        ("f = 1 +", TESTS, None, False, "the code: SyntaxError: invalid syntax (answer.py, line 1)"),
        ("x = 1", TESTS, None, False, "test_square: NameError: name 'f' is not defined (tests.py:2)"),
        (SQUARE + "raise SystemExit(0)", TESTS, None, False, "the code: SystemExit: 0 (answer.py:3)"),
        (SQUARE + "import os\nos._exit(0)", TESTS, None, False, "left before the tests were done"),
    ],
)
def test_code_passes_its_tests_or_fails_with_the_line(
    code: str, tests: str, entry: str | None, passed: bool, reason: str
) -> None:
    """Tests are statements, functions `test_…`, or `check(candidate)`; to leave early is not to pass."""
    found = ran(code, tests, entry=entry)
    assert (found.passed, found.reason) == (passed, reason)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os\nos.fork()", "refuses os.fork"),
        ("import os\nwhile True: os.fork()", "refuses os.fork"),
        ("import subprocess\nsubprocess.run(['true'])", "refuses subprocess.Popen"),
        ("import os\nos.system('true')", "refuses os.system"),
        ("import os\nos.execv('/bin/true', ['true'])", "refuses os.exec"),
        ("import os\nos.posix_spawn('/bin/true', ['true'], {})", "refuses os.posix_spawn"),
        ("import _posixsubprocess\n_posixsubprocess.fork_exec()", "refuses processes"),
        ("import os\nos.kill(os.getppid(), 9)", "refuses os.kill"),
        ("import ctypes", "refuses ctypes"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 1))", "refuses socket"),
        ("import socket\nsocket.socket().connect(('127.0.0.1', 1))", "refuses socket.connect"),
        ("import socket\nsocket.socket().bind(('127.0.0.1', 0))", "refuses socket.bind"),
        ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1')", "refuses"),
        ("open('/etc/passwd')", "refuses to open '/etc/passwd'"),
        ("import os\nos.open('/etc/passwd', os.O_RDONLY)", "refuses to open"),
        ("import os\nopen(f'/proc/{os.getppid()}/environ')", "refuses to open"),
        ("open('/proc/self/environ')", "refuses to open"),
        ("open('../outside', 'w')", "refuses to open"),
        ("import os\nos.listdir('/')", "refuses os.listdir"),
        ("import os\nos.symlink('/etc/passwd', 'p')", "refuses os.symlink"),
        ("import os\nos.rename('/tmp', 'x')", "refuses os.rename"),
        ("import os\nos.chdir('/')", "refuses os.chdir"),
        ("import gc\ngc.get_objects()", "refuses gc.get_objects"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (-1, -1))", "refuses resource.setrlimit"),
        ("import builtins, os\nbuiltins.any = builtins.all = lambda *_: True\nopen('/etc/passwd')", "refuses to open"),
        (
            "import __main__\n__main__.REFUSED = frozenset()\n__main__.CHANGES.clear()\nimport os\nos.fork()",
            "refuses os.fork",
        ),
        ("class S(str):\n    startswith = lambda *_: True\nopen(S('/etc/passwd'))", "refuses to open"),
    ],
)
def test_code_reaches_nothing_outside(namespaces: bool, code: str, reason: str) -> None:
    """No process, no network, no file but its own: with the kernel's help and without it."""
    found = ran(code, namespaces=namespaces)
    assert not found.passed
    assert reason in found.reason


@pytest.mark.parametrize(
    "code",
    [
        "import sqlite3\nsqlite3.connect({0!r}).execute('create table t(x)')",
        "import sqlite3\nsqlite3.connect(':memory:').execute(\"attach '{0}' as e\").execute('create table e.t(x)')",
        "import readline\nreadline.add_history('x')\nreadline.write_history_file({0!r})",
        "import _xxsubinterpreters as s\ns.run_string(s.create(), 'open({0!r}, \"w\")')",
        "import _interpreters as s\ns.exec(s.create(), 'open({0!r}, \"w\")')",
    ],
)
def test_files_that_the_interpreter_does_not_report_are_refused_too(
    namespaces: bool, code: str, tmp_path: Path
) -> None:
    """By the kernel where it guards files, else because the modules that open them are not to be had."""
    outside = tmp_path / "outside"
    assert not ran(code.format(str(outside)), "", namespaces=namespaces).passed
    assert not outside.exists()


@pytest.mark.parametrize(
    ("name", "library"),
    [("x._ctypes", "_ctypes"), ("_struct", None)],
    ids=["under another name", "of its own folder"],
)
def test_machine_code_comes_from_the_library_alone(namespaces: bool, name: str, library: str | None) -> None:
    """C that code brings along, or a refused module under another name, is not loaded."""
    code = (
        "import importlib.machinery as m, importlib.util as u, os, sysconfig\n"
        "path = os.path.join(sysconfig.get_path('platstdlib'), 'lib-dynload', 'x.so')\n"
        f"if {library is None}:\n    path = os.path.abspath('x.so')\n    open(path, 'wb').write(b'x')\n"
        f"u.module_from_spec(m.ModuleSpec({name!r}, m.ExtensionFileLoader({name!r}, path), origin=path))\n"
    )
    found = ran(code, "", namespaces=namespaces)
    assert "ImportError: the sandbox refuses" in found.reason


def test_no_connection_reaches_a_port_of_this_machine() -> None:
    """Nobody knocks at it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket\nf = lambda: socket.socket().connect_ex(('127.0.0.1', {port}))"
        found = ran(code, "f()")
        assert not found.passed
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_environment_and_folder_are_empty(monkeypatch: pytest.MonkeyPatch, namespaces: bool) -> None:
    """No key of the user's, and nothing in the working folder, which it may fill."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    tests = (
        "import os\n"
        "assert not set(os.environ) - {'LANG', 'HOME', 'LC_CTYPE', '__CF_USER_TEXT_ENCODING'}, set(os.environ)\n"
        "assert os.listdir() == []\n"
        "open('x', 'w').write('kept')\n"
        "os.mkdir('d')\nos.chdir('d')\nos.chdir(os.environ['HOME'])\n"
        "assert open('x').read() == 'kept'\n"
    )
    assert ran("", tests, namespaces=namespaces).reason == "the tests pass"


@pytest.mark.parametrize(
    ("code", "changes", "reason"),
    [
        ("import time\ntime.sleep(60)", {"timeout_s": 0.3}, "not done after 0.3 s"),
        (
            "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(60)",
            {"timeout_s": 0.3},
            "not done after 0.3 s",
        ),
        ("x = 'a' * 10**9", {}, "the code: MemoryError (answer.py:1)"),
        (
            "open('x', 'wb').write(b'0' * 10**8)",
            {"memory_mb": 1024},
            "the code: OSError: [Errno 27] File too large (answer.py:1)",
        ),
        ("f = lambda x: f(x)", {}, "test_square: RecursionError: maximum recursion depth exceeded (answer.py:1)"),
        ("fs = [open(f'{i}', 'w') for i in range(99)]", {}, "the code: OSError: [Errno 24] Too many open files: '"),
    ],
)
def test_code_that_takes_too_much_fails(code: str, changes: Any, reason: str) -> None:
    """Time of the clock, memory, disk, depth and files are limited."""
    found = ran(code, **changes)
    assert not found.passed
    assert found.reason.startswith(reason)


def test_code_that_never_rests_is_ended_by_one_clock_or_the_other() -> None:
    """The clock on the wall, or the processor's where the machine is busy with others: the limit is named."""
    found = ran("while True: pass", timeout_s=0.3)
    assert not found.passed
    assert "0.3 s" in found.reason


def test_processor_time_is_limited_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the parent's clock is slow to look, the processor's limit ends it."""
    monkeypatch.setattr(asyncio, "wait_for", lambda awaitable, _seconds: awaitable)
    found = ran("while True: pass", timeout_s=0.1)
    assert (found.passed, found.reason) == (False, "killed: more than 0.1 s of the processor, or too much memory")


def test_what_it_prints_and_leaves_behind_is_nobodys() -> None:
    """Output is dropped, exit handlers do not run, and libraries that need an event loop work."""
    code = (
        "import asyncio, atexit, collections, dataclasses, decimal, json, re\n"
        "print('{\"passed\": true}' * 100_000)\n"
        "atexit.register(lambda: open('x', 'w'))\n"
        "async def g(x): return x * x\n"
        "def f(x): return asyncio.run(g(x))\n"
    )
    assert ran(code).passed


@pytest.mark.parametrize(
    ("tests", "error"),
    [
        ("def test(:", "the tests are not Python: SyntaxError: invalid syntax (tests.py, line 1)"),
        ("class TestX:\n    pass", "the tests hold the class TestX, which is not run: write functions test_…"),
        (
            "import unittest\nclass X(unittest.TestCase):\n    pass",
            "the tests hold the class X, which is not run: write functions test_…",
        ),
    ],
)
def test_wrong_tests_are_an_error_and_not_a_fail(tests: str, error: str) -> None:
    """They say nothing about the code."""
    with pytest.raises(SandboxFailed) as failed:
        ran(SQUARE, tests)
    assert str(failed.value) == error


def test_sandbox_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An interpreter that leaves at once, one that says nothing, and a system without a sandbox."""
    script = tmp_path / "child.py"
    monkeypatch.setattr(sandbox, "CHILD", script)
    script.write_text("")
    with pytest.raises(SandboxFailed, match="could not be confined here"):
        ran(SQUARE)
    script.write_text("import time\ntime.sleep(60)")
    monkeypatch.setattr(sandbox, "START_S", 0.2)
    with pytest.raises(SandboxFailed, match=r"did not start within 0\.2 s"):
        ran(SQUARE)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SandboxFailed, match="no sandbox on Windows"):
        ran(SQUARE)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("print('{}', flush=True)\nimport os\nos.kill(os.getpid(), 11)", "crashed (SIGSEGV)"),
        ("print('{}', flush=True)\nprint('x' * 100_000, flush=True)", "left before the tests were done"),
        ("print('{}', flush=True)\nprint('[1]', flush=True)", "left before the tests were done"),
    ],
)
def test_crash_or_nonsense_in_place_of_an_outcome_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, reason: str
) -> None:
    """Whatever the process writes, only its own outcome counts."""
    child = tmp_path / "child.py"
    child.write_text(script)
    monkeypatch.setattr(sandbox, "CHILD", child)
    found = ran(SQUARE)
    assert (found.passed, found.reason) == (False, reason)


def children() -> Iterator[int]:
    """Yield the processes that were started by this one and are still there."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"\nPPid:\t{os.getpid()}\n" in (entry / "status").read_text():
                    yield int(entry.name)
            except OSError:
                continue


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are counted by /proc, which only Linux has")
def test_nothing_is_left_behind_when_the_run_is_stopped() -> None:
    """Ctrl-C while code runs: its processes and its folder are gone."""

    async def stopped() -> None:
        work = asyncio.create_task(run_tests("while True: pass", "", entry=None, timeout_s=60.0, memory_mb=256))
        await asyncio.sleep(0.4)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    before = set(children())
    asyncio.run(stopped())
    assert set(children()) <= before


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = 1", "x = 1"),
        ("Here:\n```python\nx = 1\n```\nor\n```python\ny = 2\n```", "x = 1\n"),
        ("Run\n```bash\nls\n```\nthen\n```py\nx = 1\n```", "x = 1\n"),
        ("```\nx = 1\n```", "x = 1\n"),
        ("````markdown\n```python\nx = 1\n```\n````", "```python\nx = 1\n```\n"),
        ("~~~python\nx = '''\n```\n'''\n~~~", "x = '''\n```\n'''\n"),
        ("```python\nx = 1", "x = 1"),
        ("- item\n  ```python\n  if x:\n      y\n  ```", "if x:\n    y\n"),
        ("```python\r\nx = 1\r\n```\r\n", "x = 1\r\n"),
        ("```{.python}\nx = 1\n```", "x = 1\n"),
        ("Use ```x``` inline", "Use ```x``` inline"),
        ("```python\n```", ""),
    ],
)
def test_code_is_the_first_block_of_python(text: str, code: str) -> None:
    """Else the first block, else the whole; a longer fence holds shorter ones, and a cut answer ends its block."""
    assert code_in(text) == code


WRITTEN = {"tests": TESTS}
ALLOWED = Means(root=Path(), allow_code=True)


def test_running_code_is_off_until_the_user_allows_it() -> None:
    """Whoever calls the grader."""
    score = graded("code", WRITTEN, SQUARE)
    off = "PermissionError: running code is off: the option allow-code turns it on"
    assert (score.passed, score.error) == (None, off)


@pytest.mark.parametrize(
    ("text", "passed", "reason"),
    [
        (f"Sure!\n```python\n{SQUARE}```", True, "the tests pass"),
        ("```python\n```", False, "the answer holds no code"),
        ("raise ValueError('\\x1b[31m\\u202ered')", False, "the code: ValueError: red (answer.py:1)"),
        ("", False, "the answer holds no code"),
    ],
)
def test_answer_is_graded_by_its_code(text: str, passed: bool, reason: str) -> None:
    """And what the code says of itself reaches nobody raw."""
    score = graded("code", WRITTEN, text, means=ALLOWED)
    assert (score.passed, score.reason, score.error) == (passed, reason, None)


def test_wrong_tests_are_an_error_of_the_check() -> None:
    """Not of the answer."""
    score = graded("code", {"tests": "class TestX: pass"}, SQUARE, means=ALLOWED)
    assert score.passed is None
    assert score.error is not None
    assert score.error.startswith("SandboxFailed: the tests hold the class")
