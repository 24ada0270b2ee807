"""What a call costs in USD, from genai-prices as installed: no update is fetched, no table is kept here."""

import importlib.metadata
from collections.abc import Callable
from functools import cache
from typing import Any

from arena.providers.table import find_vendor
from arena.records.call import Usage
from arena.records.variant import Model, Price


def cost_usd(model: Model, usage: Usage | None, price: Price | None = None) -> tuple[float | None, str | None]:
    """Return the cost of one call in USD, or None with the reason why it is unknown; never 0 for unknown.

    Args:
        model: Which model at which vendor.
        usage: Tokens as the provider counted them.
        price: What the user declares; it wins over every table. Cached tokens then cost as much as others.

    >>> cost_usd(Model(vendor="replay", name="answers.jsonl"), None)
    (0.0, None)
    """
    price = price or model.price
    if price is None and find_vendor(model.vendor).free:
        return 0.0, None
    if usage is None:
        return None, f"{model.vendor} reported no usage"
    if price is not None:
        return (usage.input_tokens * price.input + usage.output_tokens * price.output) / 1e6, None
    cost = _table_cost(model, usage)
    return (None, _unknown(model)) if cost is None else (cost, None)


def rates(model: Model) -> Price | None:
    """Return the price of a model in USD per million tokens at short prompts, or None when it is unknown."""
    if model.price is not None:
        return model.price
    if find_vendor(model.vendor).free:
        return Price(input=0.0, output=0.0)
    into = _table_cost(model, Usage(input_tokens=1000, output_tokens=0))
    out = _table_cost(model, Usage(input_tokens=0, output_tokens=1000))
    return None if into is None or out is None else Price(input=into * 1000, output=out * 1000)


def known(model: Model) -> bool:
    """Return whether the cost of a model's calls can be told."""
    return rates(model) is not None


@cache
def version() -> str:
    """Return the version of the price table, for the manifest."""
    return f"genai-prices {importlib.metadata.version('genai-prices')}"


def _unknown(model: Model) -> str:
    return f"no price of {model} in {version()}; declare price: {{input, output}} beside the model"


def _table_cost(model: Model, usage: Usage) -> float | None:
    provider = find_vendor(model.vendor).prices
    if provider is None:
        return None
    tokens = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cached_input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }
    calculate = _calculator(model.name, provider)
    try:
        return None if calculate is None else calculate({kind: count for kind, count in tokens.items() if count})
    except ValueError:  # counts that contradict each other
        return None


@cache  # finding a model among some thousands takes 0.4 ms, as long as the rest of a call
def _calculator(name: str, provider: str) -> Callable[[dict[str, int]], float] | None:
    """Return what computes a cost from counts of tokens; None for a model that the table does not know."""
    # 0.2 s and 20 MB, so only where something is priced.
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    try:
        house, found = get_snapshot().find_provider_model(name, None, provider, None)
    except LookupError:
        return None

    def calculate(tokens: dict[str, int]) -> float:
        usage: Any = genai_prices.Usage(**tokens)
        return float(found.calc_price(usage, house).total_price)

    return calculate
