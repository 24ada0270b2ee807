import asyncio
from collections.abc import Iterator

import pytest

from arena.completions.pool import Work, run_workers
from arena.errors import BudgetExceeded, ProviderUnusable


def run(work: Work[str], handle: object, concurrency: int = 4) -> None:
    """Run workers to the end."""
    asyncio.run(run_workers(work, handle, concurrency=concurrency))  # type: ignore[arg-type]  # any handler


def test_every_item_is_handled_once() -> None:
    """However many workers there are."""
    for concurrency in (1, 3, 64):
        seen: list[str] = []

        async def handle(item: str, seen: list[str] = seen) -> None:
            await asyncio.sleep(0)
            seen.append(item)

        run(Work("abcdefgh"), handle, concurrency)
        assert sorted(seen) == list("abcdefgh")


def test_no_more_than_so_many_are_handled_at_once() -> None:
    """Five workers are five calls in flight."""
    most = busy = 0

    async def handle(_: str) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.001)
        busy -= 1

    run(Work(str(number) for number in range(50)), handle, 5)
    assert most == 5


def test_the_iterator_is_read_as_workers_come() -> None:
    """An item is taken from the source when a worker is free for it, not before."""
    log: list[str] = []

    def items() -> Iterator[str]:
        for number in range(3):
            log.append(f"taken {number}")
            yield str(number)

    async def handle(item: str) -> None:
        await asyncio.sleep(0)
        log.append(f"done {item}")

    run(Work(items()), handle, 1)
    assert log == ["taken 0", "done 0", "taken 1", "done 1", "taken 2", "done 2"]


def test_follow_ups_come_first() -> None:
    """A judge's call is made as soon as its pair is complete, before further answers are asked for."""
    work = Work(["a1", "a2", "b1", "b2"])
    done: list[str] = []

    async def handle(item: str) -> None:
        done.append(item)
        if item in ("a2", "b2"):
            work.add(f"judge {item[0]}")

    run(work, handle, 1)
    assert done == ["a1", "a2", "judge a", "b1", "b2", "judge b"]


def test_work_that_is_stopped_is_not_taken() -> None:
    """What is under way is finished; its follow-ups, and all that was not taken, are dropped."""
    work = Work(["a", "b", "c"])
    done: list[str] = []

    async def handle(item: str) -> None:
        done.append(item)
        work.add(f"{item} again")
        work.stop()
        work.add("too late")

    run(work, handle, 1)
    assert done == ["a"]


def test_idle_workers_wait_for_follow_ups() -> None:
    """Nobody goes home while somebody may still add work."""
    work = Work(["slow"])
    most = busy = 0

    async def handle(item: str) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.01)
        if item == "slow":
            for number in range(4):
                work.add(f"follow-up {number}")
        busy -= 1

    run(work, handle, 4)
    assert most == 4


def test_no_work_is_no_wait() -> None:
    """An empty source ends at once."""

    async def handle(_: str) -> None:
        raise AssertionError

    run(Work[str](), handle, 8)


def test_the_first_error_of_the_run_stops_everybody() -> None:
    """What ends the run is raised; the others are cancelled in the middle; nothing more is taken."""
    started: list[str] = []
    cancelled: list[str] = []

    async def handle(item: str) -> None:
        started.append(item)
        if item == "c":
            raise ProviderUnusable("gone")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.append(item)
            raise

    with pytest.raises(ProviderUnusable, match="gone"):
        run(Work("abcdefgh"), handle, 4)
    assert len(started) <= 4
    assert cancelled == [item for item in started if item != "c"]


@pytest.mark.parametrize("error", [BudgetExceeded("enough"), KeyError("a fault of ours")])
def test_what_is_being_paid_for_is_waited_for(error: Exception) -> None:
    """After the cap, or a fault of ours, calls in flight end in their own time; nothing more is taken."""
    finished: list[str] = []

    async def handle(item: str) -> None:
        if item == "b":
            raise error
        await asyncio.sleep(0.02)
        finished.append(item)

    with pytest.raises(type(error)):
        run(Work("abcdefgh"), handle, 3)
    assert "a" in finished
    assert set(finished) <= {"a", "c"}


def test_idle_workers_go_home_after_an_error() -> None:
    """A worker that waits for follow-ups does not keep the run alive."""

    async def handle(item: str) -> None:
        await asyncio.sleep(0.01)
        raise KeyError(item)

    with pytest.raises(KeyError):
        run(Work("a"), handle, 3)


def test_cancelling_the_run_cancels_the_workers() -> None:
    """A cancelled run leaves no task behind."""
    cancelled: list[str] = []

    async def handle(item: str) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            cancelled.append(item)

    async def main() -> None:
        task = asyncio.create_task(run_workers(Work("abc"), handle, concurrency=3))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    assert sorted(cancelled) == list("abc")
