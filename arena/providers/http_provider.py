"""One call over HTTP, whichever SDK sends it: deadline, failures, learned refusals, timing, reading."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx2

from arena.providers import answers, failures, streams
from arena.providers.opening import Opening
from arena.providers.settings import refused_setting, wire_path, without
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request, SettingReport

#: Sent where a server needs no key: the SDKs insist on one.
NO_KEY = "none"

_KEPT_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "anthropic-version",
        "connection",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "user-agent",
    }
)
_FILTERED = frozenset({"content_filter", "content_policy_violation"})


class Post(Protocol):
    """Sends one body through an SDK and returns the response, its body unread when streamed."""

    def __call__(self, request: Request, body: Mapping[str, Any]) -> Awaitable[httpx2.Response]:
        """Send; raise the SDK's exceptions for anything but a 2xx."""
        ...


def http_options(opening: Opening) -> dict[str, Any]:
    """Return the options of an SDK's HTTP client.

    No redirect is followed, so no key leaves for another host. Headers that the SDKs pick up from their own
    environment variables (organisation, project, custom headers) are dropped, and the key is the one bound
    to this host. Machines on loopback are never reached through a proxy.
    """
    place = opening.place
    assert place is not None  # the table gives every HTTP vendor an endpoint
    authorization = f"Bearer {place.key or NO_KEY}"

    async def guard(request: httpx2.Request) -> None:
        name = "x-api-key" if "x-api-key" in request.headers else "authorization"
        if any(header not in _KEPT_HEADERS and header != name for header in request.headers):
            request.headers = httpx2.Headers([item for item in request.headers.raw if _kept(item[0])])
        request.headers[name] = authorization if name == "authorization" else place.key or NO_KEY

    return {
        "follow_redirects": False,
        "timeout": None,  # per read only; the whole call has its own deadline
        "limits": httpx2.Limits(max_connections=opening.concurrency, max_keepalive_connections=opening.concurrency),
        "event_hooks": {"request": [guard]},
        "trust_env": not place.loopback,
    }


def _kept(name: bytes) -> bool:
    return name.decode("ascii").lower() in _KEPT_HEADERS


class HttpProvider:
    """Answers requests through one SDK client."""

    keeps_deadline = True  # no call takes longer than it was opened for

    def __init__(
        self,
        post: Post,
        close: Callable[[], Awaitable[None]],
        opening: Opening,
        *,
        timer: Callable[[], float] = time.perf_counter,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._post = post
        self._close = close
        self._opening = opening
        self._timer = timer
        self._clock = clock
        self._refused: defaultdict[tuple[str, str], set[str]] = defaultdict(set)  # learned: model and API to settings
        self._title = opening.vendor.name + (f" at {opening.place.host}" if opening.place else "")
        if opening.place and opening.place.variable:
            self._title += f" with {opening.place.variable}"

    async def complete(self, request: Request) -> Answer:
        """Answer one request within the deadline; a failure is returned, never raised."""
        deadline = asyncio.timeout(self._opening.deadline_s)
        try:
            async with deadline:
                return await self._ask(request)
        except TimeoutError:
            return self._failed(request, FailureKind.TIMEOUT, f"no whole answer within {self._opening.deadline_s:g} s")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._close()

    async def _ask(self, request: Request) -> Answer:
        refused = self._refused[request.model, request.api]
        while True:
            settings = tuple(_rejected(report) if report.name in refused else report for report in request.settings)
            answer = await self._call(request, self._body(request, refused), settings)
            if not isinstance(answer, str):
                return answer
            refused.add(answer)

    def _body(self, request: Request, refused: set[str]) -> Mapping[str, Any]:
        body = request.body
        for name in refused:
            path = wire_path(self._opening.vendor, request.api, name)
            body = without(body, path) if path else body
        return body

    async def _call(
        self, request: Request, body: Mapping[str, Any], settings: tuple[SettingReport, ...]
    ) -> Answer | str:
        """Return the answer, or the name of a setting that was refused and can be left out."""
        began = self._timer()
        try:
            response = await self._post(request, body)
            if request.stream:
                return await self._streamed(request, response, settings, began)
            return self._whole(request, response, settings, self._timer() - began)
        except (answers.BadAnswer, streams.StreamFailed) as error:
            return self._told(request, error)
        except Exception as error:  # noqa: BLE001 - every class of the SDKs is mapped; an unknown one is raised again
            return self._raised(request, error, settings)

    def _whole(
        self, request: Request, response: httpx2.Response, settings: tuple[SettingReport, ...], latency_s: float
    ) -> Completion:
        try:
            body = json.loads(response.content)
        except ValueError as error:
            kind = response.headers.get("content-type", "no content type")
            raise answers.BadAnswer(f"the body is not JSON ({kind}, {type(error).__name__})") from error
        return self._completion(request, body, settings, latency_s)

    async def _streamed(
        self, request: Request, response: httpx2.Response, settings: tuple[SettingReport, ...], began: float
    ) -> Completion:
        try:
            body, timing = await streams.gather(request.api, response.aiter_bytes(), lambda: self._timer() - began)
            completion = self._completion(request, body, settings, self._timer() - began)
        finally:
            await response.aclose()
        tpot_s = timing.tpot_s(completion.usage)
        return replace(completion, ttft_s=timing.first_s, tpot_s=tpot_s, itl_s=timing.itl_s)

    def _completion(
        self, request: Request, body: Any, settings: tuple[SettingReport, ...], latency_s: float
    ) -> Completion:
        if isinstance(body, Mapping) and body.get("error"):
            raise streams.StreamFailed(failures.server_error(body))
        reading = answers.read(request.api, body)
        return Completion(
            request_key=request.key,
            text=reading.text,
            finish=reading.finish,
            model_requested=request.model,
            model_returned=reading.model,
            usage=reading.usage,
            latency_s=latency_s,
            fingerprint=reading.fingerprint,
            settings=answers.echoed(settings, self._opening.vendor, request.api, body),
            tool_calls=reading.tool_calls,
            logprobs=reading.logprobs,
        )

    def _told(self, request: Request, error: answers.BadAnswer | streams.StreamFailed) -> CallFailure:
        """Return the failure of an answer that arrived with status 200 and is none."""
        if isinstance(error, streams.StreamFailed):
            return self._failed(request, failures.kind_inside(error.error), error.error.message or "an error in a 200")
        return self._failed(request, FailureKind.BAD_RESPONSE, str(error))

    def _raised(self, request: Request, error: Exception, settings: tuple[SettingReport, ...]) -> Answer | str:
        response = getattr(error, "response", None)
        if isinstance(response, httpx2.Response) and not response.is_success:
            return self._refusal(request, response, settings)
        kind = failures.kind_of(error)
        if kind is None:
            raise error
        cause = error.__cause__ or error
        return self._failed(request, kind, str(cause) or type(cause).__name__)

    def _refusal(
        self, request: Request, response: httpx2.Response, settings: tuple[SettingReport, ...]
    ) -> Answer | str:
        error = failures.server_error(response.content)
        if response.status_code == 400 and {error.code, error.type} & _FILTERED:
            return self._filtered(request, settings)
        failure = failures.refusal(
            request,
            response.status_code,
            response.headers,
            error,
            self._opening.secrets,
            place=self._title,
            clock=self._clock,
        )
        if response.status_code not in (400, 422):
            return failure
        name = refused_setting(settings, self._opening.vendor, request.api, error.code, error.param, error.message)
        if name is None:
            return failure
        if request.on_unsupported == "record":
            return name
        message = f"{failure.message} (leave '{name}' out, or write on_unsupported: record beside the model)"
        return replace(failure, kind=FailureKind.UNSUPPORTED_SETTING, message=message)

    def _filtered(self, request: Request, settings: tuple[SettingReport, ...]) -> Completion:
        """Return the empty answer of a prompt that the provider's own filter stopped (Azure answers 400)."""
        return Completion(
            request_key=request.key,
            text="",
            finish=Finish.CONTENT_FILTER,
            model_requested=request.model,
            settings=settings,
        )

    def _failed(self, request: Request, kind: FailureKind, message: str) -> CallFailure:
        return failures.failure(request, kind, f"{self._title}: {message}", self._opening.secrets)


def _rejected(report: SettingReport) -> SettingReport:
    return SettingReport(name=report.name, requested=report.requested, sent=None, honoured="rejected")
