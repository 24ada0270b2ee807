"""What a judge's first token would have been: log-probabilities of labels and levels, read without any parsing.

A judge that always writes the first letter still holds an opinion: the log-odds of the letters shift with what
is shown. Where the bias towards a slot is the same in both orders, it cancels in the sum of the two, so the sign
of that sum is the verdict (`arena.evidence.merge`).
"""

import math
from collections.abc import Mapping, Sequence

#: Alternatives asked for: the most that vendors report.
TOP_LOGPROBS = 20


class UnlikelyReply(ValueError):
    """No label is among the alternatives; the message names the likeliest ones."""


def log_odds(logprobs: Mapping[str, float], labels: tuple[str, str]) -> float:
    """Return ln p(second label) − ln p(first label) of the first token.

    Tokens that are a label between blanks are that label; case counts, because "a" begins other words. A label
    that is not among the alternatives is at most as likely as the least of them, and is taken to be just that:
    the sign is right, and the distance never exaggerated.

    Args:
        logprobs: alternatives of the first token, token to natural logarithm of its probability.
        labels: the two that are compared.

    Raises:
        UnlikelyReply: neither label is among the alternatives.

    >>> log_odds({"A": -0.5, " B": -2.0, "B": -3.0, "The": -4.0}, ("A", "B")) < 0
    True
    >>> log_odds({"B": -0.5, "The": -4.0}, ("A", "B"))
    3.5
    """
    known = _finite(logprobs)
    first, second = (_of_label(known, label) for label in labels)
    if first is None and second is None:
        raise UnlikelyReply(_message(known, labels))
    least = min(known.values())
    return (least if second is None else second) - (least if first is None else first)


def expected_level(logprobs: Mapping[str, float], levels: Sequence[int]) -> float:
    """Return Σ level · p(level), the probabilities of the levels divided by their sum.

    The score of G-Eval (Liu et al., EMNLP 2023, section 2): finer than the level that is written. A level that is
    not among the alternatives counts as impossible.

    Args:
        logprobs: alternatives of the first token.
        levels: whole numbers.

    Raises:
        UnlikelyReply: no level is among the alternatives.

    >>> expected_level({"4": math.log(0.6), "5": math.log(0.2), "Well": math.log(0.2)}, (1, 2, 3, 4, 5))
    4.25
    """
    known = _finite(logprobs)
    found = {level: logprob for level in levels if (logprob := _of_label(known, str(level))) is not None}
    if not found:
        raise UnlikelyReply(_message(known, [str(level) for level in levels]))
    top = max(found.values())
    weights = {level: math.exp(logprob - top) for level, logprob in found.items()}
    mean = math.fsum(level * weight for level, weight in weights.items()) / math.fsum(weights.values())
    return round(mean, 9)  # what is beyond is rounding; 5 is never 5.000000000000001


def _finite(logprobs: Mapping[str, float]) -> dict[str, float]:
    return {token: value for token, value in logprobs.items() if math.isfinite(value)}


def _of_label(logprobs: Mapping[str, float], label: str) -> float | None:
    """Return ln of the summed probability of the tokens that are this label; None where there is none."""
    values = [value for token, value in logprobs.items() if token.strip() == label]
    if not values:
        return None
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values))


def _message(logprobs: Mapping[str, float], labels: Sequence[str]) -> str:
    if not logprobs:
        return "likelihood: the reply carries no log-probabilities"
    likeliest = sorted(logprobs, key=lambda token: -logprobs[token])[:3]
    shown = ", ".join(ascii(token)[:20] for token in likeliest)
    return f"likelihood: none of {', '.join(labels)} is among the likeliest first tokens ({shown} …)"
