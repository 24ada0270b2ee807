"""Where code that a model wrote is run: a process of its own, with little to reach and not for long.

What holds it, on Linux: namespaces of its own for users, processes and network (no interface but a dead loopback, no
other process in sight, all its processes die with it); Landlock, by which the kernel refuses files outside a
temporary folder and the libraries; limits of processor time, memory, written bytes, open files and new processes; an
audit hook that refuses sockets, processes, ctypes, and files outside a temporary folder and Python's own library; an
environment without any variable of the user's; the clock of this process, which kills the whole group. Where
namespaces are not to be had (some containers, macOS) the hook alone keeps network, processes and files away.

What it is not: a wall against someone who attacks the interpreter or the kernel. The tests run in the same process as
the code, so code that sets out to cheat them can. For that, run arena in a virtual machine of its own.
"""

import asyncio
import contextlib
import json
import math
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("sandbox_child.py")
START_S = 30.0  # for the interpreter to start on a busy machine, outside the code's own time
LONGEST_LINE = 64 * 1024
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What became of code and its tests."""

    passed: bool
    reason: str
    isolated: bool  # whether the kernel kept network and processes away, not the hook alone


class SandboxFailed(RuntimeError):
    """Nothing was run, or the tests themselves are wrong: this says nothing about the code."""


async def run_tests(
    code: str, tests: str, *, entry: str | None, timeout_s: float, memory_mb: int, namespaces: bool = True
) -> Ran:
    """Run code and its tests in the sandbox.

    Args:
        code: Python; the tests may import it as `answer`, and find its names in their own module.
        tests: Python: statements, functions `test_…`, and `check(candidate)` where an entry is given.
        entry: a function that the code must define; None: none in particular.
        timeout_s: the most seconds, of the processor (rounded up) and of the clock.
        memory_mb: the most memory, in MiB, the interpreter's own 30 included.
        namespaces: False: do without them, as where the kernel gives none.

    Raises:
        SandboxFailed: it could not be confined, or the tests are no tests.
    """
    if sys.platform == "win32":
        raise SandboxFailed("there is no sandbox on Windows: run arena in Linux")
    task = {
        "code": code,
        "tests": tests,
        "entry": entry,
        "cpu_s": math.ceil(timeout_s + 0.5),  # the start of the interpreter included
        "memory_bytes": memory_mb * MIB,
        "namespaces": namespaces,
    }
    with tempfile.TemporaryDirectory(prefix="arena-sandbox-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", "-B", str(CHILD)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env={"LANG": "C.UTF-8", "HOME": folder},
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        try:
            return await _followed(process, task, timeout_s)
        finally:
            await _end(process)


async def _followed(process: asyncio.subprocess.Process, task: dict[str, Any], timeout_s: float) -> Ran:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(ConnectionError):  # it died: the missing line tells
        process.stdin.write(json.dumps(task).encode())
        await process.stdin.drain()
        process.stdin.close()
    try:
        started = await asyncio.wait_for(_line(process.stdout), START_S)
    except TimeoutError:
        raise SandboxFailed(f"the sandbox did not start within {START_S:g} s") from None
    if started is None:
        raise SandboxFailed("the sandbox could not be confined here")
    isolated = bool(started.get("isolated"))
    try:
        outcome = await asyncio.wait_for(_line(process.stdout), timeout_s)
    except TimeoutError:
        return Ran(passed=False, reason=f"not done after {timeout_s:g} s", isolated=isolated)
    if outcome is None:
        return Ran(passed=False, reason=_how_it_ended(await process.wait(), timeout_s), isolated=isolated)
    if "error" in outcome:
        raise SandboxFailed(str(outcome["error"]))
    return Ran(passed=outcome.get("passed") is True, reason=str(outcome.get("reason")), isolated=isolated)


async def _line(stream: asyncio.StreamReader) -> dict[str, Any] | None:
    """Return the next object; None where there is none, or something else."""
    try:
        value = json.loads(await stream.readline())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _how_it_ended(code: int, timeout_s: float) -> str:
    number = -code if code < 0 else 256 - code if code > 128 else 0  # the second as the child passes it on
    if number == signal.SIGKILL:
        return f"killed: more than {timeout_s:g} s of the processor, or too much memory"
    known = {each.value: each.name for each in signal.Signals}
    return f"crashed ({known[number]})" if number in known else "left before the tests were done"


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the whole group; what moved out of it dies with the namespace, where there is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
