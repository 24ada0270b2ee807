"""How long a test waits for what must happen before it calls it a hang."""

import time
from collections.abc import Callable

#: Seconds. No test measures with it: it only ends what would never end, on a machine however busy.
HANG_S = 300.0


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    give_up = time.monotonic() + HANG_S
    while not happened():
        assert time.monotonic() < give_up, "it never happened"
        time.sleep(0.002)
