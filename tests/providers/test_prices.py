"""What a call costs, or why that is unknown; never 0 for unknown."""

import socket

import pytest

from arena.providers import prices
from arena.records.call import Usage
from arena.records.variant import Model, Price

USAGE = Usage(input_tokens=1_000_000, output_tokens=500_000)
KNOWN = Model(vendor="openai", name="gpt-4o")


def test_a_known_model_costs_what_the_table_says() -> None:
    """gpt-4o: 2.50 and 10.00 USD per million tokens, cached input at half (openai.com/api/pricing, 2024-10)."""
    cost, reason = prices.cost_usd(KNOWN, USAGE)
    assert cost == pytest.approx(2.5 + 5.0)
    assert reason is None
    cached = Usage(input_tokens=1_000_000, output_tokens=0, cached_input_tokens=1_000_000)
    assert prices.cost_usd(KNOWN, cached)[0] == pytest.approx(1.25)
    assert prices.rates(KNOWN) == Price(input=2.5, output=10.0)
    assert prices.known(KNOWN)


def test_an_unknown_models_cost_is_none_with_a_reason() -> None:
    """The reason names the model, the table's version and the way out."""
    for model in (Model(vendor="openai", name="no-such-model"), Model(vendor="ollama", name="llama")):
        cost, reason = prices.cost_usd(model, USAGE)
        assert cost is None
        assert reason is not None
        assert str(model) in reason
        assert prices.version() in reason
        assert prices.rates(model) is None
        assert not prices.known(model)


def test_a_call_without_usage_has_no_cost() -> None:
    """What was not counted cannot be priced."""
    assert prices.cost_usd(KNOWN, None) == (None, "openai reported no usage")


def test_counts_that_contradict_each_other_have_no_price() -> None:
    """More cached tokens than tokens is a provider's mistake, not a negative price."""
    assert prices.cost_usd(KNOWN, Usage(input_tokens=1, output_tokens=1, cached_input_tokens=9))[0] is None


@pytest.mark.parametrize("vendor", ["local", "replay", "scripted"])
def test_what_is_answered_in_this_process_costs_nothing(vendor: str) -> None:
    """With or without usage."""
    assert prices.cost_usd(Model(vendor=vendor, name="m"), None) == (0.0, None)
    assert prices.rates(Model(vendor=vendor, name="m")) == Price(input=0.0, output=0.0)


def test_a_declared_price_wins() -> None:
    """Beside the model or given with the request, also for a model that the table knows."""
    price = Price(input=1.0, output=4.0)
    assert prices.cost_usd(Model(vendor="openai", name="gpt-4o", price=price), USAGE) == (3.0, None)
    assert prices.cost_usd(Model(vendor="vllm", name="mine"), USAGE, price) == (3.0, None)
    assert prices.rates(Model(vendor="vllm", name="mine", price=price)) == price


def test_no_price_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is the installed one: no socket is opened, not even by a thread."""

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    prices._calculator.cache_clear()
    assert prices.known(KNOWN)
    from genai_prices.data_snapshot import get_snapshot

    assert not get_snapshot().from_auto_update
