"""Open everything that a run calls through: cache, budget, retries, limits, providers; each around the next."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from arena.completions.budget import Account, Paying, Pricing
from arena.completions.endpoints import FEWEST_FAILURES, Endpoint, Endpoints, Place, name_of
from arena.completions.limits import Pace
from arena.completions.retry import LONGEST_WAIT_S, Chance, Gate, Retrying, try_of
from arena.completions.store.cache import Cache
from arena.completions.stored import Counts, Freshness, Stored
from arena.errors import CannotRun
from arena.providers import prices, table
from arena.providers.replay import ReplayProvider, Transcript
from arena.records.call import Answer, Provider, Request, Usage
from arena.records.variant import Model, Price


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionSettings:
    """How a run calls."""

    cache_dir: Path
    root: Path | None = None  # project root, for providers that read files
    run_id: str | None = None  # the run that pays; a resumed run keeps its own
    offline: bool = False  # answer from the cache alone, and write nothing
    refresh: bool = False  # ask everything again, but what this run has asked already
    read_only: bool = False  # read the cache, write nothing at all
    concurrency: int = 16
    deadline_s: float = 240.0  # one call, all its tries together; a try may take half
    max_cost_usd: float | None = None
    cap_enforced: bool = False  # stop before the call that would pass max_cost_usd
    requests_per_minute: float | None = None  # per endpoint
    tokens_per_minute: float | None = None  # per endpoint
    allow_hosts: Mapping[str, str] = field(default_factory=dict)  # host to the variable that holds its key
    transcript: str | None = None  # recorded answers, for every model that cannot be called here


class OpenProvider(Protocol):
    """What `arena.providers.table.open_provider` does."""

    def __call__(
        self,
        vendor: str,
        base_url: str | None,
        *,
        environment: Mapping[str, str],
        allow_hosts: Mapping[str, str] | None,
        deadline_s: float,
        concurrency: int,
        root: Path | None,
    ) -> Provider:
        """Return the provider of a vendor."""
        ...


class Completions:
    """What procedures see: ask, and how it went."""

    def __init__(self, stored: Stored, endpoints: Endpoints, account: Account, cache: Cache) -> None:
        self._stored = stored
        self._endpoints = endpoints
        self._account = account
        self._cache = cache
        self._stopped: CannotRun | None = None

    async def complete(self, request: Request) -> Answer:
        """Answer one request: stored, recorded or asked.

        Once one call has met what ends a run, every later one meets it too, unsent.

        Raises:
            CannotRun: no further call can be made, or none that may be paid for, or kept.
        """
        if self._stopped is not None:
            raise self._stopped
        try:
            return await self._stored.complete(request)
        except CannotRun as error:
            self._stopped = error
            raise

    def check_endpoints(self) -> None:
        """Raise when an endpoint was called in this run and never answered: that is not the prompts' fault.

        For the end of a stage; a longer series of failures is noticed by itself.

        Raises:
            ProviderUnusable: it is down.
        """
        self._endpoints.check()

    @property
    def counts(self) -> Counts:
        """Return how many calls were made, cached, failed and replayed so far."""
        return self._stored.counts

    @property
    def paid_usd(self) -> float:
        """Return what was paid so far, calls of unknown cost left out."""
        return self._account.paid_usd

    @property
    def unpriced(self) -> int:
        """Return how many calls so far have an unknown cost."""
        return self._account.unpriced

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what a person should know of the cache so far."""
        return tuple(self._cache.warnings)


@asynccontextmanager
async def open_completions(
    settings: CompletionSettings,
    *,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    rng: Chance,
    open_provider: OpenProvider = table.open_provider,
    pricing: Pricing | None = None,
) -> AsyncIterator[Completions]:
    """Open completions for one run; a run answered from the cache opens no provider.

    Args:
        settings: how to call.
        environment: where keys are read from.
        clock: returns the time of day, with its zone.
        rng: chance of the backoff.
        open_provider: opens a vendor's provider when it is first called.
        pricing: what is known of prices; by default `arena.providers.prices`.

    Raises:
        StorageFailed: the cache is refused, or damaged and in use.
        FileError: the transcript cannot be read.
    """
    account = Account(cap_usd=settings.max_cost_usd if settings.cap_enforced else None)
    opener = _Opener(settings, environment, rng, open_provider)
    endpoints = Endpoints(opener.open, place_of=opener.place_of)
    paying = Paying(
        endpoints,
        account=account,
        pricing=pricing or _Table(),
        stamp=lambda: (_iso(clock()), settings.run_id),
    )
    with Cache(settings.cache_dir, read_only=settings.read_only or settings.offline) as cache:
        stored = Stored(
            paying,
            recorded=endpoints,
            cache=cache,
            freshness=Freshness(
                offline=settings.offline,
                refresh=settings.refresh,
                run_id=settings.run_id,
                opened_at=_iso(clock()),
            ),
            is_recorded=opener.is_recorded,
            patience_s=settings.deadline_s + LONGEST_WAIT_S,
        )
        try:
            yield Completions(stored, endpoints, account, cache)
        finally:
            await stored.aclose()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class _Opener:
    """Opens the endpoint of a request: the vendor's, or the transcript where the vendor cannot be called."""

    def __init__(
        self,
        settings: CompletionSettings,
        environment: Mapping[str, str],
        rng: Chance,
        open_provider: OpenProvider,
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._rng = rng
        self._open_provider = open_provider
        self._transcript = ReplayProvider(Transcript.load(Path(settings.transcript))) if settings.transcript else None
        self._recorded: dict[Place, bool] = {}
        self._retrying: dict[tuple[str, str | None], Retrying] = {}  # one gate and one pace for an address

    def is_recorded(self, request: Request) -> bool:
        """Return whether the transcript answers a request, because its model cannot be called here."""
        if self._transcript is None:
            return False
        place = _model_of(request)
        if place not in self._recorded:
            hosts, root = self._settings.allow_hosts, self._settings.root
            why = table.unavailable(_model(request), self._environment, allow_hosts=hosts, root=root)
            self._recorded[place] = why is not None
        return self._recorded[place]

    def place_of(self, request: Request) -> Place:
        """Return what identifies a request's endpoint: vendor, address and model, or the one transcript."""
        return ("transcript", None, "") if self.is_recorded(request) else _model_of(request)

    def open(self, request: Request) -> Endpoint:
        """Open the endpoint of a request."""
        most = max(self._settings.concurrency, FEWEST_FAILURES)
        if self._transcript is not None and self.is_recorded(request):
            return Endpoint(self._transcript, failures=most)
        address = (request.vendor, request.base_url)
        if address not in self._retrying:
            self._retrying[address] = self._open_retrying(request)
        return Endpoint(self._retrying[address], failures=most)

    def _open_retrying(self, request: Request) -> Retrying:
        settings = self._settings
        provider = self._open_provider(
            request.vendor,
            request.base_url,
            environment=self._environment,
            allow_hosts=settings.allow_hosts,
            deadline_s=try_of(settings.deadline_s),
            concurrency=settings.concurrency,
            root=settings.root,
        )
        gate = Gate(name_of(request), self._rng)
        return Retrying(provider, gate=gate, paces=self._paces(), deadline_s=settings.deadline_s, rng=self._rng)

    def _paces(self) -> tuple[Pace, ...]:
        requests, tokens = self._settings.requests_per_minute, self._settings.tokens_per_minute
        return (
            *((Pace(requests, "requests"),) if requests else ()),
            *((Pace(tokens, "tokens"),) if tokens else ()),
        )


class _Table:
    """Prices of the provider table."""

    def __init__(self) -> None:
        self._rates: dict[Model, Price | None] = {}  # looking one up takes as long as ten calls from the cache

    def rates(self, request: Request) -> Price | None:
        """Return the price that the user declared, else the known one."""
        model = _model(request)
        if model not in self._rates:
            self._rates[model] = prices.rates(model)
        return self._rates[model]

    def cost(self, request: Request, usage: Usage | None) -> tuple[float | None, str | None]:
        """Return what a call cost, or why that is unknown."""
        return prices.cost_usd(_model(request), usage, request.price)


def _model_of(request: Request) -> Place:
    return (request.vendor, request.base_url, request.model)


def _model(request: Request) -> Model:
    return Model(vendor=request.vendor, name=request.model, base_url=request.base_url, price=request.price)
