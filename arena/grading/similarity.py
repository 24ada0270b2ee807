"""The check that an answer means what a reference means, by the nearness of their texts.

It is a measure of likeness, not of truth: "refunds are given" and "refunds are not given" are alike. So it never
decides alone: an experiment needs another check or a judge beside it.

`cosine` compares the two texts as vectors. `bertscore` matches each word with the likest word of the other text and
takes F1 of both directions (Zhang et al. 2020, equations 1 to 3, without weights); words are embedded alone, not in
their sentence as there, because embedding services give one vector a text. `rouge_l` is F1 of the longest common
subsequence of words (Lin 2004, equations 2 to 4 with β = 1), and needs no model.

The vectors of the local model all point one way: texts that have nothing in common still have a cosine of 0.78. So its
figures are rescaled, 0 for such texts and 1 for equal ones; a vendor's are as they are.
"""

import re
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt

from arena.grading.embeddings import Vectors, embed
from arena.grading.means import Means
from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

#: Mean over the 66 pairs of twelve unrelated English sentences, by the local model.
BASELINES = {"cosine": 0.78, "bertscore": 0.90}
MOST_WORDS = 1000  # different words of one text, for bertscore
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


async def similar(case: Case, completion: Completion, argument: Any, means: Means) -> Score:
    """Pass when the answer is at least so similar to the reference.

    The argument: {"to": str, or None for the case's reference; "min": float in (0, 1];
    "method": "cosine", "bertscore" or "rouge_l"; "model": "local" or "vendor:model"}.

    Raises:
        ValueError: the case has no reference, or a text is too long for the method.
        MissingExtra: the local model is not installed.
        EmbeddingFailed: the vendor gave no vectors.
    """
    wanted = case.reference if argument["to"] is None else argument["to"]
    if wanted is None:
        raise ValueError("the case has no reference to compare with")
    method = argument["method"]
    cost: float | None = 0.0
    found = 0.0  # of an empty answer
    if not completion.text.strip():
        pass
    elif method == "rouge_l":
        found = rouge_l(words(completion.text), words(wanted))
    else:
        found, cost = await _by_vectors(method, completion.text, wanted, argument, means)
    passed = found >= argument["min"]
    reason = f"{method} {found:.3f}, {'at least' if passed else 'less than'} {argument['min']:g}"
    return Score(check="similar", passed=passed, reason=reason, value=found, unit=method, cost_usd=cost)


async def _by_vectors(method: str, answer: str, wanted: str, argument: Any, means: Means) -> tuple[float, float | None]:
    if method == "cosine":
        embedded = await embed([answer, wanted], argument, means)
        return _rescaled(cosine(embedded.vectors[0], embedded.vectors[1]), argument), embedded.cost_usd
    ours, theirs = words(answer), words(wanted)
    if not ours or not theirs:
        return 0.0, 0.0
    known = sorted({*ours, *theirs})
    if len(known) > 2 * MOST_WORDS:
        raise ValueError(f"the texts have {len(known):,} different words: bertscore reads {2 * MOST_WORDS:,}")
    embedded = await embed(known, argument, means)
    place = {word: at for at, word in enumerate(known)}
    rows = [np.array([place[word] for word in text]) for text in (ours, theirs)]
    return _rescaled(greedy_f1(embedded.vectors[rows[0]], embedded.vectors[rows[1]]), argument), embedded.cost_usd


def _rescaled(found: float, argument: Any) -> float:
    base = BASELINES[argument["method"]] if argument["model"] == "local" else 0.0
    return (found - base) / (1.0 - base)


def cosine(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return the cosine of the angle between two vectors of any length but 0, in [−1, 1].

    >>> cosine(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    1.0
    """
    value = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return min(1.0, max(-1.0, value))


def greedy_f1(ours: Vectors, theirs: Vectors) -> float:
    """Return F1 of greedy matching: each row with its likest row of the other text (Zhang et al. 2020, eq. 1–3).

    >>> greedy_f1(np.eye(2), np.eye(2))
    1.0
    """
    one, other = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (ours, theirs))
    alike = one @ other.T
    precision, recall = float(alike.max(axis=1).mean()), float(alike.max(axis=0).mean())
    return min(1.0, 2.0 * precision * recall / (precision + recall)) if precision > 0 and recall > 0 else 0.0


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def rouge_l(ours: list[str], theirs: list[str]) -> float:
    """Return F1 of the longest common subsequence (Lin 2004, equations 2 to 4 with β = 1); 0 for an empty text.

    >>> round(rouge_l("the cat sat".split(), "the cat was here".split()), 4)
    0.5714
    """
    if not ours or not theirs:
        return 0.0
    common = _common_subsequence(ours, theirs)
    return 2.0 * common / (len(ours) + len(theirs))


def _common_subsequence(one: list[str], other: list[str]) -> int:
    """Return the length of the longest common subsequence, a row of the table in one integer (Hyyrö 2004, fig. 4)."""
    places: dict[str, int] = {}
    for at, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << at
    full = (1 << len(one)) - 1
    row = full
    for word in other:
        matches = row & places.get(word, 0)
        row = ((row + matches) | (row - matches)) & full
    return len(one) - row.bit_count()
