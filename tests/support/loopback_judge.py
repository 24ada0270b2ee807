"""The truth behind the loopback server: hidden quality marks, and a judge who reads them.

Every answer ends with a mark such as `(q=0.730)`. A prompt that contains `quality=0.8` centres its
answers there; others get a quality from their own hash. The judge reads the marks in the order
shown, so the true winner of every pair is known, whatever noise and position bias are added.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MARK = re.compile(r"\(q=(\d\.\d{3})\)")
_WISH = re.compile(r"quality=(\d(?:\.\d+)?)")
_SENTENCE = (
    "your order left our warehouse today and arrives within three days please keep the receipt a refund takes "
    "five working days our policy covers damage returns are free we checked the account and found no charge"
)
_WORDS = _SENTENCE.split()
_SECOND = {"second", "b", "2", "answer_2", "response_2", "answer_b", "second_answer"}


def share(*parts: object) -> float:
    """Return a fixed number in [0, 1) for these parts: chance without a generator, equal in every run."""
    digest = hashlib.sha256(json.dumps(parts, default=str).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def marked_answer(prompt: str, spread: float, salt: object = None) -> str:
    """Return an answer of some twenty words whose last token is its quality, `spread` wide around the wish."""
    wish = _WISH.findall(prompt)
    centre = float(wish[-1]) if wish else 0.5
    width = spread if wish else 1.0
    quality = min(max(centre + width * (share("quality", prompt, salt) - 0.5), 0.0), 0.999)
    words = [_WORDS[int(share("word", prompt, salt, i) * len(_WORDS))] for i in range(20)]
    return f"{' '.join(words).capitalize()}. (q={quality:.3f})"


@dataclass(frozen=True, kw_only=True)
class JudgeTruth:
    """How the judge behaves; the default judge is perfect."""

    position_bias: float = 0.0  # share of verdicts forced to the first answer; negative: to the second
    noise: float = 0.0  # share of verdicts that are a coin flip
    tie_within: float = 0.0  # a difference of quality below this is a tie
    letter_bias: float = 0.0  # nats towards the letter A, where its odds are read

    def winner(self, marks: list[float], prompt: str) -> int:
        """Return 0 for the first answer, 1 for the second, 2 for a tie."""
        if share("bias", prompt) < abs(self.position_bias):
            return 0 if self.position_bias > 0 else 1
        if share("noise", prompt) < self.noise:
            return int(share("coin", prompt) * 2)
        first, second = (*marks, 0.0, 0.0)[:2]
        if abs(first - second) <= self.tie_within:
            return 2
        return 0 if first > second else 1

    def reply(self, schema: Mapping[str, Any], prompt: str) -> str:
        """Return a JSON reply that follows `schema`, true to the marks in `prompt`."""
        marks = [float(mark) for mark in _MARK.findall(prompt)]
        return json.dumps(self._fill(schema, (), marks, prompt))

    def logprobs(self, prompt: str) -> dict[str, float] | None:
        """Return the first token's alternatives of one who is asked for a letter or a digit; None for all others.

        A quality of 0.1 more is one nat; `letter_bias` nats are added to the letter A, whatever stands there.
        """
        marks = [float(mark) for mark in _MARK.findall(prompt)]
        if "Reply with one letter" in prompt:
            first, second = (*marks, 0.0, 0.0)[:2]
            return {"A": -1.0 + self.letter_bias, "B": -1.0 + 10 * (second - first), "The": -9.0}
        if "Reply with one digit" in prompt:
            return {str(level): -abs(level - 1 - 4 * marks[0]) for level in range(1, 6)}
        return None

    def _fill(self, schema: Mapping[str, Any], path: tuple[str, ...], marks: list[float], prompt: str) -> Any:
        if "properties" in schema:
            return {name: self._fill(part, (*path, name), marks, prompt) for name, part in schema["properties"].items()}
        quality = marks[1] if len(marks) > 1 and _SECOND & {name.lower() for name in path} else (marks or [0.5])[0]
        if "enum" in schema and path and path[-1] == "winner":
            return schema["enum"][min(self.winner(marks, prompt), len(schema["enum"]) - 1)]
        if "enum" in schema:
            return schema["enum"][min(int(quality * len(schema["enum"])), len(schema["enum"]) - 1)]
        return self._plain(schema, quality, marks)

    def _plain(self, schema: Mapping[str, Any], quality: float, marks: list[float]) -> Any:
        kind = schema.get("type", "string")
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 1), schema.get("maximum", 5)
            level = low + quality * (high - low)
            return round(level) if kind == "integer" else round(level, 3)
        if kind == "boolean":
            return quality >= 0.5
        if kind == "array":
            return []
        return f"The answers were read: {len(marks)} of them." if kind == "string" else None
