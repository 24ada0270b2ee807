"""Try again, politely: few tries, exponential backoff with full jitter, one gate for Retry-After."""

import asyncio
from dataclasses import dataclass, replace
from typing import Protocol

from arena.completions.limits import Pace
from arena.errors import ProviderUnusable
from arena.records.call import (
    FATAL,
    RETRYABLE,
    Answer,
    CallFailure,
    Completion,
    FailureKind,
    Provider,
    Request,
)
from arena.stats.chance import fraction

TRIES = 4
TIMEOUT_TRIES = 2  # an answer that did not come in two whole deadlines; the vendor may bill each
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 8.0
LONGEST_WAIT_S = 120.0  # that a server may ask for at once
PATIENCE_S = 600.0  # of one call, for all waits that the server asked for
GRACE_S = 0.5  # after which a provider that ignores its deadline is cut off


class Chance(Protocol):
    """What chance is asked for: a numpy Generator, or `HashedChance`, which needs no numpy."""

    def uniform(self, low: float, high: float, /) -> float:
        """Return a number in [low, high)."""
        ...


@dataclass(slots=True)
class HashedChance:
    """Numbers from a seed, each from the hash of its place."""

    seed: int
    drawn: int = 0

    def uniform(self, low: float, high: float, /) -> float:
        """Return the next number in [low, high).

        >>> chance = HashedChance(7)
        >>> 2.0 <= chance.uniform(2.0, 3.0) < 3.0
        True
        """
        self.drawn += 1
        return low + (high - low) * fraction(str(self.drawn), f"backoff {self.seed}")


class Gate:
    """One endpoint's Retry-After, kept by every call to it: closed, nothing is sent."""

    def __init__(self, name: str, rng: Chance) -> None:
        self._name = name
        self._rng = rng
        self._opens_at = 0.0  # on the loop's clock
        self._spread_s = 0.0
        self.answered = 0  # completions that came through, so that a limited server is seen to make progress

    def close_for(self, seconds: float) -> None:
        """Close the gate for what a server asked for.

        Raises:
            ProviderUnusable: the wait is longer than 120 s.
        """
        if seconds > LONGEST_WAIT_S:
            raise ProviderUnusable(
                f"{self._name} asks to wait {seconds:.0f} s (Retry-After); at most {LONGEST_WAIT_S:.0f} s are waited",
                hint="run the same command again later: what is answered is kept",
            )
        self._opens_at = max(self._opens_at, asyncio.get_running_loop().time() + seconds)
        self._spread_s = min(1.0, 0.05 + 0.25 * seconds)

    async def wait(self, patience_s: float) -> float:
        """Wait until the gate is open, then a little longer by chance, so that callers do not stampede.

        Returns:
            Seconds waited.

        Raises:
            ProviderUnusable: the wait is longer than `patience_s`.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (delay := self._opens_at - loop.time()) > 0:
            if loop.time() - began + delay > patience_s:
                raise ProviderUnusable(
                    f"{self._name} asks to wait {delay:.0f} s more (Retry-After); "
                    f"one call has waited {PATIENCE_S - patience_s:.0f} s already",
                    hint="lower `concurrency`, or set `requests_per_minute`",
                )
            await asyncio.sleep(delay + self._rng.uniform(0.0, self._spread_s))
        return loop.time() - began


class Retrying:
    """A provider around a provider: at most 4 tries, all of them under one total deadline.

    A try may take half of it, so that a call that hangs once still has another. What a server asks to wait
    does not count.

    Args:
        provider: the one that is asked.
        gate: of the endpoint.
        paces: of the endpoint: requests and tokens a minute, where limits are set.
        deadline_s: seconds for all tries of one call together.
        rng: chance of the backoff.
    """

    def __init__(
        self, provider: Provider, *, gate: Gate, paces: tuple[Pace, ...], deadline_s: float, rng: Chance
    ) -> None:
        self._provider = provider
        self._gate = gate
        self._paces = paces
        self._deadline_s = deadline_s
        self._rng = rng

    async def complete(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            ProviderUnusable: the server asks for a wait that is too long.
        """
        sent, tries, waited_s, answered = 0, 0, 0.0, -1
        left_s = self._deadline_s
        while True:
            for pace in self._paces:
                await pace.wait(request)
            waited_s += await self._gate.wait(PATIENCE_S - waited_s)
            began = asyncio.get_running_loop().time()
            answer = await self._try(request, min(left_s, try_of(self._deadline_s)))
            sent += 1
            if isinstance(answer, Completion):
                self._gate.answered += 1
                self._settle(request, answer)
                return answer
            again = _worth_another(answer)
            asked_to_wait = again and answer.retry_after_s is not None
            if asked_to_wait:
                self._gate.close_for(max(0.0, answer.retry_after_s or 0.0))
            # A server that asks for patience while it answers others is busy, not broken.
            if not (asked_to_wait and self._gate.answered > answered >= 0):
                tries += 1
            answered = self._gate.answered
            if again and not asked_to_wait and tries < _tries(answer):
                await asyncio.sleep(self._rng.uniform(0.0, min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** (tries - 1))))
            left_s -= asyncio.get_running_loop().time() - began
            if not again or tries >= _tries(answer) or left_s <= 0.0:
                return replace(answer, attempts=sent)

    async def _try(self, request: Request, limit_s: float) -> Answer:
        if limit_s >= try_of(self._deadline_s) and getattr(self._provider, "keeps_deadline", False):
            return await self._provider.complete(request)  # a second clock takes 0.02 ms a call
        try:
            async with asyncio.timeout(limit_s + GRACE_S):
                return await self._provider.complete(request)
        except TimeoutError:
            return CallFailure(
                request_key=request.key,
                kind=FailureKind.TIMEOUT,
                message=f"no whole answer within {limit_s:g} s",
                model_requested=request.model,
            )

    def _settle(self, request: Request, answer: Completion) -> None:
        if answer.usage is not None:
            for pace in self._paces:
                pace.settle(request, answer.usage.input_tokens + answer.usage.output_tokens)

    async def aclose(self) -> None:
        """Release the provider's connections."""
        await self._provider.aclose()


def try_of(deadline_s: float) -> float:
    """Return the seconds that one try may take of a call's total deadline."""
    return deadline_s / TIMEOUT_TRIES


def _worth_another(failure: CallFailure) -> bool:
    """Return whether another try can help; the server's own word counts, but never for what is fatal."""
    if failure.kind in FATAL:
        return False
    if failure.should_retry is not None:
        return failure.should_retry
    return failure.kind in RETRYABLE


def _tries(failure: CallFailure) -> int:
    return TIMEOUT_TRIES if failure.kind is FailureKind.TIMEOUT else TRIES
