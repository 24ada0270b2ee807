"""What calls cost: reserved before they are sent, settled after; the cap is a hard stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from arena.completions.limits import input_tokens, output_tokens
from arena.errors import BudgetExceeded
from arena.records.call import Answer, Completion, Provider, Request, Usage
from arena.records.variant import Price


class Pricing(Protocol):
    """What is known of prices."""

    def rates(self, request: Request) -> Price | None:
        """Return the price of a request's model; None when it is unknown."""
        ...

    def cost(self, request: Request, usage: Usage | None) -> tuple[float | None, str | None]:
        """Return what a call cost in USD, or None and why that is unknown."""
        ...


def estimate_usd(request: Request, price: Price) -> float:
    """Return the most that a call should cost: its characters / 4 in, its whole output limit out."""
    return (input_tokens(request) * price.input + output_tokens(request) * price.output) / 1e6


@dataclass(slots=True)
class Account:
    """What a run has paid and what is reserved for calls in flight, in USD."""

    cap_usd: float | None = None  # None: not enforced
    paid_usd: float = 0.0
    reserved_usd: float = 0.0
    unpriced: int = 0  # calls whose cost is unknown


class Paying:
    """A provider around a provider: reserves, settles, and says of each answer what it cost, when and for whom.

    Args:
        provider: the one that is paid.
        account: what is paid and reserved.
        pricing: what is known of prices.
        stamp: returns the time of day and the name of the run, as an answer carries them.
    """

    def __init__(
        self, provider: Provider, *, account: Account, pricing: Pricing, stamp: Callable[[], tuple[str, str | None]]
    ) -> None:
        self._provider = provider
        self._account = account
        self._pricing = pricing
        self._stamp = stamp
        self._settled = asyncio.Event()

    async def complete(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            BudgetExceeded: the call might pass the cap; it was not sent.
        """
        reserved = await self._reserve(request)
        cost = 0.0  # a failed call is not billed
        try:
            answer = await self._provider.complete(request)
            if isinstance(answer, Completion) and not answer.replayed:
                answer = self._priced(request, answer)
                cost = reserved if answer.cost_usd is None else answer.cost_usd
                self._account.unpriced += answer.cost_usd is None
            return answer
        finally:
            self._account.reserved_usd -= reserved
            self._account.paid_usd += cost
            self._settled.set()

    async def _reserve(self, request: Request) -> float:
        """Reserve a call's estimate, waiting for calls in flight where they may leave enough."""
        account = self._account
        price = self._pricing.rates(request) if account.cap_usd is not None else None
        if account.cap_usd is None or price is None:
            return 0.0
        estimate = estimate_usd(request, price)
        while account.paid_usd + account.reserved_usd + estimate > account.cap_usd:
            if account.reserved_usd <= 0 or account.paid_usd + estimate > account.cap_usd:
                raise BudgetExceeded(
                    f"{request.label or request.model}: the call may cost ${estimate:.4f}, "
                    f"${account.paid_usd:.4f} of ${account.cap_usd:g} is spent",
                    hint="`max_cost_usd` raises the cap; what is answered is kept",
                )
            self._settled.clear()
            await self._settled.wait()
        account.reserved_usd += estimate
        return estimate

    def _priced(self, request: Request, answer: Completion) -> Completion:
        called_at, called_in = self._stamp()
        cost, reason = answer.cost_usd, None
        if cost is None:
            cost, reason = self._pricing.cost(request, answer.usage)
        return replace(answer, called_at=called_at, called_in=called_in, cost_usd=cost, cost_reason=reason)

    async def aclose(self) -> None:
        """Release the provider's connections."""
        await self._provider.aclose()
