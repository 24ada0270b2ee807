import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import numpy as np
import pytest

from arena.completions import retry
from arena.completions.retry import Gate, Retrying
from arena.errors import ProviderUnusable
from arena.providers.table import open_provider
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Provider, Request
from completion_parts import Double, answer_to, failure, request
from loopback import Fault, Loopback, status
from patience import HANG_S
from quick_clock import run_quickly, seconds

Asking = Callable[[Retrying], Coroutine[Any, Any, Any]]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back off for hundredths of a second."""
    monkeypatch.setattr(retry, "FIRST_BACKOFF_S", 0.01)


def over(provider: Provider, *, deadline_s: float = HANG_S) -> Retrying:
    """Return the retries around a provider."""
    rng = np.random.default_rng(7)
    return Retrying(provider, gate=Gate("openai", rng), paces=(), deadline_s=deadline_s, rng=rng)


def ask(provider: Provider, asked: Request | None = None, **options: float) -> Answer:
    """Ask one request, on a clock that only counts."""
    return run_quickly(over(provider, **options).complete(asked or request()))


def in_turn(*answers: Callable[[Request], Answer]) -> Double:
    """Return a provider that gives these answers one after the other, the last for ever."""
    double = Double()
    double.answer = lambda asked: answers[min(len(double.asked), len(answers)) - 1](asked)
    return double


def failing(kind: FailureKind, **changes: Any) -> Callable[[Request], Answer]:
    """Return a failure for a script."""
    return lambda asked: failure(asked, kind, **changes)


def against(server: Loopback, asking: Asking, *, deadline_s: float = HANG_S) -> Any:
    """Ask the loopback server through the real SDK."""

    async def main() -> Any:
        provider = open_provider(
            "openai", server.url, environment=server.environment, deadline_s=retry.try_of(deadline_s)
        )
        try:
            async with asyncio.timeout(HANG_S):
                return await asking(over(provider, deadline_s=deadline_s))
        finally:
            await provider.aclose()

    return asyncio.run(main())


def one(server: Loopback, **options: float) -> Answer:
    """Ask the loopback server once."""
    answer: Answer = against(server, lambda retrying: retrying.complete(request(base_url=server.url)), **options)
    return answer


@pytest.mark.parametrize(
    "kind", [FailureKind.SERVER, FailureKind.CONNECTION, FailureKind.RATE_LIMITED], ids=lambda kind: kind.value
)
def test_what_may_pass_is_tried_four_times(kind: FailureKind) -> None:
    """A server that keeps failing is asked four times; the failure says so."""
    double = Double(failing(kind))
    answer = ask(double)
    assert isinstance(answer, CallFailure)
    assert (answer.kind, answer.attempts, len(double.asked)) == (kind, 4, 4)


@pytest.mark.parametrize(
    "kind",
    [FailureKind.AUTH, FailureKind.QUOTA, FailureKind.BAD_REQUEST, FailureKind.BAD_RESPONSE, FailureKind.TARGET],
    ids=lambda kind: kind.value,
)
def test_what_cannot_pass_is_tried_once(kind: FailureKind) -> None:
    """A refused key, a spent quota or a bad request does not get better."""
    double = Double(failing(kind))
    answer = ask(double)
    assert isinstance(answer, CallFailure)
    assert (answer.attempts, len(double.asked)) == (1, 1)


def test_the_answer_after_a_failure_counts() -> None:
    """The first whole answer ends the trying."""
    double = in_turn(failing(FailureKind.SERVER), failing(FailureKind.CONNECTION), answer_to)
    assert ask(double) == answer_to(request())
    assert len(double.asked) == 3


@pytest.mark.parametrize(
    ("kind", "should_retry", "tries"),
    [
        (FailureKind.SERVER, False, 1),
        (FailureKind.BAD_REQUEST, True, 4),
        (FailureKind.QUOTA, True, 1),
        (FailureKind.AUTH, True, 1),
    ],
)
def test_the_servers_own_word_is_obeyed(kind: FailureKind, should_retry: bool, tries: int) -> None:
    """x-should-retry decides, but a spent quota and a refused key are never tried again."""
    double = Double(failing(kind, should_retry=should_retry))
    ask(double)
    assert len(double.asked) == tries


def test_backoff_grows_and_is_full_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are drawn from 0 to 0.5, 1 and 2 s, so that callers who failed together do not return together."""
    monkeypatch.setattr(retry, "FIRST_BACKOFF_S", 0.5)
    bounds: list[tuple[float, float]] = []

    class Noted:
        def uniform(self, low: float, high: float) -> float:
            bounds.append((low, high))
            return 0.0

    retrying = over(Double(failing(FailureKind.SERVER)))
    retrying._rng = Noted()
    asyncio.run(retrying.complete(request()))
    assert bounds == [(0.0, 0.5), (0.0, 1.0), (0.0, 2.0)]


def test_nothing_is_sent_before_retry_after() -> None:
    """The next request comes no earlier than 50 ms before the wait is over, and the case is done."""
    with Loopback(faults=[status(429, retry_after="0.4")]) as server:
        answer = one(server)
        pause = server.requests[1].at - server.requests[0].at
    assert isinstance(answer, Completion)
    assert pause >= 0.35


def test_nothing_is_sent_before_the_date_of_retry_after() -> None:
    """A server may name the moment instead: an HTTP date."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    with Loopback(faults=[status(429, retry_after=format_datetime(moment, usegmt=True))]) as server:
        answer = one(server)
        second = server.requests[1].at + time.time() - time.monotonic()
    assert isinstance(answer, Completion)
    assert second >= moment.timestamp() - 0.05


def test_one_gate_holds_all_callers_and_lets_them_go_apart() -> None:
    """Who was not told to wait waits too; afterwards they do not stampede."""
    sent: list[float] = []

    def once_limited(asked: Request) -> Answer:
        sent.append(seconds())
        return answer_to(asked) if len(sent) > 1 else failure(asked, FailureKind.RATE_LIMITED, retry_after_s=0.5)

    async def ask_many() -> list[Answer]:
        retrying = over(Double(once_limited))
        first = asyncio.create_task(retrying.complete(request(0)))
        await asyncio.sleep(0.1)
        return await asyncio.gather(first, *(retrying.complete(request(n)) for n in range(1, 9)))

    answers = run_quickly(ask_many())
    first, *rest = sent
    assert all(isinstance(answer, Completion) for answer in answers)
    assert (first, len(rest)) == (0.0, 9)
    assert min(rest) >= 0.5
    assert max(rest) - min(rest) > 0.02


@pytest.mark.parametrize("wait", ["121", "86400", format_datetime(datetime(2099, 1, 1, tzinfo=UTC), usegmt=True)])
def test_a_huge_wait_ends_the_run(wait: str) -> None:
    """Nobody is kept waiting for more than two minutes: the error names the vendor and the wait."""
    with Loopback(faults=lambda _: status(429, retry_after=wait)) as server, pytest.raises(ProviderUnusable) as raised:
        one(server)
    assert "openai asks to wait" in raised.value.message
    assert raised.value.exit_code == 4
    assert server.count == 1


def test_many_small_waits_end_the_run_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that has waited long enough in all gives up, naming what it waited."""
    monkeypatch.setattr(retry, "PATIENCE_S", 0.3)
    double = Double(failing(FailureKind.RATE_LIMITED, retry_after_s=0.2))
    with pytest.raises(ProviderUnusable, match="has waited"):
        ask(double)


def test_a_limited_server_that_makes_progress_loses_no_case() -> None:
    """Where a server answers a few at a time and tells the others to wait, all are answered in the end."""
    let_in = {"until": -1.0, "left": 0}

    def limited(asked: Request) -> Answer:
        now = seconds()
        if now > let_in["until"]:
            let_in.update(until=now + 0.05, left=2)
        if let_in["left"] > 0:
            let_in["left"] -= 1
            return answer_to(asked)
        return failure(asked, FailureKind.RATE_LIMITED, retry_after_s=let_in["until"] - now)

    async def main() -> list[Answer]:
        retrying = over(Double(limited))
        return await asyncio.gather(*(retrying.complete(request(n)) for n in range(30)))

    assert all(isinstance(answer, Completion) for answer in run_quickly(main()))


def test_a_server_that_only_says_wait_is_given_up() -> None:
    """Retry-After: 0 without end is four tries, not a busy loop."""
    double = Double(failing(FailureKind.RATE_LIMITED, retry_after_s=0.0))
    answer = ask(double)
    assert isinstance(answer, CallFailure)
    assert len(double.asked) == 4


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_the_deadline_holds_however_a_server_dawdles(fault: str) -> None:
    """A byte now and then does not keep a call alive, though the answer would be whole in the end."""
    with Loopback(faults=lambda _: Fault(fault, seconds=0.05)) as server:
        answer = one(server, deadline_s=0.5)
    assert isinstance(answer, CallFailure)
    assert answer.kind is FailureKind.TIMEOUT


def test_two_tries_share_one_deadline() -> None:
    """Each may take half of it, so a call that hangs once has another try, and what hangs twice ends in time."""

    async def main() -> tuple[Answer, float]:
        return await over(KeepsDeadline(0.75), deadline_s=1.5).complete(request()), seconds()

    answer, took_s = run_quickly(main())
    assert isinstance(answer, CallFailure)
    assert (answer.kind, answer.attempts) == (FailureKind.TIMEOUT, 2)
    assert 1.5 <= took_s <= 1.5 + retry.FIRST_BACKOFF_S + retry.GRACE_S


class KeepsDeadline(Double):
    """A provider whose server never answers, with a clock of its own."""

    keeps_deadline = True

    def __init__(self, deadline_s: float) -> None:
        super().__init__(failing(FailureKind.TIMEOUT), latency_s=deadline_s)


def test_a_provider_that_ignores_its_deadline_is_cut_off() -> None:
    """Also a third party's provider without a clock ends in time, a grace after half of the deadline."""
    double = Double(latency_s=3600)

    async def main() -> tuple[Answer, float]:
        return await over(double, deadline_s=8.0).complete(request()), seconds()

    answer, took_s = run_quickly(main())
    assert isinstance(answer, CallFailure)
    assert answer.kind is FailureKind.TIMEOUT
    assert "no whole answer within" in answer.message
    assert took_s <= 8.0 + 2 * retry.GRACE_S
    assert double.in_flight == 0


@pytest.mark.parametrize("fault", [status(503), Fault("reset"), Fault("reset_midway")], ids=lambda fault: fault.kind)
def test_a_hiccup_costs_no_case(fault: Fault) -> None:
    """A 5xx or a torn connection is tried again, and the answer is that of the good try."""
    with Loopback(faults=[fault, fault]) as server:
        answer = one(server)
    assert isinstance(answer, Completion)
    assert server.count == 3
