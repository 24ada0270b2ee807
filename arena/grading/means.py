"""What a check that runs something may use: the project, the user's leave to run code, and models."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arena.records.call import Answer, Request
from arena.records.case import Check
from arena.records.variant import Model, Price

Complete = Callable[[Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a check of one answer may use."""

    root: Path  # of the project
    allow_code: bool = False  # the user's leave to run what a model wrote
    complete: Complete | None = None  # the way to models; None: there is none
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # it holds keys
    subject: Mapping[str, str] = field(default_factory=dict)  # of a request for this check


def model_of(argument: Mapping[str, Any]) -> Model:
    """Return the model of a vendor that a similarity check names.

    >>> str(model_of({"model": "openai:text-embedding-3-small"}))
    'openai:text-embedding-3-small'
    """
    vendor, _, name = argument["model"].partition(":")
    price = argument.get("price")
    return Model(vendor=vendor, name=name, base_url=argument.get("base_url"), price=Price(**price) if price else None)


def is_local(check: Check) -> bool:
    """Return whether a check is a similarity by the model of the extra `embed`."""
    return check.key == "similar" and check.argument["method"] != "rouge_l" and check.argument["model"] == "local"


def models_asked(checks: Iterable[Check]) -> Iterator[Model]:
    """Yield the model of a vendor that each similarity check asks, once for each answer."""
    for check in checks:
        if check.key == "similar" and check.argument["method"] != "rouge_l" and check.argument["model"] != "local":
            yield model_of(check.argument)
