"""Every exception class of the installed SDKs has a class of failure of its own."""

import asyncio
import importlib
import inspect
import json
import pkgutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import anthropic
import httpx2
import openai
import pytest

from arena.providers import failures
from arena.providers.failures import KINDS, kind_of, server_error
from arena.records.call import FailureKind
from provider_houses import ask

_MODULES = ("openai", "openai._exceptions", "anthropic", "anthropic._exceptions", "httpx2", "httpx2._exceptions")


def _exceptions() -> Iterator[type[Exception]]:
    seen = set()
    for module in map(importlib.import_module, _MODULES):
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, Exception) and not issubclass(found, Warning) and found not in seen:
                seen.add(found)
                yield found


#: Too general to say what went wrong: a class that is known only by one of these is unmapped.
_ROOTS = {"OpenAIError", "AnthropicError", "APIError", "APIStatusError", "HTTPError", "RequestError", "TransportError"}


@pytest.mark.parametrize("error", sorted(_exceptions(), key=str), ids=str)
def test_every_exception_of_the_sdks_is_mapped(error: type[Exception]) -> None:
    """A class that a new SDK brings fails here until somebody says what it means.

    It is known by its own name, or as a special case of one status.
    """
    nearest = next((base.__name__ for base in error.__mro__ if base.__name__ in KINDS), None)
    assert nearest == error.__name__ or (nearest is not None and nearest not in _ROOTS)


def test_the_enumeration_finds_what_the_sdks_raise() -> None:
    """The list is not empty by accident: it holds the leaves and the roots of both trees and of httpx2."""
    names = {error.__name__ for error in _exceptions()}
    assert {"OpenAIError", "AnthropicError", "RateLimitError", "APITimeoutError", "ReadTimeout", "HTTPError"} <= names
    assert len(names) > 50
    assert {module.name for module in pkgutil.iter_modules(openai.__path__)} >= {"_exceptions"}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "insufficient_quota", FailureKind.QUOTA),
        (429, "contract_spend_limit_reached", FailureKind.QUOTA),
        (429, "enforced_spend_limit_reached", FailureKind.QUOTA),
        (429, "ramp_limit_exceeded", FailureKind.RATE_LIMITED),
        (400, "organization_on_hold", FailureKind.AUTH),
        (400, "request_body_timeout", FailureKind.TIMEOUT),
        (403, "sandbox_egress_restricted", FailureKind.AUTH),
    ],
)
def test_a_code_says_more_than_its_status(status: int, code: str, kind: FailureKind) -> None:
    """A spent budget is a 429 that no wait helps; codes are read where each vendor puts them."""
    for body in ({"error": {"code": code}}, {"error": {"details": {"error_code": code}}}):
        error = server_error(body)
        assert failures.kind_of_status(status, error) is kind


def _raised(error: Exception, cause: Exception | None = None) -> Exception:
    error.__cause__ = cause
    return error


_REQUEST = httpx2.Request("POST", "http://127.0.0.1/")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (json.JSONDecodeError("bad", "x", 0), FailureKind.BAD_RESPONSE),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), FailureKind.BAD_RESPONSE),
        (ConnectionResetError("reset"), FailureKind.CONNECTION),
        (ssl.SSLError("bad certificate"), FailureKind.CONNECTION),
        (aiohttp.ServerDisconnectedError(), FailureKind.CONNECTION),
        (aiohttp.ClientPayloadError("cut"), FailureKind.CONNECTION),
        (TimeoutError(), FailureKind.TIMEOUT),
        (openai.APITimeoutError(_REQUEST), FailureKind.TIMEOUT),
        (anthropic.APITimeoutError(_REQUEST), FailureKind.TIMEOUT),
        (_raised(openai.APITimeoutError(_REQUEST), aiohttp.ServerTimeoutError()), FailureKind.TIMEOUT),
        (_raised(openai.APITimeoutError(_REQUEST), aiohttp.ServerDisconnectedError()), FailureKind.CONNECTION),
        (KeyError("a bug of ours"), None),
        (asyncio.CancelledError(), None),
    ],
    ids=[str(number) for number in range(13)],
)
def test_the_nearest_known_class_decides(error: BaseException, kind: FailureKind | None) -> None:
    """Also errors below the SDKs are known; a bug of our own is not dressed up as a provider's."""
    assert kind_of(error) is kind


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": {"message": "no"}}', "no"),
        (b'{"error": "no"}', "no"),
        (b'{"message": "no"}', "no"),
        (b'{"detail": "no"}', "no"),
        (b"<html>", ""),
        (b"\xff", ""),
        (b"[1]", ""),
        (b'{"error": 7}', ""),
    ],
)
def test_the_words_of_an_error_are_found_wherever_a_server_puts_them(body: bytes, message: str) -> None:
    """Each vendor shapes its errors in its own way; nothing readable is no words, never a crash."""
    assert server_error(body).message == message


def test_a_status_without_a_body_still_has_a_message() -> None:
    """The message says at least who answered and what."""

    def clock() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    headers: dict[str, Any] = {}
    failure = failures.refusal(ask(), 503, headers, failures.ServerError(), (), place="openai", clock=clock)
    assert failure.message == "openai: HTTP 503"
