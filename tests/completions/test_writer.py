import asyncio
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from arena.completions.store.cache import Cache
from arena.completions.writer import Writer
from arena.errors import StorageFailed
from arena.records.call import Completion
from completion_parts import answer_to, request
from patience import HANG_S


class Counting(Cache):
    """A cache that counts its transactions, holds the first one up until it may go on, and can be broken."""

    def __init__(self, folder: Path, error: Exception | None = None) -> None:
        super().__init__(folder)
        self.batches: list[int] = []
        self.error = error
        self.may_go_on = Event()

    def put(self, completions: Sequence[Completion]) -> None:
        """Store once it may."""
        self.batches.append(len(completions))
        assert self.may_go_on.wait(HANG_S)
        if self.error is not None:
            raise self.error
        super().put(completions)


def test_waiting_answers_share_one_transaction(tmp_path: Path) -> None:
    """What came while one commit ran is stored by the next, all of it at once; each caller finds its own stored."""

    async def main() -> None:
        async def commit(number: int) -> None:
            await writer.commit(answer_to(request(number)))
            assert cache.get(request(number).key) == answer_to(request(number))

        commits = [asyncio.create_task(commit(number)) for number in range(64)]
        await asyncio.sleep(0)  # each has handed over its answer
        cache.may_go_on.set()
        await asyncio.gather(*commits)

    cache = Counting(tmp_path)
    with cache:
        cache.open_for_writing()
        writer = Writer(cache)
        asyncio.run(main())
        writer.close()
        assert sum(cache.batches) == 64
        assert len(cache.batches) <= 2


def test_an_answer_is_stored_although_its_caller_is_gone(tmp_path: Path) -> None:
    """What was paid for is kept when the run is stopped in that moment."""

    async def main() -> None:
        tasks = [asyncio.create_task(writer.commit(answer_to(request(number)))) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        cache.may_go_on.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    cache = Counting(tmp_path)
    with cache:
        cache.open_for_writing()
        writer = Writer(cache)
        asyncio.run(main())
        writer.close()
    with Cache(tmp_path) as kept:
        assert all(kept.get(request(number).key) for number in range(20))


@pytest.mark.parametrize("error", [StorageFailed("the disk is full"), ZeroDivisionError("a fault of ours")])
def test_every_waiting_caller_hears_of_a_failure(tmp_path: Path, error: Exception) -> None:
    """Nobody waits for ever, and nothing more is accepted."""

    async def main() -> list[BaseException | None]:
        cache.may_go_on.set()
        commits = [writer.commit(answer_to(request(number))) for number in range(10)]
        results = await asyncio.gather(*commits, return_exceptions=True)
        with pytest.raises(StorageFailed):
            await writer.commit(answer_to(request(99)))
        with pytest.raises(StorageFailed):
            writer.check()
        return results

    cache = Counting(tmp_path, error)
    with cache:
        cache.open_for_writing()
        writer = Writer(cache)
        results = asyncio.run(main())
        writer.close()
    assert {type(result) for result in results} == {StorageFailed}


def test_a_writer_that_never_wrote_closes(tmp_path: Path) -> None:
    """A run from the cache alone stores nothing."""
    with Cache(tmp_path) as cache:
        writer = Writer(cache)
        writer.check()
        writer.close()
    assert not (tmp_path / "cache.db").exists()
