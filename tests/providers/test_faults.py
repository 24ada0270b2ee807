"""What servers do wrong, and the one class that each fault is counted under."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from arena.records.call import CallFailure, Completion, FailureKind, Finish
from arena.records.variant import Decoding
from loopback import KEY, QUOTA, Fault, Loopback, echoed_key, status, unsupported
from patience import HANG_S
from provider_houses import HTTP, answers_of, ask

kinds = pytest.mark.parametrize("kind", HTTP)


def _answer(kind: str, fault: Fault, *, deadline_s: float = HANG_S, **options: Any) -> Any:
    vendor, api = HTTP[kind]
    with Loopback(faults=[fault]) as server:
        request = ask(vendor, api=api, environment=server.environment, **options)
        (answer,) = answers_of(server, [request], deadline_s=deadline_s)
        assert server.count == 1  # retries belong to completions: a hidden one would corrupt the latency
    return answer


FAILURES = [
    (status(400, "bad messages"), FailureKind.BAD_REQUEST),
    (status(401, "wrong key"), FailureKind.AUTH),
    (status(402, "pay first"), FailureKind.QUOTA),
    (status(403, "not yours"), FailureKind.AUTH),
    (status(404, "no such model"), FailureKind.NOT_FOUND),
    (status(408, "too slow"), FailureKind.TIMEOUT),
    (status(409, "conflict"), FailureKind.SERVER),
    (status(413, "too large"), FailureKind.BAD_REQUEST),
    (status(422, "cannot be processed"), FailureKind.BAD_REQUEST),
    (status(429, "slow down"), FailureKind.RATE_LIMITED),
    (QUOTA, FailureKind.QUOTA),
    (status(500, "oops"), FailureKind.SERVER),
    (status(503, "busy"), FailureKind.SERVER),
    (status(529, "overloaded"), FailureKind.SERVER),
    (Fault("reset"), FailureKind.CONNECTION),
    (Fault("reset_midway"), FailureKind.CONNECTION),
    (Fault("trunc"), FailureKind.CONNECTION),
    (Fault("bad_json"), FailureKind.BAD_RESPONSE),
    (Fault("html"), FailureKind.BAD_RESPONSE),
    (Fault("bad_utf8"), FailureKind.BAD_RESPONSE),
    (Fault("wrong_shape"), FailureKind.BAD_RESPONSE),
    (Fault("null"), FailureKind.BAD_RESPONSE),
]


@kinds
@pytest.mark.parametrize(
    ("fault", "expected"), FAILURES, ids=[f"{f.kind} {f.error.get('message', '')}".strip() for f, _ in FAILURES]
)
def test_every_fault_has_its_class(kind: str, fault: Fault, expected: FailureKind) -> None:
    """A fault on the wire is a CallFailure of one class, with a message that names the vendor."""
    answer = _answer(kind, fault)
    assert isinstance(answer, CallFailure), answer
    assert answer.kind is expected
    assert answer.message.startswith(HTTP[kind][0])
    assert answer.status == (fault.status if fault.kind == "status" else None)


@pytest.mark.parametrize("kind", ["openai chat", "openai responses"])
def test_an_answer_without_choices_is_a_bad_response(kind: str) -> None:
    """A 200 that holds no choice is no answer."""
    answer = _answer(kind, Fault("no_choices"))
    assert isinstance(answer, CallFailure)
    assert answer.kind is FailureKind.BAD_RESPONSE


def test_claude_may_end_its_turn_without_a_word() -> None:
    """An empty list of blocks with a stop reason is an empty answer, as that API means it."""
    answer = _answer("anthropic", Fault("no_choices"))
    assert isinstance(answer, Completion)
    assert answer.text == ""


FINISHES = [
    ("empty", Finish.STOP),
    ("refusal", Finish.REFUSAL),
    ("length", Finish.LENGTH),
]


@kinds
@pytest.mark.parametrize(("fault", "finish"), FINISHES)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_every_way_to_stop_is_counted_under_its_class(kind: str, fault: str, finish: Finish, stream: bool) -> None:
    """An empty, refused or cut answer is a Completion that says so, whole or streamed."""
    answer = _answer(kind, Fault(fault), stream=stream)
    assert isinstance(answer, Completion), answer
    assert answer.finish is finish


@pytest.mark.parametrize("kind", ["openai chat", "openai responses"])
def test_a_filtered_answer_says_so(kind: str) -> None:
    """The provider's content filter is a class of its own."""
    assert _answer(kind, Fault("content_filter")).finish is Finish.CONTENT_FILTER


def test_a_filtered_prompt_is_a_filtered_answer() -> None:
    """Azure answers 400 where it filtered the prompt; that is an outcome of the case, not of the call."""
    answer = _answer("openai chat", status(400, "The prompt was filtered.", code="content_filter"))
    assert isinstance(answer, Completion)
    assert (answer.text, answer.finish) == ("", Finish.CONTENT_FILTER)


def test_a_full_context_window_is_a_cut_answer() -> None:
    """Claude's model_context_window_exceeded counts as cut by length."""
    assert _answer("anthropic", Fault("context_window")).finish is Finish.LENGTH


@kinds
def test_a_drip_of_bytes_does_not_outlive_the_deadline(kind: str) -> None:
    """One byte now and then keeps a read alive, but not the call, though the answer would be whole in the end."""
    answer = _answer(kind, Fault("drip", seconds=0.1), deadline_s=0.5)
    assert answer.kind is FailureKind.TIMEOUT
    assert "0.5 s" in answer.message


@kinds
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "86400"}, 86400.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_when_to_come_back_is_read_from_the_headers(kind: str, headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After in seconds and Retry-After-Ms reach the failure; what cannot be read is None."""
    answer = _answer(kind, Fault("status", status=429, headers=headers, error={"message": "slow down"}))
    assert answer.retry_after_s == seconds


def test_a_date_to_come_back_is_counted_from_the_servers_own_date() -> None:
    """A clock that is wrong here does no harm; without the server's date, ours counts."""
    server_now = datetime(2020, 1, 1, 12, 0, 0, tzinfo=UTC)
    headers = {"date": format_datetime(server_now), "retry-after": format_datetime(server_now + timedelta(seconds=90))}
    assert _answer("openai chat", Fault("status", status=503, headers=headers)).retry_after_s == 90.0
    later = {"retry-after": format_datetime(datetime.now(UTC) + timedelta(days=1))}
    assert 80_000 < _answer("openai chat", Fault("status", status=503, headers=later)).retry_after_s <= 86_400
    past = {"retry-after": format_datetime(server_now)}
    assert _answer("openai chat", Fault("status", status=503, headers=past)).retry_after_s == 0.0


@pytest.mark.parametrize(("word", "meaning"), [("true", True), ("false", False), ("maybe", None)])
def test_the_servers_own_word_on_retries_is_kept(word: str, meaning: bool | None) -> None:
    """x-should-retry is true, false or nothing."""
    fault = Fault("status", status=500, headers={"x-should-retry": word})
    assert _answer("openai chat", fault).should_retry is meaning


@kinds
@pytest.mark.parametrize(
    "echo",
    [KEY, KEY[:10], KEY[-12:], f"{KEY[:5]}{'*' * 12}{KEY[-4:]}", f"{KEY[:3]}...{KEY[-4:]}", KEY.upper(), f"'{KEY}'"],
)
def test_no_byte_of_a_key_is_ever_repeated(kind: str, echo: str) -> None:
    """A server that echoes the key, whole, in part or masked, finds no echo here."""
    answer = _answer(kind, echoed_key(echo))
    assert answer.kind is FailureKind.AUTH
    assert "***" in answer.message
    assert not any(KEY[start : start + 4].lower() in answer.message.lower() for start in range(3, len(KEY) - 3))


def test_control_bytes_of_a_server_never_reach_a_message() -> None:
    """ESC, C1, bidi marks and line breaks are gone; the words stay; a page of text is cut."""
    text = "\x1b[31mred\x1b[0m \x9b1mbold \u202eevil\u2066 line\nbreak \x1b]0;title\x07end " + "x" * 1000
    answer = _answer("openai chat", status(400, text))
    assert "red bold evil line break end xxx" in answer.message
    assert len(answer.message) <= 300


@kinds
def test_a_refused_setting_is_a_failure_that_names_it(kind: str) -> None:
    """A 400 about a setting stops the run, and says which setting and what to do."""
    fault = unsupported("max_output_tokens" if kind == "openai responses" else "max_completion_tokens")
    if kind == "anthropic":
        fault = status(400, "max_tokens: this value is not supported for this model", type="invalid_request_error")
    answer = _answer(kind, fault)
    assert answer.kind is FailureKind.UNSUPPORTED_SETTING
    assert "'max_tokens'" in answer.message
    assert "on_unsupported: record" in answer.message


def test_a_refusal_of_something_else_names_no_setting() -> None:
    """Only a setting that was sent can be the one refused."""
    assert _answer("openai chat", unsupported("tools")).kind is FailureKind.BAD_REQUEST
    assert _answer("openai chat", status(400, "images are not supported")).kind is FailureKind.BAD_REQUEST


def test_with_record_a_refused_setting_is_left_out_and_remembered() -> None:
    """The call is sent again without it, it is reported as rejected, and the next call does not try."""
    with Loopback(faults=[unsupported("temperature"), None, None]) as server:
        requests = [
            ask(
                text=text,
                environment=server.environment,
                decoding=Decoding(temperature=0, max_tokens=9),
                on_unsupported="record",
            )
            for text in ("one", "two")
        ]
        first, second = answers_of(server, requests)
        sent = ["temperature" in received.body for received in server.requests]
    assert isinstance(first, Completion), first
    assert isinstance(second, Completion), second
    assert sent == [True, False, False]
    for answer in (first, second):
        assert [(r.name, r.sent, r.honoured) for r in answer.settings] == [
            ("temperature", None, "rejected"),
            ("max_tokens", 9, "accepted_unverified"),
        ]


def test_a_nested_setting_can_be_left_out_too() -> None:
    """reasoning.effort of the responses API goes with its empty folder."""
    with Loopback(faults=[unsupported("reasoning.effort")]) as server:
        request = ask(
            api="responses",
            environment=server.environment,
            decoding=Decoding(reasoning_effort="high"),
            on_unsupported="record",
        )
        (answer,) = answers_of(server, [request])
        assert "reasoning" not in server.requests[1].body
    assert isinstance(answer, Completion)
    assert answer.settings[0].honoured == "rejected"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": "429", "message": "slow down"}, FailureKind.RATE_LIMITED),
        ({"code": "insufficient_quota", "message": "pay"}, FailureKind.QUOTA),
        ({"type": "server_error", "message": "oops"}, FailureKind.SERVER),
        ({"type": "strange", "message": "hm"}, FailureKind.BAD_RESPONSE),
    ],
)
def test_an_error_inside_a_200_is_an_error(error: dict[str, str], expected: FailureKind) -> None:
    """Gateways report upstream errors with status 200; the words tell the class."""
    answer = _answer("openai chat", Fault("status", status=200, error=error))
    assert isinstance(answer, CallFailure)
    assert answer.kind is expected


@kinds
def test_a_redirect_is_not_followed(kind: str) -> None:
    """A key never travels to another place: a redirect is an address that does not exist."""
    with Loopback() as elsewhere:
        answer = _answer(kind, Fault("redirect", headers={"location": elsewhere.url + "/chat/completions"}))
        assert elsewhere.count == 0
    assert answer.kind is FailureKind.NOT_FOUND
    assert "redirected to" in answer.message
