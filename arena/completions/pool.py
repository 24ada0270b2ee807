"""N workers over one source of work: no task per item, follow-ups first, one clean end."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from arena.errors import ArenaError, BudgetExceeded

Item = TypeVar("Item")


BREATH = 16  # items after which the loop gets its turn, a millisecond of answers from the cache


class Work(Generic[Item]):
    """Items from one iterable, taken as they are needed; what a handler adds is taken before them.

    >>> work = Work(["a", "b"])
    >>> work.add("follow-up of a")
    >>> work.take(), work.take(), work.take(), work.take()
    (('follow-up of a',), ('a',), ('b',), ())
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items = iter(items)
        self._added: deque[Item] = deque()
        self._stopped = False
        self.changed = asyncio.Event()

    def add(self, item: Item) -> None:
        """Add a follow-up; nothing is added to work that is stopped."""
        if not self._stopped:
            self._added.append(item)
            self.changed.set()

    def stop(self) -> None:
        """Drop what was not taken: the answer is known without it."""
        self._stopped = True
        self._items = iter(())
        self._added.clear()

    def take(self) -> tuple[Item] | tuple[()]:
        """Return the next item alone in a tuple; an empty one when there is none now."""
        if self._added:
            return (self._added.popleft(),)
        for item in self._items:
            return (item,)
        return ()


async def run_workers(work: Work[Item], handle: Callable[[Item], Awaitable[None]], *, concurrency: int) -> None:
    """Handle every item and every follow-up, `concurrency` at a time.

    The first ArenaError cancels the other workers and is raised. After BudgetExceeded, or an
    unexpected exception, the others first finish the item that they have: it is being paid for.

    Raises:
        ArenaError: the first that a handler raised.
        RuntimeError: a handler ended by neither a return nor an `Exception`; its item is not done.
    """
    crew = _Crew(work, handle)
    workers = [asyncio.create_task(crew.work()) for _ in range(concurrency)]
    try:
        await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        if crew.error is not None and _lets_others_finish(crew.error):
            await asyncio.wait(workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    if crew.error is not None:
        raise crew.error
    if crew.left:
        raise RuntimeError("a call ended by what is no error, and its work is not done")


def _lets_others_finish(error: Exception) -> bool:
    return isinstance(error, BudgetExceeded) or not isinstance(error, ArenaError)


class _Crew(Generic[Item]):
    """What the workers of one run share."""

    def __init__(self, work: Work[Item], handle: Callable[[Item], Awaitable[None]]) -> None:
        self._work = work
        self._handle = handle
        self._busy = 0
        self._handled = 0
        self.error: Exception | None = None  # the first
        self.left = 0  # items whose handler neither ended nor failed

    async def work(self) -> None:
        """Take and handle items until there is none and nobody is left who could add one."""
        while taken := await self._next():
            try:
                await self._handle(taken[0])
            except Exception as error:
                self.error = self.error or error
                raise
            except BaseException:
                self.left += 1
                raise
            finally:
                self._busy -= 1
                if not self._busy:
                    self._work.changed.set()
            self._handled += 1
            if self._handled % BREATH == 0:
                await asyncio.sleep(0)  # answers from the cache never wait: let signals and progress in

    async def _next(self) -> tuple[Item] | tuple[()]:
        while self.error is None:
            if taken := self._work.take():
                self._busy += 1
                return taken
            if not self._busy:
                break
            self._work.changed.clear()
            await self._work.changed.wait()
        return ()
