import asyncio
import os
import signal
from contextlib import suppress

import pytest

from arena.completions import interrupts
from arena.completions.interrupts import interruptible
from arena.errors import Interrupted


def test_a_signal_cancels_the_body_and_closes_what_it_holds() -> None:
    """The first signal is a cancellation: everything is closed on the way out, then the run is told why."""
    closed: list[str] = []

    async def main() -> None:
        async with interruptible(hint="arena duel resumes"):
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(30)
            finally:
                await asyncio.sleep(0)
                closed.append("the cache")

    with pytest.raises(Interrupted, match="stopped by SIGTERM") as raised:
        asyncio.run(main())
    assert (raised.value.exit_code, raised.value.hint) == (143, "arena duel resumes")
    assert closed == ["the cache"]


def test_a_body_that_ends_before_the_cancellation_is_interrupted_all_the_same() -> None:
    """A signal is never swallowed."""

    async def main() -> None:
        async with interruptible():
            os.kill(os.getpid(), signal.SIGINT)
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(30)

    with pytest.raises(Interrupted) as raised:
        asyncio.run(main())
    assert raised.value.exit_code == 130


def test_another_cancellation_stays_one() -> None:
    """A timeout around the body is not a signal."""

    async def main() -> None:
        async with asyncio.timeout(0.01), interruptible():
            await asyncio.sleep(30)

    with pytest.raises(TimeoutError):
        asyncio.run(main())


def test_handlers_are_put_back() -> None:
    """Afterwards signals mean what they meant before."""
    before = [signal.getsignal(number) for number in interrupts.SIGNALS]

    async def main() -> None:
        async with interruptible():
            assert signal.getsignal(signal.SIGTERM) != before[1]

    asyncio.run(main())
    assert [signal.getsignal(number) for number in interrupts.SIGNALS] == before


def test_the_last_resort_says_why_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the process cannot end by itself, it is ended, with the same words and the same code."""
    codes: list[int] = []
    monkeypatch.setattr(interrupts, "LAST_RESORT_S", 0.01)
    monkeypatch.setattr(os, "_exit", codes.append)

    async def main() -> None:
        async with interruptible(hint="arena duel resumes", last_resort=True):
            os.kill(os.getpid(), signal.SIGINT)
            try:
                await asyncio.sleep(30)
            finally:
                while not codes:
                    await asyncio.sleep(0.01)

    with pytest.raises(Interrupted):
        asyncio.run(main())
    assert codes == [130]
    assert capsys.readouterr().err == "stopped by SIGINT\nhint: arena duel resumes\n"
