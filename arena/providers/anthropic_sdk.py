"""Anthropic's messages API, through AsyncAnthropic."""

import inspect
from collections.abc import Mapping
from typing import Any

import anthropic
import httpx2

from arena.providers.http_provider import NO_KEY, HttpProvider, http_options
from arena.providers.opening import Opening
from arena.records.call import Request


class AnthropicProvider(HttpProvider):
    """Answers through one AsyncAnthropic client."""

    @classmethod
    def open(cls, opening: Opening) -> "AnthropicProvider":
        """Return a provider for one address and its key."""
        place = opening.place
        assert place is not None  # every vendor of this module has an address
        options: dict[str, Any] = {}
        if "open_telemetry" in inspect.signature(anthropic.AsyncAnthropic.__init__).parameters:
            options["open_telemetry"] = False  # newer versions would trace prompts by themselves
        client = anthropic.AsyncAnthropic(
            api_key=place.key or NO_KEY,
            base_url=place.url,
            max_retries=0,  # hidden retries would corrupt latencies; completions retries
            timeout=None,
            http_client=anthropic.DefaultAioHttpClient(**http_options(opening)),
            **options,
        )

        async def post(request: Request, body: Mapping[str, Any]) -> httpx2.Response:
            headers: Any = {"headers": {"anthropic-version": request.api_version or ""}}
            # The raw response: building the SDK's models would double the cost of a call.
            if not request.stream:
                return await client.post("/v1/messages", cast_to=httpx2.Response, body=body, options=headers)
            response: httpx2.Response = await client.post(  # type: ignore[assignment]  # cast_to wins over stream_cls
                "/v1/messages",
                cast_to=httpx2.Response,
                body={**body, "stream": True},
                options=headers,
                stream=True,
                stream_cls=anthropic.AsyncStream[Any],
            )
            return response

        return cls(post, client.close, opening)
