"""The cache around the providers: what is stored is not asked again, what is asked is asked once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from arena.completions.store.cache import Cache
from arena.completions.store.claims import Claims
from arena.completions.writer import Writer
from arena.errors import CacheMiss
from arena.providers.requests import cacheable
from arena.records.call import Answer, CallFailure, Completion, Finish, Provider, Request

SUCCESSES = frozenset({Finish.STOP, Finish.LENGTH, Finish.TOOL_CALLS})
FREE = frozenset({"replay", "scripted"})  # answered in this process, also offline
FIRST_POLL_S = 0.02
LONGEST_POLL_S = 0.5


@dataclass(slots=True)
class Counts:
    """Calls of a run so far."""

    made: int = 0  # answered by a provider
    cached: int = 0
    failed: int = 0
    replayed: int = 0  # read from a transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Which stored answers may be used."""

    offline: bool = False  # any, and nothing else
    refresh: bool = False  # only what this run has paid for
    run_id: str | None = None
    opened_at: str = ""  # ISO 8601, UTC: what was stored since is fresh, whoever paid for it

    def allows(self, stored: Completion) -> bool:
        """Return whether a stored answer may be used instead of a call.

        A refusal, a filtered or an empty answer is used by the run that got it; the next one asks again.
        """
        of_this_run = stored.called_in is not None and stored.called_in == self.run_id
        if self.offline or of_this_run or (stored.called_at or "") > self.opened_at:
            return True
        return not self.refresh and succeeded(stored)


def succeeded(completion: Completion) -> bool:
    """Return whether an answer says something: not refused, not filtered, not empty. Cut by length is an answer."""
    return completion.finish in SUCCESSES and bool(completion.text.strip() or completion.tool_calls)


class Stored:
    """A provider around a provider: answers from the cache where it may, keeps what it pays for.

    Args:
        provider: the one that is asked and paid.
        recorded: the one that answers from files.
        cache: where answers are kept.
        freshness: which stored answers may be used.
        is_recorded: tells which requests `recorded` answers; those answers are neither kept nor looked up.
        patience_s: how long another process may hold a claim before it is ignored.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        recorded: Provider,
        cache: Cache,
        freshness: Freshness,
        is_recorded: Callable[[Request], bool],
        patience_s: float,
    ) -> None:
        self._provider = provider
        self._cache = cache
        self._freshness = freshness
        self._recorded = recorded
        self._is_recorded = is_recorded
        self._patience_s = patience_s
        self._writer = Writer(cache)
        self._claims: Claims | None = None
        self._in_flight: dict[str, asyncio.Future[Answer]] = {}
        self.counts = Counts()

    async def complete(self, request: Request) -> Answer:
        """Answer one request from the cache, or ask and keep the answer.

        Raises:
            CacheMiss: offline, and the answer is not stored.
            StorageFailed: the answer cannot be kept; where that is known before, nothing is sent.
        """
        if self._is_recorded(request):
            return await self._ask(request, self._recorded)
        # Nothing was there at the start: what another process adds since is met by the claim.
        if not self._cache.began_empty and cacheable(request) and (stored := self._find(request)):
            return stored
        if self._freshness.offline and request.api not in FREE:
            raise CacheMiss(
                f"`offline`: no stored answer for {request.label or request.model}",
                hint="run once without `offline` to get it",
            )
        if not cacheable(request):
            return await self._ask(request, self._provider)
        return await self._once(request.key, lambda: self._pay(request))

    def _find(self, request: Request) -> Completion | None:
        stored = self._cache.get(request.key)
        if stored is None or not self._freshness.allows(stored):
            return None
        self.counts.cached += 1
        return stored

    async def _once(self, key: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Share one flight among all who ask the same thing at the same time."""
        while flight := self._in_flight.get(key):
            await asyncio.wait([flight])
            if not flight.cancelled():  # else the one who flew was stopped: fly oneself
                self.counts.cached += isinstance(flight.result(), Completion)
                self.counts.failed += isinstance(flight.result(), CallFailure)
                return flight.result()
        flight = self._in_flight[key] = asyncio.get_running_loop().create_future()
        try:
            answer = await ask()
            flight.set_result(answer)
            return answer
        finally:
            del self._in_flight[key]
            flight.cancel()

    async def _pay(self, request: Request) -> Answer:
        if self._cache.read_only:
            return await self._ask(request, self._provider)
        self._writer.check()
        self._cache.open_for_writing()
        self._claims = self._claims or Claims(self._cache.folder)
        if stored := await self._claim(self._claims, request):
            return stored
        try:
            answer = await self._ask(request, self._provider)
            if isinstance(answer, Completion) and not answer.replayed:
                await self._writer.commit(answer)
            return answer
        finally:
            self._claims.release(request.key)

    async def _claim(self, claims: Claims, request: Request) -> Completion | None:
        """Claim a request; return the answer instead when another process has paid for it meanwhile."""
        waited_s, poll_s = 0.0, FIRST_POLL_S
        while not claims.take(request.key) and waited_s < self._patience_s:
            if stored := self._find(request):
                return stored
            await asyncio.sleep(poll_s)
            waited_s, poll_s = waited_s + poll_s, min(LONGEST_POLL_S, poll_s * 1.5)
        if stored := self._find(request):
            claims.release(request.key)
        return stored

    async def _ask(self, request: Request, provider: Provider) -> Answer:
        answer = await provider.complete(request)
        if isinstance(answer, CallFailure):
            self.counts.failed += 1
        elif answer.replayed:
            self.counts.replayed += 1
        else:
            self.counts.made += 1
        return answer

    async def aclose(self) -> None:
        """Store what still waits; release everything."""
        self._writer.close()
        if self._claims is not None:
            self._claims.close()
        await self._provider.aclose()
