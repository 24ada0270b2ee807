"""Blocking work in a thread of its own, awaited from asyncio. The default executor would hold up the exit."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(work: Callable[[], Result], *, daemon: bool) -> Result:
    """Return what `work` returns, run in a new thread.

    When the awaiting task is cancelled the thread goes on and its result is dropped.

    Args:
        work: A blocking function without arguments.
        daemon: The program may end while the thread still runs. Right for code that nobody can stop; wrong for
            a native library that is at work, which would crash.

    Raises:
        RuntimeError: `work` raised what would end the program, or the task.
        Exception: whatever else `work` raises.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # None only where Result is None

    def run() -> None:
        result: Result | None = None
        error: BaseException | None = None
        try:
            result = work()
        except StopIteration as stopped:  # a future cannot carry it
            error = RuntimeError(f"StopIteration: {stopped}")
        except Exception as raised:  # noqa: BLE001 - handed to the awaiting task
            error = raised
        except BaseException as raised:  # noqa: BLE001 - in the task it would end the loop, or look like a cancellation
            error = RuntimeError(f"{type(raised).__name__}: {raised}")
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="arena-call", daemon=daemon).start()
    return await future
