"""A clock for code that waits on nothing but time: each wait is over at once, and took exactly as long as it says.

The event loop's clock stands still while anything is to be done, and moves on to the next timer where nothing is.
So seconds are counted, not measured, whatever the machine is busy with. For coroutines alone: a thread, a process or
a socket that is waited for knows another time.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
STARTED = 1000.0  # seconds: a real clock, too, has run for a while


class _Selector(selectors.DefaultSelector):
    """Waits for nothing: what would have been waited is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = STARTED

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "waits for something other than time"
        self.now += max(0.0, timeout)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._quick = _Selector()
        super().__init__(self._quick)

    def time(self) -> float:
        return self._quick.now


def seconds() -> float:
    """Return the seconds since the coroutine was started."""
    return asyncio.get_running_loop().time() - STARTED


def run_quickly(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end on a clock that waits for nobody."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)
