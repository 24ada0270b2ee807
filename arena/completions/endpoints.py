"""Every endpoint that a run calls, opened when it is first called; what is fatal to one ends the run."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from arena.errors import ArenaError, ProviderUnusable
from arena.providers.table import VENDORS
from arena.records.call import FATAL, RETRYABLE, Answer, CallFailure, Completion, FailureKind, Provider, Request

FEWEST_FAILURES = 8  # in a row, before an endpoint counts as down
CLOSING_S = 0.5  # for all connections at the end

Place = tuple[str, str | None, str]  # vendor, address and model: a judge may be down where other models answer


def name_of(request: Request) -> str:
    """Name an endpoint for messages: the vendor, and the address where it is not the vendor's own."""
    return f"{request.vendor} at {request.base_url}" if request.base_url else request.vendor


class Endpoint:
    """A provider around a provider: stops the run when its endpoint refuses every call, or is down.

    Args:
        provider: the one that is watched.
        failures: calls in a row that fail before the endpoint counts as down.
    """

    def __init__(self, provider: Provider, *, failures: int) -> None:
        self.provider = provider
        self._failures = failures
        self._in_a_row = 0
        self._answered = False
        self._last: tuple[Request, CallFailure] | None = None

    async def complete(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            ProviderUnusable: every further call would fail as this one did.
        """
        answer = await self._ask(request)
        if isinstance(answer, Completion):
            self._in_a_row = 0
            self._answered = True
        elif answer.kind in FATAL:
            raise refused(request, answer)
        elif answer.kind in RETRYABLE:
            self._in_a_row += 1
            self._last = (request, answer)
            if self._in_a_row >= self._failures:
                raise down(request, answer, self._in_a_row)
        return answer

    async def _ask(self, request: Request) -> Answer:
        try:
            return await self.provider.complete(request)
        except ArenaError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault in one provider must not lose its neighbours' answers
            return CallFailure(
                request_key=request.key,
                kind=FailureKind.BAD_RESPONSE,
                message=f"the provider {request.vendor} raised {type(error).__name__}",
                model_requested=request.model,
            )

    def check(self) -> None:
        """Raise when the endpoint was called and never answered.

        Raises:
            ProviderUnusable: it is down.
        """
        if self._last is not None and not self._answered:
            raise down(*self._last, self._in_a_row)

    async def aclose(self) -> None:
        """Release the provider's connections."""
        await self.provider.aclose()


class Endpoints:
    """A provider that hands each request to its endpoint.

    Args:
        open_endpoint: opens the endpoint of a request; called once for each place.
        place_of: returns what identifies a request's endpoint.
    """

    def __init__(self, open_endpoint: Callable[[Request], Endpoint], *, place_of: Callable[[Request], Place]) -> None:
        self._open = open_endpoint
        self._place_of = place_of
        self._endpoints: dict[Place, Endpoint] = {}

    async def complete(self, request: Request) -> Answer:
        """Answer one request at its endpoint.

        Raises:
            ProviderUnusable: the endpoint cannot be opened, refuses every call, or is down.
        """
        place = self._place_of(request)
        if place not in self._endpoints:
            self._endpoints[place] = self._open(request)
        return await self._endpoints[place].complete(request)

    def check(self) -> None:
        """Raise when an endpoint was called and never answered.

        Raises:
            ProviderUnusable: it is down.
        """
        for endpoint in self._endpoints.values():
            endpoint.check()

    async def aclose(self) -> None:
        """Release all connections, each provider's once; at most half a second."""
        closing = [provider.aclose() for provider in {e.provider: None for e in self._endpoints.values()}]
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await asyncio.gather(*closing, return_exceptions=True)


def refused(request: Request, failure: CallFailure) -> ProviderUnusable:
    """Return the error for a failure that every further call would meet.

    What a server says about a key is never repeated: it may quote the key.
    """
    name, status = name_of(request), f" (HTTP {failure.status})" if failure.status else ""
    vendor = VENDORS.get(request.vendor)
    variables = " or ".join(vendor.key_variables) if vendor else ""
    key = f"the key in {variables}" if variables else "the call"
    match failure.kind:
        case FailureKind.AUTH:
            text = f"{name} refuses {key}{status}"
        case FailureKind.QUOTA:
            text = f"{name}: the quota of {key} is used up{status}"
        case FailureKind.NOT_FOUND:
            text = f"{name} has no model {request.model!r}{status}, or {key} may not use it"
        case _:
            text = f"{name}: {failure.message}"
    return ProviderUnusable(text, hint="what is answered is kept: the same command goes on from there")


def down(request: Request, failure: CallFailure, in_a_row: int) -> ProviderUnusable:
    """Return the error for an endpoint that fails every call."""
    calls = "1 call" if in_a_row == 1 else f"{in_a_row} calls in a row"
    return ProviderUnusable(
        f"{name_of(request)} is down for {request.model}: {calls} failed, "
        f"the last with {failure.kind.value}: {failure.message}",
        hint="what is answered is kept: the same command goes on from there",
    )
