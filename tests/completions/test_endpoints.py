import asyncio
from collections.abc import Callable

import pytest

from arena.completions.endpoints import Endpoint, Endpoints
from arena.errors import ArenaError, BudgetExceeded, ProviderUnusable
from arena.records.call import Answer, CallFailure, FailureKind, Provider, Request
from completion_parts import Double, answer_to, failure, request


def place(asked: Request) -> tuple[str, str | None, str]:
    """Return what identifies a request's endpoint."""
    return (asked.vendor, asked.base_url, asked.model)


def ask_each(endpoint: Endpoint, count: int) -> list[Answer]:
    """Ask one after the other."""

    async def main() -> list[Answer]:
        return [await endpoint.complete(request(number)) for number in range(count)]

    return asyncio.run(main())


def always(kind: FailureKind, **changes: int) -> Callable[[Request], Answer]:
    """Return the answer function of a provider that always fails."""
    return lambda asked: failure(asked, kind, **changes)


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        (FailureKind.AUTH, 401, r"openai refuses the key in OPENAI_API_KEY \(HTTP 401\)"),
        (FailureKind.NOT_FOUND, 404, r"openai has no model 'm' \(HTTP 404\), or the key in OPENAI_API_KEY"),
        (FailureKind.QUOTA, 429, r"the quota of the key in OPENAI_API_KEY is used up"),
        (FailureKind.UNSUPPORTED_SETTING, 400, r"openai: scripted unsupported_setting"),
        (FailureKind.NOT_RECORDED, None, r"openai: scripted not_recorded"),
    ],
)
def test_what_every_call_would_meet_ends_the_run(kind: FailureKind, status: int, text: str) -> None:
    """The first such failure names the provider and the variable of its key; exit 4."""
    double = Double(always(kind, status=status))
    with pytest.raises(ProviderUnusable, match=text) as raised:
        ask_each(Endpoint(double, failures=8), 3)
    assert raised.value.exit_code == 4
    assert len(double.asked) == 1


def test_a_key_that_the_server_repeats_is_not_repeated() -> None:
    """What a server says about a key stays out of the message."""
    double = Double(lambda a: CallFailure(request_key=a.key, kind=FailureKind.AUTH, message="bad key sk-secret"))
    with pytest.raises(ProviderUnusable) as raised:
        ask_each(Endpoint(double, failures=8), 1)
    assert "sk-secret" not in f"{raised.value.message} {raised.value.hint}"


def test_a_vendor_without_a_key_is_named_alone() -> None:
    """Where no key is needed, and for a third party's vendor, none is spoken of."""
    for vendor in ("ollama", "somebody-elses"):
        endpoint = Endpoint(Double(always(FailureKind.AUTH, status=401)), failures=8)
        asked = request(vendor=vendor, base_url="http://127.0.0.1:1")
        with pytest.raises(ProviderUnusable, match=f"{vendor} at http://127.0.0.1:1 refuses the call"):
            asyncio.run(endpoint.complete(asked))


def test_a_server_that_fails_every_call_is_down() -> None:
    """So many failures in a row without one answer are the server's fault, not the prompt's: exit 4."""
    double = Double(always(FailureKind.CONNECTION))
    with pytest.raises(ProviderUnusable, match="openai is down for m: 8 calls in a row failed, the last with conn"):
        ask_each(Endpoint(double, failures=8), 20)
    assert len(double.asked) == 8


def test_failures_with_answers_between_are_failures_of_their_cases() -> None:
    """A server that answers now and then is not down."""
    kinds = iter([*[FailureKind.TIMEOUT] * 7, None] * 5)

    def answer(asked: Request) -> Answer:
        kind = next(kinds)
        return failure(asked, kind) if kind else answer_to(asked)

    endpoint = Endpoint(Double(answer), failures=8)
    answers = ask_each(endpoint, 40)
    assert sum(isinstance(one, CallFailure) for one in answers) == 35
    endpoint.check()


@pytest.mark.parametrize("kind", [FailureKind.BAD_RESPONSE, FailureKind.BAD_REQUEST, FailureKind.TARGET])
def test_failures_of_single_cases_do_not_add_up(kind: FailureKind) -> None:
    """A reply that cannot be read, or a request that is refused, says nothing of the next one."""
    assert len(ask_each(Endpoint(Double(always(kind)), failures=8), 30)) == 30


def test_a_provider_that_raises_loses_one_case() -> None:
    """A fault inside a provider is a failed call with its class, not a traceback."""

    def answer(asked: Request) -> Answer:
        if asked.subject["case"] == "c1":
            raise UnicodeError("with a secret in it")
        return answer_to(asked)

    first, second, third = ask_each(Endpoint(Double(answer), failures=8), 3)
    assert isinstance(second, CallFailure)
    assert (second.kind, second.message) == (FailureKind.BAD_RESPONSE, "the provider openai raised UnicodeError")
    assert [first, third] == [answer_to(request(0)), answer_to(request(2))]


def test_an_error_of_the_run_passes_through() -> None:
    """What a provider raises for the run is not turned into a failed case."""

    def answer(asked: Request) -> Answer:
        raise BudgetExceeded(asked.label)

    with pytest.raises(BudgetExceeded):
        ask_each(Endpoint(Double(answer), failures=8), 1)


def test_an_endpoint_that_never_answered_is_told_at_the_end() -> None:
    """A run too short for a long series of failures still ends as exit 4 when nothing was answered."""
    endpoint = Endpoint(Double(always(FailureKind.SERVER)), failures=8)
    endpoint.check()
    ask_each(endpoint, 1)
    with pytest.raises(ProviderUnusable, match="1 call failed"):
        endpoint.check()


def test_each_place_is_opened_once_and_closed_once() -> None:
    """Vendors and addresses have providers of their own, opened when they are first called."""
    opened: dict[str, Double] = {}

    def open_endpoint(asked: Request) -> Endpoint:
        opened[f"{asked.vendor} {asked.base_url}"] = provider = Double()
        return Endpoint(provider, failures=8)

    async def main() -> None:
        endpoints = Endpoints(open_endpoint, place_of=place)
        assert not opened
        for _ in range(2):
            for base_url in (None, "http://a", "http://b"):
                await endpoints.complete(request(base_url=base_url))
        endpoints.check()
        await endpoints.aclose()

    asyncio.run(main())
    assert list(opened) == ["openai None", "openai http://a", "openai http://b"]
    assert all(provider.closed and len(provider.asked) == 2 for provider in opened.values())


class Stuck(Double):
    """A provider that does not close."""

    async def aclose(self) -> None:
        """Wait for ever."""
        await asyncio.sleep(3600)


class Broken(Double):
    """A provider that cannot close."""

    async def aclose(self) -> None:
        """Raise."""
        raise OSError("connection lost")


@pytest.mark.parametrize("provider", [Stuck(), Broken()])
def test_closing_never_hangs_or_raises(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a run does not depend on a provider's manners."""
    monkeypatch.setattr("arena.completions.endpoints.CLOSING_S", 0.01)

    async def main() -> None:
        endpoints = Endpoints(lambda _: Endpoint(provider, failures=8), place_of=place)
        await endpoints.complete(request())
        await endpoints.aclose()

    asyncio.run(main())


def test_the_error_of_a_place_that_cannot_be_opened_is_the_runs() -> None:
    """A key that is not set is told in the provider table's own words."""

    def open_endpoint(asked: Request) -> Endpoint:
        raise ProviderUnusable(f"{asked.vendor}: OPENAI_API_KEY is not set")

    with pytest.raises(ArenaError, match="is not set"):
        asyncio.run(Endpoints(open_endpoint, place_of=place).complete(request()))
