"""OpenAI, and every server that speaks its chat or responses API, through AsyncOpenAI."""

from collections.abc import Mapping
from typing import Any

import httpx2
import openai

from arena.providers.http_provider import NO_KEY, HttpProvider, http_options
from arena.providers.opening import Opening
from arena.records.call import Request

# What the SDK tells of this machine is nobody's business, and building these headers takes a sixth of a call.
_UNTOLD = ("Lang", "Package-Version", "OS", "Arch", "Runtime", "Runtime-Version", "Async")
_UNTOLD_HEADERS = {f"X-Stainless-{name}": openai.Omit() for name in _UNTOLD}
_QUIET: Any = {"headers": {"X-Stainless-Retry-Count": openai.Omit(), "X-Stainless-Read-Timeout": openai.Omit()}}

_PATHS = {"chat": "/chat/completions", "responses": "/responses", "embeddings": "/embeddings"}


class OpenAIProvider(HttpProvider):
    """Answers through one AsyncOpenAI client."""

    @classmethod
    def open(cls, opening: Opening) -> "OpenAIProvider":
        """Return a provider for one address and its key."""
        place = opening.place
        assert place is not None  # every vendor of this module has an address
        client = openai.AsyncOpenAI(
            api_key=place.key or NO_KEY,
            base_url=place.url,
            max_retries=0,  # hidden retries would corrupt latencies; completions retries
            timeout=None,
            default_headers=_UNTOLD_HEADERS,  # type: ignore[arg-type]  # Omit takes a default away, as the SDK documents
            http_client=openai.DefaultAioHttpClient(**http_options(opening)),
        )

        # Whole addresses: the SDK takes 0.04 ms a call to join a path to its base.
        addresses = {api: place.url.rstrip("/") + path for api, path in _PATHS.items()}

        async def post(request: Request, body: Mapping[str, Any]) -> httpx2.Response:
            # The raw response: building the SDK's models would double the cost of a call.
            if not request.stream:
                return await client.post(addresses[request.api], cast_to=httpx2.Response, body=body, options=_QUIET)
            extra: dict[str, Any] = {"stream": True}
            if request.api == "chat":
                extra["stream_options"] = {"include_usage": True}
            response: httpx2.Response = await client.post(  # type: ignore[assignment]  # cast_to wins over stream_cls
                addresses[request.api],
                cast_to=httpx2.Response,
                body={**body, **extra},
                options=_QUIET,
                stream=True,
                stream_cls=openai.AsyncStream[Any],
            )
            return response

        return cls(post, client.close, opening)
