"""Group commit: whatever is waiting is stored in one transaction, and each caller waits for its own answer.

A caller that goes on knows that its answer survives the death of the process. The commit runs on the
event loop's own thread: it takes a third of a millisecond, and a thread beside the loop spent more than
that on waiting for the interpreter (2,000 answers: 0.25 s of CPU and 0.1 s of wall time more).
"""

import asyncio

from arena.completions.store.cache import Cache
from arena.errors import StorageFailed
from arena.records.call import Completion


class Writer:
    """Store completions as they come. `cache` must be open for writing before the first one."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._waiting: list[tuple[Completion, asyncio.Future[None]]] = []
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
        committed: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._store)  # after all the answers that this turn of the loop brings
        self._waiting.append((completion, committed))
        await committed

    def _store(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            self._cache.put([completion for completion, _ in batch])
        except StorageFailed as error:
            self._failed = error
        except Exception as error:  # noqa: BLE001  # the callers wait for a word, whatever happened
            self._failed = StorageFailed(f"the cache cannot be written: {error}")
        for _, committed in batch:
            self._tell(committed)

    def _tell(self, committed: asyncio.Future[None]) -> None:
        if committed.done():  # its caller was cancelled
            return
        if self._failed is None:
            committed.set_result(None)
        else:
            committed.set_exception(self._failed)

    def close(self) -> None:
        """Store what still waits: callers that were stopped do not wait for it, but it is paid for."""
        self._store()
