"""A process that asks: `python asking_process.py CACHE BASE_URL REQUESTS CONCURRENCY ACKNOWLEDGED RUN_ID`.

Each answer that came back is acknowledged by a line of the file, written at once. Exit codes are
those of the command line.
"""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

from arena.completions.interrupts import interruptible
from arena.completions.pool import Work, run_workers
from arena.errors import ArenaError
from completion_parts import FrugalHttp, opened, request


async def ask_all(cache: str, base_url: str, requests: str, concurrency: str, acknowledged: str, run_id: str) -> None:
    """Ask every request."""
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def ask(number: int) -> None:
        asked = request(number, base_url=base_url)
        await completions.complete(asked)
        os.write(descriptor, f"{number}\n".encode())

    workers = int(concurrency)
    async with (
        interruptible(hint="run it again"),
        opened(Path(cache), FrugalHttp(base_url), concurrency=workers, run_id=run_id) as completions,
    ):
        await run_workers(Work(range(int(requests))), ask, concurrency=workers)
        counts = completions.counts
    sys.stdout.write(f"{counts.made} made {counts.cached} cached {counts.failed} failed\n")


def main() -> int:
    """Ask, and say why it ended."""
    try:
        asyncio.run(partial(ask_all, *sys.argv[1:])())
    except ArenaError as error:
        sys.stderr.write(f"{error.message}\nhint: {error.hint}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
