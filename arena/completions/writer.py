"""Group commit: one thread stores whatever is waiting in one transaction; each caller waits for its own.

A caller that goes on knows that its answer survives the death of the process, and sixty callers
share the price of one commit.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from arena.completions.cache import Cache
from arena.errors import StorageFailed
from arena.records.call import Completion

FLUSH_S = 1.0  # for what waits when the run ends


@dataclass(frozen=True, slots=True)
class _Waiting:
    completion: Completion
    committed: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class Writer:
    """Store completions from a thread of its own. `cache` must be open for writing before the first one."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._failed: StorageFailed | None = None

    def check(self) -> None:
        """Raise what the store met before, so that nothing more is paid for that cannot be kept.

        Raises:
            StorageFailed: an earlier commit failed.
        """
        if self._failed is not None:
            raise self._failed

    async def commit(self, completion: Completion) -> None:
        """Return once the completion is stored. It is stored even if the caller is cancelled meanwhile.

        Raises:
            StorageFailed: it could not be stored.
        """
        self.check()
        loop = asyncio.get_running_loop()
        waiting = _Waiting(completion, loop.create_future(), loop)
        if self._thread is None:
            self._thread = Thread(target=self._run, name="arena-cache-writer", daemon=True)
            self._thread.start()
        self._queue.put(waiting)
        await waiting.committed

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                self._settle(batch, self._store(batch))
        finally:
            self._cache.leave_thread()

    def _next_batch(self) -> list[_Waiting]:
        """Wait for one, take all that came meanwhile; empty when the writer is closed."""
        batch = []
        waiting = self._queue.get()
        with suppress(Empty):
            while waiting is not None:
                batch.append(waiting)
                waiting = self._queue.get_nowait()
            if batch:
                self._queue.put(None)  # met again once the batch is stored
        return batch

    def _store(self, batch: Sequence[_Waiting]) -> StorageFailed | None:
        try:
            self._cache.put([waiting.completion for waiting in batch])
        except StorageFailed as error:
            self._failed = error
        except Exception as error:  # noqa: BLE001  # the callers wait for a word, whatever happened
            self._failed = StorageFailed(f"the cache cannot be written: {error}")
        return self._failed

    @staticmethod
    def _settle(batch: Sequence[_Waiting], error: StorageFailed | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            batch[0].loop.call_soon_threadsafe(_wake, [waiting.committed for waiting in batch], error)

    def close(self) -> None:
        """Store what still waits, then end the thread; at most FLUSH_S seconds."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(FLUSH_S)
            self._thread = None


def _wake(futures: Sequence[asyncio.Future[None]], error: StorageFailed | None) -> None:
    for future in futures:
        if future.done():  # its caller was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
