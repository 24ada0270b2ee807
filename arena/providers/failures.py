"""Whatever an SDK raises or a server refuses, as a CallFailure. No SDK is imported: classes are known by name."""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from arena.providers.redaction import one_line
from arena.records.call import CallFailure, FailureKind, Request

#: Exception classes of openai, anthropic and httpx2, and of what lies below. Where a response came, its status
#: and code decide (`kind_of_status`).
KINDS: Mapping[str, FailureKind] = {
    # both SDKs
    "APIError": FailureKind.SERVER,
    "APIStatusError": FailureKind.SERVER,
    "APIConnectionError": FailureKind.CONNECTION,
    "APITimeoutError": FailureKind.TIMEOUT,
    "APIResponseValidationError": FailureKind.BAD_RESPONSE,
    "AuthenticationError": FailureKind.AUTH,
    "BadRequestError": FailureKind.BAD_REQUEST,
    "ConflictError": FailureKind.SERVER,
    "InternalServerError": FailureKind.SERVER,
    "NotFoundError": FailureKind.NOT_FOUND,
    "PermissionDeniedError": FailureKind.AUTH,
    "RateLimitError": FailureKind.RATE_LIMITED,
    "UnprocessableEntityError": FailureKind.BAD_REQUEST,
    # openai
    "OpenAIError": FailureKind.BAD_REQUEST,
    "ContentFilterFinishReasonError": FailureKind.BAD_RESPONSE,
    "InvalidWebhookSignatureError": FailureKind.BAD_RESPONSE,
    "LengthFinishReasonError": FailureKind.BAD_RESPONSE,
    "OAuthError": FailureKind.AUTH,
    "SubjectTokenProviderError": FailureKind.AUTH,
    "_AmbiguousModuleClientUsageError": FailureKind.BAD_REQUEST,
    "WebSocketConnectionClosedError": FailureKind.CONNECTION,
    "WebSocketQueueFullError": FailureKind.CONNECTION,
    # anthropic
    "AnthropicError": FailureKind.BAD_REQUEST,
    "APIWebhookValidationError": FailureKind.BAD_RESPONSE,
    "ClientClosedRequestError": FailureKind.CONNECTION,
    "ContentTooLargeError": FailureKind.BAD_REQUEST,
    "CredentialsError": FailureKind.AUTH,
    "DeadlineExceededError": FailureKind.SERVER,
    "GatewayTimeoutError": FailureKind.SERVER,
    "HTTPNotImplementedError": FailureKind.SERVER,
    "IdentityTokenFileError": FailureKind.AUTH,
    "OverloadedError": FailureKind.SERVER,
    "PaymentRequiredError": FailureKind.QUOTA,
    "PreconditionFailedError": FailureKind.BAD_REQUEST,
    "RequestHeaderFieldsTooLargeError": FailureKind.BAD_REQUEST,
    "RequestTimeoutError": FailureKind.TIMEOUT,
    "RequestTooLargeError": FailureKind.BAD_REQUEST,
    "RetryableError": FailureKind.SERVER,
    "ServiceUnavailableError": FailureKind.SERVER,
    "WorkloadIdentityError": FailureKind.AUTH,
    # httpx2, below both
    "CloseError": FailureKind.CONNECTION,
    "ConnectError": FailureKind.CONNECTION,
    "ConnectTimeout": FailureKind.CONNECTION,
    "CookieConflict": FailureKind.BAD_RESPONSE,
    "DecodingError": FailureKind.BAD_RESPONSE,
    "HTTPError": FailureKind.CONNECTION,
    "HTTPStatusError": FailureKind.SERVER,
    "InvalidURL": FailureKind.BAD_REQUEST,
    "LocalProtocolError": FailureKind.CONNECTION,
    "NetworkError": FailureKind.CONNECTION,
    "PoolTimeout": FailureKind.TIMEOUT,
    "ProtocolError": FailureKind.CONNECTION,
    "ProxyError": FailureKind.CONNECTION,
    "ReadError": FailureKind.CONNECTION,
    "ReadTimeout": FailureKind.TIMEOUT,
    "RemoteProtocolError": FailureKind.CONNECTION,
    "RequestError": FailureKind.CONNECTION,
    "RequestNotRead": FailureKind.BAD_REQUEST,
    "ResponseNotRead": FailureKind.BAD_RESPONSE,
    "SSEError": FailureKind.BAD_RESPONSE,
    "StreamClosed": FailureKind.CONNECTION,
    "StreamConsumed": FailureKind.BAD_RESPONSE,
    "StreamError": FailureKind.CONNECTION,
    "TimeoutException": FailureKind.TIMEOUT,
    "TooManyRedirects": FailureKind.NOT_FOUND,
    "TransportError": FailureKind.CONNECTION,
    "UnsupportedProtocol": FailureKind.BAD_REQUEST,
    "WriteError": FailureKind.CONNECTION,
    "WriteTimeout": FailureKind.TIMEOUT,
    # below them: aiohttp, ssl and sockets, and the parsers of the standard library
    "ClientConnectionError": FailureKind.CONNECTION,
    "ClientPayloadError": FailureKind.CONNECTION,
    "ClientError": FailureKind.BAD_RESPONSE,
    "JSONDecodeError": FailureKind.BAD_RESPONSE,
    "UnicodeDecodeError": FailureKind.BAD_RESPONSE,
    "TimeoutError": FailureKind.TIMEOUT,
    "OSError": FailureKind.CONNECTION,
    "EndOfStream": FailureKind.CONNECTION,
}

_OF_STATUS = {
    401: FailureKind.AUTH,
    402: FailureKind.QUOTA,
    403: FailureKind.AUTH,
    404: FailureKind.NOT_FOUND,
    408: FailureKind.TIMEOUT,
    409: FailureKind.SERVER,
    429: FailureKind.RATE_LIMITED,
}
# A code says more than its status: a spent budget is a 429 too, and no wait helps.
_OF_CODE = {
    "insufficient_quota": FailureKind.QUOTA,
    "billing_error": FailureKind.QUOTA,
    "billing_hard_limit_reached": FailureKind.QUOTA,
    "contract_spend_limit_reached": FailureKind.QUOTA,
    "enforced_spend_limit_reached": FailureKind.QUOTA,
    "organization_on_hold": FailureKind.AUTH,
    "cmek_key_disabled": FailureKind.AUTH,
    "cmek_key_network_blocked": FailureKind.AUTH,
    "request_body_timeout": FailureKind.TIMEOUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerError:
    """What a server said of its refusal."""

    code: str = ""
    type: str = ""
    param: str = ""
    message: str = ""


def server_error(content: bytes | str | Mapping[str, Any]) -> ServerError:
    """Return the error inside a response's body: `{"error": {…}}`, a bare object, or nothing readable."""
    body: Any = content
    if not isinstance(content, Mapping):
        try:
            body = json.loads(content)
        except ValueError:
            return ServerError()
    error = body.get("error", body) if isinstance(body, Mapping) else None
    if isinstance(error, str):
        return ServerError(message=error)
    if not isinstance(error, Mapping):
        return ServerError()
    details = error.get("details")
    code = error.get("code") or (details.get("error_code") if isinstance(details, Mapping) else None)
    return ServerError(
        code=str(code or ""),
        type=str(error.get("type") or ""),
        param=str(error.get("param") or ""),
        message=str(error.get("message") or error.get("detail") or ""),
    )


def kind_of_status(status: int, error: ServerError) -> FailureKind:
    """Return what an HTTP status means. A redirect is an address that is not there: keys never follow it."""
    told = _OF_CODE.get(error.code) or _OF_CODE.get(error.type)
    if told:
        return told
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if 300 <= status < 400:
        return FailureKind.NOT_FOUND
    return FailureKind.SERVER if status >= 500 else FailureKind.BAD_REQUEST


def kind_inside(error: ServerError) -> FailureKind:
    """Return what an error means that comes inside a 200 or a stream: only its words tell."""
    words = f"{error.code} {error.type}".lower()
    if error.code.isdigit() and 300 <= int(error.code) < 600:
        return kind_of_status(int(error.code), error)
    told = _OF_CODE.get(error.code) or _OF_CODE.get(error.type)
    if told:
        return told
    return next((kind for word, kind in _WORDS.items() if word in words), FailureKind.BAD_RESPONSE)


_WORDS = {
    "rate_limit": FailureKind.RATE_LIMITED,
    "authentication": FailureKind.AUTH,
    "permission": FailureKind.AUTH,
    "not_found": FailureKind.NOT_FOUND,
    "timeout": FailureKind.TIMEOUT,
    "invalid": FailureKind.BAD_REQUEST,
    "overloaded": FailureKind.SERVER,
    "server_error": FailureKind.SERVER,
    "api_error": FailureKind.SERVER,
}


def kind_of(error: BaseException) -> FailureKind | None:
    """Return what an exception means, by the nearest class that is known; None for a bug of our own."""
    if type(error).__name__ == "APITimeoutError" and _was_cut(error):
        return FailureKind.CONNECTION
    return next((KINDS[base.__name__] for base in type(error).__mro__ if base.__name__ in KINDS), None)


def _was_cut(error: BaseException) -> bool:
    # The aiohttp transport reports a connection that was reset as a connect timeout.
    cause = error.__cause__
    while cause is not None:
        if any(base.__name__ == "ClientConnectionError" for base in type(cause).__mro__):
            return not isinstance(cause, TimeoutError)
        cause = cause.__cause__
    return False


def failure(
    request: Request, kind: FailureKind, message: str, secrets: Iterable[str] = (), *, status: int | None = None
) -> CallFailure:
    """Return the failure of a request with a message that is safe to show."""
    return CallFailure(
        request_key=request.key,
        kind=kind,
        message=one_line(message, secrets),
        model_requested=request.model,
        status=status,
    )


def refusal(
    request: Request,
    status: int,
    headers: Mapping[str, str],
    error: ServerError,
    secrets: Iterable[str],
    *,
    place: str,
    clock: Callable[[], datetime],
) -> CallFailure:
    """Return the failure that an HTTP status means, with what the server asks for: when to come back, or never.

    Args:
        request: What was asked.
        status: HTTP status, 300 to 599.
        headers: Of the response, case-insensitive.
        error: Its body.
        secrets: What the message must not show.
        place: Vendor and variable, or address, for the message.
        clock: Now, for a Retry-After that is a date.
    """
    kind = kind_of_status(status, error)
    said = error.message or (f"redirected to {headers.get('location', '')}" if 300 <= status < 400 else "")
    text = f"{place}: HTTP {status}" + (f": {said}" if said else "")
    return CallFailure(
        request_key=request.key,
        kind=kind,
        message=one_line(text, secrets),
        model_requested=request.model,
        status=status,
        retry_after_s=retry_after_s(headers, clock),
        should_retry={"true": True, "false": False}.get(headers.get("x-should-retry", "")),
    )


def retry_after_s(headers: Mapping[str, str], clock: Callable[[], datetime]) -> float | None:
    """Return the seconds that a server asks to wait, or None.

    Reads `retry-after-ms`, and `retry-after` as seconds or as an HTTP date. A date is compared with the
    response's own `date`, so that a clock that is wrong here does no harm.
    """
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        with contextlib.suppress(ValueError):
            seconds = float(headers[name]) / scale if name in headers else -1.0
            if 0 <= seconds < float("inf"):
                return seconds
    until = _date(headers.get("retry-after", ""))
    if until is None:
        return None
    now = _date(headers.get("date", "")) or clock()
    return max((until - now).total_seconds(), 0.0)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
