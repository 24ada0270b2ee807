"""SIGINT and SIGTERM: stop, keep what is paid for, leave with 130 or 143 within two seconds."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Timer

from arena.errors import Interrupted

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LAST_RESORT_S = 1.8


@asynccontextmanager
async def interruptible(*, hint: str | None = None, last_resort: bool = False) -> AsyncIterator[None]:
    """Turn the first SIGINT or SIGTERM into a cancellation of the body, and that into Interrupted.

    What the body holds open is closed as it is for every other exit; further signals change nothing,
    because wrappers such as `uv run` send each one twice. Use it in the main thread.

    Args:
        hint: how to go on later, for the message.
        last_resort: end the process after 1.8 s if it still runs, e.g. because a user's function
            blocks a thread. What was committed is safe at any moment. For the command line.

    Raises:
        Interrupted: exit code 130 for SIGINT, 143 for SIGTERM.
    """
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    caught: list[int] = []

    def on_signal(number: int) -> None:
        if not caught and task is not None:
            caught.append(number)
            if last_resort:
                _end_later(number, hint)
            task.cancel()

    previous = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    except asyncio.CancelledError:
        if not caught:
            raise
        if task is not None:
            task.uncancel()
    finally:
        for number, handler in previous.items():
            loop.remove_signal_handler(number)
            if handler is not None:
                signal.signal(number, handler)
    if caught:
        raise Interrupted(f"stopped by {signal.Signals(caught[0]).name}", exit_code=128 + caught[0], hint=hint)


def _end_later(number: int, hint: str | None) -> None:
    timer = Timer(LAST_RESORT_S, _end, (number, hint))
    timer.daemon = True
    timer.start()


def _end(number: int, hint: str | None) -> None:
    sys.stderr.write(f"stopped by {signal.Signals(number).name}\n" + (f"hint: {hint}\n" if hint else ""))
    sys.stderr.flush()
    os._exit(128 + number)
