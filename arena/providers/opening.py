"""What a provider is opened with."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from arena.providers.hosts import Endpoint
from arena.providers.vendor import Vendor
from arena.records.call import Answer, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything that a provider may know of its surroundings."""

    vendor: Vendor
    place: Endpoint | None  # None for a vendor without an address
    secrets: tuple[str, ...] = field(default=(), repr=False)  # what no message may show
    deadline_s: float = 120.0  # of one whole call, from sending to the last byte
    concurrency: int = 16
    root: Path | None = None  # project root


class Opened(Protocol):
    """A provider class of the table, ours or a third party's."""

    @classmethod
    def open(cls, opening: Opening) -> Self:
        """Return a provider, ready to call; import its library at the module's top."""
        ...

    async def complete(self, request: Request) -> Answer:
        """Answer one request. Never raise for what a provider does; return a CallFailure."""
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...
