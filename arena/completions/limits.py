"""Requests and tokens a minute: evenly paced, no burst beyond one second's worth."""

import asyncio
import json
from typing import Literal

from arena.records.call import Request

BURST_S = 1.0
CHARACTERS_PER_TOKEN = 4  # of English text; other languages and code take up to twice the tokens
DEFAULT_OUTPUT_TOKENS = 1024  # where the request sets no limit
OUTPUT_LIMITS = ("max_completion_tokens", "max_output_tokens", "max_tokens")


def input_tokens(request: Request) -> int:
    """Estimate the tokens that a request sends: the characters of its whole body / 4, rounded up."""
    return -(-len(json.dumps(request.body, ensure_ascii=False)) // CHARACTERS_PER_TOKEN)


def output_tokens(request: Request) -> int:
    """Return the most tokens that a request may be answered with: its own limit, else 1,024."""
    limits = [request.body[name] for name in OUTPUT_LIMITS if isinstance(request.body.get(name), int)]
    return int(limits[0]) if limits else DEFAULT_OUTPUT_TOKENS


class Pace:
    """One rate limit of one endpoint: callers pass in the order in which they came.

    The rule is the generic cell rate algorithm: each call moves the time at which the budget would
    be used up; a call may go when that time is at most one second ahead.

    Args:
        per_minute: what is allowed, requests or tokens.
        unit: which of the two.
    """

    def __init__(self, per_minute: float, unit: Literal["requests", "tokens"]) -> None:
        self._per_second = per_minute / 60
        self._unit = unit
        self._used_up_at = 0.0  # on the loop's clock

    async def wait(self, request: Request) -> None:
        """Wait until the request may be sent. A turn, once booked, is not given back."""
        now = asyncio.get_running_loop().time()
        turn = max(self._used_up_at, now - BURST_S)
        self._used_up_at = turn + self._booked(request) / self._per_second
        await asyncio.sleep(max(0.0, turn - now))

    def settle(self, request: Request, tokens: int) -> None:
        """Correct the booking once the tokens are known."""
        if self._unit == "tokens":
            self._used_up_at += (tokens - self._booked(request)) / self._per_second

    def _booked(self, request: Request) -> int:
        return 1 if self._unit == "requests" else input_tokens(request) + output_tokens(request)
