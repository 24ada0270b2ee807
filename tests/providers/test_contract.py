"""What every provider promises, asked of each one."""

import asyncio
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request
from provider_houses import KINDS, House, in_house

ALL = pytest.mark.parametrize("kind", KINDS)
# Replay and scripted answer at once.
ABLE_TO_HANG = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("replay", "scripted")])


def _ask(kind: str, folder: Path, situation: str) -> tuple[Request, Answer]:
    async def use(house: House) -> tuple[Request, Answer]:
        return house.requests[situation], await house.provider.complete(house.requests[situation])

    result: tuple[Request, Answer] = in_house(kind, folder, use)
    return result


@ALL
def test_an_answer_is_a_completion_of_its_request(kind: str, tmp_path: Path) -> None:
    """A call that works returns a Completion that carries the request's key, model and text."""
    request, answer = _ask(kind, tmp_path, "answer")
    assert isinstance(answer, Completion), answer
    assert answer.request_key == request.key
    assert answer.model_requested == request.model
    assert answer.text
    assert answer.finish is (Finish.LENGTH if kind == "local" else Finish.STOP)


@ALL
def test_the_same_request_has_the_same_answer(kind: str, tmp_path: Path) -> None:
    """Asked twice, nothing but the seconds differ."""

    async def use(house: House) -> list[Any]:
        return [await house.provider.complete(house.requests["answer"]) for _ in range(2)]

    first, second = in_house(kind, tmp_path, use)
    assert first.text == second.text


@ALL
def test_many_calls_at_once_are_all_answered(kind: str, tmp_path: Path) -> None:
    """Calls may overlap; each gets its own answer."""

    async def use(house: House) -> list[Answer]:
        return await asyncio.gather(*[house.provider.complete(house.requests["answer"]) for _ in range(3)])

    answers = in_house(kind, tmp_path, use)
    assert [type(answer) for answer in answers] == [Completion] * 3


@ALL
def test_an_empty_answer_is_an_answer(kind: str, tmp_path: Path) -> None:
    """An empty text is a Completion: what to make of it is for others to decide."""
    _, answer = _ask(kind, tmp_path, "empty")
    assert isinstance(answer, Completion), answer
    assert answer.text == ""


@ALL
def test_what_goes_wrong_is_returned_and_never_raised(kind: str, tmp_path: Path) -> None:
    """A call that fails returns a CallFailure with one clean line that says why."""
    request, answer = _ask(kind, tmp_path, "broken")
    assert isinstance(answer, CallFailure), answer
    assert answer.request_key == request.key
    assert answer.message
    assert not [character for character in answer.message if unicodedata.category(character) in ("Cc", "Cf")]


@ABLE_TO_HANG
def test_the_deadline_is_for_the_whole_call(kind: str, tmp_path: Path) -> None:
    """A call that would not end becomes a failure once its deadline is over."""

    async def use(house: House) -> Answer:
        return await house.provider.complete(house.requests["hang"])

    answer = in_house(kind, tmp_path, use, deadline_s=0.5)
    assert isinstance(answer, CallFailure), answer
    assert answer.kind is FailureKind.TIMEOUT
    assert "within 0.5 s" in answer.message


@ABLE_TO_HANG
def test_a_cancelled_call_ends_at_once(kind: str, tmp_path: Path) -> None:
    """Cancelling a call and closing its provider waits for nothing that runs."""

    async def use(house: House) -> None:
        call = asyncio.ensure_future(house.provider.complete(house.requests["hang"]))
        await asyncio.sleep(0.5)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await house.provider.aclose()

    in_house(kind, tmp_path, use)


@ALL
def test_every_setting_that_was_asked_for_is_reported(kind: str, tmp_path: Path) -> None:
    """The answer says of each decoding setting what became of it."""
    request, answer = _ask(kind, tmp_path, "answer")
    assert isinstance(answer, Completion), answer
    assert [report.name for report in answer.settings] == [report.name for report in request.settings]


@ALL
def test_a_provider_may_be_closed_twice(kind: str, tmp_path: Path) -> None:
    """Closing is safe to repeat."""

    async def use(house: House) -> None:
        await house.provider.complete(house.requests["answer"])
        await house.provider.aclose()
        await house.provider.aclose()

    in_house(kind, tmp_path, use)
