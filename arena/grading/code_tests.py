"""The check that the code of an answer passes given tests. It runs what a model wrote: only with the user's leave."""

import asyncio
import os
import re
import weakref
from typing import Any

from arena.grading.means import Means
from arena.grading.sandbox import run_tests
from arena.providers.redaction import one_line
from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

_OPENING = re.compile(r"[ \t]{0,12}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)")
PYTHON = frozenset({"python", "python3", "py"})
#: More at once would only wait for each other, and be judged slow.
_places: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = weakref.WeakKeyDictionary()


async def code(case: Case, completion: Completion, argument: Any, means: Means) -> Score:
    """Pass when the answer's code passes the tests, in a sandbox: see `arena.grading.sandbox`.

    The argument: {"tests": str, "entry": str or None, "timeout_s": float, "memory_mb": int}.

    Raises:
        PermissionError: the user gave no leave to run code.
        SandboxFailed: nothing could be run, or the tests are no tests.
    """
    if not means.allow_code:
        raise PermissionError("running code is off: the option allow-code turns it on")
    written = code_in(completion.text)
    if not written.strip():
        return Score(check="code", passed=False, reason="the answer holds no code")
    loop = asyncio.get_running_loop()
    async with _places.setdefault(loop, asyncio.Semaphore(max(1, os.cpu_count() or 1))):
        ran = await run_tests(
            written,
            argument["tests"],
            entry=argument["entry"],
            timeout_s=argument["timeout_s"],
            memory_mb=argument["memory_mb"],
        )
    return Score(check="code", passed=ran.passed, reason=one_line(ran.reason))


def code_in(text: str) -> str:
    r"""Return the code of an answer: its first fenced block of Python, else its first block, else all of it.

    A block ends at a fence of the same character that is at least as long (CommonMark 0.31, section 4.5), so that code
    may hold fences of its own; without an end it goes to the end of the text.

    >>> code_in("Here:\n```python\nx = 1\n```\nDone.")
    'x = 1\n'
    """
    first: str | None = None
    lines = iter(text.splitlines(keepends=True))
    for line in lines:
        opening = _OPENING.fullmatch(line.rstrip("\r\n"))
        if opening is None:
            continue
        indent = len(line) - len(line.lstrip(" \t"))
        closing = re.compile(rf"[ \t]*{re.escape(opening['fence'][0])}{{{len(opening['fence'])},}}[ \t]*")
        block = []
        for inner in lines:
            if closing.fullmatch(inner.rstrip("\r\n")):
                break
            block.append(inner[min(indent, len(inner) - len(inner.lstrip(" \t"))) :])
        found = "".join(block)
        if opening["info"].split(" ")[0].strip("{}.").lower() in PYTHON:
            return found
        first = found if first is None else first
    return text if first is None else first
