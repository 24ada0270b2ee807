import asyncio
from typing import Literal

import pytest

from arena.completions.budget import Account, Paying, estimate_usd
from arena.completions.limits import DEFAULT_OUTPUT_TOKENS, Pace, input_tokens, output_tokens
from arena.errors import BudgetExceeded
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Provider, Request, Usage
from arena.records.variant import Price
from completion_parts import Double, FixedPrices, answer_to, failure, request
from quick_clock import run_quickly, seconds

PRICE = Price(input=1.0, output=10.0)
ESTIMATE = estimate_usd(request(), PRICE)
REAL = (10 * 1.0 + 5 * 10.0) / 1e6  # of the usage of answer_to


def moments(pace: Pace, calls: int) -> list[float]:
    """Return when each of several callers was let through, in seconds."""

    async def main() -> list[float]:
        passed: list[float] = []

        async def one(number: int) -> None:
            await pace.wait(request(number))
            passed.append(seconds())

        await asyncio.gather(*(one(number) for number in range(calls)))
        return passed

    return run_quickly(main())


def test_requests_are_paced_evenly() -> None:
    """After one second's worth, 1200 a minute is one each 50 ms."""
    passed = moments(Pace(1200, "requests"), 26)
    assert passed[:21] == [0.0] * 21
    assert passed[21:] == pytest.approx([0.05, 0.10, 0.15, 0.20, 0.25])


@pytest.mark.parametrize(("unit", "per_minute"), [("requests", 60.0), ("tokens", 60.0 * 112)])
def test_the_first_second_may_burst(unit: Literal["requests", "tokens"], per_minute: float) -> None:
    """The first call does not wait; no more than one second's worth goes at once."""
    booked = 1 if unit == "requests" else input_tokens(request()) + output_tokens(request())
    each_s = booked / (per_minute / 60)
    passed = moments(Pace(per_minute, unit), 4)
    assert passed == pytest.approx([max(0.0, number * each_s - 1.0) for number in range(4)])


def test_what_was_booked_is_corrected_by_what_was_used() -> None:
    """An answer that was shorter than its limit gives the next caller its turn earlier."""

    async def main() -> float:
        pace = Pace(600, "tokens")  # 10 a second; a request books about 125
        asked = request()
        await pace.wait(asked)
        pace.settle(asked, 10)
        await pace.wait(asked)
        return seconds()

    assert run_quickly(main()) == 0.0


def test_settling_requests_changes_nothing() -> None:
    """A request is a request, however long its answer."""
    pace = Pace(60, "requests")
    pace.settle(request(), 10**9)
    assert moments(pace, 1) == [0.0]


def test_tokens_are_estimated_from_the_whole_body() -> None:
    """Characters / 4 of everything that is sent, tools and schemas included."""
    asked = request(body={"messages": [], "tools": ["x" * 4000]})
    assert 1000 <= input_tokens(asked) <= 1020


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({"max_completion_tokens": 7}, 7),
        ({"max_output_tokens": 8}, 8),
        ({"max_tokens": 9}, 9),
        ({"max_tokens": None}, DEFAULT_OUTPUT_TOKENS),
        ({}, DEFAULT_OUTPUT_TOKENS),
    ],
)
def test_the_longest_answer_is_the_requests_own_limit(body: dict[str, object], tokens: int) -> None:
    """However the vendor spells it; without one, 1,024."""
    assert output_tokens(request(body=body)) == tokens


def paying(provider: Provider, account: Account, price: Price | None = PRICE) -> Paying:
    """Return the budget around a provider."""
    return Paying(provider, account=account, pricing=FixedPrices(price), stamp=lambda: ("2026-11-22", "run-1"))


def test_an_answer_says_what_it_cost_when_and_for_whom() -> None:
    """Cost, time and run are written on the answer that was paid for."""
    account = Account()
    answer = asyncio.run(paying(Double(), account).complete(request()))
    assert isinstance(answer, Completion)
    assert (answer.cost_usd, answer.cost_reason) == (REAL, None)
    assert (answer.called_at, answer.called_in) == ("2026-11-22", "run-1")
    assert (account.paid_usd, account.reserved_usd, account.unpriced) == (REAL, 0.0, 0)


def test_a_cost_that_the_provider_knows_is_kept() -> None:
    """The provider's own word comes before any table."""
    account = Account()
    double = Double(lambda asked: answer_to(asked, cost_usd=0.5))
    answer = asyncio.run(paying(double, account).complete(request()))
    assert isinstance(answer, Completion)
    assert answer.cost_usd == account.paid_usd == 0.5


def test_an_unknown_cost_is_none_with_its_reason() -> None:
    """Never 0; the calls are counted, and no cap holds them."""
    account = Account(cap_usd=0.0)
    answer = asyncio.run(paying(Double(), account, None).complete(request()))
    assert isinstance(answer, Completion)
    assert (answer.cost_usd, answer.cost_reason) == (None, "price unknown")
    assert (account.paid_usd, account.unpriced) == (0.0, 1)


def test_an_unknown_cost_of_a_priced_model_counts_as_its_estimate() -> None:
    """A server that hides its usage does not get round the cap."""
    account = Account(cap_usd=1.0)
    asyncio.run(paying(Double(lambda asked: answer_to(asked, usage=None)), account).complete(request()))
    assert account.paid_usd == pytest.approx(ESTIMATE)


def test_a_failed_call_is_not_billed() -> None:
    """Its reservation is given back."""
    account = Account(cap_usd=1.0)
    answer = asyncio.run(paying(Double(lambda a: failure(a, FailureKind.SERVER)), account).complete(request()))
    assert isinstance(answer, CallFailure)
    assert (account.paid_usd, account.reserved_usd) == (0.0, 0.0)


def test_a_replayed_answer_is_not_priced() -> None:
    """What was read from a transcript keeps what the transcript says."""
    account = Account()
    asked = request()
    answer = asyncio.run(paying(Double(lambda a: answer_to(a, replayed=True)), account).complete(asked))
    assert answer == answer_to(asked, replayed=True)
    assert (account.paid_usd, account.unpriced) == (0.0, 0)


def test_the_call_that_might_pass_the_cap_is_not_sent() -> None:
    """The error names the case, the estimate, what is spent and the cap."""
    double = Double()
    account = Account(cap_usd=0.01, paid_usd=0.0095)
    with pytest.raises(BudgetExceeded, match=r"case c3.*may cost \$0\.0010, \$0\.0095 of \$0\.01") as raised:
        asyncio.run(paying(double, account).complete(request(3)))
    assert raised.value.exit_code == 4
    assert double.asked == []


@pytest.mark.parametrize("cap", [ESTIMATE * 1.01, ESTIMATE * 3, ESTIMATE * 10])
def test_the_cap_holds_for_many_at_once(cap: float) -> None:
    """Calls in flight are reserved for: what is spent in the end never passes the cap, and comes close to it."""
    account = Account(cap_usd=cap)

    def costly(asked: Request) -> Answer:
        return answer_to(asked, usage=Usage(input_tokens=0, output_tokens=100))

    async def main() -> list[Answer | BaseException]:
        layer = paying(Double(costly, latency_s=0.001), account)
        return await asyncio.gather(*(layer.complete(request(n)) for n in range(40)), return_exceptions=True)

    answers = asyncio.run(main())
    assert cap - ESTIMATE < account.paid_usd <= cap
    assert {type(answer) for answer in answers} == {Completion, BudgetExceeded}


def test_a_reservation_that_may_be_given_back_is_waited_for() -> None:
    """Two calls whose limits together pass the cap, but not their real costs, are both made."""
    account = Account(cap_usd=ESTIMATE * 1.2)

    async def main() -> list[Answer]:
        layer = paying(Double(latency_s=0.01), account)
        return await asyncio.gather(*(layer.complete(request(n)) for n in range(3)))

    assert all(isinstance(answer, Completion) for answer in asyncio.run(main()))
    assert account.paid_usd == pytest.approx(3 * REAL)


def test_closing_closes_the_provider() -> None:
    """A layer passes the end on."""
    double = Double()
    asyncio.run(paying(double, Account()).aclose())
    assert double.closed
